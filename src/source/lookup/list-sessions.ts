import { open, readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Config } from '../../config/schema.ts';
import { messageOf } from '../../domain/errors.ts';
import type { Log } from '../../domain/log.ts';
import { archiveCache, cacheRoot } from '../archive/cache-folder.ts';
import { localRoot, localSessionFolder, localSessions, subFolders } from '../archive/local-copy.ts';
import { isComplete, readManifest } from '../archive/manifest.ts';
import { isObject } from '../decode/feed-columns.ts';
import { isFolder } from './folder-ref.ts';
import { identityFromFolder } from '../identity/identity.ts';
import { configuredSpec, findCopies } from './resolve-session.ts';
import { listTopicFiles } from '../topics/topic-files.ts';

/** A session that can be opened, as a picker shows it. */
export interface SessionListing {
  /** What to hand to `resolveSession`. */
  readonly spec: string;
  readonly title: string;
  readonly year: number | null;
  readonly event: string;
  readonly session: string;
  readonly origin: 'cached' | 'local' | 'configured' | 'simulated';
  /** Null when nobody knows before it is fetched. */
  readonly hasTelemetry: boolean | null;
  /** What is special about it: '' for nothing. */
  readonly note: string;
}

export interface ListOptions {
  readonly config: Config;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** Bytes of SessionInfo that are looked at for a listing; real ones have 0.5–2 kB. */
const maxInfoBytes = 64 * 1024;

interface ListedIdentity {
  readonly year: number | null;
  readonly event: string;
  readonly session: string;
}

/** Names in the first line of a folder's SessionInfo; null when there is none or it does not say. */
async function identityInFolder(folder: string): Promise<ListedIdentity | null> {
  let text: string;
  try {
    const file = await open(join(folder, 'SessionInfo.jsonStream'), 'r');
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(maxInfoBytes), 0, maxInfoBytes, 0);
      text = buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return null;
  }
  const line = text.split(/\r?\n/, 1)[0] ?? '';
  try {
    const info: unknown = JSON.parse(line.slice(line.indexOf('{')));
    const meeting = isObject(info) ? info['Meeting'] : null;
    const event = isObject(meeting) ? meeting['Name'] : null;
    if (!isObject(info) || typeof event !== 'string' || typeof info['Name'] !== 'string') return null;
    const year = /^\d{4}/.exec(String(info['StartDate']))?.[0];
    return { year: year === undefined ? null : Number(year), event, session: info['Name'] };
  } catch {
    // The reader reports a broken SessionInfo; a list goes by the folder's name.
    return null;
  }
}

/** Listing of a session folder; null when it holds no topic. */
async function listFolder(
  folder: string,
  place: string,
  spec: string,
  origin: SessionListing['origin'],
): Promise<SessionListing | null> {
  const files = await listTopicFiles(folder);
  if (files.length === 0) return null;
  const identity = (await identityInFolder(folder)) ?? identityFromFolder(place);
  const hasTelemetry = files.some(({ topic }) => /^(CarData|Position)(\.z)?$/.test(topic));
  const year = identity?.year ?? null;
  const event = identity?.event ?? '';
  const session = identity?.session ?? '';
  const title = identity === null ? spec : `${year ?? ''} ${event}, ${session}`.trim();
  return {
    spec,
    title,
    year,
    event,
    session,
    origin,
    hasTelemetry,
    note: hasTelemetry ? '' : 'no telemetry',
  };
}

async function years(root: string): Promise<number[]> {
  return (await subFolders(root))
    .filter((name) => /^\d{4}$/.test(name))
    .map(Number)
    .sort((a, b) => a - b);
}

/** Calls back for each session folder of a copy of the archive; one that cannot be read is a warning. */
async function eachSession(
  root: string,
  options: ListOptions,
  visit: (folder: string, path: string) => Promise<void>,
): Promise<void> {
  for (const year of await years(root)) {
    for (const name of (await localSessions(root, year)).sort()) {
      options.signal.throwIfAborted();
      const path = `${year}/${name.normalize('NFC')}/`;
      try {
        const folder = await localSessionFolder(root, path);
        if (folder !== null) await visit(folder, path);
      } catch (error) {
        options.log.warn(`The session in ${path} is not listed: ${messageOf(error)}`);
      }
    }
  }
}

