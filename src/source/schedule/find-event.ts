import { F1Error } from '../../domain/errors.ts';
import { fuzzyEvent } from '../archive/fuzzy-event.ts';
import { matchEvent, type EventNames } from '../archive/match-event.ts';
import { isTesting, type EventSchedule, type ScheduledEvent } from './event-schedule.ts';

/** `strict` refuses far guesses and names the nearest; `fastf1` answers as FastF1 does, wrong guesses included. */
export type EventMatching = 'strict' | 'fastf1';

export interface FoundEvent {
  readonly event: ScheduledEvent;
  /** Sentence for the user when the event was guessed; null when a field says it. */
  readonly note: string | null;
}

/**
 * The event of a season that a text means: a round number, or a name, country, location or official name. Throws
 * `F1_SOURCE_NOT_FOUND` with the nearest names.
 */
export function findEvent(
  query: string,
  { year, events }: EventSchedule,
  matching: EventMatching,
): FoundEvent {
  if (/^\d{1,2}$/.test(query.trim())) return byRound(Number(query), year, events);
  const named = events.map(namesOf);
  const strict = matchEvent(query, named, year);
  if (matching === 'fastf1') {
    const match = fuzzyEvent(query, named, year);
    if (match.event !== null) {
      const { event } = match.event;
      return { event, note: match.isExact ? null : `"${query}" is read as ${event.name}, as FastF1 does` };
    }
    throw notFound(
      query,
      year,
      match.reason,
      strict.meeting === null ? strict.nearest : [strict.meeting.name],
    );
  }
  if (strict.meeting !== null) {
    const { event } = strict.meeting;
    return { event, note: strict.isExact ? null : `"${query}" is read as ${event.name}` };
  }
  throw notFound(
    query,
    year,
    strict.isAmbiguous ? 'several events fit' : 'no event is like it',
    strict.nearest,
  );
}

function byRound(round: number, year: number, events: readonly ScheduledEvent[]): FoundEvent {
  const event = round === 0 ? undefined : events.find((one) => one.round === round && !isTesting(one));
  if (event !== undefined) return { event, note: null };
  const last = Math.max(0, ...events.map((one) => one.round));
  throw new F1Error('F1_SOURCE_NOT_FOUND', `The season ${year} has no round ${round}`, {
    hint: `Its rounds are 1 to ${last}; tests have none and are found by name`,
    exitCode: 2,
  });
}

function namesOf(event: ScheduledEvent): EventNames & { readonly event: ScheduledEvent } {
  const { name, officialName, location, country } = event;
  return { event, name, officialName, location, country, circuit: '', isTesting: isTesting(event) };
}

function notFound(query: string, year: number, reason: string, nearest: readonly string[]): F1Error {
  return new F1Error('F1_SOURCE_NOT_FOUND', `Cannot find the event "${query}" in ${year}: ${reason}`, {
    hint: nearest.length === 0 ? 'The season has no events' : `The nearest are: ${nearest.join(', ')}`,
    exitCode: 2,
  });
}
