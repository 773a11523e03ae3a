import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { lapTimeText, teamStyle } from '../../../src/bridge/rest/table.ts';
import { tables } from '../../../src/bridge/rest/tables/index.ts';
import { alert, publish, replayState, timing, until } from '../support.ts';
import { beginMs, beginS, createWorld } from './world.ts';
import type { Row } from './world.ts';

const t0 = Date.parse('2023-05-28T12:00:00.000Z');
const of = (rows: readonly Row[], driver: string): Row[] => rows.filter((row) => row.driver === driver);

test('every table: the columns that PROTOCOL.md lists, a time in every row, times in the unit asked for', async (t) => {
  const { ask } = await createWorld(t);
  const [, page = ''] = readFileSync(resolve(import.meta.dirname, '../../../PROTOCOL.md'), 'utf8').split(
    '### 7.2 ',
  );
  for (const name of Object.keys(tables)) {
    const extra = name === 'compare' ? '&driverA=VER&driverB=HAM' : '';
    for (const time of ['published', 'session', 'original']) {
      const { status, body } = await ask(`${name}?time=${time}&notice=row${extra}`);
      assert.equal(status, 200, `${name} ${time} ${body.error ?? ''}`);
      assert.ok(body.rows.length > 0, `${name} ${time}`);
      const line = page.split('\n').find((one) => one.startsWith(`| \`${name}\` |`));
      assert.ok(line !== undefined, `PROTOCOL.md does not list ${name}`);
      for (const column of Object.keys(body.rows[0]!)) {
        const side = column.replace(/_[ab]$/u, '');
        assert.ok(
          column === 't' || new RegExp(`\\b(?:${column}|${side})\\b`).test(line) || name === 'predictions',
          `${name}.${column} is not in PROTOCOL.md`,
        );
      }
      for (const row of body.rows) assert.equal(typeof row.t, 'number', `${name} ${time}`);
    }
  }
});

test('laps: gaps at the line, own and overall bests, times of publication before the segment', async (t) => {
  const { ask } = await createWorld(t);
  const { body } = await ask('laps');
  assert.equal(body.rows.length, 9);
  const [first] = of(body.rows, 'LEC');
  assert.deepEqual(
    [first!['lap_time_text'], first!['gap'], first!['interval'], first!['is_best'], first!['compound_code']],
    ['31.000', 1, 0.5, true, 2],
  );
  // Lap 1 ended 70 s of session time before the segment began, at 1×.
  assert.equal(of(body.rows, 'VER')[0]!.t, beginMs - 70_000);
  assert.deepEqual(
    of(body.rows, 'VER').map((row) => row['is_overall_best']),
    [true, false, false],
  );
  const late = await ask(`laps?from=${beginMs - 15_000}&driver=(VER|HAM)&fields=lap_number`);
  assert.deepEqual(
    late.body.rows.map((row) => [row.driver, row['lap_number']]),
    [
      ['VER', 3],
      ['HAM', 3],
    ],
  );
  assert.deepEqual(Object.keys(late.body.rows[0]!), ['t', 'driver', 'lap_number']);
  const original = await ask('laps?time=original&driver=VER');
  assert.equal(original.body.rows[0]!.t, t0 + 3530_000);
});

test('stints: stretches, and with fill=previous the tyre of every car whenever one changes', async (t) => {
  const { ask } = await createWorld(t);
  const { body } = await ask('stints?time=session');
  assert.deepEqual(
    of(body.rows, 'LEC').map((row) => [row.t, row['t_end'], row['compound']]),
    [
      [3500, 3650, 'MEDIUM'],
      [3650, null, 'HARD'],
    ],
  );
  const filled = await ask('stints?time=session&fill=previous');
  const times = new Set(filled.body.rows.map((row) => row.t));
  assert.equal(filled.body.rows.length, times.size * 3);
  assert.deepEqual(
    of(filled.body.rows, 'LEC').map((row) => [row.t, row['compound_code']]),
    [
      [3500, 2],
      [3650, 3],
      [3720, 3],
    ],
  );
});

