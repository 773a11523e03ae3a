import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createTimingReader } from '../../../src/source/timing/index.ts';
import type { IdentityHint, TimingResult } from '../../../src/source/timing/index.ts';

type Line = readonly [topic: string, stampMs: number, data: unknown];

function read(lines: readonly Line[], identityHint: IdentityHint | null = null): TimingResult {
  const reader = createTimingReader();
  for (const [index, [topic, stampMs, data]] of lines.entries())
    reader.accept(topic, stampMs, data, index + 1);
  return reader.finish({ identityHint });
}

const raceInfo: Line = [
  'SessionInfo',
  0,
  {
    Meeting: { Name: 'Test Grand Prix' },
    Key: 7,
    Name: 'Race',
    StartDate: '2026-05-03T15:00:00',
    GmtOffset: '02:00:00',
  },
];
const twoDrivers: Line = [
  'DriverList',
  1000,
  {
    1: {
      RacingNumber: '1',
      Tla: 'AAA',
      FullName: 'First DRIVER',
      TeamName: 'One',
      TeamColour: 'ff0000',
      Line: 1,
    },
    2: { RacingNumber: '2', Tla: 'BBB', Line: 2 },
  },
];

function places(result: TimingResult, atMs: number): Record<string, number> {
  const places: Record<string, number> = {};
  for (const change of result.timing.positions)
    if (change.sessionMs <= atMs) places[change.driverNumber] = change.position;
  return places;
}

test('B8: the sign of GmtOffset holds for the whole value and local dates stay local', () => {
  const west = read([
    [
      'SessionInfo',
      0,
      {
        Meeting: { Name: 'Las Vegas' },
        Name: 'Race',
        StartDate: '2023-11-18T22:00:00',
        GmtOffset: '-08:00:00',
        Path: '2023/2023-11-18_X/2023-11-18_Race/',
      },
    ],
  ]).identity;
  assert.equal(west?.startEpochMs, Date.UTC(2023, 10, 19, 6));
  assert.equal(west?.path, '2023/2023-11-18_X/2023-11-18_Race/');
  const half = read([
    ['SessionInfo', 0, { Name: 'Race', StartDate: '2023-01-01T00:30:00', GmtOffset: '-03:30:00' }],
  ]).identity;
  assert.equal(half?.gmtOffsetMinutes, -210);
  assert.equal(half?.startEpochMs, Date.UTC(2023, 0, 1, 4));
});

test('identity comes from the hint where SessionInfo is missing, and the first SessionInfo stands', () => {
  assert.equal(read([]).identity, null);
  const hinted = read([], {
    event: 'Qatar Grand Prix',
    session: 'Race',
    year: 2023,
    origin: 'path',
  }).identity;
  assert.deepEqual(
    [hinted?.event, hinted?.session, hinted?.year, hinted?.origin],
    ['Qatar Grand Prix', 'Race', 2023, 'path'],
  );
  const two = read([raceInfo, ['SessionInfo', 9, { Key: 8, Name: 'Practice 1', Simulated: true }]]).identity;
  assert.deepEqual([two?.session, two?.simulated], ['Race', false]);
  assert.equal(read([['SessionInfo', 0, { Name: 'Race', Simulated: true }]]).identity?.simulated, true);
});

test('B1: places keep the initial state, and a car that sends none is put on the place left over, derived', () => {
  const result = read([
    raceInfo,
    twoDrivers,
    ['TimingData', 2000, { Lines: { 2: { Position: '2', GapToLeader: '+1' } } }],
  ]);
  assert.deepEqual(places(result, 2000), { 1: 1, 2: 2 });
  assert.deepEqual(
    result.timing.positions.map(({ driverNumber, derived }) => [driverNumber, derived]),
    [
      ['2', false],
      ['1', true],
    ],
  );
});

test('B1: with the key frame lost places come from the grid, and never one is empty or doubled', () => {
  const result = read([
    raceInfo,
    twoDrivers,
    ['DriverList', 1000, { 3: { RacingNumber: '3', Tla: 'CCC', Line: 3 } }],
    ['TimingAppData', 1500, { Lines: { 1: { GridPos: '3' }, 2: { GridPos: '1' }, 3: { GridPos: '2' } } }],
    ['TimingData', 2000, { Lines: { 1: { GapToLeader: '+3' } } }],
    ['TimingData', 3000, { Lines: { 3: { Position: '1' } } }],
  ]);
  assert.deepEqual(places(result, 3000), { 1: 3, 2: 2, 3: 1 });
});

