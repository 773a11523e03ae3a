import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { homedir, hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Figure } from './figure.ts';
import type { MachineFacts } from './machine.ts';

export interface ResultTable {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/** What one benchmark found, as kept in `benchmarks/results/NAME.json`. */
export interface BenchmarkResult {
  readonly format: 1;
  readonly name: string;
  readonly title: string;
  /** `partial`: some figures, then `reason`. `skipped`: not possible on this machine. */
  readonly status: 'done' | 'partial' | 'failed' | 'skipped';
  readonly reason: string | null;
  /** True for a shortened run: good for trying the benchmark out, not for its figures. */
  readonly quick: boolean;
  /** ISO, UTC. */
  readonly startedAt: string;
  readonly seconds: number;
  readonly machine: MachineFacts;
  /** Load averages over 1, 5 and 15 minutes. */
  readonly load: { readonly before: readonly number[]; readonly after: readonly number[] };
  readonly session: SessionFacts | null;
  readonly method: readonly string[];
  readonly figures: readonly Figure[];
  readonly tables: readonly ResultTable[];
  readonly caveats: readonly string[];
  readonly skipped: readonly { readonly what: string; readonly reason: string }[];
}

export interface SessionFacts {
  readonly title: string;
  readonly simulated: boolean;
  readonly rows: number;
  readonly drivers: number;
}

/** Names of this machine and of places on it, with what stands for them in results. */
export function privateNames(root: string): readonly (readonly [name: string, instead: string])[] {
  const names: [string, string][] = [
    [root, '<repository>'],
    [tmpdir(), '<temporary folder>'],
    [homedir(), '<home>'],
  ];
  const host = hostname();
  if (host.length > 3 && host !== 'localhost') names.push([host, '<host>']);
  return names.filter(([name]) => name.length > 1).sort(([a], [b]) => b.length - a.length);
}

/** Results are published: machine facts stay, names of hosts and paths do not. */
export function anonymise<T>(value: T, names: ReturnType<typeof privateNames>): T {
  return JSON.parse(
    JSON.stringify(value, (_, inner: unknown) =>
      typeof inner === 'string'
        ? names.reduce((text, [name, instead]) => text.replaceAll(name, instead), inner)
        : inner,
    ),
  ) as T;
}

/** Writes `NAME.json` beside and renames it; returns its path. */
export function writeResult(dir: string, result: BenchmarkResult): string {
  mkdirSync(dir, { recursive: true });
  const path = join(dir, `${result.name}.json`);
  const beside = `${path}.${process.pid}.tmp`;
  writeFileSync(beside, `${JSON.stringify(result, null, 2)}\n`);
  renameSync(beside, path);
  return path;
}

/** True when the folder holds a result of this benchmark that began at or after `sinceMs`, epoch ms. */
export function hasResultSince(dir: string, name: string, sinceMs: number): boolean {
  const [result] = existsSync(dir) ? readResults(dir, [name]) : [];
  return result !== undefined && Date.parse(result.startedAt) >= sinceMs;
}

/** Result of a benchmark that ended without one of its own: killed, or out of memory. */
export function failedResult(
  name: string,
  reason: string,
  { machine, load, startedAt, quick }: Pick<BenchmarkResult, 'machine' | 'load' | 'startedAt' | 'quick'>,
): BenchmarkResult {
  return {
    format: 1,
    name,
    title: name,
    status: 'failed',
    reason,
    quick,
    startedAt,
    seconds: Math.round((Date.now() - Date.parse(startedAt)) / 100) / 10,
    machine,
    load,
    session: null,
    method: [],
    figures: [],
    tables: [],
    caveats: [],
    skipped: [],
  };
}

/** All results of a folder, in the order of `names`; those that are not there are left out. */
export function readResults(dir: string, names: readonly string[]): BenchmarkResult[] {
  const files = new Set(readdirSync(dir));
  return names
    .filter((name) => files.has(`${name}.json`))
    .map((name) => {
      const path = join(dir, `${name}.json`);
      const result = JSON.parse(readFileSync(path, 'utf8')) as BenchmarkResult;
      if (result.format !== 1)
        throw new Error(`Cannot read ${name}.json: its format is ${String(result.format)}, it must be 1`);
      return result;
    });
}
