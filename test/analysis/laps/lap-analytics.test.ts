import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analysedLaps, isClean, type AnalysedLap } from '../../../src/analysis/laps/analysed-lap.ts';
import { fuelCorrectedMs } from '../../../src/analysis/laps/fuel-corrected.ts';
import { orderChanges } from '../../../src/analysis/laps/order-changes.ts';
import { driverPaces } from '../../../src/analysis/laps/pace.ts';
import { eventPitLossS, pitStops } from '../../../src/analysis/laps/pit-stops.ts';
import { sectorBests } from '../../../src/analysis/laps/sector-bests.ts';
import { stintDegradations } from '../../../src/analysis/laps/stint-degradation.ts';
import { trackPhases } from '../../../src/analysis/laps/track-phases.ts';
import type { RawSession } from '../../../src/domain/raw-session.ts';
import { sharedData, skipWithout } from '../../support/shared-data.ts';
import { rawSession } from '../../support/raw-session.ts';

const monaco = sharedData('sessions', '2023_monaco_race', 'raw');
const fuel = { loadKg: 110, secondsPerKg: 0.031 };
let kept: Promise<RawSession> | null = null;

function monacoSession(): Promise<RawSession> {
  return (kept ??= rawSession(monaco!));
}

async function monacoLaps(): Promise<{ laps: readonly AnalysedLap[]; raw: RawSession }> {
  const raw = await monacoSession();
  const { lapTable, correctedLaps, weather } = raw.timing;
  return { raw, laps: analysedLaps(lapTable, correctedLaps, weather) };
}

test('fuel correction takes out what is still on board: everything at the start, nothing at the end', () => {
  assert.equal(fuelCorrectedMs(80_000, 78, 78, fuel), 80_000);
  assert.equal(fuelCorrectedMs(80_000, 0, 78, fuel), 80_000 - 3410);
  assert.equal(fuelCorrectedMs(80_000, 39, 78, fuel), 80_000 - 1705);
  assert.equal(fuelCorrectedMs(80_000, 80, 78, fuel), 80_000, 'never more than nothing after the distance');
});

test(
  'Monaco 2023: 102 pairs change order between lap ends, the leader never',
  { skip: skipWithout(monaco) },
  async () => {
    const { lapTable } = (await monacoSession()).timing;
    const changes = new Map(orderChanges(lapTable).map(({ lap, pairs }) => [lap, pairs]));
    const sum = (from: number, to: number): number =>
      [...changes].filter(([lap]) => lap >= from && lap <= to).reduce((total, [, pairs]) => total + pairs, 0);
    assert.equal(sum(1, 78), 102);
    assert.equal(sum(31, 34) + sum(44, 58), 80);
    assert.equal(sum(17, 20), 14);
    assert.equal(changes.get(55), 15);
  },
);

test(
  'Monaco 2023: pit visits, stops for tyres, and the loss of a stop on a dry track',
  { skip: skipWithout(monaco) },
  async () => {
    const { laps, raw } = await monacoLaps();
    const stops = pitStops(laps, trackPhases(raw.timing.trackStatus, raw.timing.sessionStatus));
    assert.equal(stops.filter(({ hasNewTyres }) => hasNewTyres).length, 37);
    const green = stops.filter(({ reason }) => reason === '');
    assert.ok(
      green.every(({ pitInMs, pitOutMs }) => pitOutMs! - pitInMs > 23_000 && pitOutMs! - pitInMs < 33_000),
    );
    const loss = eventPitLossS(stops)!;
    assert.ok(loss > 18 && loss < 22, `${loss} s`);
  },
);

test(
  'C6: a stop that a red phase overlaps is tagged and costs nothing',
  { skip: skipWithout(monaco) },
  async () => {
    const { laps, raw } = await monacoLaps();
    const [first] = pitStops(laps, []).filter(({ reason }) => reason === '');
    const red = [
      { kind: 'redFlag' as const, startMs: first!.pitInMs + 1000, endMs: first!.pitInMs + 2_000_000 },
    ];
    const tagged = pitStops(laps, red).find(({ pitInMs }) => pitInMs === first!.pitInMs)!;
    assert.equal(tagged.condition, 'redFlag');
    assert.equal(tagged.lossS, null);
    assert.equal(tagged.reason, 'the race was stopped');
    assert.ok(raw.timing.lapTable.length > 0);
  },
);

test(
  'Monaco 2023: wear is told with an interval, and not for wet tyres or too few laps',
  { skip: skipWithout(monaco) },
  async () => {
    const { laps } = await monacoLaps();
    const options = { fuel, raceLaps: 78, trafficGapS: 1.5, minLaps: 6 };
    const stints = stintDegradations(laps, options);
    const verstappen = stints.filter(({ driver }) => driver === 'VER');
    assert.deepEqual(
      verstappen.map(({ compound, firstLap, lastLap }) => [compound, firstLap, lastLap]),
      [
        ['MEDIUM', 1, 55],
        ['INTERMEDIATE', 56, 78],
      ],
    );
    const [dry, wet] = verstappen;
    assert.ok(dry!.degradation! > 0.01 && dry!.degradation! < 0.1, String(dry!.degradation));
    assert.ok(dry!.interval!.low < dry!.degradation! && dry!.interval!.high > dry!.degradation!);
    assert.equal(wet!.degradation, null);
    assert.equal(wet!.reason, 'wet track');
    for (const stint of stints) assert.equal(stint.degradation === null, stint.reason !== '');
    for (const { usedLaps, degradation } of stints) assert.ok(degradation === null || usedLaps >= 6);
  },
);

