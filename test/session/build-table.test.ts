import assert from 'node:assert/strict';
import test from 'node:test';
import { compoundName } from '../../src/domain/compound.ts';
import { countRows, Invalid, type DriverTable } from '../../src/domain/table.ts';
import { buildSessionTable } from '../../src/session/index.ts';
import { emptyTiming } from '../../src/domain/timing.ts';
import {
  carSamples,
  grid,
  posSamples,
  syntheticDriver,
  syntheticLap,
  syntheticRaw,
} from './synthetic-session.ts';

function only(tables: readonly DriverTable[]): DriverTable {
  assert.equal(tables.length, 1);
  return tables[0]!;
}

const withLaps = (...laps: ReturnType<typeof syntheticLap>[]): ReturnType<typeof syntheticRaw> =>
  syntheticRaw({ timing: { ...emptyTiming, laps } });

test('buildSessionTable takes one slice from the start of the first lap to the end of the last', () => {
  const table = only(buildSessionTable(syntheticRaw()).tables);
  assert.deepEqual([table.sessionMs[0], table.sessionMs.at(-1)], [10_000, 18_000]);
  assert.equal(table.rows, 33 + 32, 'samples of both feeds; car samples lie on both edges');
  for (let i = 1; i < table.rows; i++) assert.ok(table.sessionMs[i]! > table.sessionMs[i - 1]!);
});

test('buildSessionTable labels rows with lap and compound: start inclusive, end exclusive, the last end inclusive', () => {
  const table = only(buildSessionTable(syntheticRaw()).tables);
  const at = (ms: number): [number, string | null] => {
    const row = table.sessionMs.indexOf(ms);
    return [table.lap[row]!, compoundName(table.compound[row]!)];
  };
  assert.deepEqual(at(10_000), [1, 'SOFT']);
  assert.deepEqual(at(13_850), [1, 'SOFT']);
  assert.deepEqual(at(14_000), [2, 'HARD']);
  assert.deepEqual(at(18_000), [2, 'HARD']);
});

test('buildSessionTable counts distance from the start of each lap', () => {
  const raw = syntheticRaw({
    car: new Map([['1', carSamples(grid(9_000, 250, 41), { speedKmh: grid(180, 0, 41) })]]),
  });
  const table = only(buildSessionTable(raw).tables);
  for (let i = 0; i < table.rows; i++) {
    const lapStart = table.lap[i] === 1 ? 10_000 : 14_000;
    assert.ok(Math.abs(table.distanceM[i]! - (50 * (table.sessionMs[i]! - lapStart)) / 1000) < 1e-3);
  }
});

test('buildSessionTable counts a stretch with the speed of the car sample at its end', () => {
  const raw = syntheticRaw({
    car: new Map([['1', carSamples([9_900, 10_400, 11_000, 18_100], { speedKmh: [36, 72, 108, 36] })]]),
    pos: new Map([['1', posSamples([9_950, 10_600, 18_050])]]),
  });
  const table = only(buildSessionTable(raw).tables);
  const at = (ms: number): number => Math.round(table.distanceM[table.sessionMs.indexOf(ms)]! * 1000) / 1000;
  assert.equal(at(10_400), 8);
  assert.equal(at(10_600), 14);
  assert.equal(at(11_000), 26);
});

test('buildSessionTable with all takes everything recorded and leaves rows outside of laps unlabelled', () => {
  const table = only(buildSessionTable(syntheticRaw(), { all: true }).tables);
  assert.equal(table.rows, 82);
  assert.deepEqual([table.lap[0], table.compound[0], table.distanceM[0]], [0, 0, Number.NaN]);
  assert.equal(table.lap[table.sessionMs.indexOf(12_000)], 1);
  assert.equal(table.lap.at(-1), 0);
});

test('buildSessionTable falls back to everything recorded when no laps are known, and says so', () => {
  const session = buildSessionTable(withLaps());
  assert.equal(countRows(session), 82);
  assert.match(session.report.warnings.join('\n'), /No laps are known/);
});

test('B9: a driver without telemetry, or with no lap, is left out without an error', () => {
  const raw = syntheticRaw({
    drivers: [syntheticDriver('1', 'VER'), syntheticDriver('20', 'MAG'), syntheticDriver('9', 'XXX')],
    car: new Map([
      ['1', carSamples(grid(9_000, 250, 41))],
      ['9', carSamples(grid(9_000, 250, 41))],
    ]),
  });
  const session = buildSessionTable(raw);
  assert.deepEqual(
    session.tables.map((table) => table.driver.code),
    ['VER'],
  );
  assert.equal(session.drivers.length, 3);
  assert.match(session.report.warnings.join('\n'), /Driver XXX \(car 9\) has telemetry but no lap/);
  assert.equal(buildSessionTable(raw, { all: true }).tables.length, 2);
});

test('B9: a lap start that is null is taken from the lap before, the pit exit or the lap time', () => {
  const session = buildSessionTable(
    withLaps(
      syntheticLap('1', 1, null, 12_000, { lapTimeMs: 2_000 }),
      syntheticLap('1', 2, null, 14_000),
      syntheticLap('1', 3, 15_000, null, { pitInMs: 16_000 }),
    ),
  );
  const table = only(session.tables);
  assert.deepEqual([table.sessionMs[0], table.sessionMs.at(-1)], [10_000, 16_000]);
  const lapAt = (ms: number): number => table.lap[table.sessionMs.indexOf(ms)]!;
  assert.deepEqual([lapAt(11_000), lapAt(13_000), lapAt(14_500), lapAt(15_500)], [1, 2, 0, 3]);
});

