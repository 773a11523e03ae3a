import { F1Error } from '../../domain/errors.ts';
import { comparableName, sessionNameOf } from '../identity/session-name.ts';
import { fuzzyEvent } from './fuzzy-event.ts';
import { matchEvent } from './match-event.ts';
import type { Meeting, Season, SeasonSession } from './season.ts';

/** A session that a season has, with what to tell when the text was not its exact name. */
export interface FoundSession {
  readonly meeting: Meeting;
  readonly session: SeasonSession;
  /** Sentence for the user when the event was guessed; null for an exact match. */
  readonly note: string | null;
}

/** Names of the season's sessions that may be meant by a text, the likeliest first. */
function sessionNames(text: string, year: number): string[] {
  const name = sessionNameOf(text);
  // The archive calls the sprints of 2021 "Sprint Qualifying", those of 2022 "Sprint".
  if (year <= 2022 && (name === 'Sprint' || name === 'Sprint Qualifying'))
    return [name, 'Sprint', 'Sprint Qualifying'];
  return name === null ? [] : [name];
}

function findInMeeting(text: string, meeting: Meeting, year: number): SeasonSession | null {
  const plain = comparableName(text.replace(/^\d{4}-\d{2}-\d{2}_/, ''));
  const byName = (name: string): SeasonSession | undefined =>
    meeting.sessions.find((session) => comparableName(session.name) === comparableName(name));
  for (const name of [plain, ...sessionNames(text, year)]) {
    const session = byName(name);
    if (session !== undefined) return session;
  }
  const day = /^practice(\d)$/.exec(comparableName(sessionNameOf(text) ?? ''))?.[1];
  const asDay = meeting.isTesting && day !== undefined ? byName(`Day ${day}`) : undefined;
  if (asDay !== undefined) return asDay;
  // A plain number counts the weekend's sessions in the order they are run.
  if (!/^\d$/.test(text.trim())) return null;
  const ordered = [...meeting.sessions].sort((a, b) => (a.startEpochMs ?? 0) - (b.startEpochMs ?? 0));
  return ordered[Number(text) - 1] ?? null;
}

/** Text of a spec's parts as typed. */
export interface WantedSession {
  readonly year: number;
  readonly event: string;
  readonly session: string;
  /** Track-local day of one of the event's sessions: decides instead of the text. */
  readonly day?: string;
  /** How a text that no field says is guessed; strict by default. */
  readonly matching?: 'strict' | 'fastf1';
}

function notFound(message: string, hint: string): F1Error {
  return new F1Error('F1_SOURCE_NOT_FOUND', message, { hint, exitCode: 2 });
}

/**
 * Finds a session by event and name (never by its Type: the index lists other things as races). Throws
 * `F1_SOURCE_NOT_FOUND` with the nearest events, or with the sessions of that weekend.
 */
export function findSession(wanted: WantedSession, season: Season): FoundSession {
  const { meeting, note } = findMeeting(wanted, season);
  const session = findInMeeting(wanted.session, meeting, wanted.year);
  if (session === null) {
    const names = meeting.sessions.map(({ name }) => name).join(', ');
    throw notFound(
      `Cannot find the session "${wanted.session}" of the ${wanted.year} ${meeting.name}`,
      `The sessions of that weekend are: ${names}`,
    );
  }
  return { meeting, session, note };
}

function findMeeting(
  { event, year, day, matching }: WantedSession,
  season: Season,
): { meeting: Meeting; note: string | null } {
  const onDay = season.meetings.find(({ sessions }) => sessions.some(({ localDate }) => localDate === day));
  if (day !== undefined && onDay !== undefined)
    return { meeting: onDay, note: `Round ${event} is the ${onDay.name}` };
  const match = matchEvent(event, season.meetings, year);
  if (matching === 'fastf1' && !/^\d+$/.test(event)) {
    const guess = fuzzyEvent(event, season.meetings, year);
    if (guess.event !== null) {
      const note = guess.isExact ? null : `"${event}" is read as ${guess.event.name}, as FastF1 does`;
      return { meeting: guess.event, note };
    }
  } else if (match.meeting !== null) {
    return {
      meeting: match.meeting,
      note: match.isExact ? null : `"${event}" is read as ${match.meeting.name}`,
    };
  }
  if (match.meeting === null && match.isAmbiguous)
    throw notFound(
      `Cannot tell which event of ${year} is meant by "${event}"`,
      `Name one of: ${match.nearest.join(', ')}`,
    );
  const near = match.meeting === null ? match.nearest : [match.meeting.name];
  throw notFound(
    `Cannot find the event "${event}" in the season ${year}`,
    near.length === 0 ? 'The season has no events' : `The nearest are: ${near.join(', ')}`,
  );
}
