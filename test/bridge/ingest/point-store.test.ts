import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { compoundOf, markOf, originOf } from '../../../src/bridge/ingest/row-mark.ts';
import { compounds } from '../../../src/domain/compound.ts';
import { Origin } from '../../../src/domain/table.ts';
import { bytesPerPoint, createPointBuffer, valueAt } from '../../../src/bridge/ingest/point-buffer.ts';
import { createPointStore } from '../../../src/bridge/ingest/point-store.ts';
import { channels } from '../../../src/domain/channels.ts';
import { row } from '../support.ts';

const none = {
  expectedSpeedKmh: Number.NaN,
  wheelSpinPct: Number.NaN,
  gearAnomaly: Number.NaN,
  brakeTempModelC: Number.NaN,
};

test('bytesPerPoint: 20 drivers × 60,000 points fit into 60 MB, and every byte is counted', () => {
  assert.ok(bytesPerPoint <= 50);
  // Columns, blocks and totals together.
  assert.ok(20 * createPointBuffer(60_000).bytes <= 60e6);
  const buffer = createPointBuffer(100);
  const columns = buffer.columns.flatMap(({ data, blocks }) => [data, blocks]);
  const own = [buffer.sessionMs, buffer.lap, buffer.marks, ...columns];
  const timeBytes = 4 * 100;
  const bytes = own.reduce((sum, { byteLength }) => sum + byteLength, timeBytes);
  const totalBytes = buffer.bytes - bytes;
  assert.ok(totalBytes > 0 && totalBytes < 2000, String(totalBytes));
});

test('markOf: every compound and origin come back from one byte', () => {
  for (let compound = 0; compound < compounds.length; compound++)
    for (const origin of Object.values(Origin)) {
      const mark = markOf(compound, origin);
      assert.ok(mark <= 255);
      assert.deepEqual([compoundOf(mark), originOf(mark)], [compound, origin]);
    }
});

test('createPointBuffer: times come back to the ms, also when a ring is filled for months', () => {
  const month = 30 * 86_400_000;
  const buffer = createPointBuffer(3);
  const times = [1, 2, 2 + month, 5 + month, 7 + 2 * month, 8 + 4 * month, 9 + 4 * month, 10 + 4 * month];
  for (const timestampMs of times) buffer.append(row({ timestampMs }), none);
  const held = [0, 1, 2].map((i) => buffer.timeAt((buffer.first + i) % 3));
  assert.deepEqual(held, times.slice(-3));
  assert.equal(buffer.lowerBound(9 + 4 * month), buffer.appended - 2);
});

test('createPointBuffer: values come back at the accuracy of the wire, null as null, for every channel', () => {
  const maybe = (min: number, max: number, scale: number): fc.Arbitrary<number> =>
    fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: min * scale, max: max * scale }).map((raw) => raw / scale) },
      fc.constant(Number.NaN),
    );
  const rows = fc.record({
    speedKmh: maybe(0, 450, 10),
    rpm: maybe(0, 20_000, 1),
    throttlePct: maybe(0, 100, 10),
    brake: maybe(0, 1, 1),
    gear: maybe(0, 8, 1),
    drs: maybe(0, 255, 1),
    x: maybe(-200_000, 200_000, 1),
    y: maybe(-200_000, 200_000, 1),
    z: maybe(-200_000, 200_000, 1),
    distanceM: maybe(0, 1_000_000, 10),
  });
  fc.assert(
    fc.property(
      rows,
      maybe(0, 450, 10),
      maybe(0, 1000, 10),
      maybe(0, 3, 1),
      maybe(0, 2000, 1),
      (values, expectedSpeedKmh, wheelSpinPct, gearAnomaly, brakeTempModelC) => {
        const buffer = createPointBuffer(3);
        const derived = { expectedSpeedKmh, wheelSpinPct, gearAnomaly, brakeTempModelC };
        buffer.append(row({ timestampMs: 1, ...values }), derived);
        const expected: Record<string, number> = { ...values, ...derived };
        for (const column of buffer.columns) {
          const value = expected[column.channel.name]!;
          assert.equal(valueAt(buffer, column, 0), Number.isNaN(value) ? null : value, column.channel.name);
        }
      },
    ),
  );
  assert.equal(createPointBuffer(1).columns.length, channels.length);
});

test('createPointBuffer: the newest rows stay, binary search finds the first row of a time', () => {
  const times = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 100 });
  fc.assert(
    fc.property(times, fc.integer({ min: 1, max: 40 }), (steps, capacity) => {
      const buffer = createPointBuffer(capacity);
      let t = 0;
      const all = steps.map((dt) => (t += dt));
      for (const timestampMs of all) buffer.append(row({ timestampMs }), none);
      const held = all.slice(-capacity);
      assert.equal(buffer.appended, all.length);
      assert.equal(buffer.appended - buffer.first, held.length);
      for (let wanted = -1; wanted <= t + 1; wanted++) {
        const expected = held.findIndex((time) => time >= wanted);
        assert.equal(buffer.lowerBound(wanted), expected < 0 ? all.length : buffer.first + expected);
      }
    }),
  );
});

test('createPointStore: rows out of order and noise are refused, memory is used again after a change', () => {
  const store = createPointStore(10);
  assert.equal(store.append(row({ timestampMs: 100 }), 2), 'kept');
  assert.equal(store.append(row({ timestampMs: 100 }), 2), 'kept');
  assert.equal(store.append(row({ timestampMs: 99 }), 2), 'out-of-order');
  for (let i = 0; i < 39; i++) store.append(row({ timestampMs: 100, driver: `X${i}` }), 0);
  assert.equal(store.append(row({ timestampMs: 100, driver: 'ONE' }), 0), 'too-many-drivers');
  const bytes = store.bytes();
  store.clear();
  assert.equal(store.points(), 0);
  store.append(row({ timestampMs: 1, driver: 'HAM' }), 0);
  assert.equal(store.bytes(), bytes);
  assert.equal(store.find('VER'), undefined);
});
