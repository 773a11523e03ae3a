import { lstat, readdir, rm, rmdir } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { Config } from '../config/schema.ts';
import { archiveCache, cacheError, cacheRoot } from './archive/cache-folder.ts';
import { subFolders } from './archive/local-copy.ts';

/** Kinds of things in the cache; each has a folder of its own. */
export const cacheKinds = ['download', 'table', 'simulated'] as const;
export type CacheKind = (typeof cacheKinds)[number];

/** One thing in the cache that can be removed by itself. */
export interface CacheEntry {
  readonly kind: CacheKind;
  /** Place below the cache's root, with '/'. */
  readonly name: string;
  readonly path: string;
  readonly files: number;
  readonly bytes: number;
  /** Newest change of a file in it, epoch ms. */
  readonly modifiedMs: number;
}

/** Ending of the file that holds an index's ETag. */
const stateSuffix = '.state';

interface Size {
  files: number;
  bytes: number;
  modifiedMs: number;
}

async function addSize(path: string, size: Size): Promise<void> {
  const stats = await lstat(path);
  if (stats.isDirectory()) {
    for (const name of await readdir(path)) await addSize(join(path, name), size);
    return;
  }
  size.files++;
  size.bytes += stats.size;
  size.modifiedMs = Math.max(size.modifiedMs, stats.mtimeMs);
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch {
    // No such kind in the cache.
    return [];
  }
}

async function downloadPaths(root: string): Promise<string[]> {
  const paths: string[] = [];
  for (const name of await namesIn(root)) {
    const isYear = /^\d{4}$/.test(name);
    for (const inner of await namesIn(join(root, name))) {
      // Goes with the index it belongs to.
      if (inner.endsWith(stateSuffix)) continue;
      const folder = join(root, name, inner);
      const sessions = isYear ? await subFolders(folder) : [];
      if (sessions.length === 0) paths.push(folder);
      else paths.push(...sessions.sort().map((session) => join(folder, session)));
    }
  }
  return paths;
}

/** Everything in the cache with its size: downloads by session, tables by file, simulated races by folder. */
export async function listCache({ config }: { readonly config: Config }): Promise<CacheEntry[]> {
  const root = cacheRoot(config);
  const paths: [CacheKind, string][] = [];
  for (const path of await downloadPaths(archiveCache(config))) paths.push(['download', path]);
  for (const name of await namesIn(join(root, 'tables'))) paths.push(['table', join(root, 'tables', name)]);
  for (const name of await namesIn(join(root, 'simulated')))
    paths.push(['simulated', join(root, 'simulated', name)]);
  const entries: CacheEntry[] = [];
  for (const [kind, path] of paths) {
    const size: Size = { files: 0, bytes: 0, modifiedMs: 0 };
    await addSize(path, size);
    // What is left of a session that was removed by hand.
    if (size.files === 0) continue;
    entries.push({ kind, name: relative(root, path).split(sep).join('/'), path, ...size });
  }
  return entries;
}

/** Removes entries of the cache. Throws `F1_SOURCE_CACHE_UNWRITABLE` when one cannot be removed. */
export async function clearCache(entries: readonly CacheEntry[], signal: AbortSignal): Promise<void> {
  for (const { kind, path } of entries) {
    signal.throwIfAborted();
    try {
      await rm(path, { recursive: true, force: true });
      await rm(`${path}${stateSuffix}`, { force: true });
      // The folder of the event goes with its last session; one that holds more refuses.
      if (kind === 'download') await rmdir(dirname(path)).catch(() => {});
    } catch (error) {
      throw cacheError(error, path);
    }
  }
}
