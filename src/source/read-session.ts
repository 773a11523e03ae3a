import type { Config } from '../config/schema.ts';
import type { Log, OnProgress } from '../domain/log.ts';
import type { RawSession, SessionIdentity } from '../domain/raw-session.ts';
import { identityFromFolder, identityFromName } from './identity/identity.ts';
import { readArchive } from './read-archive.ts';
import { readFolder, type FolderReading } from './read-folder.ts';
import { readRecordingFile } from './recordings/read-recording.ts';
import { readTables } from './tables/read-tables.ts';
import type { SessionRef } from './session-ref.ts';

export interface ReadSessionOptions {
  readonly config: Config;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly onProgress?: OnProgress;
  /** Names a session whose files and folder do not: `--name "2023 Qatar Race"`. */
  readonly name?: string;
  /** Car numbers to rename, old → new: `--car-alias 9=20`. */
  readonly carAlias?: ReadonlyMap<string, string>;
}

function hintFor(place: string, name: string | undefined): SessionIdentity | null {
  const fromPlace = identityFromFolder(place);
  if (name === undefined || name.trim() === '') return fromPlace;
  return { ...identityFromName(name), path: fromPlace?.path ?? null };
}

/**
 * Reads a session into columns and first-reading timing, after fetching what is new when it lies in the archive.
 * Errors: `F1_SOURCE_EMPTY`, `F1_SOURCE_NO_IDENTITY`, and for the archive `F1_SOURCE_NOT_FOUND`, `F1_SOURCE_NOT_READY`,
 * `F1_SOURCE_UNREACHABLE`. A cache that cannot be written is a warning: the session is read without one. Memory: the
 * columns (9 bytes a car sample, 14 a position sample, times once a feed) and one line at a time.
 */
export async function readSession(ref: SessionRef, options: ReadSessionOptions): Promise<RawSession> {
  const place = ref.archivePath === null ? ref.location : `/${ref.archivePath}`;
  const read = (
    folder: string,
    more: { expectedTopics?: readonly string[] | null; incompleteNote?: string },
  ): Promise<FolderReading> =>
    readFolder(folder, {
      log: options.log,
      signal: options.signal,
      onProgress: options.onProgress,
      identityHint: hintFor(place, options.name),
      carAlias: options.carAlias,
      ...more,
    });
  if (ref.kind === 'recording' || ref.kind === 'tables') {
    const readFile = ref.kind === 'tables' ? readTables : readRecordingFile;
    return readFile(ref.location, {
      log: options.log,
      signal: options.signal,
      onProgress: options.onProgress,
      identityHint: hintFor(place, options.name),
      carAlias: options.carAlias,
    });
  }
  if (ref.archive !== null) return readArchive(ref, ref.archive, { ...options, read });
  return (await read(ref.location, {})).session;
}
