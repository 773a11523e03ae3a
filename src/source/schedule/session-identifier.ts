import { F1Error } from '../../domain/errors.ts';
import type { ScheduledEvent, ScheduledSession } from './event-schedule.ts';

/** FastF1's abbreviations of session names. */
const abbreviations: Readonly<Record<string, string>> = {
  R: 'Race',
  Q: 'Qualifying',
  S: 'Sprint',
  SQ: 'Sprint Qualifying',
  SS: 'Sprint Shootout',
  FP1: 'Practice 1',
  FP2: 'Practice 2',
  FP3: 'Practice 3',
};

/**
 * The session of an event that an identifier means, as FastF1 reads it: a name or abbreviation in any case, or a number from
 * 1 to 5. In 2021 and 2022 "Sprint Qualifying" is the sprint. Throws F1_SOURCE_NOT_FOUND with the event's sessions.
 */
export function sessionOfEvent(identifier: string, event: ScheduledEvent, year: number): ScheduledSession {
  const text = identifier.trim();
  const found = /^[1-5]$/.test(text)
    ? event.sessions.find(({ number }) => number === Number(text))
    : event.sessions.find(({ name }) => name === fullName(text, year));
  if (found !== undefined) return found;
  const names = event.sessions.map(({ name }) => name).join(', ');
  throw new F1Error('F1_SOURCE_NOT_FOUND', `The ${year} ${event.name} has no session "${identifier}"`, {
    hint: `Its sessions are: ${names}`,
    exitCode: 2,
  });
}

function fullName(text: string, year: number): string | null {
  const known = Object.values(abbreviations).find((name) => name.toLowerCase() === text.toLowerCase());
  const key = text.toUpperCase();
  const name = known ?? (Object.hasOwn(abbreviations, key) ? abbreviations[key]! : null);
  return name === 'Sprint Qualifying' && (year === 2021 || year === 2022) ? 'Sprint' : name;
}
