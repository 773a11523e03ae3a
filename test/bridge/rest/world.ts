import type { TestContext } from 'node:test';
import type { FastifyInstance } from 'fastify';
import {
  alert,
  getJson,
  publish,
  publishRows,
  replayState,
  row,
  testBridge,
  testConfig,
  timing,
  until,
  untilOk,
} from '../support.ts';
import type { TestBridge } from '../support.ts';

/** Wall clock and session time at which the world begins; it plays at 1×. */
export const beginMs = 1_795_000_000_000;
export const beginS = 3600;
export const drivers = ['VER', 'HAM', 'LEC'] as const;
/** Rows of each driver, 100 ms apart: car and position samples in turn. */
export const rowsEach = 1200;

export interface Row {
  readonly t: number;
  readonly driver: string;
  readonly [column: string]: unknown;
}

export interface Answer {
  readonly rows: Row[];
  readonly meta: { readonly notices: { readonly text: string }[]; readonly simulated: boolean };
  readonly error?: string;
  readonly code?: string;
  readonly hint?: string;
}

export interface World extends TestBridge {
  readonly app: FastifyInstance;
  ask(path: string): Promise<{ status: number; body: Answer }>;
}

/** Value of a driver's row: what `get` must bring back. */
export function speedAt(driver: number, i: number): number {
  return Math.round((200 + 80 * Math.sin(i / 25 + driver)) * 10) / 10;
}

