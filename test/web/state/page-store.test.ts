import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PageStore } from '../../../web/state/page-store.ts';

let stamp = 0;
const state = (changes: object = {}) => ({
  timestamp: `t${stamp++}`,
  run: 'r1',
  segment: 0,
  status: 'playing',
  session_time: 10,
  speed: 1,
  rows_total: 100,
  drivers: [],
  ...changes,
});
const rows = (...s: number[]) => ({ VER: { t: s, s, speed: s.map(() => 100) } });
const driver = {
  message_type: 'driver',
  driver: 'VER',
  driver_number: 1,
  code: 'VER',
  name: '',
  team: 'Red Bull',
  team_colour: '3671C6',
  line: 1,
  has_telemetry: true,
};

function opened(): { store: PageStore; send: (message: object, nowMs?: number) => void } {
  const store = new PageStore();
  store.connection.value = { phase: 'open', problem: null };
  const send = (message: object, nowMs = 0): void => store.receive(JSON.stringify(message), nowMs);
  send({
    op: 'snapshot',
    run: 'r1',
    segment: 0,
    replay: state(),
    timing: [driver],
    alerts: [],
    telemetry: rows(9, 9.5),
  });
  return { store, send };
}

test('A4: another run resets everything at once, lower segments and left runs are dropped', () => {
  const { store, send } = opened();
  assert.equal(store.race.value.state.drivers.length, 1);
  send({ op: 'delta', run: 'r1', segment: 1, telemetry: rows(2) });
  assert.deepEqual(store.identity.value, { run: 'r1', segment: 1 });
  assert.equal(store.race.value.state.drivers.length, 0);
  assert.equal(store.telemetry.buffer('VER')?.end, 1);
  send({ op: 'delta', run: 'r1', segment: 0, telemetry: rows(500) });
  assert.equal(store.telemetry.newestS, 2);
  // Any run that was not seen is newer, whatever its name.
  send({ op: 'delta', run: 'r0', segment: 0, telemetry: rows(1) });
  assert.deepEqual(store.identity.value, { run: 'r0', segment: 0 });
  assert.equal(store.telemetry.newestS, 1);
  send({ op: 'delta', run: 'r1', segment: 1, telemetry: rows(600) });
  send({ op: 'timing', run: 'r1', segment: 9, events: [driver] });
  assert.deepEqual(store.identity.value, { run: 'r0', segment: 0 });
  send({
    op: 'snapshot',
    run: 'r1',
    segment: 1,
    replay: state(),
    timing: [driver],
    alerts: [],
    telemetry: rows(2, 3),
  });
  assert.deepEqual(store.identity.value, { run: 'r1', segment: 1 });
  send({ op: 'delta', run: 'r1', segment: 1, telemetry: rows(4) });
  assert.equal(store.telemetry.newestS, 4);
});

test('A2: a snapshot after a reconnect joins on: no hole in the traces, nothing twice', () => {
  const { store, send } = opened();
  send({
    op: 'snapshot',
    run: 'r1',
    segment: 0,
    replay: state(),
    timing: [driver],
    alerts: [],
    telemetry: rows(9.5, 10, 10.5),
  });
  assert.equal(store.telemetry.buffer('VER')?.end, 4);
});

test('A15: a snapshot carries race-level state as a list of messages or as the state itself', () => {
  const { store, send } = opened();
  send({
    op: 'snapshot',
    run: 'r2',
    segment: 0,
    replay: null,
    timing: { drivers: [{ ...driver, message_type: undefined }], laps: {} },
    alerts: [],
    telemetry: {},
  });
  assert.equal(store.race.value.state.drivers[0]?.driver, 'VER');
});

test('A4: a silent run that is not paused says so within 3 s', () => {
  const { store, send } = opened();
  store.flush(2_000);
  assert.equal(store.silentS.value, null);
  send({ op: 'replay', state: state() }, 2_400);
  store.flush(2_900);
  assert.equal(store.silentS.value, 2);
  send({ op: 'delta', run: 'r1', segment: 0, telemetry: rows(11) }, 3_000);
  store.flush(3_200);
  assert.equal(store.silentS.value, null);
  send({ op: 'replay', state: state({ status: 'paused' }) }, 3_300);
  store.flush(5_500);
  assert.equal(store.silentS.value, null);
});

test('A4: a producer that died while paused is silent too: its reports stop', () => {
  const { store, send } = opened();
  const paused = state({ status: 'paused' });
  for (let ms = 0; ms <= 6_000; ms += 1_000) send({ op: 'replay', state: paused }, ms);
  store.flush(6_100);
  assert.equal(store.silentS.value, 6);
});

test('A4: an ended replay is not silent', () => {
  const { store, send } = opened();
  send({ op: 'replay', state: state({ status: 'ended' }) }, 100);
  store.flush(60_000);
  assert.equal(store.silentS.value, null);
});

test('A14: after more than 10 s hidden the queue is dropped until the one new snapshot', () => {
  const { store, send } = opened();
  assert.equal(store.setVisible(false, 0), false);
  assert.equal(store.setVisible(true, 5_000), false);
  store.setVisible(false, 10_000);
  send({ op: 'delta', run: 'r1', segment: 0, telemetry: rows(11) }, 15_000);
  assert.equal(store.telemetry.newestS, 11);
  send({ op: 'delta', run: 'r1', segment: 0, telemetry: rows(12) }, 25_000);
  assert.equal(store.telemetry.newestS, 11);
  assert.equal(store.setVisible(true, 30_000), true);
  send({ op: 'delta', run: 'r1', segment: 0, telemetry: rows(13) }, 30_001);
  assert.equal(store.telemetry.newestS, 11);
  send(
    {
      op: 'snapshot',
      run: 'r1',
      segment: 0,
      replay: state(),
      timing: [driver],
      alerts: [],
      telemetry: rows(30),
    },
    30_100,
  );
  send({ op: 'delta', run: 'r1', segment: 0, telemetry: rows(31) }, 30_200);
  assert.equal(store.telemetry.newestS, 31);
});

test('A6: odd messages are counted and change nothing', () => {
  const { store, send } = opened();
  for (const text of ['', 'x', '[]', '{"op":"future"}', '{"op":"delta"}', 'null']) store.receive(text, 0);
  assert.equal(store.odd.messages, 6);
  send({
    op: 'timing',
    run: 'r1',
    segment: 0,
    events: [null, 5, {}, { message_type: 'lap' }, { message_type: 'race_control', Messages: {} }],
  });
  send({
    op: 'timing',
    run: 'r1',
    segment: 0,
    events: { 0: { ...driver, driver: 'HAM', code: 'HAM', team: null } },
  });
  store.flush(1_000);
  assert.equal(store.race.value.state.drivers.length, 2);
});

test('PageStore: a snapshot before the first run shows that nothing is replayed', () => {
  const store = new PageStore();
  store.receive(
    '{"op":"snapshot","run":null,"segment":0,"replay":null,"timing":{},"alerts":[],"telemetry":{}}',
    0,
  );
  assert.equal(store.hasSnapshot.value, true);
  assert.equal(store.identity.value, null);
  assert.equal(store.replay.value, null);
});
