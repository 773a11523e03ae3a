import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';

const roots = [process.env['SLIPSTREAM_SHARED_DATA'], resolve(import.meta.dirname, '../../../shared/data')];
const root = roots.find((path) => path !== undefined && existsSync(path)) ?? null;

/** Path inside the folder of real recordings that is kept beside the repository, or null where it is absent. */
export function sharedData(...segments: string[]): string | null {
  if (root === null) return null;
  const path = join(root, ...segments);
  return existsSync(path) ? path : null;
}

/** Skip reason for `node:test` when the real data is absent: false = run. */
export function skipWithout(path: string | null): string | false {
  return path === null ? 'real timing data is not on this machine (set SLIPSTREAM_SHARED_DATA)' : false;
}