test('B9: laps without any time give everything recorded, not an error', () => {
  const session = buildSessionTable(withLaps(syntheticLap('1', 1, null, null)));
  assert.equal(countRows(session), 82);
});

test('a lap that was never finished lasts 150 s at most and ends with the recording', () => {
  const table = only(buildSessionTable(withLaps(syntheticLap('1', 1, 10_000, null))).tables);
  assert.equal(table.sessionMs[0], 10_000);
  assert.equal(table.sessionMs.at(-1), 19_100, 'no row is invented after the last sample');
});

test('buildSessionTable without telemetry has no tables', () => {
  const session = buildSessionTable(syntheticRaw({ t0EpochMs: null, car: new Map(), pos: new Map() }));
  assert.deepEqual(session.tables, []);
  assert.equal(countRows(session), 0);
  assert.equal(session.timing.laps.length, 2);
});

test('buildSessionTable without a position feed has NaN and a mark, without a car feed position rows alone', () => {
  const noPos = only(buildSessionTable(syntheticRaw({ pos: new Map() })).tables);
  assert.equal(noPos.rows, 33);
  assert.ok(noPos.x.every(Number.isNaN) && noPos.invalid.every((bits) => bits === Invalid.position));
  const noCar = only(buildSessionTable(syntheticRaw({ car: new Map() })).tables);
  assert.ok(noCar.speedKmh.every(Number.isNaN) && noCar.distanceM.every(Number.isNaN));
  assert.ok(noCar.invalid.every((bits) => (bits & Invalid.filled) !== 0));
});

test('buildSessionTable keeps the drivers asked for, by code in any case or by number', () => {
  const car = carSamples(grid(9_000, 250, 41));
  const raw = syntheticRaw({
    drivers: [syntheticDriver('1', 'VER'), syntheticDriver('44', 'HAM'), syntheticDriver('16', 'LEC')],
    car: new Map([
      ['1', car],
      ['44', car],
      ['16', car],
    ]),
  });
  const codes = (drivers: string[]): string[] =>
    buildSessionTable(raw, { drivers, all: true }).tables.map((table) => table.driver.code);
  assert.deepEqual(codes(['ham', '16']), ['HAM', 'LEC']);
  assert.deepEqual(codes([]), ['VER', 'HAM', 'LEC']);
});

test('buildSessionTable without a driver list shows every car with data under its number', () => {
  const session = buildSessionTable(syntheticRaw({ drivers: [] }));
  assert.deepEqual(
    session.tables.map((table) => table.driver.code),
    ['1'],
  );
});

test('B10: rows that were made by the outer join over drivers are marked as filled', () => {
  const filled = grid(0, 0, 41);
  filled[8] = 1;
  const raw = syntheticRaw({ car: new Map([['1', carSamples(grid(9_000, 250, 41), { filled })]]) });
  const table = only(buildSessionTable(raw).tables);
  const marked = [...table.sessionMs].filter((_, row) => (table.invalid[row]! & Invalid.filled) !== 0);
  assert.deepEqual(marked, [10_850, 11_000, 11_100], 'the sample and the rows interpolated from it');
});

test('B10: a point repeated for more than 1 s above 50 km/h is reported with the car; shorter ones, slow cars and 0,0,0 are not', () => {
  const warningsFor = (speedKmh: number, x: readonly number[]): string => {
    const times = grid(10_000, 400, x.length);
    const still = times.map(() => 0);
    const raw = syntheticRaw({
      drivers: [syntheticDriver('1', 'VER'), syntheticDriver('44', 'HAM')],
      car: new Map(
        ['1', '44'].map((car) => [
          car,
          carSamples(grid(10_000, 200, 40), { speedKmh: grid(speedKmh, 0, 40) }),
        ]),
      ),
      pos: new Map([
        ['1', posSamples(times)],
        ['44', posSamples(times, { x, y: still, z: still })],
      ]),
    });
    return buildSessionTable(raw, { all: true }).report.warnings.join('\n');
  };
  const repeated = [1, 2, 2, 2, 2, 3];
  assert.match(warningsFor(200, repeated), /repeat one point .* count as missing: HAM 3$/u);
  assert.doesNotMatch(warningsFor(50, repeated), /repeat/u);
  assert.doesNotMatch(warningsFor(200, [1, 2, 2, 2, 3, 3]), /repeat/u);
  assert.doesNotMatch(warningsFor(200, [1, 0, 0, 0, 0, 0]), /repeat/u);
  assert.match(warningsFor(200, [1, 2, 3, 4, 4, 4, 4]), /HAM 3$/u, 'at the end of the recording');
});

test('samples out of order or with one time twice are put in order, with a warning', () => {
  const times = [9_000, 12_000, 11_000, 12_000, 19_000];
  const raw = syntheticRaw({
    car: new Map([['1', carSamples(times, { speedKmh: [1, 2, 3, 4, 5] })]]),
    pos: new Map(),
  });
  const session = buildSessionTable(raw, { all: true });
  const table = only(session.tables);
  assert.deepEqual([...table.sessionMs], [9_000, 11_000, 12_000, 19_000]);
  assert.deepEqual([...table.speedKmh], [1, 3, 4, 5]);
  assert.match(session.report.warnings.join('\n'), /CarData\.z of car 1 was put in order of time/);
});
