import type { TestContext } from 'node:test';
import { channels } from '../../../src/domain/channels.ts';
import type { ReplayState } from '../../../src/domain/messages.ts';
import type { TelemetryRow } from '../../../src/domain/telemetry-row.ts';
import {
  alert,
  publish,
  publishRows,
  replayState,
  row,
  testBridge,
  testConfig,
  timing,
  until,
} from '../support.ts';
import type { TestBridge } from '../support.ts';

/** When every request of the contract tests is made. */
export const nowMs = Date.parse('2026-03-01T14:05:00.000Z');
/** Time of the first row; the rows before the hole are 500 ms apart, so are those behind it. */
export const firstMs = nowMs - 10_000;
const stepMs = 500;
const sessionMs = 3_600_000;
/** Places of the rows on the time axis: after the sixth the replay was paused for 4 s. */
const steps = [0, 1, 2, 3, 4, 5, 14, 15, 16, 17, 18, 19];

/** Rows of VER (car 1) and HAM (car 44): laps 30 and 31, DRS opened in the middle. */
export const rows: readonly TelemetryRow[] = ['VER', 'HAM'].flatMap((driver, car) =>
  steps.map((step, i) =>
    row({
      timestampMs: firstMs + step * stepMs,
      sessionMs: sessionMs + i * stepMs,
      driver,
      driverNumber: car === 0 ? 1 : 44,
      speedKmh: 290 + car * 5 + i * 1.5,
      rpm: 10_500 + i * 25,
      gear: 7 + (i > 5 ? 1 : 0),
      drs: i >= 3 && i <= 8 ? 12 : 8,
      lapNumber: i < 8 ? 30 : 31,
    }),
  ),
);

/** Value that was put in for a driver, a time and a metric; null where there is no row. Derived channels are not here. */
export function putIn(driver: string, timeMs: number, metric: string): number | null {
  const channel = channels.find(({ wireName }) => wireName === (metric === 'n_gear' ? 'gear' : metric));
  const found = rows.find((one) => one.driver === driver && one.timestampMs === timeMs);
  if (found === undefined || channel === undefined) return null;
  return Reflect.get(found, channel.name) as number;
}

const drivers = [
  ['VER', 1, 'Max Verstappen', 'Red Bull Racing', '3671C6'],
  ['HAM', 44, 'Lewis Hamilton', 'Ferrari', 'E8002D'],
  ['ALO', 14, 'Fernando Alonso', 'Aston Martin', '229971'],
] as const;

/** A bridge whose clock stands until it is set. */
export interface World extends TestBridge {
  setNow(epochMs: number): void;
  /** Publishes a state of the replay at a moment. */
  readonly state: (atMs: number, values: Partial<ReplayState>) => Promise<void>;
  /** Answer of `POST /query`; the range is the last five minutes. */
  readonly query: <T = SeriesItem[]>(body: object) => Promise<{ status: number; body: T }>;
}

/** An item of an answer in the form of a series. */
export interface SeriesItem {
  readonly target: string;
  readonly refId: string | null;
  readonly datapoints: readonly (readonly [number | null, number])[];
  readonly meta?: { readonly notices?: readonly { readonly text: string }[] };
}

/**
 * Three drivers, one of them without telemetry, a replay that was sought and paused and plays again, one alert that ended
 * and one that is open.
 */
export async function openWorld(t: TestContext): Promise<World> {
  const config = testConfig();
  const clock = { nowMs };
  const world = await testBridge(t, { config, more: { clock: () => clock.nowMs } });
  const { broker, bridge } = world;
  const { topics } = config.kafka;
  const state: World['state'] = (atMs, values) =>
    publish(broker, topics.control, [replayState({ timestamp: iso(atMs), run_started_at: 0, ...values })], {
      headers: { v: '1' },
      timestampMs: atMs,
    });
  await state(firstMs - 60_000, { segment: 0, session_time: 1200, lap_number: 12 });
  await state(firstMs, { segment: 1, session_time: sessionMs / 1000, lap_number: 30, changed_by: 'page' });
  // Partitions are read side by side: what follows must find what went before.
  await until(() => bridge.stats().segment === 1, 'the second segment');
  await publish(
    broker,
    topics.timing,
    drivers.map(([code, number, name, team, colour], i) =>
      timing('driver', {
        driver: code,
        driver_id: code,
        driver_number: number,
        code,
        name,
        team,
        team_colour: colour,
        line: i + 1,
        has_telemetry: code !== 'ALO',
      }),
    ),
    { segment: 1, timestampMs: firstMs },
  );
  await publishRows(broker, config, rows, { segment: 1, timestampMs: firstMs });
  await until(() => bridge.stats().points === rows.length, 'rows');
  const pausedMs = firstMs + 5 * stepMs;
  await state(pausedMs, { segment: 1, status: 'paused', session_time: 3602.5, lap_number: 30 });
  await state(pausedMs + 4000, { segment: 1, status: 'playing', session_time: 3602.5, lap_number: 30 });
  const drs = { alert_id: 'drs-1', started_at: 3601.5, ended_at: 3602, state: 'closed' } as const;
  await publish(broker, topics.alerts, [alert({ ...drs, description: 'DRS open' })], {
    segment: 1,
    partition: 1,
    timestampMs: pausedMs,
  });
  await publish(
    broker,
    topics.alerts,
    [
      alert({
        alert_id: 'speed-1',
        alert_type: 'high_speed',
        severity: 'high',
        driver: 'HAM',
        driver_id: 'HAM',
        started_at: 3604,
        description: 'Speed above 300 km/h',
        value: 307,
        threshold: 300,
      }),
    ],
    { segment: 1, partition: 0, timestampMs: nowMs },
  );
  const countsOf = async (path: string): Promise<number> =>
    (await bridge.app.inject({ method: 'GET', url: path })).json<unknown[]>().length;
  await until(async () => (await countsOf('/alerts')) === 2, 'alerts');
  await until(async () => (await countsOf('/drivers')) === drivers.length, 'drivers');
  const playsAgain = async (): Promise<boolean> =>
    (await bridge.app.inject({ method: 'GET', url: '/api/v1/replay-events' }))
      .json<{ rows: { timeEnd: number | null }[] }>()
      .rows.some(({ timeEnd }) => timeEnd === pausedMs + 4000);
  await until(playsAgain, 'the end of the pause');
  return {
    ...world,
    state,
    setNow(epochMs) {
      clock.nowMs = epochMs;
    },
    async query<T>(body: object) {
      const range = { from: 'now-5m', to: 'now' };
      const answer = await bridge.app.inject({ method: 'POST', url: '/query', payload: { range, ...body } });
      return { status: answer.statusCode, body: answer.json<T>() };
    },
  };
}

export function iso(epochMs: number): string {
  return new Date(epochMs).toISOString();
}
