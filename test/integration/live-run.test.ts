import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { after, before, test } from 'node:test';
import { bridgeOf } from './support/bridge-client.ts';
import type { BridgeClient, Json } from './support/bridge-client.ts';
import { inReverse } from './support/cleanup.ts';
import { simulatedRace, workFolder } from './support/files.ts';
import { noneLeft } from './support/processes.ts';
import { settings, startProgram } from './support/program.ts';
import type { Program } from './support/program.ts';
import { until } from './support/until.ts';

const file = inReverse({ after });
const dir = workFolder(file);
let race = '';
let other = '';
let program: Program;
let bridge: BridgeClient;

before(async () => {
  race = await simulatedRace(dir, { seed: 3 });
  other = await simulatedRace(dir, { seed: 4, laps: 2 });
  program = startProgram(file, [
    'start',
    race,
    '--broker',
    'embedded',
    '--speed',
    '1',
    '--start',
    'lights out',
    '--no-page',
    '--bridge-port',
    '0',
    ...settings(dir),
  ]);
  bridge = await bridgeOf(program);
  await bridge.state('rows', ({ status, rows_sent: sent }) => status === 'playing' && sent > 0);
});

type Point = [number | null, number];

async function speeds(code: string): Promise<Point[]> {
  const { status, body } = await bridge.get(`/query?target=${code}.speed&maxDataPoints=500`);
  assert.equal(status, 200);
  assert.equal(body.length, 1);
  assert.equal(body[0].target, `${code}.speed`);
  return body[0].datapoints as Point[];
}

async function firstDriver(): Promise<string> {
  const drivers = await until('drivers', async () => {
    const { body } = await bridge.get('/drivers');
    const list: Json[] = Array.isArray(body) ? body : body.drivers;
    return list.length === 20 ? list : null;
  });
  return String(drivers[0].driver ?? drivers[0].code);
}

test('GET / and /query answer with real values during a replay', async () => {
  const health = await until('health', async () => {
    const { status, body } = await bridge.get('/');
    return status === 200 ? (body as { status: string }) : null;
  });
  assert.equal(health.status, 'ok');
  const code = await firstDriver();
  const moving = await until('a moving car', async () => {
    const points = await speeds(code);
    return points.some(([value]) => (value ?? 0) > 100) ? points : null;
  });
  const nowMs = Date.now();
  for (const [value, epochMs] of moving) {
    assert.ok(value === null || (value >= 0 && value <= 450), String(value));
    assert.ok(Math.abs(nowMs - epochMs) < 300_000, 'timestamps are those of the replay');
  }
  assert.ok(new Set(moving.map(([value]) => value)).size > 5, 'values differ');
  const all = await bridge.get('/query?target=speed&maxDataPoints=10');
  assert.equal(all.body.length, 20);
  const bad = await bridge.get('/query?target=VER.nothing');
  assert.equal(bad.status, 400);
  assert.match(bad.body.code, /^F1_/u);
});

test('pause holds the session time, step sends as many rows as asked for, resume goes on', async () => {
  const paused = await bridge.command('pause');
  assert.equal(paused.status, 'paused');
  const still = await bridge.state('a settled pause', ({ backlog_rows: backlog }) => backlog === 0);
  await pause(700);
  const later = (await bridge.get('/replay')).body;
  assert.equal(later.session_time, still.session_time);
  assert.equal(later.rows_sent, still.rows_sent);
  const stepped = await bridge.command('step', 7);
  assert.equal(stepped.status, 'paused');
  const sent = await bridge.state('seven rows', ({ rows_sent: rows }) => rows > still.rows_sent);
  assert.equal(sent.rows_sent, still.rows_sent + 7);
  const resumed = await bridge.command('resume');
  assert.equal(resumed.status, 'playing');
  await bridge.state('further rows', ({ rows_sent: rows }) => rows > sent.rows_sent);
});

