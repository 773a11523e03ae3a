import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { LapTelemetry } from '../../src/domain/lap-telemetry.ts';
import { noLog } from '../../src/domain/log.ts';
import type { RawSession } from '../../src/domain/raw-session.ts';
import { originNames } from '../../src/domain/table.ts';
import { DriverAheadFinder } from '../../src/session/lap-telemetry/driver-ahead.ts';
import { LapMerger } from '../../src/session/lap-telemetry/lap-merger.ts';
import { lapTimesOf } from '../../src/session/lap-telemetry/relevant-laps.ts';
import { checksumsTable } from '../../src/session/tables/checksums-table.ts';
import { telemetryByDriver, telemetryByLap, telemetrySource } from '../../src/session/telemetry-tables.ts';
import type { LapSums } from '../../src/session/telemetry-tables.ts';
import { readFolder } from '../../src/source/read-folder.ts';
import { sharedData, skipWithout } from '../support/shared-data.ts';

const folder = sharedData('sessions/2023_monaco_race');
const skip = skipWithout(folder);
let opened: Promise<RawSession> | null = null;

function monaco(): Promise<RawSession> {
  opened ??= readFolder(`${folder}/raw`, {
    log: noLog,
    signal: new AbortController().signal,
    identityHint: null,
  }).then(({ session }) => session);
  return opened;
}

function rowsOf(name: string): Record<string, string>[] {
  const [head = '', ...lines] = readFileSync(`${folder}/fastf1/${name}`, 'utf8').trimEnd().split(/\r?\n/);
  const columns = head.split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(columns.map((column, at) => [column, cells[at] ?? '']));
  });
}

test(
  'telemetry by lap: 987,135 rows, and the sums of all 1,516 laps are FastF1’s within 1e-9',
  { skip },
  async () => {
    const raw = await monaco();
    const source = telemetrySource(raw, raw.drivers, () => {})!;
    const sums: LapSums[] = [];
    let rows = 0;
    for (const block of telemetryByLap(source, (lap) => void sums.push(lap)).blocks(8192)) rows += block.rows;
    assert.equal(rows, 987_135);
    const theirs = rowsOf('lap_telemetry_checksums.csv');
    const { columns, rows: ours } = checksumsTable(sums);
    assert.equal(ours.length, theirs.length);
    for (const [at, expected] of theirs.entries()) {
      for (const [index, { name }] of columns.entries()) {
        const cell = ours[at]![index]!;
        const where = `${expected['Driver']} lap ${expected['LapNumber']} ${name}`;
        if (typeof cell === 'string') assert.equal(cell, expected[name], where);
        else {
          const value = Number(expected[name]);
          const own = name === 't_last' ? Number(cell) / 1000 : Number(cell);
          assert.ok(
            Math.abs(own - value) <= 1e-9 * Math.max(1, Math.abs(value)),
            `${where}: ${own} ${value}`,
          );
        }
      }
    }
  },
);

test('telemetry by driver: 984,156 rows', { skip }, async () => {
  const raw = await monaco();
  const source = telemetrySource(raw, raw.drivers, () => {})!;
  let rows = 0;
  for (const block of telemetryByDriver(source, { all: false, name: 'telemetry_driver' }).blocks(8192))
    rows += block.rows;
  assert.equal(rows, 984_156);
});

/** FastF1's column → value of our row; text columns as text. */
function cellsOf(t: LapTelemetry, i: number, t0EpochMs: number): Record<string, string | number> {
  return {
    Date: new Date(t.epochMs[i]!).toISOString(),
    SessionTime: (t.epochMs[i]! - t0EpochMs) / 1000,
    DriverAhead: t.aheadNumbers[t.driverAhead[i]!]!,
    DistanceToDriverAhead: t.distanceAheadM[i]!,
    Time: (t.epochMs[i]! - t0EpochMs - t.startMs) / 1000,
    RPM: t.rpm[i]!,
    Speed: t.speedKmh[i]!,
    nGear: t.gear[i]!,
    Throttle: t.throttlePct[i]!,
    Brake: t.brake[i] === 1 ? 'True' : 'False',
    DRS: t.drs[i]!,
    Source: originNames[t.origin[i]!]!,
    Distance: t.distanceM[i]!,
    RelativeDistance: t.relativeDistance[i]!,
    Status: t.onTrack[i] === 1 ? 'OnTrack' : 'OffTrack',
    X: t.x[i]!,
    Y: t.y[i]!,
    Z: t.z[i]!,
  };
}

for (const [code, lapNumber] of [
  ['VER', 30],
  ['VER', 55],
  ['LEC', 10],
  ['ALO', 30],
] as const) {
  test(
    `lap telemetry: all 18 columns of ${code} lap ${lapNumber} are FastF1’s within 1e-6, the car ahead included`,
    { skip },
    async () => {
      const raw = await monaco();
      const t0EpochMs = raw.t0EpochMs!;
      const numbers = raw.drivers.map(({ number }) => number);
      const finder = new DriverAheadFinder(numbers, raw.car, lapTimesOf(raw.timing.lapTable), t0EpochMs);
      const lap = raw.timing.lapTable.find((own) => own.driver === code && own.lapNumber === lapNumber)!;
      const number = lap.driverNumber;
      const telemetry = new LapMerger(t0EpochMs, finder).merge({
        number,
        car: raw.car.get(number)!,
        pos: raw.pos.get(number)!,
        startMs: lap.startMs!,
        endMs: lap.endMs!,
      });
      const theirs = rowsOf(`lap_${code}_${lapNumber}_telemetry.csv`);
      assert.equal(telemetry.rows, theirs.length);
      for (const [at, expected] of theirs.entries()) {
        const cells = cellsOf(telemetry, telemetry.from + at, t0EpochMs);
        for (const [name, cell] of Object.entries(cells)) {
          const text = expected[name]!;
          const isSame =
            typeof cell === 'string'
              ? cell === text
              : text === ''
                ? Number.isNaN(cell)
                : Math.abs(cell - Number(text)) <= 1e-6;
          assert.ok(isSame, `row ${at} ${name}: ${cell} instead of ${text}`);
        }
      }
    },
  );
}
