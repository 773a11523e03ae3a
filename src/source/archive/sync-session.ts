import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { F1Error, messageOf } from '../../domain/errors.ts';
import type { Log, OnProgress } from '../../domain/log.ts';
import { isObject } from '../decode/feed-columns.ts';
import { knownTopics, topicOfFile } from '../topics/topics.ts';
import type { ArchiveClient } from './archive-client.ts';
import { cacheError } from './cache-folder.ts';
import type { Download } from './download.ts';
import { presentFiles, readManifest, writeManifest, type CachedFile, type Manifest } from './manifest.ts';
import { NetworkError } from './request.ts';
import { makeFolder } from '../../util/make-folder.ts';

export interface SyncOptions {
  readonly client: ArchiveClient;
  /** Folder of the session below the client's bases, encoded, with a trailing slash. */
  readonly path: string;
  /** Where the files go. */
  readonly folder: string;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly onProgress?: OnProgress | undefined;
  readonly nowEpochMs: () => number;
}

/** What a comparison with the archive brought. */
export interface SyncResult {
  readonly manifest: Manifest;
  /** Files that came or changed. */
  readonly stored: number;
  /** Files that could not be fetched although they are there, with the reason. */
  readonly failed: ReadonlyMap<string, string>;
}

const parallel = 4;

const pageReason = 'the server sent an HTML or XML page instead of timing data';

/** Files to ask for: the stream of each topic, with the key frame as a stand-in where that is of use. */
interface Wanted {
  readonly topic: string;
  readonly files: readonly string[];
}

const staticTopics = new Set(knownTopics.filter(({ isStatic }) => isStatic === true).map(({ name }) => name));

function wantedWithoutIndex(): Wanted[] {
  return knownTopics.map(({ name }) => ({
    topic: name,
    files: staticTopics.has(name) ? [`${name}.jsonStream`, `${name}.json`] : [`${name}.jsonStream`],
  }));
}

/** Topics of a session's `Index.json`; null when it is none. File names that are no topic's are left out. */
export function wantedOfIndex(value: unknown): Wanted[] | null {
  const feeds = isObject(value) ? value['Feeds'] : undefined;
  if (!isObject(feeds)) return null;
  const wanted: Wanted[] = [];
  for (const [topic, feed] of Object.entries(feeds)) {
    if (!isObject(feed)) continue;
    const files: string[] = [];
    for (const name of [feed['StreamPath'], feed['KeyFramePath']]) {
      const file = typeof name === 'string' ? topicOfFile(name) : null;
      if (file?.kind === 'stream' || (file !== null && staticTopics.has(file.name))) files.push(String(name));
    }
    if (files.length > 0) wanted.push({ topic, files });
  }
  return wanted;
}

/** The largest files first, so that the whole length is known early. */
function largestFirst(wanted: Wanted[]): Wanted[] {
  const weight = ({ topic }: Wanted): number => (topic.endsWith('.z') ? 2 : topic === 'TimingData' ? 1 : 0);
  return [...wanted].sort((a, b) => weight(b) - weight(a));
}

function createProgress(files: number, onProgress: OnProgress | undefined) {
  const done = new Map<string, number>();
  const totals = new Map<string, number | null>();
  const startMs = performance.now();
  let settled = 0;
  return {
    bytes(name: string, bytes: number, total: number | null): void {
      done.set(name, bytes);
      totals.set(name, total);
      if (onProgress === undefined) return;
      let all = 0;
      for (const part of done.values()) all += part;
      let whole: number | null = 0;
      for (const part of totals.values()) whole = whole === null || part === null ? null : whole + part;
      // Until every file has been asked for, the sum of the known lengths is not the whole.
      if (totals.size + settled < files) whole = null;
      const seconds = (performance.now() - startMs) / 1000;
      const etaSeconds = whole === null || all === 0 ? null : (seconds * Math.max(0, whole - all)) / all;
      onProgress({ stage: 'download', file: name, done: all, total: whole, unit: 'bytes', etaSeconds });
    },
    /** A file that needs no transfer. */
    settle(name: string): void {
      if (!totals.has(name)) settled++;
    },
  };
}

