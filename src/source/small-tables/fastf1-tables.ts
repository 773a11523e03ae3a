import { feedEntries, feedObject, isFeedObject } from '../../domain/feed-shape.ts';
import type { Cell, SmallColumn, SmallTable } from '../../domain/small-table.ts';
import { epochMsFromUs, epochUsFromText } from '../decode/instant.ts';
import { spanToMs, toNumber, toText } from '../timing/feed-values.ts';
import { lineKeys } from './key-order.ts';
import { columnOf, tableOf, type Row } from './table-text.ts';

/** Turns the messages of one topic into one of FastF1's tables, with FastF1's conversions and gaps. */
export interface TopicTable {
  readonly topic: string;
  /** `text` is the message as it was written. */
  accept(stampMs: number, data: unknown, text: string): void;
  /** Null without a message. `lappers`: cars that ended a lap. */
  finish(lappers: ReadonlySet<string>): SmallTable | null;
}

/** Whole number of a feed value, cut off after the point; null for what is no number. */
function toWhole(value: unknown): number | null {
  const number = toNumber(value);
  return number === null ? null : Math.trunc(number);
}

/** Text with its blanks, as FastF1 keeps it; null where the key is missing. */
function asWritten(value: unknown): string | null {
  return typeof value === 'string' ? value : toText(value) || null;
}

/** Columns of FastF1's weather. */
export const weatherColumns: readonly SmallColumn[] = [
  { name: 'Time', kind: 'sessionMs', unit: 's' },
  { name: 'AirTemp', kind: 'number', unit: '°C' },
  { name: 'Humidity', kind: 'number', unit: '%' },
  { name: 'Pressure', kind: 'number', unit: 'mbar' },
  { name: 'Rainfall', kind: 'boolean', unit: '' },
  { name: 'TrackTemp', kind: 'number', unit: '°C' },
  { name: 'WindDirection', kind: 'integer', unit: '°' },
  { name: 'WindSpeed', kind: 'number', unit: 'm/s' },
];

/** `weather`: one row a minute; FastF1 reads a missing value as 0 and anything but "1" as no rain. */
export function weatherTable(): TopicTable {
  const rows: Row[] = [];
  return {
    topic: 'WeatherData',
    accept(stampMs, data) {
      if (!isFeedObject(data)) return;
      const number = (key: string): number => toNumber(data[key]) ?? 0;
      rows.push([
        stampMs,
        number('AirTemp'),
        number('Humidity'),
        number('Pressure'),
        data['Rainfall'] === '1',
        number('TrackTemp'),
        Math.trunc(number('WindDirection')),
        number('WindSpeed'),
      ]);
    },
    finish() {
      if (rows.length === 0) return null;
      return { name: 'weather', columns: weatherColumns, rows };
    },
  };
}

const messageTexts = ['Category', 'Message', 'Status', 'Flag', 'Scope'] as const;

/** Epoch ms of the feed's UTC text; null when it is none. */
function utcMs(value: unknown): number | null {
  const us = epochUsFromText(toText(value));
  return Number.isNaN(us) ? null : epochMsFromUs(us);
}

/** `race_control_messages`: every message in order of sending, those of other series included. */
export function raceControlTable(): TopicTable {
  const rows: Row[] = [];
  return {
    topic: 'RaceControlMessages',
    accept(_, data) {
      for (const [, entry] of feedEntries(feedObject(data)['Messages'])) {
        if (!isFeedObject(entry)) continue;
        const texts = messageTexts.map((key) => asWritten(entry[key]));
        const number = asWritten(entry['RacingNumber']);
        rows.push([utcMs(entry['Utc']), ...texts, toWhole(entry['Sector']), number, toWhole(entry['Lap'])]);
      }
    },
    finish() {
      if (rows.length === 0) return null;
      return tableOf('race_control_messages', [
        { name: 'Time', kind: 'epochMs', unit: 'UTC', values: columnOf(rows, 0) },
        ...messageTexts.map((name, index) => ({
          name,
          kind: 'text' as const,
          unit: '',
          values: columnOf(rows, index + 1),
        })),
        { name: 'Sector', unit: '', values: columnOf(rows, 6) },
        { name: 'RacingNumber', kind: 'text', unit: '', values: columnOf(rows, 7) },
        { name: 'Lap', unit: '', values: columnOf(rows, 8) },
      ]);
    },
  };
}

/** `track_status`: every change as sent. */
export function trackStatusTable(): TopicTable {
  const rows: Row[] = [];
  return {
    topic: 'TrackStatus',
    accept(stampMs, data) {
      if (isFeedObject(data)) rows.push([stampMs, toText(data['Status']), toText(data['Message'])]);
    },
    finish: () =>
      rows.length === 0
        ? null
        : tableOf('track_status', [
            { name: 'Time', kind: 'sessionMs', unit: 's', values: columnOf(rows, 0) },
            { name: 'Status', kind: 'text', unit: '', values: columnOf(rows, 1) },
            { name: 'Message', kind: 'text', unit: '', values: columnOf(rows, 2) },
          ]),
  };
}