test('B1: any stream of place messages leaves each place taken once at every stamp', () => {
  const message = fc.record({
    driver: fc.constantFrom('1', '2', '3', '4'),
    position: fc.integer({ min: 1, max: 5 }),
    step: fc.integer({ min: 0, max: 2 }),
  });
  const list: Line = [
    'DriverList',
    0,
    Object.fromEntries(
      ['1', '2', '3', '4'].map((number) => [number, { RacingNumber: number, Tla: `D${number}X` }]),
    ),
  ];
  fc.assert(
    fc.property(fc.array(message), (messages) => {
      let stampMs = 0;
      const lines: Line[] = messages.map(({ driver, position, step }) => [
        'TimingData',
        (stampMs += step * 100),
        { Lines: { [driver]: { Position: String(position) } } },
      ]);
      const result = read([raceInfo, list, ...lines]);
      for (const [, stamp] of lines) {
        if (result.timing.positions.length === 0) continue;
        if (stamp < result.timing.positions[0]!.sessionMs) continue;
        assert.deepEqual(Object.values(places(result, stamp)).toSorted(), [1, 2, 3, 4]);
      }
    }),
  );
});

test('B3: drivers listed after an hour are left out unless they have laps of their own', () => {
  const late: Line = [
    'DriverList',
    3_700_000,
    {
      1: { Tla: 'BAD', FullName: 'Other SERIES' },
      40: { RacingNumber: '40', Tla: 'EEE' },
      41: { RacingNumber: '41', Tla: 'FFF' },
    },
  ];
  const result = read([
    raceInfo,
    twoDrivers,
    late,
    ['TimingData', 3_800_000, { Lines: { 41: { InPit: false, NumberOfLaps: 1 } } }],
  ]);
  assert.deepEqual(
    result.drivers.map((driver) => driver.code),
    ['AAA', 'BBB', 'FFF'],
  );
  assert.ok(result.warnings.some((warning) => warning.includes('41 (FFF) is late')));
  assert.ok(result.warnings.some((warning) => warning.includes('40')));
});

test('B3: race control of another series and after the session is foreign, and not given to a driver', () => {
  const messages = [
    [100_000, 'CAR 1 (AAA) TIME 1:20.000 DELETED'],
    [200_000, 'CHEQUERED FLAG'],
    [210_000, 'CAR 1 (BAD) TIME 1:52.545 DELETED'],
    [900_000, 'GREEN LIGHT - PIT EXIT OPEN'],
  ] as const;
  const lines = messages.map(([stampMs, Message], index): Line => [
    'RaceControlMessages',
    stampMs,
    { Messages: { [index]: { Message, RacingNumber: '1' } } },
  ]);
  const result = read([raceInfo, twoDrivers, ...lines]);
  assert.deepEqual(
    result.timing.raceControl.map(({ foreign, driverNumber }) => [foreign, driverNumber]),
    [
      [false, '1'],
      [false, '1'],
      [true, null],
      [true, null],
    ],
  );
});

test('B3: a driver list key that differs from RacingNumber', () => {
  const { drivers } = read([['DriverList', 0, { 9: { RacingNumber: '20', Tla: 'MAG' }, 8: { Line: 2 } }]]);
  assert.deepEqual(
    drivers.map(({ number, code, name }) => [number, code, name]),
    [
      ['8', '8', '8'],
      ['20', 'MAG', '20'],
    ],
  );
});

test('B4: two messages in one stamp, and a count that goes back, leave one lap', () => {
  const lines = [
    [10_000, { InPit: false }],
    [100_000, { NumberOfLaps: 6, LastLapTime: { Value: '1:30.000' } }],
    [190_000, { NumberOfLaps: 7, LastLapTime: { Value: '1:30.000' } }],
    [190_000, { NumberOfLaps: 6, LastLapTime: { Value: '20:17.717' } }],
    [190_000, { NumberOfLaps: 7 }],
    [200_000, { Sectors: { 0: { Value: '31.0' } } }],
  ] as const;
  const timing = lines.map(([stampMs, line]): Line => ['TimingData', stampMs, { Lines: { 1: line } }]);
  const { laps } = read([raceInfo, twoDrivers, ...timing]).timing;
  assert.deepEqual(
    laps.map(({ lap, endMs, lapTimeMs }) => [lap, endMs, lapTimeMs]),
    [
      [1, 100_000, 90_000],
      [2, 190_000, 90_000],
    ],
  );
});

test('B5: the last TotalLaps counts, the first is kept beside, no lap is generated beyond it', () => {
  const result = read([
    raceInfo,
    twoDrivers,
    ['LapCount', 0, { CurrentLap: 1, TotalLaps: 3 }],
    ['LapCount', 5, { TotalLaps: '2' }],
    ['SessionStatus', 1_000, { Status: 'Started' }],
    ['SessionStatus', 181_022, { Status: 'Finished' }],
    ...[
      [500, { InPit: false }],
      [91_000, { NumberOfLaps: 1, Sectors: { 0: { Value: '30' } } }],
      [181_000, { NumberOfLaps: 2 }],
    ].map(([stampMs, line]): Line => ['TimingData', Number(stampMs), { Lines: { 1: line } }]),
  ]);
  assert.deepEqual([result.timing.totalLaps, result.timing.firstTotalLaps], [2, 3]);
  assert.deepEqual(
    result.timing.laps.map(({ lap, startMs, endMs }) => [lap, startMs, endMs]),
    [
      [1, 1_000, 91_000],
      [2, 91_000, 181_000],
    ],
  );
});

