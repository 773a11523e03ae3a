import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { errnoOf } from '../../util/errno.ts';
import { userName } from '../../util/user-name.ts';
import { messageOf } from '../../domain/errors.ts';
import { formatBytes, freeBytes, minimumFreeBytes } from '../../kafka/managed/index.ts';
import { managedOptions } from '../managed-options.ts';
import { fail, ok, warn } from './check.ts';
import type { Check, CheckResult } from './check.ts';

/** Folders that are written to can be written to: tried with a file, in the nearest folder that exists. */
export const checkFolders: Check = async ({ config }) => [
  checkFolder('Cache folder', config.source.cache_dir, 'source.cache_dir'),
  checkFolder('Export folder', 'data', 'extract --out'),
  checkFolder('Log folder', config.logs.dir, 'logs.dir'),
  checkFolder('Kafka folder', config.kafka.managed.dir, 'kafka.managed.dir'),
];

export const checkDisk: Check = async ({ config }) => {
  const { dir, worstCaseBytes } = managedOptions(config);
  const cache = resolve(config.source.cache_dir);
  const free = Math.min(freeBytes(cache), freeBytes(resolve(dir)));
  const found = `${formatBytes(free)} free; the topics can grow to ${formatBytes(worstCaseBytes)}`;
  if (free < minimumFreeBytes)
    return [
      fail('Disk', found, `Free at least ${formatBytes(minimumFreeBytes)} at ${cache} and ${resolve(dir)}`),
    ];
  if (free < worstCaseBytes) return [warn('Disk', found, 'Free some space, or lower kafka.retention_bytes')];
  return [ok('Disk', found)];
};

function checkFolder(name: string, folder: string, key: string): CheckResult {
  const path = resolve(folder);
  const reason = whyNotWritable(path);
  if (reason === null) return ok(name, `${path} can be written`);
  return fail(
    name,
    `${path} cannot be written by user ${userName()}: ${reason}`,
    `Change its owner or rights, or set ${key}`,
  );
}

function whyNotWritable(path: string): string | null {
  let existing = path;
  while (!existsSync(existing) && dirname(existing) !== existing) existing = dirname(existing);
  if (!statSync(existing).isDirectory()) return `${existing} is not a folder (ENOTDIR)`;
  try {
    const probe = mkdtempSync(join(existing, '.slipstream-doctor-'));
    try {
      writeFileSync(join(probe, 'probe'), 'probe');
    } finally {
      rmSync(probe, { recursive: true, force: true });
    }
    return null;
  } catch (error) {
    return errnoOf(error) ?? messageOf(error);
  }
}
