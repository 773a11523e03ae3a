import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject } from '../decode/feed-columns.ts';
import { shortHash } from '../session-ref.ts';
import { topicOfFile } from '../topics/topics.ts';
import { writeCacheFile } from './cache-folder.ts';
import type { Validators } from './request.ts';

const fileName = '.manifest.json';
const version = 1;

/** A file of a cached session. */
export interface CachedFile extends Validators {
  readonly bytes: number;
}

/** What is known about a session in the cache; beside its files as `.manifest.json`. */
export interface Manifest {
  /** Where it came from. */
  readonly url: string;
  readonly files: Readonly<Record<string, CachedFile>>;
  /** Topics that the session's own index lists; null when it has none. */
  readonly feeds: readonly string[] | null;
  /** 0–1: how much of the session the files hold, as the last reading judged; null before the first. */
  readonly share: number | null;
  /** False when files failed, or while the archive may still be adding to it. */
  readonly isSettled: boolean;
  /** Last comparison with the archive, epoch ms. */
  readonly checkedEpochMs: number;
}

/** Manifest of a cached session; null when there is none, it is damaged or of another version. */
export async function readManifest(folder: string): Promise<Manifest | null> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(join(folder, fileName), 'utf8'));
  } catch {
    return null;
  }
  return manifestOf(value);
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function manifestOf(value: unknown): Manifest | null {
  if (!isObject(value) || value['version'] !== version || !isObject(value['files'])) return null;
  const files: Record<string, CachedFile> = {};
  for (const [name, file] of Object.entries(value['files'])) {
    if (!isObject(file) || typeof file['bytes'] !== 'number' || topicOfFile(name) === null) continue;
    files[name] = {
      bytes: file['bytes'],
      etag: textOrNull(file['etag']),
      lastModified: textOrNull(file['lastModified']),
    };
  }
  const feeds = value['feeds'];
  return {
    url: textOrNull(value['url']) ?? '',
    files,
    feeds: Array.isArray(feeds) ? feeds.filter((topic) => typeof topic === 'string') : null,
    share: typeof value['share'] === 'number' ? value['share'] : null,
    isSettled: value['isSettled'] === true,
    checkedEpochMs: typeof value['checkedEpochMs'] === 'number' ? value['checkedEpochMs'] : 0,
  };
}

/** Writes the manifest of a cached session; no reader sees half of it. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  await writeCacheFile(join(folder, fileName), `${JSON.stringify({ version, ...manifest }, null, 1)}\n`);
}

/** Files of the manifest that are there with the size they should have. */
export async function presentFiles(folder: string, manifest: Manifest): Promise<Map<string, CachedFile>> {
  const present = new Map<string, CachedFile>();
  for (const [name, file] of Object.entries(manifest.files)) {
    try {
      if ((await stat(join(folder, name))).size === file.bytes) present.set(name, file);
    } catch {
      // Removed by hand: fetched again.
    }
  }
  return present;
}

/** True when every file of a settled session is there and the last reading found nothing missing. */
export async function isComplete(folder: string, manifest: Manifest): Promise<boolean> {
  if (!manifest.isSettled || (manifest.share ?? 1) < 1) return false;
  const count = Object.keys(manifest.files).length;
  return count > 0 && (await presentFiles(folder, manifest)).size === count;
}

/**
 * Changes with the files of a cached session: names, sizes, ETags. 'absent' when there is no copy or when it is
 * incomplete, so that nobody keeps what was made of it.
 */
export async function fingerprintOfCopy(folder: string): Promise<string> {
  const manifest = await readManifest(folder);
  if (manifest === null || !(await isComplete(folder, manifest))) return 'absent';
  const files = Object.entries(manifest.files).sort(([a], [b]) => (a < b ? -1 : 1));
  return shortHash(
    files
      .map(([name, { bytes, etag, lastModified }]) => `${name}:${bytes}:${etag ?? lastModified ?? ''}`)
      .join('\n'),
  );
}
