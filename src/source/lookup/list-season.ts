import { resolve } from 'node:path';
import { F1Error } from '../../domain/errors.ts';
import { archiveCache } from '../archive/cache-folder.ts';
import { localRoot, localSeasonIndex } from '../archive/local-copy.ts';
import { readSeasonIndex } from '../archive/season-index.ts';
import type { Season } from '../archive/season.ts';
import { createArchiveClient, type ResolveOptions } from './resolve-options.ts';

/** A session of a season as its index lists it. */
export interface SeasonListing {
  /** What to hand to `resolveSession`. */
  readonly spec: string;
  readonly event: string;
  readonly session: string;
  /** Planned start, UTC epoch ms; null when unknown. */
  readonly startEpochMs: number | null;
  /** False for sessions without a place in the archive (yet). */
  readonly isInArchive: boolean;
}

/**
 * Every session that the index of a season lists: the archive's own, else the copy in the cache or in
 * `source.archive_dir`. Throws `F1_SOURCE_UNREACHABLE` or `F1_SOURCE_NOT_FOUND` when there is none.
 */
export async function listSeason(year: number, options: ResolveOptions): Promise<SeasonListing[]> {
  const { config, log } = options;
  const cache = archiveCache(config);
  const answer = await readSeasonIndex({ year, client: createArchiveClient(options), cache, log });
  let season: Season | null =
    answer.outcome === 'season' ? answer.season : await localSeasonIndex(cache, year);
  if (season === null && config.source.archive_dir !== null)
    season = await localSeasonIndex(await localRoot(resolve(config.source.archive_dir)), year);
  if (season === null) {
    const reason = answer.outcome === 'season' ? '' : answer.reason;
    if (answer.outcome === 'unreachable')
      throw new F1Error(
        'F1_SOURCE_UNREACHABLE',
        `Cannot list the season ${year} as the archive cannot be reached: ${reason}`,
        {
          hint: 'Try again with a connection, or set source.archive_dir to a copy of the archive',
          canRetry: true,
        },
      );
    throw new F1Error(
      'F1_SOURCE_NOT_FOUND',
      `Cannot find the season ${year} in the timing archive: ${reason}`,
      {
        hint: 'Seasons start in 2018',
        exitCode: 2,
      },
    );
  }
  return season.meetings.flatMap((meeting) =>
    meeting.sessions.map((session) => ({
      spec: `${year}/${meeting.name}/${session.name}`,
      event: meeting.name,
      session: session.name,
      startEpochMs: session.startEpochMs,
      isInArchive: session.path !== null,
    })),
  );
}
