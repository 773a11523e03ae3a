import assert from 'node:assert/strict';
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { lapsTable, smallTableCsv } from '../../../src/session/index.ts';
import { epochMsOf, spanMsOf } from '../../../src/source/tables/cell-values.ts';
import { kindOfTable } from '../../../src/source/tables/read-tables.ts';
import { stintsWithoutOverlap, type StintRow } from '../../../src/source/tables/stint-laps.ts';
import { runSlipstream } from '../../support/run-slipstream.ts';
import { sharedData, skipWithout } from '../../support/shared-data.ts';
import { rawSession } from '../../support/raw-session.ts';
import { tempDir } from '../../support/temp-dir.ts';

const columnar = sharedData('columnar');
const monaco = sharedData('sessions', '2023_monaco_race', 'raw');
const golden = sharedData('golden');

const stintRows = fc.array(
  fc.record<StintRow>({
    stint: fc.integer({ min: 1, max: 6 }),
    firstLap: fc.integer({ min: -2, max: 80 }),
    lastLap: fc.integer({ min: -2, max: 80 }),
    compound: fc.constantFrom('SOFT', 'HARD'),
    ageAtStart: fc.constant(0),
  }),
  { maxLength: 6 },
);

test('D5: stints that overlap or run backwards become stints that add up to the laps driven', () => {
  fc.assert(
    fc.property(stintRows, fc.integer({ min: 1, max: 80 }), (rows, driven) => {
      const stints = stintsWithoutOverlap(rows, driven);
      if (stints.length === 0) return;
      assert.equal(stints[0]!.firstLap, 1);
      assert.equal(stints.at(-1)!.lastLap, driven);
      for (const [index, { firstLap, lastLap }] of stints.entries()) {
        assert.ok(lastLap >= firstLap);
        if (index > 0) assert.equal(firstLap, stints[index - 1]!.lastLap + 1);
      }
    }),
  );
  const row = (stint: number, firstLap: number, lastLap: number): StintRow => ({
    stint,
    firstLap,
    lastLap,
    compound: 'HARD',
    ageAtStart: 0,
  });
  assert.deepEqual(
    stintsWithoutOverlap([row(1, 1, 55), row(2, 55, 78)], 78).map(({ firstLap, lastLap }) => [
      firstLap,
      lastLap,
    ]),
    [
      [1, 55],
      [56, 78],
    ],
  );
  assert.deepEqual(
    stintsWithoutOverlap([row(1, 1, 55), row(2, 56, 54)], 57).map(({ firstLap, lastLap }) => [
      firstLap,
      lastLap,
    ]),
    [[1, 57]],
  );
});

test(
  'D5: the stints of 18 races add up to the laps of every driver',
  { skip: skipWithout(columnar) },
  async () => {
    let races = 0;
    for (const race of readdirSync(columnar!).filter(
      (name) => !existsSync(join(columnar!, name, 'car_data.parquet')),
    )) {
      const { timing } = await rawSession(join(columnar!, race));
      races++;
      for (const [driver, laps] of Map.groupBy(timing.lapTable, ({ driverNumber }) => driverNumber)) {
        const numbers = laps.map(({ lapNumber }) => lapNumber);
        assert.equal(new Set(numbers).size, numbers.length, `${race} ${driver}`);
        const without = laps.filter(({ compound }) => compound === '');
        assert.ok(
          without.length === 0 || without.length === laps.length,
          `${race} ${driver}: ${without.length} laps without a set`,
        );
        for (const [index, { stint }] of laps.entries())
          assert.ok(index === 0 || stint! >= laps[index - 1]!.stint!);
      }
    }
    assert.equal(races, 18);
  },
);

