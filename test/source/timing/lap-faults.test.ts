import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitQualifying } from '../../../src/analysis/qualifying-parts.ts';
import { analysedLaps } from '../../../src/analysis/laps/analysed-lap.ts';
import { pitStops } from '../../../src/analysis/laps/pit-stops.ts';
import type { RawSession } from '../../../src/domain/raw-session.ts';
import { createTimingReader } from '../../../src/source/timing/index.ts';
import type { TimingResult } from '../../../src/source/timing/index.ts';
import { sharedData, skipWithout } from '../../support/shared-data.ts';
import { rawSession } from '../../support/raw-session.ts';

type Line = readonly [topic: string, stampMs: number, data: unknown];

const head: readonly Line[] = [
  [
    'SessionInfo',
    0,
    {
      Meeting: { Name: 'Test Grand Prix' },
      Key: 7,
      Name: 'Race',
      StartDate: '2026-05-03T15:00:00',
      GmtOffset: '02:00:00',
    },
  ],
  [
    'DriverList',
    1,
    {
      1: { RacingNumber: '1', Tla: 'AAA', TeamName: 'One', Line: 1 },
      2: { RacingNumber: '2', Tla: 'BBB', TeamName: 'Two', Line: 2 },
    },
  ],
  ['LapCount', 2, { CurrentLap: 1, TotalLaps: 20 }],
  ['SessionStatus', 10_000, { Status: 'Started' }],
];

function read(...lines: Line[]): TimingResult {
  const reader = createTimingReader();
  for (const [index, [topic, stampMs, data]] of [...head, ...lines].sort((a, b) => a[1] - b[1]).entries())
    reader.accept(topic, stampMs, data, index + 1);
  return reader.finish({ identityHint: null });
}

function timing(car: number, stampMs: number, data: object): Line {
  return ['TimingData', stampMs, { Lines: { [car]: data } }];
}

/** Laps of 80 s from the start on. */
function driven(car: number, laps: number): Line[] {
  return [
    timing(car, 5000, { InPit: false }),
    ...Array.from({ length: laps }, (_, index): Line =>
      timing(car, 10_000 + (index + 1) * 80_000, {
        NumberOfLaps: index + 1,
        LastLapTime: { Value: '1:20.000' },
      }),
    ),
  ];
}

function tyres(car: number, stampMs: number, stint: number, data: object): Line {
  return ['TimingAppData', stampMs, { Lines: { [car]: { Stints: { [stint]: data } } } }];
}

test('C4: tyres announced for a parked car change FastF1’s columns, not ours', () => {
  const { timing: found } = read(
    ...driven(1, 8),
    ...driven(2, 4),
    tyres(1, 3, 0, { Compound: 'HARD', New: 'true', StartLaps: 0 }),
    tyres(2, 3, 0, { Compound: 'HARD', New: 'true', StartLaps: 0 }),
    tyres(2, 4, 0, { Compound: 'HARD', New: 'true', StartLaps: 0, TotalLaps: 0 }),
    tyres(2, 600_000, 1, { Compound: 'SOFT', New: 'true', StartLaps: 0 }),
  );
  const own = found.correctedLaps.filter(({ driverNumber }) => driverNumber === '2');
  assert.deepEqual(
    own
      .filter(({ generated }) => !generated)
      .map(({ compound, tyreAge, stops }) => [compound, tyreAge, stops]),
    [
      ['HARD', 1, 0],
      ['HARD', 2, 0],
      ['HARD', 3, 0],
      ['HARD', 4, 0],
    ],
  );
  const theirs = found.lapTable.filter(({ driverNumber }) => driverNumber === '2');
  assert.ok(
    theirs.some(({ compound }) => compound === 'SOFT'),
    'FastF1 folds the announcement into the last stint',
  );
});

test('C8: a lap count that jumps is five rows for FastF1 and four laps with their official numbers for us', () => {
  const counts: [number, number][] = [
    [90_000, 1],
    [170_000, 2],
    [250_000, 5],
    [258_000, 5],
    [330_000, 6],
  ];
  const lines = counts.map(([stampMs, laps]) =>
    timing(1, stampMs, { NumberOfLaps: laps, LastLapTime: { Value: '1:20.000' } }),
  );
  const { timing: found } = read(timing(1, 5000, { InPit: false }), ...lines);
  assert.equal(found.lapTable.filter(({ driverNumber }) => driverNumber === '1').length, 5);
  assert.deepEqual(
    found.correctedLaps
      .filter(({ driverNumber, generated }) => driverNumber === '1' && !generated)
      .map(({ officialLap }) => officialLap),
    [1, 2, 5, 6],
  );
});

test('C9: a car that moved after the start has a lap 1, one that did not has none', () => {
  const { timing: found } = read(
    ...driven(1, 5),
    tyres(2, 3, 0, { Compound: 'HARD', New: 'true', StartLaps: 0 }),
    timing(2, 5000, { InPit: true }),
  );
  assert.deepEqual(
    found.laps.filter(({ driverNumber }) => driverNumber === '2'),
    [],
  );
  const crashed = read(
    ...driven(1, 5),
    tyres(2, 3, 0, { Compound: 'HARD', New: 'true', StartLaps: 0 }),
    timing(2, 5000, { InPit: false }),
    timing(2, 40_000, { Sectors: { 0: { Value: '30.000' } } }),
  ).timing.laps.filter(({ driverNumber }) => driverNumber === '2');
  assert.deepEqual(
    crashed.map(({ lap, generated }) => [lap, generated]),
    [[1, true]],
  );
});

