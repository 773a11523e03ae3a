import { readFileSync } from 'node:fs';
import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os';
import { findJava, findKafka } from '../../src/kafka/managed/index.ts';

/** What the figures depend on, without the names of the machine or of its people. */
export interface MachineFacts {
  readonly cpu: string;
  readonly logicalCpus: number;
  readonly memoryGb: number;
  readonly os: string;
  readonly kernel: string;
  readonly arch: string;
  readonly node: string;
  readonly v8: string;
  /** Null where it is not installed. */
  readonly kafka: string | null;
  readonly java: string | null;
}

/** Takes about 0.2 s: Java is asked for its version. */
export async function readMachine(kafkaDir: string): Promise<MachineFacts> {
  const processors = cpus();
  const { java } = await findJava();
  return {
    cpu: (processors[0]?.model ?? 'unknown').trim(),
    logicalCpus: processors.length,
    memoryGb: Math.round((totalmem() / 2 ** 30) * 10) / 10,
    os: osName(),
    kernel: `${platform()} ${release()}`,
    arch: arch(),
    node: process.versions.node,
    v8: process.versions.v8,
    kafka: findKafka(kafkaDir)?.version ?? null,
    java: java?.version ?? null,
  };
}

/** Load averages over 1, 5 and 15 minutes, two digits; zeros where the system keeps none. */
export function readLoad(): number[] {
  return loadavg().map((value) => Math.round(value * 100) / 100);
}

function osName(): string {
  try {
    const text = readFileSync('/etc/os-release', 'utf8');
    return /^PRETTY_NAME="?(.*?)"?$/mu.exec(text)?.[1] ?? platform();
  } catch {
    return platform(); // not Linux
  }
}
