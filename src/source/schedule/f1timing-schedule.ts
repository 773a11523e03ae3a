import { isObject } from '../decode/feed-columns.ts';
import type { EventFormat, ScheduledEvent, ScheduledSession } from './event-schedule.ts';
import { trackTime } from './track-time.ts';

const sessionsOfEvent = 5;

/**
 * Events of the timing archive's season `Index.json` by FastF1's rules: sessions without key or name are left out, the
 * format is told by (year, name of a session), the round is the meeting's `Number`, which is wrong after a cancelled event.
 * Null when the value is no index.
 */
export function parseF1TimingSchedule(value: unknown, year: number): ScheduledEvent[] | null {
  if (!isObject(value)) return null;
  const meetings = listOf(value['Meetings']);
  return meetings.length === 0 ? null : meetings.map((meeting) => eventOf(meeting, year));
}

function eventOf(meeting: Readonly<Record<string, unknown>>, year: number): ScheduledEvent {
  const text = (key: string): string => (typeof meeting[key] === 'string' ? meeting[key] : '');
  const country = isObject(meeting['Country']) ? meeting['Country']['Name'] : '';
  const all = listOf(meeting['Sessions']).filter(
    (session) => session['Key'] !== -1 && typeof session['Name'] === 'string' && session['Name'] !== '',
  );
  const names = all.map((session) => String(session['Name']));
  const format = formatOf(text('Name'), names, year);
  const sessions = all.slice(0, sessionsOfEvent).map((session, index): ScheduledSession => {
    const isOldSprint = format === 'sprint' && index === 3;
    const start = trackTime(session['StartDate'], session['GmtOffset']);
    return { number: index + 1, name: isOldSprint ? 'Sprint' : names[index]!, ...start, isDayOnly: false };
  });
  const last = sessions.at(-1)?.startEpochMs ?? null;
  return {
    round: format === 'testing' || typeof meeting['Number'] !== 'number' ? 0 : meeting['Number'],
    country: typeof country === 'string' ? country : '',
    location: text('Location'),
    name: text('Name'),
    officialName: text('OfficialName'),
    date: last === null ? '' : new Date(last).toISOString().slice(0, 10),
    format,
    sessions,
    hasTiming: true,
  };
}

/** A "Sprint Qualifying" is the sprint in 2021 and a qualifying from 2024 on. */
function formatOf(event: string, names: readonly string[], year: number): EventFormat {
  if (event.toLowerCase().includes('test')) return 'testing';
  if (year <= 2020) return 'conventional';
  if (year <= 2022)
    return names[3] === 'Sprint' || names[3] === 'Sprint Qualifying' ? 'sprint' : 'conventional';
  if (year === 2023) return names[2] === 'Sprint Shootout' ? 'sprint_shootout' : 'conventional';
  return names[1] === 'Sprint Qualifying' ? 'sprint_qualifying' : 'conventional';
}

function listOf(value: unknown): Readonly<Record<string, unknown>>[] {
  const items = Array.isArray(value) ? (value as unknown[]) : isObject(value) ? Object.values(value) : [];
  return items.filter(isObject);
}