test('C10: an empty lap time with three sectors is their sum, a missing one is none', () => {
  const sectors = (stampMs: number, count: number, more: object, third = '26.000'): Line[] => [
    timing(1, stampMs, { Sectors: { 0: { Value: '25.000' } } }),
    timing(1, stampMs + 25_000, { Sectors: { 1: { Value: '30.000' } } }),
    timing(1, stampMs + 50_000, { Sectors: { 2: { Value: third } }, NumberOfLaps: count, ...more }),
  ];
  const { timing: found } = read(
    timing(1, 5000, { InPit: false }),
    ...sectors(40_000, 1, { LastLapTime: { Value: '1:20.900' } }),
    ...sectors(120_000, 2, { LastLapTime: { Value: '' } }),
    ...sectors(200_000, 3, {}, '26.500'),
  );
  const own = found.lapTable.filter(({ driverNumber, isGenerated }) => driverNumber === '1' && !isGenerated);
  assert.deepEqual(
    own.map(({ lapTimeMs }) => lapTimeMs),
    [null, 81_000, null],
    'the first is shorter than its sectors: dropped',
  );
  const repaired = found.correctedLaps.filter(
    ({ driverNumber, generated }) => driverNumber === '1' && !generated,
  );
  assert.deepEqual(
    repaired.map((lap) => lap.repaired),
    [['LapTime'], ['LapTime'], []],
    'what was dropped or filled in is marked',
  );
});

test('C15: of a driver listed for two teams the last named one counts and is reported, a null takes nothing away', () => {
  const { drivers, warnings } = read(
    ['DriverList', 20_000, { 1: { TeamName: 'Other' } }],
    ['DriverList', 30_000, { 1: { TeamName: null }, 2: { TeamName: '' } }],
  );
  assert.deepEqual(
    drivers.map(({ number, team }) => [number, team]),
    [
      ['1', 'Other'],
      ['2', 'Two'],
    ],
  );
  assert.ok(warnings.includes('Car 1 (AAA) is listed for 2 teams, One, then Other: the last one counts'));
});

function archived(...path: string[]): string | null {
  return sharedData('archive', ...path);
}

const shootout = archived('2023', '2023-04-30_Azerbaijan_Grand_Prix', '2023-04-29_Sprint_Shootout');

function partSizes({ timing: { lapTable, partStartsMs, lastStatusMs } }: RawSession): (number | null)[] {
  return splitQualifying(lapTable, partStartsMs, lastStatusMs!).map((part) =>
    part === null ? null : new Set(part.map(({ driverNumber }) => driverNumber)).size,
  );
}

test(
  'C13: a part that is stopped for good ends where it was stopped; generated laps are no retirements',
  { skip: skipWithout(shootout) },
  async () => {
    const raw = await rawSession(shootout!);
    assert.deepEqual(partSizes(raw), [20, 14, 9]);
    const generated = raw.timing.lapTable.filter(({ isGenerated }) => isGenerated);
    assert.deepEqual(generated.map(({ driver }) => driver).sort(), ['DEV', 'ZHO']);
    assert.equal(
      raw.timing.correctedLaps.filter((lap) => lap.generated).length,
      2,
      'marked as an estimate in ours',
    );
  },
);

const practice = archived('2022', '2022-07-03_British_Grand_Prix', '2022-07-01_Practice_1');

test('C13: without a "Finished" no lap is generated', { skip: skipWithout(practice) }, async () => {
  const { timing: found } = await rawSession(practice!);
  assert.ok(!found.sessionStatus.some(({ status }) => status === 'Finished'));
  assert.ok(!found.lapTable.some(({ isGenerated }) => isGenerated));
});

test('C13: a part that was cancelled is null', () => {
  const lap = { driverNumber: '1', startMs: 10, endMs: 20, pitOutMs: null } as never;
  assert.deepEqual(
    splitQualifying([lap], [0, 86_400_000, 86_400_000], 1000)
      .map((part) => part?.length ?? null)
      .slice(1),
    [null, null],
  );
});

const sprint = archived('2025', '2025-05-04_Miami_Grand_Prix', '2025-05-03_Sprint');

test(
  'C21: the way to the grid is no pit exit of lap 1, a start from the pit lane or a restart is',
  { skip: skipWithout(sprint) },
  async () => {
    const { timing: found } = await rawSession(sprint!);
    const first = found.lapTable.filter(({ lapNumber }) => lapNumber === 1);
    const kept = first.filter(({ pitOutMs }) => pitOutMs !== null);
    assert.ok(kept.length > 0);
    for (const { pitOutMs } of kept) assert.ok(pitOutMs! >= found.startMs!);
    assert.equal(first.find(({ driver }) => driver === 'VER')!.pitOutMs, ((1 * 60 + 11) * 60 + 0.868) * 1000);
  },
);

test('C21: a stop belongs to one visit, over two laps or within one', () => {
  const { timing: found } = read(
    ...driven(1, 3),
    timing(1, 245_000, { InPit: true }),
    timing(1, 250_001, { NumberOfLaps: 3 }),
    timing(1, 270_000, { InPit: false }),
    timing(1, 330_000, { NumberOfLaps: 4, LastLapTime: { Value: '1:20.000' } }),
    timing(1, 350_000, { InPit: true }),
    timing(1, 380_000, { InPit: false }),
    timing(1, 420_000, { NumberOfLaps: 5, LastLapTime: { Value: '1:30.000' } }),
  );
  const stops = pitStops(analysedLaps(found.lapTable, found.correctedLaps, []), []);
  assert.deepEqual(
    stops.map(({ lap, pitInMs, pitOutMs }) => [lap, pitInMs, pitOutMs]),
    [
      [3, 245_000, 270_000],
      [5, 350_000, 380_000],
    ],
  );
});
