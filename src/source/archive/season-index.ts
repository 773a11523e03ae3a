import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../domain/errors.ts';
import type { Log } from '../../domain/log.ts';
import { isObject } from '../decode/feed-columns.ts';
import type { ArchiveClient } from './archive-client.ts';
import { writeCacheFile } from './cache-folder.ts';
import { NetworkError, type Validators } from './request.ts';
import { seasonFromIndex, type Season } from './season.ts';

export interface SeasonIndexOptions {
  readonly year: number;
  readonly client: ArchiveClient;
  /** Folder of the archive's copy in the cache. */
  readonly cache: string;
  readonly log: Log;
  /** Bound on the look-up; the usual retries without it. */
  readonly timeoutMs?: number;
}

/** What the archive says about a season, or why it says nothing. */
export type SeasonAnswer =
  | { readonly outcome: 'season'; readonly season: Season }
  | { readonly outcome: 'absent'; readonly reason: string }
  | { readonly outcome: 'unreachable'; readonly reason: string };

async function cachedValidators(path: string): Promise<Validators | null> {
  try {
    const value: unknown = JSON.parse(await readFile(`${path}.state`, 'utf8'));
    if (!isObject(value)) return null;
    const { etag, lastModified } = value;
    return {
      etag: typeof etag === 'string' ? etag : null,
      lastModified: typeof lastModified === 'string' ? lastModified : null,
    };
  } catch {
    return null;
  }
}

async function cachedSeason(path: string): Promise<Season | null> {
  try {
    return seasonFromIndex(JSON.parse((await readFile(path, 'utf8')).replace(/^\uFEFF/, '')));
  } catch {
    return null;
  }
}

/** Asks the archive for a season's index, unchanged ones are taken from the cache. Never throws for the network. */
export async function readSeasonIndex(options: SeasonIndexOptions): Promise<SeasonAnswer> {
  const { client, year } = options;
  const path = join(options.cache, String(year), 'Index.json');
  const cached = await cachedSeason(path);
  const known = cached === null ? null : await cachedValidators(path);
  try {
    const bound = options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs };
    const answer = await client.readText(`/static/${year}/Index.json`, { known, ...bound });
    if (answer.outcome === 'unchanged' && cached !== null) return { outcome: 'season', season: cached };
    if (answer.outcome === 'absent')
      return { outcome: 'absent', reason: `the archive answers ${answer.status}` };
    if (answer.outcome !== 'text')
      return { outcome: 'absent', reason: 'the archive sent an HTML or XML page' };
    const season = seasonFromIndex(JSON.parse(answer.text));
    if (season === null) return { outcome: 'absent', reason: 'what the archive sent is no season index' };
    await store(path, answer.text, answer, options.log);
    return { outcome: 'season', season };
  } catch (error) {
    if (error instanceof NetworkError) return { outcome: 'unreachable', reason: error.message };
    if (error instanceof SyntaxError)
      return { outcome: 'absent', reason: `its index is broken: ${error.message}` };
    throw error;
  }
}

async function store(
  path: string,
  text: string,
  { etag, lastModified }: Validators,
  log: Log,
): Promise<void> {
  try {
    await writeCacheFile(path, text);
    await writeCacheFile(`${path}.state`, JSON.stringify({ etag, lastModified }));
  } catch (error) {
    log.debug(`The season index is not kept: ${messageOf(error)}`);
  }
}