test('positions: the tower in order of place, with gaps, tyre, team colour', async (t) => {
  const { ask } = await createWorld(t);
  const { body } = await ask('positions');
  assert.deepEqual(
    body.rows.map((row) => [row.driver, row['position'], row['gap_text'], row['gap'], row['interval']]),
    [
      ['VER', 1, 'leader', 0, null],
      ['HAM', 2, '+1.200', 1.2, 1.2],
      ['LEC', 3, '1 L', null, null],
    ],
  );
  const [ver, , lec] = body.rows;
  assert.equal(lec!['compound'], 'HARD');
  assert.equal(lec!['tyre_age'], 0);
  assert.equal(ver!['last_lap_text'], '30.000');
  assert.equal(ver!['style'], '{"backgroundColor":"#3671c6","color":"#ffffff"}');
});

test('positions: a car that has a place and no lap, while others have two, is not said to run', async (t) => {
  const { ask, broker, config } = await createWorld(t);
  const alo = { driver: 'ALO', driver_id: 'ALO', driver_number: 14 };
  const entry = {
    ...alo,
    code: 'ALO',
    name: 'Fernando Alonso',
    team: '',
    team_colour: '',
    line: 20,
    has_telemetry: false,
  };
  const place = { ...alo, position: 20, gap: '', derived: false };
  await publish(broker, config.kafka.topics.timing, [
    timing('driver', entry),
    timing('position', { ...place, session_time: 3610 }),
  ]);
  await until(async () => (await ask('positions?driver=ALO')).body.rows.length === 1, 'ALO');
  assert.equal((await ask('positions?driver=ALO')).body.rows[0]!['status'], 'unknown');
});

test('gaps: what the feed sent, and at common times; a car a lap down has its gap at the line', async (t) => {
  const { ask } = await createWorld(t);
  const { body } = await ask('gaps?time=session&from=3600&to=3700');
  assert.equal(body.rows.length, 9);
  assert.deepEqual(
    of(body.rows, 'HAM').map((row) => [row['gap'], row['interval']]),
    [
      [1, 1],
      [1.1, 1.1],
      [1.2, 1.2],
    ],
  );
  assert.deepEqual(
    of(body.rows, 'LEC').map((row) => [row['gap'], row['laps_behind'], row['at_line']]),
    [
      [1, 1, true],
      [1, 1, true],
      [1, 1, true],
    ],
  );
  const filled = await ask(`gaps?fill=previous&from=${beginMs}&to=${beginMs + 30_000}&maxPoints=50`);
  const times = [...new Set(filled.body.rows.map((row) => row.t))];
  assert.ok(times.length <= 52 && times.length > 20, String(times.length));
  assert.equal(filled.body.rows.length, times.length * 3);
});

test('alerts: episodes with regions, chosen and counted', async (t) => {
  const { ask } = await createWorld(t);
  const { body } = await ask('alerts');
  const [high, open] = body.rows;
  assert.deepEqual(
    [high!['time'], high!['timeEnd'], high!['duration_s']],
    [beginMs + 10_000, beginMs + 12_000, 2],
  );
  assert.deepEqual([open!.driver, open!['timeEnd'], open!['state']], ['HAM', null, 'open']);
  assert.equal((await ask('alerts?severity=high')).body.rows.length, 1);
  assert.equal((await ask('alerts?state=open&driver=VER')).body.rows.length, 0);
  const counts = await ask('alerts?by=alert_type,severity');
  assert.deepEqual(
    counts.body.rows.map((row) => [row['alert_type'], row['severity'], row['alerts'], row['open']]),
    [
      ['drs_status_change', 'medium', 1, 1],
      ['high_speed', 'high', 1, 0],
    ],
  );
});

