import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { defaultConfig } from '../../src/config/defaults.ts';
import { noLog } from '../../src/domain/log.ts';
import { countRows, originNames } from '../../src/domain/table.ts';
import { buildSessionTable, mergeSlice } from '../../src/session/index.ts';
import { readSession, resolveSession } from '../../src/source/index.ts';
import { sharedData, skipWithout } from '../support/shared-data.ts';
import { syntheticLap } from './synthetic-session.ts';

const folder = sharedData('sessions', '2023_monaco_race');
const skip = skipWithout(folder);

type Row = Readonly<Record<string, string>>;

function readCsv(name: string): Row[] {
  const [header = '', ...lines] = readFileSync(join(folder!, 'fastf1', name), 'utf8')
    .trim()
    .split('\n');
  const names = header.trim().split(',');
  return lines.map((line) => {
    const cells = line.trim().split(',');
    return Object.fromEntries(names.map((column, i) => [column, cells[i] ?? '']));
  });
}

const toMs = (seconds: string | undefined): number => Math.round(Number(seconds) * 1000);

async function readRaw(): ReturnType<typeof readSession> {
  const context = { config: defaultConfig, log: noLog, signal: new AbortController().signal };
  return readSession(await resolveSession(join(folder!, 'raw'), context), context);
}
const rawSession = folder === null ? null : readRaw();

function worst(errors: Map<string, number>, name: string, error: number): void {
  if (!(error <= (errors.get(name) ?? 0))) errors.set(name, error);
}

test('mergeSlice reproduces four whole laps of FastF1 3.9.0 (Monaco 2023)', { skip }, async () => {
  const raw = (await rawSession)!;
  const laps = readCsv('laps.csv');
  for (const [driver, number] of [
    ['ALO', 30],
    ['LEC', 10],
    ['VER', 30],
    ['VER', 55],
  ] as const) {
    const lap = laps.find((row) => row['Driver'] === driver && Number(row['LapNumber']) === number)!;
    const key = lap['DriverNumber']!;
    const merged = mergeSlice(
      raw.car.get(key)!,
      raw.pos.get(key)!,
      toMs(lap['LapStartTime']),
      toMs(lap['Time']),
      raw.t0EpochMs!,
    );
    const golden = readCsv(`lap_${driver}_${number}_telemetry.csv`);
    assert.equal(merged.rows, golden.length);
    const errors = new Map<string, number>();
    for (const [i, row] of golden.entries()) {
      assert.equal(merged.sessionMs[i], toMs(row['SessionTime']));
      assert.equal(originNames[merged.origin[i]!], row['Source']);
      assert.equal(merged.gear[i], Number(row['nGear']));
      assert.equal(merged.drs[i], Number(row['DRS']));
      assert.equal(merged.brake[i] === 1, row['Brake'] === 'True');
      assert.equal(merged.onTrack[i] === 1, row['Status'] === 'OnTrack');
      worst(errors, 'X', Math.abs(merged.x[i]! - Number(row['X'])));
      worst(errors, 'Y', Math.abs(merged.y[i]! - Number(row['Y'])));
      worst(errors, 'Z', Math.abs(merged.z[i]! - Number(row['Z'])));
      worst(errors, 'Distance', Math.abs(merged.distanceM[i]! - Number(row['Distance'])));
      worst(errors, 'Speed', Math.abs(merged.speedKmh[i]! - Number(row['Speed'])));
      worst(errors, 'RPM', Math.abs(merged.rpm[i]! - Number(row['RPM'])));
      worst(errors, 'Throttle', Math.abs(merged.throttlePct[i]! - Number(row['Throttle'])));
    }
    for (const [name, error] of errors)
      assert.ok(error < 1e-8, `${driver} ${number}: ${name} differs by ${error}`);
  }
});

test(
  'mergeSlice agrees with FastF1 on every one of 1,516 laps: rows, sums, last distance (Monaco 2023)',
  { skip },
  async () => {
    const raw = (await rawSession)!;
    const laps = new Map(
      readCsv('laps.csv').map((row) => [`${row['DriverNumber']} ${Number(row['LapNumber'])}`, row]),
    );
    const checksums = readCsv('lap_telemetry_checksums.csv');
    let rows = 0;
    const errors = new Map<string, number>();
    const sum = (values: Float64Array): number => values.reduce((total, value) => total + value, 0);
    for (const golden of checksums) {
      const key = golden['DriverNumber']!;
      const lap = laps.get(`${key} ${Number(golden['LapNumber'])}`)!;
      const merged = mergeSlice(
        raw.car.get(key)!,
        raw.pos.get(key)!,
        toMs(lap['LapStartTime']),
        toMs(lap['Time']),
        raw.t0EpochMs!,
      );
      assert.equal(merged.rows, Number(golden['rows']), `rows of ${key} lap ${golden['LapNumber']}`);
      rows += merged.rows;
      const compare = (name: string, value: number): void =>
        worst(
          errors,
          name,
          Math.abs(value - Number(golden[name])) / Math.max(1, Math.abs(Number(golden[name]))),
        );
      compare('speed_sum', sum(merged.speedKmh));
      compare('rpm_sum', sum(merged.rpm));
      compare('x_sum', sum(merged.x));
      compare('dist_last', merged.distanceM[merged.rows - 1]!);
    }
    assert.equal(checksums.length, 1516);
    assert.equal(rows, 987_135);
    for (const [name, error] of errors) assert.ok(error < 1e-10, `${name} differs by ${error}`);
  },
);

test(
  'buildSessionTable makes 984,156 rows of Monaco 2023, with FastF1 laps and with its own first reading',
  { skip },
  async () => {
    const raw = (await rawSession)!;
    const golden = readCsv('laps.csv').map((row) =>
      syntheticLap(
        row['DriverNumber']!,
        Number(row['LapNumber']),
        toMs(row['LapStartTime']),
        toMs(row['Time']),
        {
          compound: row['Compound']!,
        },
      ),
    );
    const table = buildSessionTable({ ...raw, timing: { ...raw.timing, laps: golden } });
    assert.equal(countRows(table), 984_156);
    assert.equal(table.tables.length, 20);
    const own = buildSessionTable(raw);
    assert.equal(countRows(own), 984_156);
    for (const driver of own.tables) {
      assert.ok(
        driver.lap.every((lap) => lap > 0),
        `every row of ${driver.driver.code} has a lap`,
      );
      for (let i = 1; i < driver.rows; i++) assert.ok(driver.sessionMs[i]! > driver.sessionMs[i - 1]!);
    }
    const everything = buildSessionTable(raw, { all: true });
    // 797,840 car and 817,180 position samples; those with one time share a row.
    assert.ok(countRows(everything) > 1_600_000 && countRows(everything) <= 1_615_020);
  },
);