test(
  'C17: race time is the difference of lap ends, never a sum of lap times',
  { skip: skipWithout(monaco) },
  async () => {
    const { laps } = await monacoLaps();
    const pace = driverPaces(laps, fuel, 78).find(({ driver }) => driver === 'VER')!;
    const own = laps.filter(({ driver }) => driver === 'VER');
    assert.equal(pace.raceTimeMs, own.at(-1)!.endMs! - own[0]!.startMs!);
    const sum = own.reduce((total, { lapTimeMs }) => total + (lapTimeMs ?? 0), 0);
    assert.notEqual(pace.raceTimeMs, sum, 'lap 1 has no lap time in the feed');
  },
);

const qatar = sharedData('sessions', '2023_qatar_race', 'raw');

test(
  'C7, C17: Qatar 2023, which no leader string aligns, has the race times of its lap ends',
  { skip: skipWithout(qatar) },
  async () => {
    const raw = await rawSession(qatar!, '2023 Qatar Race');
    const { lapTable } = raw.timing;
    const endOf = (driver: string): number => {
      const own = lapTable.filter((lap) => lap.driverNumber === driver);
      return own.at(-1)!.endMs!;
    };
    const winner = endOf('1');
    assert.equal(winner, ((2 * 60 + 30) * 60 + 13) * 1000 + 210);
    for (const [car, gap] of [
      ['81', 4828],
      ['4', 5960],
      ['63', 34_090],
      ['16', 38_964],
    ] as const)
      assert.equal(endOf(car) - winner, gap, car);
    assert.ok(raw.report.warnings.some((warning) => /align/i.test(warning)));
  },
);

test(
  'the ideal lap is the sum of the best sectors and never slower than the best lap',
  { skip: skipWithout(monaco) },
  async () => {
    const { lapTable } = (await monacoSession()).timing;
    const bests = sectorBests(lapTable);
    assert.equal(bests.length, 20);
    for (const { sectors, idealMs, best, driver } of bests) {
      assert.equal(idealMs, sectors[0]!.ms + sectors[1]!.ms + sectors[2]!.ms);
      assert.ok(idealMs <= best!.ms + 3, driver);
    }
    assert.equal(bests[0]!.driver, 'HAM');
  },
);

const phaseCases = [
  ['2020', '2020-09-06_Italian_Grand_Prix', '2020-09-06_Race', 'safetyCar', 155_535],
  ['2021', '2021-07-18_British_Grand_Prix', '2021-07-18_Race', 'safetyCar', 127_797],
  ['2021', '2021-12-05_Saudi_Arabian_Grand_Prix', '2021-12-05_Race', 'safetyCar', 522_424],
  ['2022', '2022-03-20_Bahrain_Grand_Prix', '2022-03-20_Race', 'virtualSafetyCar', 19_898],
  ['2022', '2022-03-27_Saudi_Arabian_Grand_Prix', '2022-03-27_Race', 'virtualSafetyCar', 19_039],
  ['2023', '2023-04-30_Azerbaijan_Grand_Prix', '2023-04-29_Sprint_Shootout', 'redFlag', 221_668],
] as const;

for (const [year, event, session, kind, durationMs] of phaseCases) {
  const folder = sharedData('archive', year, event, session);
  test(`the ${kind} of ${event} ${year} lasted ${durationMs} ms`, { skip: skipWithout(folder) }, async () => {
    const { trackStatus, sessionStatus } = (await rawSession(folder!)).timing;
    const durations = trackPhases(trackStatus, sessionStatus)
      .filter((phase) => phase.kind === kind)
      .map(({ startMs, endMs }) => Math.round((endMs ?? Number.NaN) - startMs));
    assert.ok(durations.includes(durationMs), durations.join(', '));
  });
}

test(
  'Monaco 2023: pace is of dry laps, wet ones are counted beside',
  { skip: skipWithout(monaco) },
  async () => {
    const { laps } = await monacoLaps();
    const paces = driverPaces(laps, fuel, 78);
    assert.equal(paces[0]!.driver, 'VER');
    const driver = paces[0]!;
    assert.ok(driver.wetLaps > 10 && driver.wetLaps < driver.cleanLaps);
    const onlyWet = laps.filter(({ isWet }) => isWet);
    const wet = driverPaces(onlyWet, fuel, 78).find((one) => one.driver === 'VER')!;
    assert.ok(wet.medianMs! > driver.medianMs! + 8000, 'a wet session has wet pace');
  },
);

test(
  'a race without TrackStatus has pace and pit loss from laps whose own times agree',
  { skip: skipWithout(qatar) },
  async () => {
    const { timing } = await rawSession(qatar!, '2023 Qatar Race');
    assert.ok(!timing.lapTable.some(({ isAccurate }) => isAccurate), 'FastF1 calls none accurate');
    const laps = analysedLaps(timing.lapTable, timing.correctedLaps, timing.weather);
    const clean = laps.filter(isClean);
    assert.ok(clean.length > 500, `${clean.length} clean laps`);
    for (const { pitInMs, pitOutMs, lapTimeMs, sector1Ms, sector2Ms, sector3Ms } of clean) {
      assert.ok(pitInMs === null && pitOutMs === null);
      assert.ok(Math.abs(sector1Ms! + sector2Ms! + sector3Ms! - lapTimeMs!) <= 3);
    }
    assert.ok(driverPaces(laps, fuel, 57).filter(({ medianMs }) => medianMs !== null).length >= 17);
    assert.ok(pitStops(laps, []).some(({ lossS, reason }) => lossS !== null && reason === ''));
  },
);
