import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alert, publish, timing, until } from '../support.ts';
import { beginMs, beginS, createWorld } from './world.ts';
import type { Row } from './world.ts';

const of = (rows: readonly Row[], driver: string): Row[] => rows.filter((row) => row.driver === driver);

test('weather: of a range between two readings the one before it is answered, of one before all none', async (t) => {
  const { ask, broker, config } = await createWorld(t);
  const reading = (at: number, air: number): object =>
    timing('weather', {
      session_time: at,
      air_temp: air,
      track_temp: 40,
      humidity: 50,
      pressure: 1010,
      rainfall: true,
      wind_direction: 0,
      wind_speed: 0,
    });
  await publish(broker, config.kafka.topics.timing, [
    reading(3160, 26),
    reading(3220, 27),
    reading(3280, 28),
  ]);
  await until(async () => (await ask('weather')).body.rows.length === 4, 'readings');
  const temperatures = async (from: number, to: number): Promise<unknown[]> =>
    (await ask(`weather?time=session&from=${from}&to=${to}`)).body.rows.map((row) => row['air_temp']);
  assert.deepEqual(await temperatures(3170, 3200), [26]);
  assert.deepEqual(await temperatures(3165, 3225), [26, 27]);
  assert.deepEqual(await temperatures(3000, 3050), []);
  assert.deepEqual(await temperatures(9000, 9001), [28]);
});

test('stints with fill=previous: what holds in the range and nothing of another', async (t) => {
  const { ask } = await createWorld(t);
  const compounds = async (from: number, to: number): Promise<unknown[]> =>
    of((await ask(`stints?time=session&fill=previous&from=${from}&to=${to}`)).body.rows, 'LEC').map((row) => [
      row.t,
      row['compound'],
    ]);
  assert.deepEqual(await compounds(3600, 3640), [[3500, 'MEDIUM']]);
  assert.deepEqual(await compounds(3640, 3660), [
    [3500, 'MEDIUM'],
    [3650, 'HARD'],
  ]);
  assert.deepEqual(await compounds(3700, 3800), [
    [3650, 'HARD'],
    [3720, 'HARD'],
  ]);
  assert.deepEqual(await compounds(3000, 3100), []);
});

test('gaps: never more time points than maxPoints, never more rows than limit, the newest', async (t) => {
  const { ask } = await createWorld(t);
  for (const maxPoints of [1, 2, 7, 50]) {
    const { body } = await ask(
      `gaps?fill=previous&from=${beginMs}&to=${beginMs + 30_000}&maxPoints=${maxPoints}`,
    );
    const times = new Set(body.rows.map((row) => row.t)).size;
    assert.ok(times <= maxPoints, `${times} of ${maxPoints}`);
    if (maxPoints > 2) assert.ok(times > maxPoints / 3, `${times} of ${maxPoints}`);
    assert.equal(body.rows.length, times * 3);
  }
  const { body } = await ask('gaps?time=session&limit=2');
  assert.deepEqual(
    body.rows.map((row) => [row.t, row.driver, row['interval']]),
    [
      [3620.1, 'HAM', 1.2],
      [3620.2, 'LEC', null],
    ],
  );
  const one = await ask('gaps?time=session&driver=HAM&limit=2');
  assert.deepEqual(
    one.body.rows.map((row) => [row.t, row['gap'], row['interval']]),
    [
      [3610.1, 1.1, 1.1],
      [3620.1, 1.2, 1.2],
    ],
  );
});

test('drivers and quality: in order of their codes; alerts of the range are counted', async (t) => {
  const { ask } = await createWorld(t);
  for (const name of ['drivers', 'quality'])
    assert.deepEqual(
      (await ask(name)).body.rows.map((row) => row.driver),
      ['HAM', 'LEC', 'VER'],
      name,
    );
  const alerts = async (query: string): Promise<unknown[]> =>
    (await ask(`drivers?time=session&${query}`)).body.rows.map((row) => row['alerts']);
  assert.deepEqual(await alerts(''), [1, 0, 1]);
  assert.deepEqual(await alerts(`from=${beginS + 20}&to=${beginS + 30}`), [1, 0, 0]);
  assert.deepEqual(await alerts(`from=${beginS}&to=${beginS + 5}`), [0, 0, 0]);
});

