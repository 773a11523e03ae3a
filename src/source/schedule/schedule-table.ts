import type { Cell, SmallColumn, SmallTable } from '../../domain/small-table.ts';
import type { EventSchedule } from './event-schedule.ts';

const numbers = [1, 2, 3, 4, 5] as const;

function column(name: string, kind: SmallColumn['kind']): SmallColumn {
  return { name, kind, unit: '' };
}

/** A season with the columns of FastF1's `EventSchedule`; track times as ISO text with their offset. */
export function scheduleTable({ events }: EventSchedule): SmallTable {
  return {
    name: 'schedule',
    columns: [
      column('RoundNumber', 'integer'),
      column('Country', 'text'),
      column('Location', 'text'),
      column('OfficialEventName', 'text'),
      column('EventDate', 'text'),
      column('EventName', 'text'),
      column('EventFormat', 'text'),
      ...numbers.flatMap((n) => [
        column(`Session${n}`, 'text'),
        column(`Session${n}Date`, 'text'),
        column(`Session${n}DateUtc`, 'epochMs'),
      ]),
      column('F1ApiSupport', 'boolean'),
    ],
    rows: events.map((event) => [
      event.round,
      event.country,
      event.location,
      event.officialName,
      event.date,
      event.name,
      event.format,
      ...numbers.flatMap((n): Cell[] => {
        const session = event.sessions.find(({ number }) => number === n);
        return [session?.name ?? null, session?.localStart ?? null, session?.startEpochMs ?? null];
      }),
      event.hasTiming,
    ]),
  };
}
