import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { compoundName, compounds } from '../../src/domain/compound.ts';
import { implausibleReason, isPlausible } from '../../src/domain/plausible.ts';
import { originNames } from '../../src/domain/table.ts';
import { maxTelemetryBytes, readTelemetry, writeTelemetry } from '../../src/domain/telemetry-codec.ts';
import { createTelemetryRow, type TelemetryRow } from '../../src/domain/telemetry-row.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** The same message built the slow way, field by field as PROTOCOL §3 lists them. */
function stringify(row: TelemetryRow): string {
  const round = (value: number, scale: number): number => Math.round(value * scale) / scale;
  const time = (ms: number): string | null =>
    Number.isNaN(ms) ? null : new Date(Math.round(ms)).toISOString();
  return JSON.stringify({
    timestamp: time(row.timestampMs),
    original_timestamp: time(row.originalMs),
    driver: row.driver,
    driver_id: row.driver,
    driver_number: row.driverNumber,
    session_time: Math.round(row.sessionMs) / 1000,
    speed: round(row.speedKmh, 10),
    rpm: round(row.rpm, 1),
    throttle: round(row.throttlePct, 10),
    brake: row.brake,
    gear: row.gear,
    n_gear: row.gear,
    drs: row.drs,
    x: round(row.x, 1),
    y: round(row.y, 1),
    z: round(row.z, 1),
    lap_number: row.lapNumber || null,
    compound: compoundName(row.compound),
    distance: round(row.distanceM, 10),
    source: originNames[row.origin],
    message_type: 'telemetry',
  });
}

function write(row: TelemetryRow): Uint8Array {
  const target = new Uint8Array(maxTelemetryBytes + 3);
  return target.subarray(3, writeTelemetry(target, 3, row));
}

const maybe = (arbitrary: fc.Arbitrary<number>): fc.Arbitrary<number> =>
  fc.oneof({ weight: 5, arbitrary }, { weight: 1, arbitrary: fc.constant(Number.NaN) });
const real = (min: number, max: number): fc.Arbitrary<number> => maybe(fc.double({ min, max, noNaN: true }));
const whole = (min: number, max: number): fc.Arbitrary<number> => maybe(fc.integer({ min, max }));
const anyRow: fc.Arbitrary<TelemetryRow> = fc.record({
  timestampMs: fc.double({ min: 0, max: 4e12, noNaN: true }),
  originalMs: maybe(fc.integer({ min: -6e13, max: 2.5e14 })),
  driver: fc.oneof(
    fc.constantFrom('VER', 'HAM', '1', '44', 'LEC'),
    fc.string({ minLength: 1, maxLength: 4 }),
  ),
  driverNumber: fc.integer({ min: 1, max: 99 }),
  sessionMs: fc.oneof(fc.integer({ min: -5_000, max: 40_000_000 }), fc.integer({ min: 0, max: 4e12 })),
  speedKmh: real(0, 450),
  rpm: real(0, 20_000),
  throttlePct: real(0, 100),
  brake: whole(0, 1),
  gear: whole(0, 8),
  drs: whole(0, 255),
  x: real(-200_000, 200_000),
  y: real(-200_000, 200_000),
  z: real(-200_000, 200_000),
  lapNumber: fc.integer({ min: 0, max: 99 }),
  compound: fc.integer({ min: 0, max: compounds.length - 1 }),
  distanceM: real(0, 1_000_000),
  origin: fc.integer({ min: 0, max: 2 }),
});

test('writeTelemetry: equals JSON.stringify of the flat object of PROTOCOL §3, within maxTelemetryBytes', () => {
  fc.assert(
    fc.property(anyRow, (row) => {
      const bytes = write(row);
      assert.equal(new TextDecoder().decode(bytes), stringify(row));
      assert.ok(bytes.length <= maxTelemetryBytes);
    }),
    { numRuns: 3000 },
  );
});

test('readTelemetry: equals JSON.parse of what was written', () => {
  const into = createTelemetryRow();
  fc.assert(
    fc.property(anyRow, (row) => {
      assert.equal(readTelemetry(write(row), into), true);
      const value = JSON.parse(stringify(row)) as Record<string, number | string | null>;
      const number = (name: string): number => (value[name] as number | null) ?? Number.NaN;
      assert.deepEqual(
        { ...into },
        {
          timestampMs: Date.parse(value['timestamp'] as string),
          originalMs: Number.isNaN(row.originalMs) ? Number.NaN : row.originalMs,
          driver: row.driver,
          driverNumber: row.driverNumber,
          sessionMs: row.sessionMs,
          speedKmh: number('speed'),
          rpm: number('rpm'),
          throttlePct: number('throttle'),
          brake: number('brake'),
          gear: number('gear'),
          drs: number('drs'),
          x: number('x'),
          y: number('y'),
          z: number('z'),
          lapNumber: row.lapNumber,
          compound: row.compound,
          distanceM: number('distance'),
          origin: row.origin,
        },
      );
    }),
    { numRuns: 3000 },
  );
});

