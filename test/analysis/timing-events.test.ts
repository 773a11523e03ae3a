import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyTiming, createRaceState } from '../../src/analysis/race-state.ts';
import {
  encodeTimingEvent,
  originalIso,
  thinPositions,
  timingEvents,
} from '../../src/analysis/timing-events.ts';
import type { TimingSource } from '../../src/analysis/timing-events.ts';
import type { PositionChange } from '../../src/domain/timing.ts';

function change(sessionMs: number, position: number, gap: string, derived = false): PositionChange {
  return { sessionMs, driverNumber: '7', position, gap, derived };
}

const source: TimingSource = {
  identity: {
    key: 1,
    year: 2026,
    event: 'Test Grand Prix',
    session: 'Race',
    circuit: 'Ring',
    country: 'Nowhere',
    gmtOffsetMinutes: -300,
    startEpochMs: null,
    path: null,
    origin: 'name',
    simulated: true,
  },
  t0EpochMs: Date.UTC(2026, 0, 1),
  drivers: [{ number: '7', code: 'AAA', name: 'A', team: 'T', teamColour: 'FF0000', line: 1 }],
  report: { missing: [{ topic: 'WeatherData', reason: 'not in the archive: no weather is shown' }] },
  hasTelemetry: () => true,
  timing: {
    startMs: 60_000,
    totalLaps: 2,
    firstTotalLaps: 3,
    laps: [
      {
        driverNumber: '7',
        lap: 1,
        startMs: 60_000,
        endMs: 150_123,
        lapTimeMs: 90_123,
        sector1Ms: 30_000,
        sector2Ms: 30_000,
        sector3Ms: 30_123,
        pitInMs: null,
        pitOutMs: null,
        compound: '',
        tyreAge: null,
        stint: 1,
        position: 1,
      },
    ],
    lapTable: [],
    correctedLaps: [],
    stints: [{ driverNumber: '7', stint: 1, compound: 'SOFT', fresh: true, ageAtStart: 0, sessionMs: 1_000 }],
    positions: [change(500, 1, 'LAP 1')],
    trackStatus: [{ sessionMs: 0, status: '1', message: 'AllClear' }],
    sessionStatus: [{ sessionMs: 60_000, status: 'Started' }],
    raceControl: [
      {
        sessionMs: 70_000,
        lap: 1,
        category: 'Flag',
        message: 'CLEAR',
        flag: 'CLEAR',
        scope: 'Track',
        sector: null,
        status: null,
        driverNumber: null,
        foreign: false,
      },
    ],
    weather: [],
    lapCount: [{ sessionMs: 61_000, currentLap: 1, totalLaps: 3 }],
    partStartsMs: [],
    lastStatusMs: null,
  },
};

test('timingEvents puts what has no time first and the rest in order of time', () => {
  const events = timingEvents(source);
  assert.deepEqual(
    events.slice(0, 3).map((event) => event.type),
    ['session', 'driver', 'coverage'],
  );
  const times = events.slice(3).map((event) => event.sessionMs ?? -1);
  assert.deepEqual(
    times,
    times.toSorted((a, b) => a - b),
  );
  assert.deepEqual(events.at(-1)?.type, 'lap');
});

test('encodeTimingEvent writes the documented fields in order and every message is taken by applyTiming', () => {
  const state = createRaceState();
  const events = timingEvents(source);
  for (const event of events) {
    const text = encodeTimingEvent(
      event,
      '2026-05-01T00:00:00.000Z',
      originalIso(event.sessionMs, source.t0EpochMs),
    );
    assert.equal(applyTiming(state, JSON.parse(text)), true);
  }
  assert.equal(state.applied, events.length);
  const lap = events.find((event) => event.type === 'lap');
  assert.ok(lap);
  assert.equal(
    encodeTimingEvent(lap, 'W', originalIso(lap.sessionMs, source.t0EpochMs)),
    '{"timestamp":"W","original_timestamp":"2026-01-01T00:02:30.123Z","session_time":150.123,"message_type":"lap",' +
      '"driver":"AAA","driver_id":"AAA","driver_number":7,"lap_number":1,"lap_start":60,"lap_end":150.123,"lap_time":90.123,' +
      '"sector1":30,"sector2":30,"sector3":30.123,"pit_in":null,"pit_out":null,"compound":null,"tyre_age":null,"stint":1,"position":1,"generated":false}',
  );
});

test('thinPositions keeps every place change and one gap per driver and second', () => {
  const changes = [
    change(0, 2, ''),
    change(100, 2, '+1'),
    change(200, 2, '+2'),
    change(300, 1, '+3'),
    change(400, 1, '+4'),
    change(5_000, 1, '+5'),
    change(5_500, 1, '+6'),
  ];
  assert.deepEqual(
    thinPositions(changes).map(({ sessionMs, position, gap }) => [sessionMs, position, gap]),
    [
      [0, 2, ''],
      [300, 1, '+3'],
      [1_300, 1, '+4'],
      [5_000, 1, '+5'],
      [6_000, 1, '+6'],
    ],
  );
});