test('track status, race control, weather', async (t) => {
  const { ask } = await createWorld(t);
  const flags = await ask('track-status?time=session&caution=true');
  assert.deepEqual(
    flags.body.rows.map((row) => [row.t, row['t_end'], row['title']]),
    [[3640, 3660, 'Safety car']],
  );
  assert.equal((await ask('track-status')).body.rows.length, 3);
  assert.equal((await ask('race-control')).body.rows[0]!['message'], 'SAFETY CAR DEPLOYED');
  // The newest reading is older than the range: it is shown all the same.
  const weather = await ask(`weather?from=${beginMs}&to=${beginMs + 1000}`);
  assert.deepEqual(
    weather.body.rows.map((row) => [row['air_temp'], row['condition'], row['place']]),
    [[25, 'dry', 'Testring']],
  );
});

test('drivers, gears, episodes: statistics of the rows', async (t) => {
  const { ask } = await createWorld(t);
  const range = `from=${beginMs}&to=${beginMs + 120_000}`;
  const { body } = await ask(`drivers?${range}&driver=44`);
  assert.equal(body.rows.length, 1);
  const [ham] = body.rows;
  assert.deepEqual(
    [
      ham!.driver,
      ham!['rows'],
      ham!['speed_max'],
      ham!['brake_ratio'],
      ham!['drs_openings'],
      ham!['alerts'],
      ham!['best_lap_text'],
    ],
    ['HAM', 1200, 280, 0.12, 2, 1, '30.000'],
  );
  assert.equal(ham!['rate_hz'], 10);
  const gears = await ask(`gears?${range}&by=gear`);
  assert.equal(gears.body.rows.length, 9);
  assert.ok(Math.abs(gears.body.rows.reduce((sum, row) => sum + Number(row['ratio']), 0) - 1) < 0.001);
  const brakes = await ask(`episodes?of=brake&${range}&driver=VER`);
  assert.equal(brakes.body.rows.length, 12);
  assert.deepEqual(
    [brakes.body.rows[0]!.t, brakes.body.rows[0]!['t_end'], brakes.body.rows[0]!['duration_s']],
    [beginMs, beginMs + 1100, 1.1],
  );
  assert.equal((await ask(`episodes?of=brake&${range}&min_s=5`)).body.rows.length, 0);
  assert.equal((await ask(`episodes?of=drs&${range}&limit=1`)).body.rows.length, 1);
});

const lapEvent = {
  driver: 'VER',
  driver_id: 'VER',
  driver_number: 1,
  lap_start: 3500,
  sector1: 20,
  sector2: 20,
  sector3: 20,
  pit_in: null,
  pit_out: null,
  compound: 'MEDIUM',
  tyre_age: 1,
  stint: 1,
  position: 1,
  generated: false,
};

test('track and compare: whole laps that are held', async (t) => {
  const { ask, broker, config } = await createWorld(t);
  const compare = await ask('compare?driverA=VER&lapA=5&driverB=HAM&lapB=6');
  const last = compare.body.rows.at(-1)!;
  assert.equal(last['pair'], 'HAM behind VER');
  assert.equal(last['delta'], 0);
  assert.ok(Number(last['distance']) > 2900);
  const long = await ask('compare?driverA=VER&lapA=5&driverB=HAM&lapB=6&form=long');
  assert.deepEqual([...new Set(long.body.rows.map((row) => row['lap']))], ['VER lap 5', 'HAM lap 6']);
  const gone = await ask('compare?driverA=VER&lapA=99&driverB=HAM&notice=row');
  assert.match(String(gone.body.rows[0]!['pair']), /Lap 99 of VER is not held whole/);
  const timed = [5, 6].map((lap) =>
    timing('lap', {
      ...lapEvent,
      session_time: 3610,
      lap_number: lap,
      lap_time: 60 + lap,
      lap_end: 3600 + lap,
    }),
  );
  await publish(broker, config.kafka.topics.timing, timed);
  await until(async () => (await ask('laps?driver=VER')).body.rows.length === 5, 'laps');
  const twice = await ask('compare?driverA=VER&driverB=VER&form=long');
  assert.equal(
    new Set(twice.body.rows.map((row) => row['lap'])).size,
    2,
    'best and second best, not one twice',
  );
  const same = await ask('compare?driverA=VER&lapA=5&driverB=VER&lapB=5&notice=row');
  assert.match(String(same.body.rows[0]!['pair']), /Both sides are lap 5 of VER/);
  const refused = await ask('compare?driverB=HAM');
  assert.equal(refused.status, 400);
});

