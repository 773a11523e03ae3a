import assert from 'node:assert/strict';
import { test } from 'node:test';
import { implausibleReason } from '../../src/domain/plausible.ts';
import { Invalid } from '../../src/domain/table.ts';
import { telemetryRowAt } from '../../src/domain/telemetry-row-at.ts';
import { createTelemetryRow, type TelemetryRow } from '../../src/domain/telemetry-row.ts';
import { driverTable } from '../support/replay-fixture.ts';

function rowWith(
  invalid: number,
  change: Partial<Record<'throttlePct' | 'gear' | 'speedKmh' | 'rpm', number>> = {},
): TelemetryRow {
  const table = driverTable('VER', 33, [5000], () => 7);
  table.invalid[0] = invalid;
  table.gear[0] = change.gear ?? 6;
  table.brake[0] = 1;
  table.drs[0] = 12;
  table.speedKmh[0] = change.speedKmh ?? 250;
  table.rpm[0] = change.rpm ?? 11_000;
  table.throttlePct[0] = change.throttlePct ?? 80;
  const row = createTelemetryRow();
  telemetryRowAt(table, 0, row, 1_900_000_000_000);
  return row;
}

const missing = (row: TelemetryRow): string[] =>
  Object.entries(row)
    .filter(([, value]) => Number.isNaN(value))
    .map(([name]) => name)
    .sort();

test('telemetryRowAt: a row without sentinels is whole', () => {
  const row = rowWith(0);
  assert.deepEqual(missing(row), []);
  const { driver, driverNumber, sessionMs, originalMs, speedKmh, gear, brake, drs, lapNumber } = row;
  assert.deepEqual([driver, driverNumber, sessionMs, originalMs], ['VER', 33, 5000, 1_900_000_005_000]);
  assert.deepEqual([speedKmh, gear, brake, drs, lapNumber], [250, 6, 1, 12, 7]);
});

test('telemetryRowAt: each sentinel bit makes exactly its channels null', () => {
  assert.deepEqual(missing(rowWith(Invalid.throttle)), ['throttlePct']);
  assert.deepEqual(missing(rowWith(Invalid.brake)), ['brake']);
  assert.deepEqual(missing(rowWith(Invalid.gear)), ['gear']);
  assert.deepEqual(missing(rowWith(Invalid.position)), ['x', 'y', 'z']);
  assert.deepEqual(missing(rowWith(Invalid.drs)), ['drs']);
  assert.deepEqual(missing(rowWith(Invalid.filled)), [
    'brake',
    'drs',
    'gear',
    'rpm',
    'speedKmh',
    'throttlePct',
  ]);
});

test('telemetryRowAt: E11: a value that its channel cannot have never reaches the wire', () => {
  const row = rowWith(0, { throttlePct: 104, gear: 128, speedKmh: 900, rpm: 40_000 });
  assert.deepEqual(missing(row), ['gear', 'rpm', 'speedKmh', 'throttlePct']);
  assert.equal(implausibleReason(row), null);
});

test('telemetryRowAt: without t0 the sample has no UTC', () => {
  const row = createTelemetryRow();
  telemetryRowAt(
    driverTable('VER', 1, [5000], () => 1),
    0,
    row,
  );
  assert.equal(row.originalMs, Number.NaN);
});
