import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../config/schema.ts';
import { F1Error } from '../domain/errors.ts';
import type { Log, OnProgress } from '../domain/log.ts';
import type { RawSession } from '../domain/raw-session.ts';
import { probeCache } from './archive/cache-folder.ts';
import { isComplete, readManifest, writeManifest, type Manifest } from './archive/manifest.ts';
import { NetworkError } from './archive/request.ts';
import { syncSession } from './archive/sync-session.ts';
import type { FolderReading } from './read-folder.ts';
import type { ArchiveSource, SessionRef } from './session-ref.ts';

export interface ReadArchiveOptions {
  readonly config: Config;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly onProgress?: OnProgress;
  readonly read: (
    folder: string,
    more: { expectedTopics: readonly string[] | null; incompleteNote: string },
  ) => Promise<FolderReading>;
}

/** The archive may still be adding to a session for this long after its end. */
const settlingMs = 3600_000;
/** "Just finished" for messages. */
const recentMs = 3 * 3600_000;

const whenComplete = 'the archive is usually complete 15–60 minutes after the end of a session';

function noFiles(ref: SessionRef, source: ArchiveSource): F1Error {
  const now = source.nowEpochMs();
  const isRecent = source.endEpochMs !== null && now - source.endEpochMs < recentMs;
  if (isRecent) {
    return new F1Error(
      'F1_SOURCE_NOT_READY',
      `The session ${ref.title} has just finished and is not in the archive yet`,
      {
        hint: `Try again later: ${whenComplete}`,
        canRetry: true,
        exitCode: 2,
      },
    );
  }
  return new F1Error('F1_SOURCE_NOT_FOUND', `Cannot find a topic file of ${ref.title} at ${ref.location}`, {
    hint: 'The archive lacks some sessions; name a folder or another session',
    exitCode: 2,
  });
}

/** Brings the copy up to date where that is due; the manifest of what there is. */
async function update(
  ref: SessionRef,
  source: ArchiveSource,
  folder: string,
  options: ReadArchiveOptions,
): Promise<Manifest> {
  const { log, signal, onProgress } = options;
  const manifest = await readManifest(folder);
  const hasFiles = manifest !== null && Object.keys(manifest.files).length > 0;
  if (hasFiles && (source.client.isDown || (await isComplete(folder, manifest)))) return manifest;
  try {
    const result = await syncSession({
      client: source.client,
      path: source.path,
      folder,
      log,
      signal,
      onProgress,
      nowEpochMs: source.nowEpochMs,
    });
    if (Object.keys(result.manifest.files).length === 0) throw noFiles(ref, source);
    return result.manifest;
  } catch (error) {
    if (!(error instanceof NetworkError)) throw error;
    if (hasFiles) {
      log.warn(`The timing archive cannot be reached: the copy in the cache is used (${error.message})`);
      return manifest;
    }
    throw new F1Error('F1_SOURCE_UNREACHABLE', `Cannot fetch ${ref.title}: ${error.message}`, {
      hint: 'Check the connection, or name a session folder; what has been fetched is kept and resumed',
      canRetry: true,
      cause: error,
    });
  }
}

async function readCopy(
  ref: SessionRef,
  source: ArchiveSource,
  folder: string,
  options: ReadArchiveOptions,
): Promise<RawSession> {
  const manifest = await update(ref, source, folder, options);
  const { session, share } = await options.read(folder, {
    expectedTopics: manifest.feeds,
    incompleteNote: `The copy of this session is incomplete and is fetched again when it is opened next: ${whenComplete}`,
  });
  const endMs = source.endEpochMs ?? (session.identity.startEpochMs ?? 0) + 2 * 3600_000;
  const isSettled = manifest.isSettled && manifest.checkedEpochMs > endMs + settlingMs;
  if (manifest.share !== share || manifest.isSettled !== isSettled) {
    try {
      await writeManifest(folder, { ...manifest, share, isSettled });
    } catch (error) {
      options.log.debug(`The manifest in ${folder} cannot be updated: ${String(error)}`);
    }
  }
  return session;
}

async function readWithoutCache(
  ref: SessionRef,
  source: ArchiveSource,
  options: ReadArchiveOptions,
  reason: F1Error,
): Promise<RawSession> {
  options.log.warn(`${reason.message}; the session is read without a cache. ${reason.hint}`);
  const folder = await mkdtemp(join(tmpdir(), 'slipstream-'));
  try {
    return await readCopy(ref, source, folder, options);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function isUnwritable(error: unknown): error is F1Error {
  return error instanceof F1Error && error.code === 'F1_SOURCE_CACHE_UNWRITABLE';
}

/**
 * Reads a session of the archive from its copy in the cache, after fetching what is missing or new. When the cache
 * cannot be written (or its disk fills up) the files go into a temporary folder that is removed afterwards.
 */
export async function readArchive(
  ref: SessionRef,
  source: ArchiveSource,
  options: ReadArchiveOptions,
): Promise<RawSession> {
  try {
    await probeCache(options);
  } catch (error) {
    if (!isUnwritable(error)) throw error;
    const manifest = await readManifest(source.folder);
    if (manifest !== null && (await isComplete(source.folder, manifest)))
      return (await options.read(source.folder, { expectedTopics: manifest.feeds, incompleteNote: '' }))
        .session;
    return readWithoutCache(ref, source, options, error);
  }
  try {
    return await readCopy(ref, source, source.folder, options);
  } catch (error) {
    if (!isUnwritable(error)) throw error;
    return readWithoutCache(ref, source, options, error);
  }
}