/** `session_status`: every change as sent. */
export function sessionStatusTable(): TopicTable {
  const rows: Row[] = [];
  return {
    topic: 'SessionStatus',
    accept(stampMs, data) {
      if (isFeedObject(data) && data['Status'] !== undefined) rows.push([stampMs, toText(data['Status'])]);
    },
    finish: () =>
      rows.length === 0
        ? null
        : tableOf('session_status', [
            { name: 'Time', kind: 'sessionMs', unit: 's', values: columnOf(rows, 0) },
            { name: 'Status', kind: 'text', unit: '', values: columnOf(rows, 1) },
          ]),
  };
}

/** `lap_count`: the counter and the distance as they were sent. */
export function lapCountTable(): TopicTable {
  const rows: Row[] = [];
  return {
    topic: 'LapCount',
    accept(stampMs, data) {
      const fields = feedObject(data);
      rows.push([stampMs, toWhole(fields['TotalLaps']), toWhole(fields['CurrentLap'])]);
    },
    finish: () =>
      rows.length === 0
        ? null
        : tableOf('lap_count', [
            { name: 'Time', kind: 'sessionMs', unit: 's', values: columnOf(rows, 0) },
            { name: 'TotalLaps', unit: 'laps', values: columnOf(rows, 1) },
            { name: 'CurrentLap', unit: '', values: columnOf(rows, 2) },
          ]),
  };
}

const appColumns = [
  'LapNumber',
  'Driver',
  'LapTime',
  'Stint',
  'TotalLaps',
  'Compound',
  'New',
  'TyresNotChanged',
  'Time',
  'LapFlags',
  'LapCountTime',
  'StartLaps',
  'Outlap',
] as const;

/** `timing_app_data`: every announcement about a stint, unknown keys left out. */
export function timingAppTable(): TopicTable {
  const rows: Row[] = [];
  function cellOf(key: string, stint: Readonly<Record<string, unknown>>): Cell {
    const value = stint[key];
    if (value === undefined || value === null) return null;
    if (key === 'LapTime') return spanToMs(value);
    if (key === 'New') return value === 'true';
    return typeof value === 'number' || typeof value === 'boolean' ? value : toText(value);
  }
  return {
    topic: 'TimingAppData',
    accept(stampMs, data, text) {
      const lines = feedObject(feedObject(data)['Lines']);
      for (const number of lineKeys(data, text)) {
        const line = lines[number];
        for (const [index, stint] of feedEntries(feedObject(line)['Stints'])) {
          if (!isFeedObject(stint)) continue;
          rows.push(
            appColumns.map((key): Cell => {
              if (key === 'Time') return stampMs;
              if (key === 'Driver') return number;
              return key === 'Stint' ? Number(index) : cellOf(key, stint);
            }),
          );
        }
      }
    },
    finish() {
      if (rows.length === 0) return null;
      return tableOf(
        'timing_app_data',
        appColumns.map((name, index) => {
          const values = columnOf(rows, index);
          if (name === 'Time') return { name, kind: 'sessionMs' as const, unit: 's', values };
          if (name === 'LapTime') return { name, kind: 'durationMs' as const, unit: 's', values };
          if (name === 'Driver') return { name, kind: 'text' as const, unit: '', values };
          return { name, unit: '', values };
        }),
      );
    },
  };
}

/** `gaps_positions_stream`: place, gap and interval of each car at each message about one of them, held between. */
export function gapsTable(): TopicTable {
  const byCar = new Map<string, Row[]>();
  return {
    topic: 'TimingData',
    accept(stampMs, data, text) {
      const lines = feedObject(feedObject(data)['Lines']);
      const isNew = Object.keys(lines).some((number) => !byCar.has(number));
      if (isNew) for (const number of lineKeys(data, text)) if (!byCar.has(number)) byCar.set(number, []);
      for (const number of Object.keys(lines)) {
        const line = lines[number];
        if (!isFeedObject(line)) continue;
        const position = Math.trunc(toNumber(line['Position']) ?? 0) || null;
        const gap = toText(line['GapToLeader']) || null;
        const interval = toText(feedObject(line['IntervalToPositionAhead'])['Value']) || null;
        if (position === null && gap === null && interval === null) continue;
        const rows = byCar.get(number)!;
        const before = rows.at(-1);
        rows.push([
          stampMs,
          number,
          position ?? before?.[2] ?? null,
          gap ?? before?.[3] ?? null,
          interval ?? before?.[4] ?? null,
        ]);
      }
    },
    finish(lappers) {
      const rows = [...byCar].flatMap(([number, own]) => (lappers.has(number) ? own : []));
      if (rows.length === 0) return null;
      return tableOf('gaps_positions_stream', [
        { name: 'Time', kind: 'sessionMs', unit: 's', values: columnOf(rows, 0) },
        { name: 'Driver', kind: 'text', unit: '', values: columnOf(rows, 1) },
        { name: 'Position', unit: '', values: columnOf(rows, 2) },
        { name: 'GapToLeader', kind: 'text', unit: '', values: columnOf(rows, 3) },
        { name: 'IntervalToPositionAhead', kind: 'text', unit: '', values: columnOf(rows, 4) },
      ]);
    },
  };
}