/** Takes the folder's lock; false when another living process (or this one) has it. */
async function lock(path: string): Promise<boolean> {
  for (let attempt = 0; attempt < 2; attempt++) {
    try {
      await writeFile(path, String(process.pid), { flag: 'wx' });
      return true;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
    const owner = Number(await readFile(path, 'utf8').catch(() => ''));
    if (owner === process.pid || isAlive(owner)) return false;
    await rm(path, { force: true });
  }
  return false;
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

let ownParts = 0;

/** The path with its accents apart (NFD), as some copies of the archive spell their folders. */
function decomposedPath(path: string): string {
  return path
    .split('/')
    .map((segment) => encodeURIComponent(decodeURIComponent(segment).normalize('NFD')))
    .join('/');
}

/**
 * Brings a session's folder up to date with the archive: files that are there and unchanged are not sent again. Throws
 * `NetworkError` when the archive cannot be reached at all, `F1_SOURCE_CACHE_UNWRITABLE` when the folder cannot be
 * written. Files that fail on their own are named in the result.
 */
export async function syncSession(options: SyncOptions): Promise<SyncResult> {
  const lockPath = join(options.folder, '.lock');
  try {
    makeFolder(options.folder);
    const isOwner = await lock(lockPath);
    try {
      const suffix = isOwner ? '.part' : `.part-${process.pid}-${++ownParts}`;
      const result = await syncLocked(options, suffix);
      const decomposed = decomposedPath(options.path);
      const isEmpty = Object.keys(result.manifest.files).length === 0;
      if (!isEmpty || decomposed === options.path) return result;
      return await syncLocked({ ...options, path: decomposed }, suffix);
    } finally {
      if (isOwner) await rm(lockPath, { force: true });
    }
  } catch (error) {
    throw cacheError(error, options.folder);
  }
}

async function readWanted(options: SyncOptions): Promise<{ wanted: Wanted[]; feeds: string[] | null }> {
  const answer = await options.client.readText(`${options.path}Index.json`);
  if (answer.outcome === 'text') {
    try {
      const wanted = wantedOfIndex(JSON.parse(answer.text));
      if (wanted !== null) return { wanted, feeds: wanted.map(({ topic }) => topic) };
    } catch (error) {
      options.log.warn(`The index of the session is broken and is not used: ${messageOf(error)}`);
    }
  }
  return { wanted: wantedWithoutIndex(), feeds: null };
}

async function syncLocked(options: SyncOptions, partSuffix: string): Promise<SyncResult> {
  const { client, path, folder } = options;
  const before = await readManifest(folder);
  const present = before === null ? new Map<string, CachedFile>() : await presentFiles(folder, before);
  const { wanted, feeds } = await readWanted(options);
  const files: Record<string, CachedFile> = Object.fromEntries(present);
  const failed = new Map<string, string>();
  let stored = 0;
  const progress = createProgress(wanted.length, options.onProgress);
  const queue = largestFirst(wanted);

  const fetchFile = async (name: string): Promise<Download['outcome'] | 'failed'> => {
    const known = present.get(name) ?? null;
    try {
      const result = await client.download(`${path}${encodeURIComponent(name)}`, join(folder, name), {
        known: known !== null && (known.etag ?? known.lastModified) !== null ? known : null,
        partSuffix,
        onBytes: (bytes, total) => progress.bytes(name, bytes, total),
      });
      if (result.outcome === 'stored') {
        files[name] = { bytes: result.bytes, etag: result.etag, lastModified: result.lastModified };
        stored++;
      } else if (result.outcome === 'page') {
        failed.set(name, pageReason);
      }
      return result.outcome;
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      failed.set(name, error.message);
      return 'failed';
    } finally {
      progress.settle(name);
    }
  };
  const work = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      options.signal.throwIfAborted();
      for (const name of next.files) if ((await fetchFile(name)) !== 'absent') break;
    }
  };
  // All workers end before the folder's lock is given back.
  const outcomes = await Promise.allSettled(Array.from({ length: parallel }, work));
  for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;

  if (Object.keys(files).length === 0 && failed.size > 0) {
    const [name, reason] = [...failed][0]!;
    if ([...failed.values()].every((text) => text === pageReason)) {
      throw new F1Error('F1_SOURCE_NOT_DATA', `Cannot fetch the session: for every file, ${pageReason}`, {
        hint: 'A proxy or a login page may stand between; check the address of the archive',
        canRetry: true,
      });
    }
    throw new NetworkError(`No file of the session could be fetched: ${name}: ${reason}`);
  }
  if (failed.size > 0) {
    const [name, reason] = [...failed][0]!;
    const others =
      failed.size === 1 ? '' : ` (and ${failed.size - 1} more: ${[...failed.keys()].slice(1).join(', ')})`;
    options.log.warn(`${name} could not be fetched: ${reason}${others}`);
  }
  const manifest: Manifest = {
    url: `${client.address}${path}`,
    files,
    feeds,
    share: null,
    isSettled: failed.size === 0,
    checkedEpochMs: options.nowEpochMs(),
  };
  await writeManifest(folder, manifest);
  return { manifest, stored, failed };
}
