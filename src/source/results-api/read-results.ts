import type { SessionIdentity } from '../../domain/raw-session.ts';
import { F1Error } from '../../domain/errors.ts';
import { hasRaceDistance } from '../identity/session-name.ts';
import type { ResolveOptions } from '../lookup/resolve-options.ts';
import { readSchedule } from '../schedule/read-schedule.ts';
import { firstLapOf, resultsOf, type ApiResult } from './results-answer.ts';
import { createResultsClient } from './results-client.ts';

/** What the results API knows of a session. */
export interface SessionResults {
  readonly round: number;
  /**
   * Lines of the session's own classification; of a practice those of the race, for names only. Null where the API has none
   * (sprint qualifying, recent sessions).
   */
  readonly results: readonly ApiResult[] | null;
  /** Times of the race's first lap by driver id [ms]; null for other sessions. */
  readonly firstLapMs: ReadonlyMap<string, number> | null;
  /** Why something is missing: sentences for the user. */
  readonly warnings: readonly string[];
}

const dayMs = 86_400_000;

/**
 * Asks the results API for a session: the round by date (numbers move when events are cancelled), its classification, and for
 * a race the times of the first lap, which the timing feed does not have. Never throws for the network.
 */
export async function readResults(
  identity: SessionIdentity,
  options: ResolveOptions,
): Promise<SessionResults> {
  const { year, session, simulated } = identity;
  const nothing = { round: 0, results: null, firstLapMs: null };
  if (simulated)
    return {
      ...nothing,
      warnings: ['The results API is not asked: a simulated race has no official results'],
    };
  const startMs = identity.startEpochMs ?? dayOf(identity.path);
  if (year === null || startMs === null)
    return { ...nothing, warnings: ['The results API is not asked: the session has no date'] };
  const client = createResultsClient(options);
  const round = await roundOn(year, startMs, options);
  if (typeof round === 'string') return { ...nothing, warnings: [round] };
  const warnings: string[] = [];
  const what = endpointOf(session, year);
  let results: ApiResult[] | null = null;
  if (what === null) warnings.push(`The results API has no results of a ${session}`);
  else {
    const answer = await client.read(`${year}/${round}/${what}`);
    results = 'pages' in answer ? resultsOf(answer.pages) : [];
    if ('reason' in answer) warnings.push(`The results API does not tell the results: ${answer.reason}`);
    else if (results.length === 0)
      warnings.push('The results API has no results of this session (yet): it is a day or two behind');
    if (results.length === 0) results = null;
  }
  if (session !== 'Race') return { round, results, firstLapMs: null, warnings };
  const lap = await client.read(`${year}/${round}/laps/1`);
  if ('reason' in lap) warnings.push(`The results API does not tell the first lap: ${lap.reason}`);
  return { round, results, firstLapMs: 'pages' in lap ? firstLapOf(lap.pages) : null, warnings };
}

function endpointOf(session: string, year: number): 'results' | 'qualifying' | 'sprint' | null {
  if (session === 'Qualifying') return 'qualifying';
  if (session === 'Race') return 'results';
  if (hasRaceDistance(year, session)) return 'sprint';
  // Practice has the entries of the race; there is nothing for the qualifying of a sprint.
  return /sprint|shootout/i.test(session) ? null : 'results';
}

/** Round of the event that has a session on that day, or why it is not known. */
async function roundOn(year: number, startMs: number, options: ResolveOptions): Promise<number | string> {
  let reason = '';
  // The rounds of the timing archive's own index are wrong after a cancelled event.
  for (const backend of ['fastf1', 'ergast'] as const) {
    try {
      const { events } = await readSchedule(year, { ...options, backend });
      const event = events.find(
        ({ round, sessions }) =>
          round > 0 &&
          sessions.some(
            ({ startEpochMs }) => startEpochMs !== null && Math.abs(startEpochMs - startMs) < dayMs,
          ),
      );
      if (event !== undefined) return event.round;
      reason = `the schedule of ${year} has no event on the day of this session`;
    } catch (error) {
      if (!(error instanceof F1Error)) throw error;
      reason = error.message;
    }
  }
  return `The results API is not asked: ${reason}`;
}

function dayOf(path: string | null): number | null {
  const day = /(\d{4}-\d{2}-\d{2})_[^/]*\/?$/.exec(path ?? '')?.[1];
  return day === undefined ? null : Date.parse(day);
}