test('seek opens a new segment, where what came before is forgotten', async () => {
  const before = (await bridge.get('/replay')).body;
  const seeked = await bridge.command('seek', { lap: 3 });
  assert.equal(seeked.segment, before.segment + 1);
  assert.equal(seeked.run, before.run);
  const there = await bridge.state(
    'lap 3',
    ({ lap_number: lap, status }) => lap === 3 && status === 'playing',
  );
  assert.ok(there.session_time! > before.session_time);
  const stats = await until('telemetry of the new segment', async () => {
    const { body } = await bridge.get('/stats');
    return body.segment === seeked.segment ? body : null;
  });
  assert.equal(stats.run, before.run);
  const code = await firstDriver();
  const points = await until('points', async () => {
    const found = await speeds(code);
    return found.length > 0 ? found : null;
  });
  const oldest = Math.min(...points.map(([, epochMs]) => epochMs));
  assert.ok(oldest >= Date.parse(seeked.timestamp) - 2000, 'nothing of the segment before');
  const timing = (await bridge.get('/timing')).body;
  const firstLaps = Object.values<Json[]>(timing.laps).filter((laps) => laps[0]?.lap_number === 1);
  assert.ok(firstLaps.length >= 15, 'laps before the seek are known');
});

test('speed changes the pace without a new segment', async () => {
  const before = (await bridge.get('/replay')).body;
  const fast = await bridge.command('speed', 20);
  assert.equal(fast.speed, 20);
  assert.equal(fast.segment, before.segment);
  const from = fast.session_time ?? 0;
  await bridge.state('ten seconds further', ({ session_time: at }) => (at ?? 0) > from + 10);
});

test('wrong commands are answered with 400, the replay goes on', async () => {
  for (const body of [
    { command: 'fly' },
    { command: 'speed', value: 5000 },
    { command: 'seek', value: 'x' },
    { command: 'step', value: -1 },
    {},
  ]) {
    const { status, body: error } = await bridge.post('/replay', body);
    assert.equal(status, 400, JSON.stringify(body));
    assert.match(error.code, /^F1_/u);
    assert.ok(error.hint !== undefined && error.error.length > 10);
  }
});

test('A4: load replaces the run: another session, another run, nothing of the old one', async () => {
  const before = (await bridge.get('/replay')).body;
  const loaded = await bridge.command('load', other);
  const playing = await bridge.state('the other race', ({ run, status }) => {
    assert.notEqual(status, 'failed');
    return run !== before.run && status === 'playing';
  });
  assert.equal(playing.source, other);
  assert.equal(playing.segment, 0);
  assert.ok(loaded.run !== '');
  const stats = await until('the new run', async () => {
    const { body } = await bridge.get('/stats');
    return body.run === playing.run ? body : null;
  });
  assert.equal(stats.segment, 0);
  const timing = await until('the new session', async () => {
    const { body } = await bridge.get('/timing');
    return body.session?.total_laps === 2 ? body : null;
  });
  assert.ok(
    Object.values<Json[]>(timing.laps)
      .flat()
      .every((lap) => lap.lap_number <= 2),
  );
});

test('load of a session that does not exist is said in the state, the next load works', async () => {
  await bridge.post('/replay', { command: 'load', value: `${dir}/nowhere` });
  const failed = await bridge.state(
    'the failure',
    ({ reason }) => reason !== null && /nowhere/u.test(reason),
  );
  assert.ok(['failed', 'playing', 'paused', 'stopped'].includes(failed.status), failed.status);
  await bridge.post('/replay', { command: 'load', value: race });
  await bridge.state('the first race', ({ source, status }) => source === race && status === 'playing');
});

test('SIGINT ends it with 130 and leaves no process', async () => {
  program.killGroup('SIGINT');
  const { code, stderr, ms } = await program.ended;
  assert.equal(code, 130, stderr);
  assert.ok(ms < 10_000, `it took ${ms.toFixed(0)} ms`);
  assert.match(stderr, /Closed: .* rows were sent/u);
  await noneLeft(program.family);
});
