import { words } from '../table.ts';
import type { TableContext } from '../table-context.ts';
import type { Table } from '../table.ts';
import { alertsTable } from './alerts.ts';
import { compareTable } from './compare.ts';
import { driversTable } from './drivers.ts';
import { episodesTable } from './episodes.ts';
import { gapsTable } from './gaps.ts';
import { gearsTable } from './gears.ts';
import { lapsTable } from './laps.ts';
import { positionsTable } from './positions.ts';
import { qualityTable } from './quality.ts';
import { raceControlTable, trackStatusTable, weatherTable } from './race.ts';
import { kafkaLagTable, replayEventsTable, replayTable, statsTable } from './replay.ts';
import { sessionsTable } from './sessions.ts';
import { stintsTable } from './stints.ts';
import { trackTable } from './track.ts';

/** A table of `/api/v1/` with what it shows. */
export interface TableSource {
  readonly summary: string;
  /** Parameters of its own, beside those of all tables. */
  readonly query?: Readonly<Record<string, string>>;
  readonly make: (context: TableContext) => Table | Promise<Table>;
}

/** Every table but `telemetry`, which writes bytes. */
export const tables: Readonly<Record<string, TableSource>> = {
  laps: { summary: 'Ended laps with sectors, tyres and gaps at the line', make: lapsTable },
  stints: { summary: 'Stints; fill=previous: the tyre of every car at each change', make: stintsTable },
  positions: { summary: 'Timing tower: place, gap, laps, tyre and stops of every car', make: positionsTable },
  gaps: { summary: "The feed's own gap stream", make: gapsTable },
  alerts: {
    summary: 'Alert episodes, or their counts',
    query: {
      severity: 'high, medium, low',
      type: 'alert types',
      state: 'open or closed',
      by: 'counts by alert_type, severity, driver instead of the episodes',
    },
    make: alertsTable,
  },
  predictions: {
    summary: 'Predictions; none are made yet',
    make: () => ({
      columns: words('t driver model_type value'),
      rows: [],
      notices: [{ severity: 'info', text: 'No prediction model is part of this version' }],
    }),
  },
  weather: { summary: 'Readings of the weather station', make: weatherTable },
  'race-control': { summary: 'Messages of race control', make: raceControlTable },
  'track-status': {
    summary: 'Stretches under one status of the track',
    query: { caution: 'true leaves the clear track out' },
    make: trackStatusTable,
  },
  drivers: { summary: 'Drivers with statistics of the range', make: driversTable },
  gears: {
    summary: 'Share of time in each gear with gear anomalies',
    query: { by: 'gear: of all drivers together' },
    make: gearsTable,
  },
  episodes: {
    summary: 'Stretches of braking or of an open DRS flap',
    query: { of: 'brake or drs', min_s: 'shortest stretch, 0.5 s when absent' },
    make: episodesTable,
  },
  sessions: { summary: 'Sessions that can be opened', make: sessionsTable },
  replay: { summary: 'State of the replay, one row', make: replayTable },
  'replay-events': { summary: 'Seeks, pauses, changes of speed and ends', make: replayEventsTable },
  stats: { summary: 'Figures of the bridge, one row', make: statsTable },
  track: { summary: 'Outline of the circuit from the fastest whole lap that is held', make: trackTable },
  compare: {
    summary: 'Two laps on distance with their delta',
    query: {
      driverA: 'first driver',
      lapA: 'lap number or best',
      driverB: 'second driver',
      lapB: 'lap number or best',
    },
    make: compareTable,
  },
  quality: {
    summary: 'What the data are worth, by driver',
    query: { of: 'drivers, topics (of the feed) or set-aside (records not used)' },
    make: qualityTable,
  },
  'kafka-lag': { summary: 'How far the bridge has read, by partition', make: kafkaLagTable },
};
