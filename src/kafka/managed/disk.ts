import { existsSync, statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { F1Error } from '../../domain/errors.ts';

/** Below this the broker would soon leave for good: it does not come back while the disk is full. */
export const minimumFreeBytes = 500_000_000;

/** Free bytes for this user on the file system of `path` (or of its nearest folder that exists). */
export function freeBytes(path: string): number {
  let existing = path;
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing);
  const { bavail, bsize } = statfsSync(existing);
  return bavail * bsize;
}

/** Throws F1_KAFKA_DISK below the minimum. */
export function requireFreeDisk(path: string, free: number): void {
  if (free >= minimumFreeBytes) return;
  throw new F1Error(
    'F1_KAFKA_DISK',
    `Cannot start Kafka: ${formatBytes(free)} are free at ${path}, at least ${formatBytes(minimumFreeBytes)} are needed`,
    { hint: 'Free some space, or name a folder on another disk: --dir DIR (kafka.managed.dir)', exitCode: 2 },
  );
}

/** '6.4 GB', '512 MB'. */
export function formatBytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.round(bytes / 1e6)} MB`;
}