test('F7: the replay in words, its events as regions, a notice while it is paused, ages', async (t) => {
  const { ask, broker, config } = await createWorld(t);
  const { topics } = config.kafka;
  const state = {
    lap_number: 31,
    total_laps: 78,
    session_time: beginS + 120,
    timestamp: new Date(beginMs + 120_000).toISOString(),
  };
  assert.match(String((await ask('replay')).body.rows[0]!['text']), /^playing, lap 31 of 78, ×1$/);
  await publish(broker, topics.control, [replayState({ ...state, status: 'paused' })], {
    headers: { v: '1' },
    timestampMs: beginMs + 121_000,
  });
  await until(async () => (await ask('replay')).body.rows[0]!['status'] === 'paused', 'pause');
  const { body } = await ask('replay');
  assert.match(String(body.rows[0]!['text']), /^paused at lap 31 since \d\d:\d\d:\d\d UTC$/);
  const telemetry = await ask(`telemetry?from=${beginMs}&to=${beginMs + 120_000}&fields=speed`);
  assert.ok(telemetry.body.meta.notices.some(({ text }) => /paused at lap 31 since/.test(text)));
  const events = await ask('replay-events');
  assert.deepEqual(
    events.body.rows.map((row) => [row['kind'], row['timeEnd']]),
    [['pause', null]],
  );
  assert.equal((await ask(`positions`)).body.rows[0]!['age_s'], 100);
  await publish(
    broker,
    topics.control,
    [replayState({ ...state, segment: 1, session_time: 5000, lap_number: 50 })],
    { headers: { v: '1' }, timestampMs: beginMs + 123_000 },
  );
  await until(
    async () => (await ask('replay-events')).body.rows.some((row) => row['kind'] === 'seek'),
    'seek',
  );
  assert.equal((await ask('laps')).body.rows.length, 0);
});

test('what a session lacks is said: in the notices, and as a row where that is asked for', async (t) => {
  const { ask, broker, config } = await createWorld(t);
  const reason = 'WeatherData is not in the recording: no weather is shown';
  await publish(broker, config.kafka.topics.timing, [
    timing('coverage', { session_time: null, topic: 'Position.z', reason }),
  ]);
  await until(
    async () =>
      (await ask('quality?of=topics')).body.rows.some(
        (row) => row['topic'] === 'Position.z' && row['present'] === false,
      ),
    'coverage',
  );
  const { body } = await ask('predictions?notice=row');
  assert.equal(body.rows[0]!.driver, body.meta.notices[0]!.text);
  const unknown = await ask('laps?driver=XXX&notice=row');
  assert.match(String(unknown.body.rows[0]!.driver), /No driver XXX/);
  assert.equal((await ask('quality')).body.rows.length, 3);
  for (const row of (await ask('kafka-lag')).body.rows)
    assert.ok(row['lag'] === 0 || row['next_offset'] === null, JSON.stringify(row));
});

test('an alert that was given up is still counted in the statistics of the bridge', async (t) => {
  const { ask, broker, config } = await createWorld(t);
  await publish(broker, config.kafka.topics.alerts, [alert({ alert_id: 'a9', started_at: 3616 })], {
    partition: 1,
  });
  await until(async () => (await ask('stats')).body.rows[0]!['alerts_total'] === 3, 'third alert');
  const [stats] = (await ask('stats')).body.rows;
  assert.deepEqual([stats!['drivers'], stats!['broker_kind'], stats!['set_aside']], [3, 'embedded', 0]);
});

test('lapTimeText and teamStyle', () => {
  assert.deepEqual(
    [lapTimeText(81.954), lapTimeText(59.9996), lapTimeText(9.5), lapTimeText(3661.001), lapTimeText(null)],
    ['1:21.954', '1:00.000', '9.500', '61:01.001', null],
  );
  assert.equal(teamStyle('ffffff'), '{"backgroundColor":"#ffffff","color":"#000000"}');
  assert.equal(teamStyle(''), null);
});
