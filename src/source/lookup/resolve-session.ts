import { join, resolve } from 'node:path';
import type { Config } from '../../config/schema.ts';
import { F1Error } from '../../domain/errors.ts';
import type { Log } from '../../domain/log.ts';
import type { ArchiveClient } from '../archive/archive-client.ts';
import { archiveUrl, checkedPath, makeArchivePath } from '../archive/archive-path.ts';
import { archiveCache } from '../archive/cache-folder.ts';
import { findSession, type FoundSession, type WantedSession } from '../archive/find-session.ts';
import { localRoot, localSeasonIndex, localSeasons, localSessionFolder } from '../archive/local-copy.ts';
import { fingerprintOfCopy } from '../archive/manifest.ts';
import { readSeasonIndex, type SeasonAnswer } from '../archive/season-index.ts';
import type { Season } from '../archive/season.ts';
import { checkCopy } from './check-copy.ts';
import { fileRef } from './file-ref.ts';
import { folderRef, isFile, isFolder } from './folder-ref.ts';
import { checkOptions, createArchiveClient, type ResolveOptions } from './resolve-options.ts';
import { cacheKeyOf, type SessionRef } from '../session-ref.ts';
import { urlRef } from './url-ref.ts';

/** `YEAR/EVENT/SESSION` of the configured race. */
export function configuredSpec(config: Config): string {
  return `${config.race.year}/${config.race.grand_prix}/${config.race.session}`;
}

