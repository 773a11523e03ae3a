import { isObject } from '../decode/feed-columns.ts';
import type { EventFormat, ScheduledEvent, ScheduledSession } from './event-schedule.ts';

const dayMs = 86_400_000;

/** Days before the race, and name, of each session by format: Ergast knows no session times, FastF1 sets these. */
const weekends: Readonly<Record<string, readonly (readonly [daysBefore: number, name: string])[]>> = {
  conventional: weekend('Practice 1', 'Practice 2', 'Practice 3', 'Qualifying'),
  sprint: weekend('Practice 1', 'Qualifying', 'Practice 2', 'Sprint'),
  sprint_shootout: weekend('Practice 1', 'Qualifying', 'Sprint Shootout', 'Sprint'),
  sprint_qualifying: weekend('Practice 1', 'Sprint Qualifying', 'Sprint', 'Qualifying'),
};

function weekend(...names: string[]): readonly (readonly [number, string])[] {
  const days = [2, 2, 1, 1];
  return [...names.map((name, index) => [days[index]!, name] as const), [0, 'Race']];
}

/** Events of the results API's season answer (`/{year}.json`) by FastF1's rules; null when the value is none. */
export function parseErgastSchedule(value: unknown, year: number): ScheduledEvent[] | null {
  const races = at(value, 'MRData', 'RaceTable', 'Races');
  return Array.isArray(races)
    ? (races as unknown[]).filter(isObject).map((race) => eventOf(race, year))
    : null;
}

function eventOf(race: Readonly<Record<string, unknown>>, year: number): ScheduledEvent {
  const text = (...path: string[]): string => {
    const found = at(race, ...path);
    return typeof found === 'string' ? found : '';
  };
  const date = text('date');
  const time = text('time');
  const dayStart = Date.parse(`${date}T00:00:00Z`);
  const raceStart = Date.parse(`${date}T${time === '' ? '00:00:00Z' : time}`);
  const format: EventFormat = 'Sprint' in race ? sprintFormat(year) : 'conventional';
  const sessions = weekends[format]!.map(([daysBefore, name], index): ScheduledSession => {
    const isRace = daysBefore === 0;
    const startEpochMs = isRace ? raceStart : dayStart - daysBefore * dayMs;
    return {
      number: index + 1,
      name,
      localStart: null,
      startEpochMs: Number.isNaN(startEpochMs) ? null : startEpochMs,
      isDayOnly: !isRace || time === '',
    };
  });
  return {
    round: Number(text('round')) || 0,
    country: text('Circuit', 'Location', 'country'),
    location: text('Circuit', 'Location', 'locality'),
    name: text('raceName'),
    officialName: '',
    date,
    format,
    sessions,
    hasTiming: year >= 2018,
  };
}

function sprintFormat(year: number): EventFormat {
  if (year <= 2022) return 'sprint';
  return year === 2023 ? 'sprint_shootout' : 'sprint_qualifying';
}

function at(value: unknown, ...path: string[]): unknown {
  let found = value;
  for (const key of path) found = isObject(found) ? found[key] : undefined;
  return found;
}
