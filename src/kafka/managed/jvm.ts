import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { KafkaInstall } from './find-kafka.ts';
import type { JavaRuntime } from './java.ts';
import type { ManagedPaths } from './paths.ts';

/** `test`: fastest start, lower peak throughput. `normal`: what is measured and used. */
export type BrokerProfile = 'normal' | 'test';

/** Arguments of the broker's JVM. */
export function brokerArguments(
  paths: ManagedPaths,
  install: KafkaInstall,
  options: { heapMb: number; profile: BrokerProfile; archive: string | null; writeArchive: string | null },
): string[] {
  const { heapMb, profile, archive, writeArchive } = options;
  const memory =
    profile === 'test'
      ? ['-Xms64m', `-Xmx${Math.min(heapMb, 256)}m`, '-XX:+UseSerialGC']
      : [`-Xms${Math.min(heapMb, 256)}m`, `-Xmx${heapMb}m`, '-XX:+UseG1GC', '-XX:MaxGCPauseMillis=20'];
  // The optimising compiler is left out: it keeps a core busy for minutes, and the broker is no faster for it.
  const tuning = [...memory, '-XX:TieredStopAtLevel=1'];
  return [
    ...tuning,
    ...archiveArguments(archive, writeArchive),
    '-Djava.awt.headless=true',
    `-Dslipstream.kafka.dir=${paths.dir}`,
    ...loggingArguments(paths),
    '-cp',
    classPath(install),
    'kafka.Kafka',
    paths.properties,
  ];
}

/** An archive that does not fit is ignored by the JVM; its warnings about classes it leaves out are of no use here. */
function archiveArguments(archive: string | null, writeArchive: string | null): string[] {
  const quiet = ['-Xlog:disable', '-Xlog:all=error:stderr'];
  if (writeArchive !== null) return [...quiet, `-XX:ArchiveClassesAtExit=${writeArchive}`];
  return archive === null ? [] : [...quiet, '-Xshare:auto', `-XX:SharedArchiveFile=${archive}`];
}

/** System properties that point both generations of log4j at our files. */
function loggingArguments(paths: ManagedPaths): string[] {
  return [`-Dlog4j2.configurationFile=${paths.log4j2}`, `-Dlog4j.configuration=file:${paths.log4j1}`];
}

/** Jars in a fixed order: a class archive is only valid for the very class path it was made with. */
export function classPath({ libs }: KafkaInstall): string {
  const jars = readdirSync(libs).filter((name) => name.endsWith('.jar'));
  return jars
    .sort()
    .map((name) => join(libs, name))
    .join(process.platform === 'win32' ? ';' : ':');
}

/** Formats KRaft storage for `clusterId` with Kafka's own tool; resolves to what it printed. */
export function runStorageFormat(
  java: JavaRuntime,
  paths: ManagedPaths,
  install: KafkaInstall,
  clusterId: string,
  signal: AbortSignal,
): Promise<void> {
  const args = [
    '-Xmx128m',
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    ...loggingArguments(paths),
    '-cp',
    classPath(install),
    'kafka.tools.StorageTool',
    'format',
    '-t',
    clusterId,
    '-c',
    paths.properties,
    '--ignore-formatted',
  ];
  return new Promise((resolve, reject) => {
    execFile(java.path, args, { signal, timeout: 30_000 }, (error, stdout, stderr) => {
      if (error === null) resolve();
      else
        reject(signal.aborted ? signal.reason : new Error(lastLine(`${stdout}\n${stderr}`) || error.message));
    });
  });
}

function lastLine(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !/^\s/u.test(line));
  const bare = (lines.at(-1) ?? '').replace(/^Exception in thread "\w+" (?:[\w.$]+: )?/u, '');
  return bare.slice(0, 200);
}