async function listCached(options: ListOptions, found: SessionListing[]): Promise<void> {
  await eachSession(archiveCache(options.config), options, async (folder, path) => {
    const listing = await listFolder(folder, `/${path}`, path.replace(/\/$/, ''), 'cached');
    const manifest = await readManifest(folder);
    if (listing === null || manifest === null) return;
    const isWhole = await isComplete(folder, manifest);
    const notes = [listing.note, isWhole ? '' : 'incomplete, fetched again when opened'].filter(
      (note) => note !== '',
    );
    found.push({ ...listing, note: notes.join('; ') });
  });
}

async function listLocal(options: ListOptions, found: SessionListing[]): Promise<void> {
  const { archive_dir: archiveDir } = options.config.source;
  if (archiveDir === null) return;
  await eachSession(await localRoot(resolve(archiveDir)), options, async (folder, path) => {
    const listing = await listFolder(folder, `/${path}`, path.replace(/\/$/, ''), 'local');
    if (listing !== null) found.push(listing);
  });
}

async function listConfigured(options: ListOptions, found: SessionListing[]): Promise<void> {
  for (const spec of [configuredSpec(options.config), ...options.config.source.sessions]) {
    try {
      if (await isFolder(spec)) {
        const raw = join(spec, 'raw');
        const folder = (await listTopicFiles(spec)).length === 0 && (await isFolder(raw)) ? raw : spec;
        const listing = await listFolder(resolve(folder), resolve(folder), spec, 'configured');
        if (listing !== null) found.push(listing);
        else options.log.warn(`The configured session ${spec} is not listed: it holds no topic file`);
        continue;
      }
      const copies = await findCopies(spec, options.config);
      if (found.some((listing) => copies.includes(listing.spec))) continue;
      const [year, event, session] = spec.split('/');
      const isSpec = /^\d{4}\/[^/]+\/[^/]+$/.test(spec);
      found.push({
        spec,
        title: isSpec ? `${year} ${event}, ${session}` : spec,
        year: isSpec ? Number(year) : null,
        event: isSpec ? (event ?? '') : '',
        session: isSpec ? (session ?? '') : '',
        origin: 'configured',
        hasTelemetry: null,
        note: isSpec || /^https?:/i.test(spec) ? 'fetched when opened' : 'there is no such folder',
      });
    } catch (error) {
      options.log.warn(`The configured session ${spec} is not listed: ${messageOf(error)}`);
    }
  }
}

async function listSimulated(options: ListOptions, found: SessionListing[]): Promise<void> {
  const root = join(cacheRoot(options.config), 'simulated');
  for (const name of (await subFolders(root)).sort()) {
    try {
      for (const folder of await foldersWithTopics(join(root, name), 3)) {
        const listing = await listFolder(folder, folder, folder, 'simulated');
        if (listing !== null) found.push({ ...listing, note: 'simulated race' });
      }
    } catch (error) {
      options.log.warn(`The simulated session ${name} is not listed: ${messageOf(error)}`);
    }
  }
}

/** The folder, or those below it, that hold topic files; at most `depth` levels down. */
async function foldersWithTopics(folder: string, depth: number): Promise<string[]> {
  if ((await listTopicFiles(folder)).length > 0) return [folder];
  if (depth === 0) return [];
  const entries = await readdir(folder, { withFileTypes: true });
  const inside = entries.filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  return (
    await Promise.all(inside.map(({ name }) => foldersWithTopics(join(folder, name), depth - 1)))
  ).flat();
}

/**
 * Sessions that can be opened without asking the network: in the cache, in `source.archive_dir`, configured
 * (`race` and `source.sessions`), simulated. A folder that cannot be read is a warning, never an error.
 */
export async function listSessions(options: ListOptions): Promise<SessionListing[]> {
  const found: SessionListing[] = [];
  await listCached(options, found);
  await listLocal(options, found);
  await listConfigured(options, found);
  await listSimulated(options, found);
  return found;
}
