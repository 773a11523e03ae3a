import { F1Error } from '../../domain/errors.ts';
import type { ResolveOptions } from '../lookup/resolve-options.ts';
import type { EventSchedule } from './event-schedule.ts';
import { findEvent } from './find-event.ts';
import { readSchedule } from './read-schedule.ts';

/**
 * Track-local day of the last session of a round, 'YYYY-MM-DD', by FastF1's schedule: rounds move, and the numbers of the
 * archive's index count cancelled events. Null, with a warning, when no schedule can be read. Throws F1_SOURCE_NOT_FOUND for a
 * round that the season does not have.
 */
export async function dayOfRound(
  year: number,
  round: string,
  options: ResolveOptions,
): Promise<string | null> {
  const schedule = await scheduleOfRounds(year, options);
  if (schedule === null) {
    options.log.warn(`No schedule can be read: event ${round} is counted in the season's index`);
    return null;
  }
  return findEvent(round, schedule, 'strict').event.sessions.at(-1)?.localStart?.slice(0, 10) ?? null;
}

/** The schedule whose rounds count; null when it cannot be reached or lacks the season, which the index may have. */
async function scheduleOfRounds(year: number, options: ResolveOptions): Promise<EventSchedule | null> {
  const timeoutMs = options.timeoutMs ?? options.config.source.probe_timeout_ms;
  try {
    return await readSchedule(year, { ...options, timeoutMs, backend: 'fastf1' });
  } catch (error) {
    const isAbsent =
      error instanceof F1Error &&
      (error.code === 'F1_SOURCE_UNREACHABLE' || error.code === 'F1_SOURCE_NOT_FOUND');
    if (!isAbsent) throw error;
    return null;
  }
}
