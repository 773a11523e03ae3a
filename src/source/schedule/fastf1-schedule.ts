import { isObject } from '../decode/feed-columns.ts';
import type { ScheduledEvent, ScheduledSession } from './event-schedule.ts';
import { trackTime } from './track-time.ts';

const sessionsOfEvent = 5;

/**
 * Events of FastF1's own schedule file: columns, each an object from index to value, with session times at the track and
 * one offset an event (null = UTC). Null when the value is none.
 */
export function parseFastF1Schedule(value: unknown): ScheduledEvent[] | null {
  if (!isObject(value) || !isObject(value['event_name'])) return null;
  const cell = (column: string, index: string): unknown => {
    const cells = value[column];
    return isObject(cells) ? cells[index] : undefined;
  };
  const text = (column: string, index: string): string => {
    const content = cell(column, index);
    return typeof content === 'string' ? content : '';
  };
  return Object.keys(value['event_name']).map((index): ScheduledEvent => {
    const round = cell('round_number', index);
    const sessions: ScheduledSession[] = [];
    for (let n = 1; n <= sessionsOfEvent; n++) {
      const name = text(`session${n}`, index);
      if (name === '') continue;
      const start = trackTime(cell(`session${n}_date`, index), cell('gmt_offset', index));
      sessions.push({ number: n, name, ...start, isDayOnly: false });
    }
    return {
      round: typeof round === 'number' ? round : 0,
      country: text('country', index),
      location: text('location', index),
      name: text('event_name', index),
      officialName: text('official_event_name', index),
      date: text('event_date', index).slice(0, 10),
      format: text('event_format', index),
      sessions,
      hasTiming: cell('f1_api_support', index) === true,
    };
  });
}
