import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  applyTiming,
  createRaceState,
  raceStateFrom,
  raceStateLimits,
} from '../../src/analysis/race-state.ts';

const head = { timestamp: '2026-01-01T00:00:00.000Z', original_timestamp: null, session_time: 12.5 };

function lap(driver: string, lap_number: number, extra: object = {}): object {
  return {
    ...head,
    message_type: 'lap',
    driver,
    driver_number: 1,
    lap_number,
    stint: 1,
    generated: false,
    ...extra,
  };
}

test('applyTiming keeps session, drivers in list order, laps by number and the latest place', () => {
  const state = createRaceState();
  const messages = [
    {
      ...head,
      session_time: null,
      message_type: 'session',
      event: 'Test Grand Prix',
      session: 'Race',
      simulated: true,
    },
    { ...head, message_type: 'driver', driver: 'BBB', driver_number: 2, code: 'BBB', name: 'B', line: 2 },
    { ...head, message_type: 'driver', driver: 'AAA', driver_number: 1, code: 'AAA', name: 'A', line: 1 },
    lap('AAA', 2),
    lap('AAA', 1, { lap_time: '91.5' }),
    { ...head, message_type: 'position', driver: 'AAA', position: 3, gap: '+1.2', derived: false },
    { ...head, message_type: 'position', driver: 'AAA', position: 2, gap: '+0.9', derived: false },
    { ...head, message_type: 'lap_count', current_lap: 3, total_laps: 12 },
  ];
  for (const message of messages) assert.equal(applyTiming(state, message), true);
  assert.equal(state.session?.simulated, true);
  assert.deepEqual(
    state.drivers.map((driver) => driver.code),
    ['AAA', 'BBB'],
  );
  assert.deepEqual(
    state.laps['AAA']?.map((entry) => [entry.lap_number, entry.lap_time]),
    [
      [1, 91.5],
      [2, null],
    ],
  );
  assert.equal(state.positions['AAA']?.position, 2);
  assert.equal(state.lap_count?.total_laps, 12);
  assert.equal(state.applied, messages.length);
});

test('applyTiming: a lap sent again replaces the one before', () => {
  const state = createRaceState();
  applyTiming(state, lap('AAA', 1));
  applyTiming(state, lap('AAA', 2));
  applyTiming(state, lap('AAA', 1, { lap_time: 80 }));
  assert.deepEqual(
    state.laps['AAA']?.map((entry) => entry.lap_time),
    [80, null],
  );
});

test('A6: applyTiming counts what is not a timing message and never throws', () => {
  const state = createRaceState();
  const odd = [
    null,
    3,
    'text',
    [],
    {},
    { message_type: 'nothing' },
    { message_type: '__proto__' },
    { message_type: 'lap' },
    { message_type: 'lap', driver: '__proto__', lap_number: 1 },
    { message_type: 'position', driver: 'AAA', position: {} },
    { message_type: 'track_status', status: null },
  ];
  for (const message of odd) assert.equal(applyTiming(state, message), false);
  assert.equal(state.ignored, odd.length);
  assert.equal(applyTiming(state, { message_type: 'driver', driver: '99', driver_number: 99 }), true);
  assert.equal(state.drivers[0]?.code, '99');
});

test('A6: applyTiming takes any JSON value', () => {
  const types = fc.constantFrom(
    'session',
    'driver',
    'coverage',
    'lap',
    'stint',
    'position',
    'weather',
    'race_control',
  );
  const message = fc.oneof(
    fc.jsonValue(),
    fc.record({
      message_type: types,
      driver: fc.jsonValue(),
      lap_number: fc.jsonValue(),
      line: fc.jsonValue(),
    }),
  );
  fc.assert(
    fc.property(fc.array(message), (messages) => {
      const state = createRaceState();
      for (const item of messages) applyTiming(state, item);
      assert.equal(state.applied + state.ignored, messages.length);
    }),
  );
});

test('applyTiming bounds histories and counts what it gives up', () => {
  const state = createRaceState();
  const messages = raceStateLimits.history + 10;
  for (let index = 0; index < messages; index += 1) {
    applyTiming(state, { ...head, message_type: 'session_status', status: String(index) });
  }
  assert.ok(state.session_status.length <= raceStateLimits.history);
  assert.equal(state.session_status.length + state.dropped, messages);
  assert.equal(state.session_status.at(-1)?.status, String(messages - 1));
});

test('raceStateFrom restores a state from its own JSON document', () => {
  const state = createRaceState();
  applyTiming(state, lap('AAA', 1));
  applyTiming(state, { ...head, message_type: 'weather', air_temp: 20, rainfall: false });
  applyTiming(state, { ...head, message_type: 'race_control', message: 'CLEAR', foreign: false });
  applyTiming(state, {
    ...head,
    message_type: 'position',
    driver: 'AAA',
    position: 1,
    gap: null,
    derived: true,
  });
  assert.deepEqual(raceStateFrom(JSON.parse(JSON.stringify(state))), state);
  assert.deepEqual(raceStateFrom('garbage'), createRaceState());
});
