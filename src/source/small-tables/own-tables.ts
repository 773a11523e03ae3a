import { feedEntries, feedObject, isFeedObject } from '../../domain/feed-shape.ts';
import type { SmallTable } from '../../domain/small-table.ts';
import { toNumber, toTextOrNull } from '../timing/feed-values.ts';
import type { TopicTable } from './fastf1-tables.ts';
import { columnOf, tableOf, type Row } from './table-text.ts';

/** `team_radio`: every clip with its time, car and path below the session's folder of the archive. */
export function teamRadioTable(): TopicTable {
  const rows: Row[] = [];
  return {
    topic: 'TeamRadio',
    accept(stampMs, data) {
      for (const [, clip] of feedEntries(feedObject(data)['Captures'])) {
        if (!isFeedObject(clip)) continue;
        rows.push([
          stampMs,
          toTextOrNull(clip['Utc']),
          toTextOrNull(clip['RacingNumber']),
          toTextOrNull(clip['Path']),
        ]);
      }
    },
    finish: () =>
      rows.length === 0
        ? null
        : tableOf('team_radio', [
            { name: 'Time', kind: 'sessionMs', unit: 's', values: columnOf(rows, 0) },
            { name: 'Utc', kind: 'text', unit: 'UTC', values: columnOf(rows, 1) },
            { name: 'DriverNumber', kind: 'text', unit: '', values: columnOf(rows, 2) },
            { name: 'Path', kind: 'text', unit: '', values: columnOf(rows, 3) },
          ]),
  };
}

/** Visits to the pit lane as three topics tell them; the one that says most is taken. */
export function pitLaneTables(): TopicTable[] {
  const collected: Record<string, Row[]> = { PitStop: [], PitStopSeries: [], PitLaneTimeCollection: [] };
  const push = (topic: string, stampMs: number, number: string, visit: unknown): void => {
    if (!isFeedObject(visit)) return;
    const lane = toNumber(visit['PitLaneTime'] ?? visit['Duration']);
    const still = toNumber(visit['PitStopTime']);
    if (lane === null && still === null) return;
    const row = [
      stampMs,
      toTextOrNull(visit['RacingNumber']) ?? number,
      toNumber(visit['Lap']),
      lane,
      still,
      topic,
    ];
    collected[topic]!.push(row);
  };
  const table = (): SmallTable | null => {
    const rows = Object.values(collected).find((own) => own.length > 0);
    if (rows === undefined) return null;
    return tableOf('pit_lane_times', [
      { name: 'Time', kind: 'sessionMs', unit: 's', values: columnOf(rows, 0) },
      { name: 'DriverNumber', kind: 'text', unit: '', values: columnOf(rows, 1) },
      { name: 'LapNumber', unit: '', values: columnOf(rows, 2) },
      { name: 'PitLaneTime', kind: 'number', unit: 's', values: columnOf(rows, 3) },
      { name: 'PitStopTime', kind: 'number', unit: 's', values: columnOf(rows, 4) },
      { name: 'Source', kind: 'text', unit: '', values: columnOf(rows, 5) },
    ]);
  };
  return [
    {
      topic: 'PitStop',
      accept: (stampMs, data) => push('PitStop', stampMs, '', data),
      finish: table,
    },
    {
      topic: 'PitStopSeries',
      accept(stampMs, data) {
        for (const [number, visits] of feedEntries(feedObject(data)['PitTimes'])) {
          for (const [, visit] of feedEntries(visits))
            push('PitStopSeries', stampMs, number, feedObject(visit)['PitStop'] ?? visit);
        }
      },
      finish: () => null,
    },
    {
      topic: 'PitLaneTimeCollection',
      accept(stampMs, data) {
        for (const [number, visit] of feedEntries(feedObject(data)['PitTimes']))
          push('PitLaneTimeCollection', stampMs, number, visit);
      },
      finish: () => null,
    },
  ];
}

/** `championship_prediction`: points and places as the feed expected them at each moment, drivers and teams. */
export function championshipTable(): TopicTable {
  const rows: Row[] = [];
  const keys = ['CurrentPosition', 'PredictedPosition', 'CurrentPoints', 'PredictedPoints'] as const;
  return {
    topic: 'ChampionshipPrediction',
    accept(stampMs, data) {
      for (const kind of ['Drivers', 'Teams'] as const) {
        for (const [key, entry] of feedEntries(feedObject(data)[kind])) {
          if (!isFeedObject(entry)) continue;
          const name = kind === 'Teams' ? (toTextOrNull(entry['TeamName']) ?? key) : key;
          rows.push([
            stampMs,
            kind === 'Teams' ? 'team' : 'driver',
            name,
            ...keys.map((field) => toNumber(entry[field])),
          ]);
        }
      }
    },
    finish: () =>
      rows.length === 0
        ? null
        : tableOf('championship_prediction', [
            { name: 'Time', kind: 'sessionMs', unit: 's', values: columnOf(rows, 0) },
            { name: 'Kind', kind: 'text', unit: '', values: columnOf(rows, 1) },
            { name: 'Name', kind: 'text', unit: '', values: columnOf(rows, 2) },
            ...keys.map((name, index) => ({
              name,
              kind: 'number' as const,
              unit: name.endsWith('Points') ? 'points' : '',
              values: columnOf(rows, index + 3),
            })),
          ]),
  };
}
