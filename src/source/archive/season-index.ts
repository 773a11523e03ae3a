import { join } from 'node:path';
import type { Log } from '../../domain/log.ts';
import type { ArchiveClient } from './archive-client.ts';
import { readKeptJson } from './kept-json.ts';
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

/** Where the cache keeps a season's index. */
export function seasonIndexFile(cache: string, year: number): string {
  return join(cache, String(year), 'Index.json');
}

/** Asks the archive for a season's index, unchanged ones are taken from the cache. Never throws for the network. */
export async function readSeasonIndex(options: SeasonIndexOptions): Promise<SeasonAnswer> {
  const { year, cache, ...rest } = options;
  const answer = await readKeptJson({
    ...rest,
    urlPath: `/static/${year}/Index.json`,
    file: seasonIndexFile(cache, year),
  });
  if (answer.outcome !== 'json') return answer;
  const season = seasonFromIndex(answer.value);
  return season === null
    ? { outcome: 'absent', reason: 'what the archive sent is no season index' }
    : { outcome: 'season', season };
}