/** A bridge with two minutes of three drivers, laps, stints, places, gaps, alerts, weather, flags and messages. */
export async function createWorld(t: TestContext): Promise<World> {
  const config = testConfig();
  // Every question is asked a little later, so that none is answered with what another was told.
  let nowMs = beginMs + 125_000;
  const clock = (): number => nowMs;
  const found = await testBridge(t, { config, more: { clock } });
  const { broker, bridge, url } = found;
  await untilOk(url);
  const { topics } = config.kafka;
  const state = {
    session_time: beginS,
    timestamp: new Date(beginMs).toISOString(),
    lap_number: 31,
    total_laps: 78,
  };
  await publish(broker, topics.control, [replayState(state)], { headers: { v: '1' } });
  const event = (type: string, atS: number | null, values: object): object =>
    timing(type, { session_time: atS, ...values });
  const names = {
    VER: ['Max Verstappen', 'Red Bull', '3671c6'],
    HAM: ['Lewis Hamilton', 'Mercedes', '27f4d2'],
    LEC: ['Charles Leclerc', 'Ferrari', 'e8002d'],
  } as const;
  const numbers = { VER: 1, HAM: 44, LEC: 16 } as const;
  await publish(broker, topics.timing, [
    event('session', null, {
      session_key: 1,
      year: 2023,
      event: 'Test Grand Prix',
      session: 'Race',
      circuit: 'Testring',
      country: 'X',
      gmt_offset_minutes: 0,
      simulated: false,
      t0: '2023-05-28T12:00:00.000Z',
      start: 3000,
      end: 9000,
      lights_out: 3500,
      total_laps: 78,
      first_total_laps: 78,
      has_telemetry: true,
    }),
    ...drivers.map((driver, line) =>
      event('driver', null, {
        driver,
        driver_id: driver,
        driver_number: numbers[driver],
        code: driver,
        name: names[driver][0],
        team: names[driver][1],
        team_colour: names[driver][2],
        line: line + 1,
        has_telemetry: true,
      }),
    ),
    event('coverage', null, {
      topic: 'TeamRadio',
      reason: 'TeamRadio is not in the recording: no team radio is shown',
    }),
    ...drivers.flatMap((driver, place) => [
      event('stint', 3500, {
        driver,
        driver_id: driver,
        driver_number: numbers[driver],
        stint: 1,
        compound: 'MEDIUM',
        fresh: true,
        age_at_start: 0,
      }),
      ...[1, 2, 3].map((lap) =>
        event('lap', 3500 + lap * 30 + place * 0.5, {
          driver,
          driver_id: driver,
          driver_number: numbers[driver],
          lap_number: lap,
          lap_start: 3500 + (lap - 1) * 30 + (lap === 1 ? 0 : place * 0.5),
          lap_end: 3500 + lap * 30 + place * 0.5,
          lap_time: 30 + (lap === 1 ? place * 0.5 : 0),
          sector1: 10,
          sector2: 10,
          sector3: 10,
          pit_in: null,
          pit_out: null,
          compound: 'MEDIUM',
          tyre_age: lap,
          stint: 1,
          position: place + 1,
          generated: false,
        }),
      ),
    ]),
    event('stint', 3650, {
      driver: 'LEC',
      driver_id: 'LEC',
      driver_number: 16,
      stint: 2,
      compound: 'HARD',
      fresh: true,
      age_at_start: 0,
    }),
    event('track_status', 3000, { status: '1', message: 'AllClear' }),
    event('track_status', 3640, { status: '4', message: 'SCDeployed' }),
    event('track_status', 3660, { status: '1', message: 'AllClear' }),
    event('race_control', 3641, {
      lap_number: 4,
      category: 'SafetyCar',
      message: 'SAFETY CAR DEPLOYED',
      flag: null,
      scope: null,
      sector: null,
      status: 'DEPLOYED',
      foreign: false,
    }),
    event('weather', 3100, {
      air_temp: 25,
      track_temp: 40,
      humidity: 50,
      pressure: 1010,
      rainfall: false,
      wind_direction: 90,
      wind_speed: 1.5,
    }),
    ...[0, 1, 2].flatMap((tick) =>
      drivers.map((driver, place) =>
        event('position', 3600 + tick * 10 + place * 0.1, {
          driver,
          driver_id: driver,
          driver_number: numbers[driver],
          position: place + 1,
          gap: place === 0 ? 'LAP 4' : place === 1 ? `+1.${tick}00` : '1 L',
          derived: false,
        }),
      ),
    ),
  ]);
  await publishRows(
    broker,
    config,
    Array.from({ length: rowsEach }, (_, i) =>
      drivers.map((driver, who) =>
        row({
          driver,
          driverNumber: numbers[driver],
          timestampMs: beginMs + i * 100,
          originalMs: Date.parse('2023-05-28T12:00:00.000Z') + beginS * 1000 + i * 100,
          sessionMs: beginS * 1000 + i * 100,
          speedKmh: speedAt(who, i),
          gear: 1 + (Math.floor(i / 40) % 8),
          brake: i % 100 < 12 ? 1 : 0,
          drs: i % 400 < 60 ? 12 : 0,
          lapNumber: 4 + Math.floor(i / 300),
          distanceM: (i % 300) * 10,
          x: Math.round(1000 * Math.cos((i % 300) / 48)),
          y: Math.round(1000 * Math.sin((i % 300) / 48)),
          origin: i % 2,
        }),
      ),
    ).flat(),
  );
  await publish(
    broker,
    topics.alerts,
    [
      alert({
        alert_id: 'a1',
        alert_type: 'high_speed',
        severity: 'high',
        started_at: 3610,
        ended_at: 3612,
        state: 'closed',
        session_time: 3612,
        description: 'Fast',
      }),
      alert({ alert_id: 'a2', driver: 'HAM', driver_id: 'HAM', started_at: 3615, session_time: 3615 }),
    ],
    { partition: 0 },
  );
  await until(() => bridge.stats().points === rowsEach * drivers.length, 'rows', 20_000);
  const end = { session_time: beginS + 120, timestamp: new Date(beginMs + 120_000).toISOString() };
  await publish(broker, topics.control, [replayState({ ...state, ...end })], { headers: { v: '1' } });
  await until(
    async () => (await getJson<{ session_time: number }>(`${url}/replay`)).body.session_time === beginS + 120,
    'state',
  );
  const app = bridge.app;
  const ask = async (path: string): Promise<{ status: number; body: Answer }> => {
    nowMs += 1001;
    const response = await app.inject({ url: `/api/v1/${path}` });
    return { status: response.statusCode, body: response.json() };
  };
  await until(async () => (await ask('alerts')).body.rows.length === 2, 'alerts');
  return { ...found, app, ask };
}
