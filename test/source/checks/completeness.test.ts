import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Lap, SessionTiming } from '../../../src/domain/timing.ts';
import { completenessOf } from '../../../src/source/checks/completeness.ts';

function lap(number: number): Lap {
  return {
    driverNumber: '1',
    lap: number,
    startMs: 0,
    endMs: number * 90_000,
    lapTimeMs: 90_000,
    sector1Ms: null,
    sector2Ms: null,
    sector3Ms: null,
    pitInMs: null,
    pitOutMs: null,
    compound: '',
    tyreAge: null,
    stint: 1,
    position: 1,
  };
}

function timing(options: {
  statuses: [string, number][];
  lap: number;
  total: number;
  driven: number;
}): SessionTiming {
  return {
    startMs: 0,
    totalLaps: options.total,
    firstTotalLaps: options.total,
    lapTable: [],
    correctedLaps: [],
    stints: [],
    positions: [],
    trackStatus: [],
    raceControl: [],
    weather: [],
    laps: Array.from({ length: options.driven }, (_, index) => lap(index + 1)),
    sessionStatus: options.statuses.map(([status, sessionMs]) => ({ status, sessionMs })),
    lapCount: [{ sessionMs: 0, currentLap: options.lap, totalLaps: options.total }],
    partStartsMs: [],
    lastStatusMs: null,
  };
}

const whole: [string, number][] = [
  ['Started', 3_600_000],
  ['Finished', 10_000_000],
  ['Finalised', 10_400_000],
];

const unknown = { ends: [], expectedTopics: null, plannedMs: null };

test('A9: completenessOf() finds nothing missing in a session that ended with its telemetry', () => {
  const result = completenessOf({
    timing: timing({ statuses: whole, lap: 50, total: 50, driven: 50 }),
    ends: [{ topic: 'CarData.z', lastStampMs: 9_990_000 }],
    expectedTopics: ['CarData.z'],
    plannedMs: 7_200_000,
  });
  assert.deepEqual(result, { share: 1, reasons: [] });
});

test('A9: completenessOf() reports a session without an end by its laps', () => {
  const cut = timing({ statuses: [['Started', 0]], lap: 20, total: 50, driven: 19 });
  const { share, reasons } = completenessOf({ ...unknown, timing: cut });
  assert.equal(share, 0.4);
  assert.match(reasons.join(), /ends in lap 20 of 50 \(40 %\)/);
});

test('A9: completenessOf() reports a session without laps to count by the planned time', () => {
  const parts: [string, number][] = [
    ['Started', 600_000],
    ['Finished', 1_700_000],
    ['Inactive', 1_800_000],
    ['Started', 2_400_000],
  ];
  const qualifying = timing({ statuses: parts, lap: 0, total: 0, driven: 0 });
  const ends = [{ topic: 'TimingData', lastStampMs: 2_400_000 }];
  const { share, reasons } = completenessOf({
    timing: qualifying,
    ends,
    expectedTopics: null,
    plannedMs: 3_600_000,
  });
  assert.equal(share, 0.5);
  assert.match(reasons.join(), /does not end in it \(50 % of the planned time\)/);
  assert.equal(completenessOf({ ...unknown, timing: qualifying }).share, 0.99);
});

test('A9: completenessOf() takes a race that was stopped early, but ended, as complete', () => {
  const stopped = timing({ statuses: whole, lap: 3, total: 44, driven: 3 });
  assert.equal(completenessOf({ ...unknown, timing: stopped }).share, 1);
});

test('A9: completenessOf() reports streams that stop before the session, and laps short of LapCount', () => {
  const full = timing({ statuses: whole, lap: 50, total: 50, driven: 50 });
  const ends = [
    { topic: 'Position.z', lastStampMs: 5_000_000 },
    { topic: 'SessionInfo', lastStampMs: 0 },
  ];
  const early = completenessOf({ ...unknown, timing: full, ends });
  assert.equal(early.share, 0.5);
  assert.match(early.reasons.join(), /Position\.z is incomplete: it ends 5000 s before the session \(50 %\)/);
  const laps = completenessOf({
    ...unknown,
    timing: timing({ statuses: whole, lap: 50, total: 50, driven: 40 }),
  });
  assert.match(laps.reasons.join(), /after lap 40 of 50 \(80 %\)/);
});
