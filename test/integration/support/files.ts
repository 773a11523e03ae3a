import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSimulatedRace } from '../../../src/source/index.ts';
import type { Cleaner } from './program.ts';

/** A temporary folder for a test, or, with `node:test` as `t`, for a whole file. */
export function workFolder(t: Cleaner): string {
  const dir = mkdtempSync(join(tmpdir(), 'slipstream-run-'));
  t.after(() => rmSync(dir, { recursive: true, force: true, maxRetries: 3 }));
  return dir;
}

/** A simulated race in `dir/NAME`; returns its folder. */
export async function simulatedRace(
  dir: string,
  { seed = 3, laps = 3 }: { seed?: number; laps?: number } = {},
): Promise<string> {
  const folder = join(dir, `race-${seed}-${laps}`);
  await writeSimulatedRace({ seed, laps, dir: folder, signal: new AbortController().signal });
  return folder;
}

/** Files and folders below `dir` that are only there while something is written. */
export function unfinishedFiles(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(?:tmp|part|partial|new)\b|\.probe-|~$/u.test(name),
  );
}