function parseSpec(spec: string): WantedSession | null {
  const match = /^(\d{4})\/([^/]+)\/([^/]+)\/?$/.exec(spec.trim().replace(/^static\//, ''));
  return match === null
    ? null
    : { year: Number(match[1]), event: match[2]!.trim(), session: match[3]!.trim() };
}

function archiveRef(
  spec: string,
  found: FoundSession,
  path: string,
  client: ArchiveClient,
  options: ResolveOptions,
): SessionRef {
  const title = `${path.slice(0, 4)} ${found.meeting.name}, ${found.session.name}`;
  const folder = join(archiveCache(options.config), ...path.split('/').filter((part) => part !== ''));
  return {
    kind: 'archive',
    spec,
    title,
    cacheKey: cacheKeyOf(path, path),
    location: archiveUrl(client.address, path),
    archivePath: path,
    fingerprint: () => fingerprintOfCopy(folder),
    archive: {
      client,
      path: `/static/${path.split('/').map(encodeURIComponent).join('/')}`,
      folder,
      endEpochMs: found.session.endEpochMs,
      nowEpochMs: options.nowEpochMs ?? Date.now,
    },
  };
}

/** A session that a season names, with its path checked; null when the season does not have it. */
function tryFind(wanted: WantedSession, season: Season): { found: FoundSession; path: string } | null {
  try {
    const found = findSession(wanted, season);
    const title = `${wanted.year} ${found.meeting.name}, ${found.session.name}`;
    return found.session.path === null
      ? null
      : { found, path: checkedPath(found.session.path, wanted.year, title) };
  } catch (error) {
    if (error instanceof F1Error) return null;
    throw error;
  }
}

interface LocalFind {
  readonly found: FoundSession;
  readonly path: string;
  readonly folder: string;
}

async function findLocally(wanted: WantedSession, root: string): Promise<LocalFind | null> {
  for (const season of await localSeasons(root, wanted.year)) {
    const hit = tryFind(wanted, season);
    const folder = hit === null ? null : await localSessionFolder(root, hit.path);
    if (hit !== null && folder !== null) return { ...hit, folder };
  }
  return null;
}

/** Places in the cache and in `source.archive_dir`, as 'YEAR/EVENT/SESSION', that a spec means; none for other specs. */
export async function findCopies(spec: string, config: Config): Promise<string[]> {
  const wanted = parseSpec(spec);
  if (wanted === null) return [];
  const roots = [archiveCache(config)];
  if (config.source.archive_dir !== null) roots.push(await localRoot(resolve(config.source.archive_dir)));
  const paths: string[] = [];
  for (const root of roots) {
    const hit = await findLocally(wanted, root);
    if (hit !== null) paths.push(hit.path.replace(/\/$/, ''));
  }
  return paths;
}

/** Folder that a session without one in the index should have; null when its dates are unknown. */
function guessedPath({ meeting, session }: FoundSession): string | null {
  const dates = meeting.sessions.map(({ localDate }) => localDate).filter((date) => date !== null);
  const eventDate = dates.sort().at(-1);
  if (session.localDate === null || eventDate === undefined) return null;
  return makeArchivePath(meeting.name, eventDate, session.name, session.localDate);
}

function notReady(wanted: WantedSession, { meeting, session }: FoundSession, nowMs: number): F1Error {
  const title = `${wanted.year} ${meeting.name}, ${session.name}`;
  const isAhead = session.startEpochMs !== null && session.startEpochMs > nowMs;
  const start =
    session.startEpochMs === null
      ? ''
      : `: it starts ${new Date(session.startEpochMs).toISOString().slice(0, 16)}Z`;
  if (isAhead)
    return new F1Error('F1_SOURCE_NOT_READY', `The session ${title} has not been run yet${start}`, {
      hint: 'The archive is usually complete 15–60 minutes after the end',
      canRetry: true,
      exitCode: 2,
    });
  return new F1Error('F1_SOURCE_NOT_READY', `The session ${title} is not in the archive (yet)`, {
    hint: 'The archive is usually complete 15–60 minutes after the end of a session',
    canRetry: true,
    exitCode: 2,
  });
}

function unreachable(wanted: string, reason: string): F1Error {
  return new F1Error(
    'F1_SOURCE_UNREACHABLE',
    `Cannot get ${wanted} as the timing archive cannot be reached: ${reason}`,
    {
      hint: 'Name a session folder, set source.archive_dir to a copy of the archive, or try again with a connection',
      canRetry: true,
    },
  );
}

/** Names of a season that any copy of the index has: the archive's own first, then the cache, then `archive_dir`. */
async function findAnywhere(
  spec: string,
  wanted: WantedSession,
  answer: SeasonAnswer,
  roots: readonly string[],
): Promise<FoundSession> {
  if (answer.outcome === 'season') return findSession(wanted, answer.season);
  let firstError: F1Error | null = null;
  for (const root of roots) {
    for (const season of await localSeasons(root, wanted.year)) {
      if (season.meetings.length === 0) continue;
      try {
        return findSession(wanted, season);
      } catch (error) {
        if (!(error instanceof F1Error)) throw error;
        firstError ??= error;
      }
    }
  }
  if (firstError !== null) throw firstError;
  if (answer.outcome === 'unreachable') throw unreachable(spec, answer.reason);
  throw new F1Error(
    'F1_SOURCE_NOT_FOUND',
    `Cannot find the season ${wanted.year} in the timing archive: ${answer.reason}`,
    {
      hint: 'Seasons start in 2018',
      exitCode: 2,
    },
  );
}

/** What is wanted, with the day of its event when that is a round number and a schedule can tell. */
async function withDay(parsed: WantedSession, options: ResolveOptions): Promise<WantedSession> {
  const wanted = { ...parsed, matching: options.config.source.event_matching };
  if (!/^\d{1,2}$/.test(wanted.event)) return wanted;
  // Loaded only now: few specs name a round.
  const { dayOfRound } = await import('../schedule/day-of-round.ts');
  const day = await dayOfRound(wanted.year, wanted.event, options);
  return day === null ? wanted : { ...wanted, day };
}

async function resolveInArchive(
  spec: string,
  parsed: WantedSession,
  options: ResolveOptions,
): Promise<SessionRef> {
  const { config, log } = options;
  const wanted = await withDay(parsed, options);
  const cache = archiveCache(config);
  const client = createArchiveClient(options);
  const cached = await findLocally(wanted, cache);
  if (cached !== null) {
    const ref = archiveRef(spec, cached.found, cached.path, client, options);
    if (ref.archive !== null && (await checkCopy(ref.archive, checkOptions(options)))) {
      noteMatch(cached.found, log);
      return ref;
    }
  }
  const roots = [cache];
  if (config.source.archive_dir !== null) {
    const archiveDir = resolve(config.source.archive_dir);
    if (!(await isFolder(archiveDir)))
      log.warn(`There is no folder ${archiveDir} (source.archive_dir): it is not searched`);
    const root = await localRoot(archiveDir);
    roots.push(root);
    const local = await findLocally(wanted, root);
    if (local !== null) {
      noteMatch(local.found, log);
      return folderRef(spec, local.folder);
    }
  }
  // With an index at hand the archive's own is only a newer one: no reason to wait long for it.
  const indices = await Promise.all(roots.map((root) => localSeasonIndex(root, wanted.year)));
  const hasIndex = indices.some((season) => season !== null);
  const timeoutMs = options.timeoutMs ?? (hasIndex ? config.source.probe_timeout_ms : undefined);
  const bound = timeoutMs === undefined ? {} : { timeoutMs };
  const answer = await readSeasonIndex({ year: wanted.year, client, cache, log, ...bound });
  const found = await findAnywhere(spec, wanted, answer, roots);
  noteMatch(found, log);
  const nowMs = (options.nowEpochMs ?? Date.now)();
  const { session, meeting } = found;
  if (session.startEpochMs !== null && session.startEpochMs > nowMs) throw notReady(wanted, found, nowMs);
  const title = `${wanted.year} ${meeting.name}, ${session.name}`;
  const given = session.path ?? guessedPath(found);
  if (given === null) throw notReady(wanted, found, nowMs);
  const path = checkedPath(given, wanted.year, title);
  if (answer.outcome === 'unreachable') throw unreachable(title, answer.reason);
  return archiveRef(spec, found, path, client, options);
}

function noteMatch(found: FoundSession, log: Log): void {
  if (found.note !== null) log.info(found.note);
}

/** A folder of topic files or, when it holds none, of OpenF1's or FastF1's tables. */
async function folderOrTables(folder: string): Promise<SessionRef> {
  try {
    return await folderRef(folder, folder);
  } catch (error) {
    if (!(error instanceof F1Error && error.code === 'F1_SOURCE_EMPTY')) throw error;
    const { findTables } = await import('../tables/read-tables.ts');
    if ((await findTables(folder)).size === 0) throw error;
    return fileRef('tables', folder, folder);
  }
}

/** A table or the recording of a session, told by how the file begins. */
async function tableOrRecording(file: string): Promise<SessionRef> {
  const { openTable } = await import('../tables/table-file.ts');
  const table = await openTable(file).catch(() => null);
  return fileRef(table === null ? 'recording' : 'tables', file, file);
}

/**
 * Finds the session that a text names: a folder, the file of a recording, an http(s) URL, `YEAR/EVENT/SESSION`, or (undefined) the configured
 * race. `YEAR/EVENT/SESSION` is looked for in the cache, in `source.archive_dir`, then in the archive through the
 * season's index. Errors (exit code 2): `F1_SOURCE_NOT_FOUND` with the nearest names, `F1_SOURCE_NOT_READY`,
 * `F1_SOURCE_PATH_REFUSED`, `F1_SOURCE_EMPTY`; `F1_SOURCE_UNREACHABLE` when only the network could tell.
 */
export async function resolveSession(spec: string | undefined, options: ResolveOptions): Promise<SessionRef> {
  const wanted = spec ?? configuredSpec(options.config);
  if (/^https?:\/\//i.test(wanted)) return urlRef(wanted, options);
  if (wanted.startsWith('file:')) return folderRef(wanted, wanted);
  if (await isFolder(wanted)) return folderOrTables(wanted);
  if (await isFile(wanted)) return tableOrRecording(wanted);
  const parsed = parseSpec(wanted);
  if (parsed !== null) return resolveInArchive(wanted, parsed, options);
  throw new F1Error(
    'F1_SOURCE_NOT_FOUND',
    `Cannot find the session ${wanted}: there is no such folder or file and it is not built as YEAR/EVENT/SESSION`,
    {
      hint: 'Examples: 2023/Monaco/R, 2021/Saudi Arabia/R, recordings/2023_qatar_race, https://…/static/2023/…/',
      exitCode: 2,
    },
  );
}