test(
  "OpenF1's tables of a race open as a session with samples at source rate",
  { skip: skipWithout(columnar) },
  async () => {
    const raw = await rawSession(join(columnar!, '2023_9157_Italian_Grand_Prix'));
    const { year, event, session, key } = raw.identity;
    assert.deepEqual([year, event, session, key], [2023, 'Italian Grand Prix', 'Race', 9157]);
    const rows = (feed: ReadonlyMap<string, { readonly epochMs: Float64Array }>): number =>
      [...feed.values()].reduce((sum, { epochMs }) => sum + epochMs.length, 0);
    assert.equal(rows(raw.car), 719_620);
    assert.equal(rows(raw.pos), 746_600);
    assert.equal(raw.timing.lapTable.length, 968);
    assert.ok(Math.max(...[...raw.car.values()].map(({ speedKmh }) => Math.max(...speedKmh))) === 359);
    const first = raw.timing.lapTable[0]!;
    assert.equal(first.lapTimeMs, 88_140);
    assert.equal(first.isAccurate, true);
    assert.equal(first.endMs! - first.startMs!, 88_140);
    assert.match(raw.report.warnings.join(), /OpenF1's: session time counts from the first/);
    // In the words of the archive, so that every view knows what it lacks.
    const missing = new Map(raw.report.missing.map(({ topic, reason }) => [topic, reason]));
    assert.deepEqual(
      [...missing.keys()],
      ['SessionStatus', 'TrackStatus', 'LapCount', 'RaceControlMessages', 'WeatherData', 'gaps'],
    );
    assert.equal(missing.get('WeatherData'), 'No table has WeatherData: no weather is shown');
  },
);

test(
  'what extract writes opens again: the same laps, byte for byte, and the same samples',
  { skip: skipWithout(monaco) },
  async (t) => {
    const cwd = tempDir(t);
    for (const format of ['csv', 'parquet']) {
      const out = join(cwd, format);
      const args = ['--drivers', 'VER,ALO', '--telemetry', 'raw', '--laps', '--format', format, '--out', out];
      const ran = await runSlipstream(cwd, 'extract', monaco!, ...args);
      assert.equal(ran.code, 0, ran.stderr);
      const again = await rawSession(out);
      const raw = await rawSession(monaco!);
      assert.equal(again.t0EpochMs, raw.t0EpochMs);
      assert.equal(again.identity.event, 'Monaco Grand Prix');
      assert.equal(smallTableCsv(lapsTable(again)), readFileSync(join(out, 'laps.csv'), 'utf8'));
      for (const number of ['1', '14']) {
        const [ours, theirs] = [again.car.get(number)!, raw.car.get(number)!];
        for (const name of ['epochMs', 'rpm', 'speedKmh', 'gear', 'throttlePct', 'drs'] as const)
          assert.deepEqual(ours[name], theirs[name], `${format} car ${number} ${name}`);
        for (const name of ['epochMs', 'x', 'y', 'z', 'onTrack'] as const)
          assert.deepEqual(
            again.pos.get(number)![name],
            raw.pos.get(number)![name],
            `${format} pos ${number} ${name}`,
          );
      }
    }
  },
);

test('D4: a lap table as pandas writes it opens by its content', { skip: skipWithout(golden) }, async (t) => {
  const path = join(tempDir(t), 'x.dat');
  copyFileSync(join(golden!, 'laps_2023_Azerbaijan_Q.csv'), path);
  const { timing } = await rawSession(path, '2023 Azerbaijan Qualifying');
  assert.equal(timing.lapTable.length, 356);
  const times = timing.lapTable.flatMap(({ lapTimeMs }) => lapTimeMs ?? []);
  assert.equal(times.length, 212);
  assert.equal(
    times.reduce((sum, ms) => sum + ms, 0),
    24_667_027,
  );
});

test(
  'tables that are cut or broken give what can be read and say the rest',
  { skip: skipWithout(columnar) },
  async (t) => {
    const dir = tempDir(t);
    const from = join(columnar!, '2023_9094_Monaco_Grand_Prix');
    copyFileSync(join(from, 'laps.parquet'), join(dir, 'a.dat'));
    const stints = readFileSync(join(from, 'stints.csv'), 'utf8');
    writeFileSync(join(dir, 'b.dat'), stints.slice(0, 300));
    writeFileSync(join(dir, 'c.parquet'), readFileSync(join(from, 'laps.parquet')).subarray(0, 5000));
    writeFileSync(join(dir, 'd.csv'), 'nothing,of\ninterest,1\n');
    const { timing, report } = await rawSession(dir, '2023 Monaco Race');
    assert.equal(timing.lapTable.length, 1516);
    assert.ok(report.topics.some(({ topic }) => topic === 'OpenF1 stints'));
    const empty = tempDir(t);
    writeFileSync(join(empty, 'd.csv'), 'nothing,of\ninterest,1\n');
    await assert.rejects(rawSession(empty), { exitCode: 2, code: 'F1_SOURCE_EMPTY' });
  },
);

test('any cell is read to a finite value or to nothing', () => {
  assert.equal(spanMsOf('0 days 01:13:08.050000'), 4_388_050);
  assert.equal(spanMsOf('-1 days +23:59:59.500000'), -500);
  assert.equal(spanMsOf('77.128'), 77_128);
  assert.equal(spanMsOf(1_500_000_000n), 1500);
  assert.equal(epochMsOf('2023-05-28 12:01:43.398000+00:00'), Date.parse('2023-05-28T12:01:43.398Z'));
  assert.equal(epochMsOf('2023-05-28 12:01:43'), Date.parse('2023-05-28T12:01:43Z'));
  for (const cell of [Number.MAX_VALUE, -Number.MAX_VALUE, Infinity, '1e308', new Date(Number.NaN)])
    assert.equal(spanMsOf(cell) ?? epochMsOf(cell), null, String(cell));
  for (const cell of ['', 'NaT', 'nan', null, undefined, 'x', '2023-13-41 99:99:99']) {
    assert.equal(spanMsOf(cell), null, String(cell));
    assert.equal(epochMsOf(cell), null, String(cell));
  }
  fc.assert(
    fc.property(fc.anything(), (cell) => {
      for (const value of [spanMsOf(cell), epochMsOf(cell)])
        assert.ok(value === null || Number.isFinite(value));
    }),
  );
  assert.equal(kindOfTable(['a', 'b']), null);
});