test('race control: of drivers named only what is about them', async (t) => {
  const { ask, broker, config } = await createWorld(t);
  await publish(broker, config.kafka.topics.timing, [
    timing('race_control', {
      session_time: 3650,
      driver: 'HAM',
      driver_id: 'HAM',
      driver_number: 44,
      lap_number: 5,
      category: 'Flag',
      message: 'BLUE FLAG FOR CAR 44',
      flag: 'BLUE',
      scope: 'Driver',
      sector: null,
      status: null,
      foreign: false,
    }),
  ]);
  await until(async () => (await ask('race-control')).body.rows.length === 2, 'message');
  const { body } = await ask('race-control?driver=44');
  assert.deepEqual(
    body.rows.map((row) => [row.driver, row['flag'], row['title'], row['tags']]),
    [['HAM', 'BLUE', 'BLUE', 'Flag,BLUE,HAM']],
  );
});

test('track status: with fill=previous the last one goes on to the end of what is asked, not beyond', async (t) => {
  const { ask } = await createWorld(t);
  const codes = async (query: string): Promise<unknown[]> =>
    (await ask(`track-status?time=session&fill=previous&${query}`)).body.rows.map((row) => [
      // Ranges are widened to whole intervals of the answer.
      Math.round(row.t),
      row['status_code'],
    ]);
  assert.deepEqual(await codes(''), [
    [3000, 1],
    [3640, 4],
    [3660, 1],
    [3720, 1],
  ]);
  assert.deepEqual(await codes('from=3650&to=3700'), [
    [3640, 4],
    [3660, 1],
    [3700, 1],
  ]);
  assert.deepEqual(await codes('from=3100&to=3200'), [
    [3000, 1],
    [3200, 1],
  ]);
});

test('time=original has no rows and says why where the session has no t0', async (t) => {
  const { ask, broker, config } = await createWorld(t);
  await publish(broker, config.kafka.topics.timing, [
    timing('session', {
      session_time: null,
      session_key: null,
      year: 2026,
      event: 'Simulated',
      session: 'Race',
      circuit: 'X',
      country: 'X',
      gmt_offset_minutes: null,
      simulated: true,
      t0: null,
      start: 3000,
      end: 9000,
      lights_out: 3500,
      total_laps: 78,
      first_total_laps: 78,
      has_telemetry: true,
    }),
  ]);
  await until(async () => (await ask('telemetry?time=original')).body.rows.length === 0, 'session');
  for (const name of ['telemetry', 'laps', 'positions', 'drivers', 'stats', 'gaps', 'track']) {
    const { body } = await ask(`${name}?time=original`);
    assert.equal(body.rows.length, 0, name);
    assert.match(body.meta.notices[0]!.text, /no clock of its own/, name);
  }
});

test('alerts by kind: the time is that of the newest, shares add up', async (t) => {
  const { ask, broker, config } = await createWorld(t);
  await publish(
    broker,
    config.kafka.topics.alerts,
    [1, 2, 3].map((i) =>
      alert({
        alert_id: `b${i}`,
        driver: 'LEC',
        driver_id: 'LEC',
        started_at: 3620 + i,
        session_time: 3620 + i,
      }),
    ),
    { partition: 0 },
  );
  await until(async () => (await ask('alerts')).body.rows.length === 5, 'alerts');
  const { body } = await ask('alerts?time=session&by=driver');
  assert.deepEqual(
    body.rows.map((row) => [row.t, row.driver, row['alerts'], row['open']]),
    [
      [3623, 'LEC', 3, 3],
      [3615, 'HAM', 1, 1],
      [3610, 'VER', 1, 0],
    ],
  );
});
