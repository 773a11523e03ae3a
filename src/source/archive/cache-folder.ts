import { open, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Config } from '../../config/schema.ts';
import { F1Error, messageOf } from '../../domain/errors.ts';
import { userName } from '../../util/user-name.ts';
import { makeFolder } from '../../util/make-folder.ts';

const writeErrors = new Set([
  'EACCES',
  'EPERM',
  'EROFS',
  'ENOSPC',
  'EDQUOT',
  'ENOTDIR',
  'EEXIST',
  'ENOENT',
  'EIO',
  'EISDIR',
]);

function errnoOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null;
}

/** The cache's root, absolute. */
export function cacheRoot(config: Config): string {
  return resolve(config.source.cache_dir);
}

/** Where downloads are, laid out as the archive lays them out. */
export function archiveCache(config: Config): string {
  return join(cacheRoot(config), 'archive');
}

/** `F1_SOURCE_CACHE_UNWRITABLE` for an error of the file system: path, user, errno and the key to change; others as they are. */
export function cacheError(error: unknown, path: string): unknown {
  const errno = errnoOf(error);
  if (errno === null || !writeErrors.has(errno)) return error;
  const what = errno === 'ENOSPC' || errno === 'EDQUOT' ? 'the disk is full' : 'it is not writable';
  return new F1Error(
    'F1_SOURCE_CACHE_UNWRITABLE',
    `Cannot write to the cache folder ${path} as user ${userName()} as ${what}: ${messageOf(error)}`,
    {
      hint: 'Set source.cache_dir to a folder that can be written: --set source.cache_dir=DIR',
      exitCode: 2,
      cause: error,
    },
  );
}

/** Makes the cache folder and tries to write in it. Throws `F1_SOURCE_CACHE_UNWRITABLE`. */
export async function probeCache(options: { readonly config: Config }): Promise<void> {
  const root = cacheRoot(options.config);
  const probe = join(root, `.probe-${process.pid}-${performance.now()}`);
  try {
    makeFolder(root);
    const file = await open(probe, 'wx');
    await file.write('x');
    await file.close();
    await rm(probe);
  } catch (error) {
    throw cacheError(error, root);
  }
}

/** Writes a file of the cache beside its place and renames it, so that no reader sees half of it. */
export async function writeCacheFile(path: string, content: string): Promise<void> {
  const beside = `${path}.${process.pid}-${Math.round(performance.now() * 1000)}.tmp`;
  makeFolder(dirname(path));
  await writeFile(beside, content);
  await rename(beside, path);
}