test('B6: "0" and "false" are false, "1" and "true" are true, anything else is unknown', () => {
  const rain = ['0', 'false', '1', 'true', '', undefined].map((Rainfall, index): Line => [
    'WeatherData',
    index,
    { AirTemp: '20.5', Rainfall },
  ]);
  const { weather } = read([raceInfo, ...rain]).timing;
  assert.deepEqual(
    weather.map((sample) => sample.rainfall),
    [false, false, true, true, null, null],
  );
  assert.equal(weather[0]?.airTempC, 20.5);
});

test('B9: a car with laps that is not entered and one entered without are named', () => {
  const { warnings } = read([
    raceInfo,
    twoDrivers,
    ['TimingData', 1, { Lines: { 1: { NumberOfLaps: 1 }, 9: { NumberOfLaps: 1 } } }],
  ]);
  assert.ok(
    warnings.some((warning) =>
      warning.includes('Car 9 has laps but is not entered, car 2 is entered but has none'),
    ),
  );
});

test('C1: a lap time of 150 s and more counts when the sectors confirm it', () => {
  const lap = (start: number, count: number, sectors: readonly string[], time: string): Line[] => [
    ...sectors.map((Value, index): Line => [
      'TimingData',
      start + index * 1000,
      { Lines: { 1: { Sectors: { [index]: { Value } } } } },
    ]),
    ['TimingData', start + 20_000, { Lines: { 1: { NumberOfLaps: count, LastLapTime: { Value: time } } } }],
  ];
  const { laps } = read([
    raceInfo,
    twoDrivers,
    ['TimingData', 0, { Lines: { 1: { InPit: false } } }],
    ...lap(100_000, 1, ['50.000', '60.000', '50.500'], '2:40.500'),
    ...lap(300_000, 2, ['51.000', '60.000', '50.500'], '2:41.501'),
  ]).timing;
  assert.deepEqual(
    laps.map((entry) => entry.lapTimeMs),
    [160_500, null],
  );
});

test('C3: a compound that is taken back comes back with its age', () => {
  const stint = (stampMs: number, patch: object): Line => [
    'TimingAppData',
    stampMs,
    { Lines: { 1: { Stints: { 0: patch } } } },
  ];
  const { stints } = read([
    raceInfo,
    twoDrivers,
    stint(1, { Compound: 'SOFT', New: 'false', StartLaps: 2 }),
    stint(2, { Compound: 'HARD', New: 'true', StartLaps: 0 }),
    stint(3, { Compound: 'SOFT' }),
  ]).timing;
  assert.deepEqual(
    stints.map(({ compound, fresh, ageAtStart }) => [compound, fresh, ageAtStart]),
    [['SOFT', false, 2]],
  );
});

test('SessionData stands in for missing status topics', () => {
  const { timing, warnings } = read([
    raceInfo,
    ['SessionData', 5, { StatusSeries: [{ TrackStatus: 'AllClear' }] }],
    [
      'SessionData',
      9,
      { StatusSeries: { 1: { SessionStatus: 'Started' }, 2: { TrackStatus: 'SCDeployed' } } },
    ],
  ]);
  assert.deepEqual(
    timing.trackStatus.map(({ status }) => status),
    ['1', '4'],
  );
  assert.equal(timing.startMs, 9);
  assert.ok(warnings.some((warning) => warning.startsWith('SessionStatus is missing')));
});

test('A6: no topic throws on anything the feed could send', () => {
  const topics = fc.constantFrom(
    'SessionInfo',
    'DriverList',
    'TimingData',
    'TimingAppData',
    'TrackStatus',
    'SessionStatus',
    'SessionData',
    'RaceControlMessages',
    'LapCount',
    'WeatherData',
    'Heartbeat',
    'constructor',
  );
  const inner = fc.oneof(
    { depthSize: 'small' },
    fc.jsonValue(),
    fc.dictionary(
      fc.constantFrom(
        '1',
        '2',
        'Stints',
        'Sectors',
        'Position',
        'NumberOfLaps',
        'InPit',
        'Line',
        'Tla',
        '_deleted',
      ),
      fc.jsonValue(),
    ),
  );
  const data = fc.oneof(
    fc.jsonValue(),
    fc.record({ Lines: fc.oneof(fc.jsonValue(), fc.dictionary(fc.constantFrom('1', '44', 'x'), inner)) }),
    fc.record({ Messages: inner, StatusSeries: inner }),
    fc.dictionary(fc.constantFrom('1', '44', '_kf'), inner),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(topics, fc.nat(), data)), (lines) => {
      assert.ok(Array.isArray(read(lines).drivers));
    }),
    { numRuns: 300 },
  );
});