test('readTelemetry: another key order, white space, exponents and extra keys are read through JSON.parse', () => {
  const row = createTelemetryRow();
  Object.assign(row, {
    timestampMs: 1.7e12,
    driver: 'VER',
    driverNumber: 1,
    speedKmh: 281.5,
    lapNumber: 3,
    gear: 7,
  });
  const value = JSON.parse(stringify(row)) as Record<string, unknown>;
  const reversed = Object.fromEntries(Object.entries(value).toReversed());
  const into = createTelemetryRow();
  for (const text of [
    JSON.stringify(reversed),
    JSON.stringify(value, null, 2),
    JSON.stringify({ ...value, extra: [1, { a: 2 }] }),
    stringify(row).replace('"speed":281.5', '"speed":2.815e2'),
    stringify(row).replace('"VER","driver_id":"VER"', '"\\u0056ER","driver_id":"VER"'),
  ]) {
    assert.equal(readTelemetry(encode(text), into), true, text);
    assert.deepEqual({ ...into }, { ...row }, text);
  }
});

test('readTelemetry: what is not a telemetry object is refused and never throws', () => {
  const row = createTelemetryRow();
  Object.assign(row, { timestampMs: 1.7e12, driver: 'VER', driverNumber: 1, speedKmh: 281.5, lapNumber: 3 });
  const good = stringify(row);
  const into = createTelemetryRow();
  const bad = [
    '',
    'null',
    '[]',
    '42',
    '"x"',
    '{}',
    good.slice(0, -1),
    `${good}}`,
    good.replace('281.5', '"281.5"'),
    good.replace('281.5', '281.'),
    good.replace('281.5', '0281.5'),
    good.replace('281.5', '-'),
    good.replace('281.5', 'NaN'),
    good.replace('281.5', '{"a":1}'),
    good.replace('"telemetry"', '"state"'),
    good.replace('"car"', '"moon"'),
    good.replace('"driver_id":"VER"', '"driver_id":"HAM"'),
    good.replace('"lap_number":3', '"lap_number":0'),
    good.replace('"session_time":0', '"session_time":null'),
    good.replace(/"timestamp":"[^"]*"/, '"timestamp":"2023-13-40T00:00:00.000Z"'),
    good.replace(/"timestamp":"[^"]*"/, '"timestamp":null'),
    good.replace('"n_gear":null', '"n_gear":4'),
  ];
  for (const text of bad) assert.equal(readTelemetry(encode(text), into), false, text);
  assert.equal(readTelemetry(new Uint8Array([123, 34, 0xff, 0xfe]), into), false);
});

test('readTelemetry: damaged bytes are refused or decode to what JSON.parse says', () => {
  const into = createTelemetryRow();
  const change = fc.record({ at: fc.nat(), byte: fc.integer({ min: 32, max: 126 }) });
  fc.assert(
    fc.property(anyRow, change, (row, { at, byte }) => {
      const bytes = Uint8Array.from(write(row));
      bytes[at % bytes.length] = byte;
      if (!readTelemetry(bytes, into)) return;
      const value = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
      assert.equal(into.driver, value['driver']);
      assert.equal(into.timestampMs, Date.parse(value['timestamp'] as string));
      assert.deepEqual(into.speedKmh, value['speed'] ?? Number.NaN);
      assert.deepEqual(into.x, value['x'] ?? Number.NaN);
      assert.deepEqual(into.distanceM, value['distance'] ?? Number.NaN);
    }),
    { numRuns: 3000 },
  );
});

test('isPlausible: E11: a value outside its channel is set aside with a reason, a missing one is not', () => {
  const row = createTelemetryRow();
  Object.assign(row, { timestampMs: 1.7e12, driver: 'VER', driverNumber: 1, lapNumber: 3 });
  assert.equal(isPlausible(row), true);
  const bad: Partial<TelemetryRow>[] = [
    { speedKmh: 902 },
    { speedKmh: -1 },
    { rpm: 20_001 },
    { throttlePct: 104 },
    { brake: 2 },
    { brake: 0.5 },
    { gear: 9 },
    { drs: 256 },
    { x: 300_000 },
    { distanceM: -1 },
    { driverNumber: 0 },
    { lapNumber: 1.5 },
  ];
  for (const change of bad) {
    const reason = implausibleReason({ ...row, ...change });
    assert.match(reason ?? '', /must be .*: current value is/, JSON.stringify(change));
  }
});
