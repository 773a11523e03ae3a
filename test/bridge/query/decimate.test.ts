import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { channels } from '../../../src/domain/channels.ts';
import { createPointBuffer } from '../../../src/bridge/ingest/point-buffer.ts';
import type { PointBuffer } from '../../../src/bridge/ingest/point-buffer.ts';
import { createByteWriter } from '../../../src/bridge/query/byte-writer.ts';
import { findRows, maxBreaksFor, writePoints } from '../../../src/bridge/query/decimate.ts';
import { row } from '../support.ts';

type Pair = readonly [number | null, number];
const none = {
  expectedSpeedKmh: Number.NaN,
  wheelSpinPct: Number.NaN,
  gearAnomaly: Number.NaN,
  brakeTempModelC: Number.NaN,
};
const speedChannel = channels.findIndex(({ wireName }) => wireName === 'speed');

function bufferOf(rows: readonly { t: number; v: number | null }[], capacity = 1000): PointBuffer {
  const buffer = createPointBuffer(capacity);
  for (const { t, v } of rows) buffer.append(row({ timestampMs: t, speedKmh: v ?? Number.NaN }), none);
  return buffer;
}

function answer(buffer: PointBuffer, maxPoints: number, from = 0, to = 1e15, wireName = 'speed'): Pair[] {
  const writer = createByteWriter(64);
  const rows = findRows(buffer, from, to, maxBreaksFor(maxPoints));
  const column = buffer.columns[channels.findIndex((channel) => channel.wireName === wireName)]!;
  writer.text('[');
  const written = writePoints(writer, buffer, column, rows, maxPoints);
  writer.text(']');
  const pairs = JSON.parse(writer.view().toString()) as Pair[];
  assert.equal(pairs.length, written);
  return pairs;
}

test('writePoints: never more than asked, times in order, real rows only, lowest and highest kept', () => {
  const rows = fc.array(
    fc.record({
      dt: fc.oneof(
        { weight: 9, arbitrary: fc.integer({ min: 0, max: 200 }) },
        fc.integer({ min: 0, max: 9000 }),
      ),
      v: fc.option(fc.integer({ min: 0, max: 4500 }), { nil: null, freq: 9 }),
    }),
    { minLength: 1, maxLength: 400 },
  );
  fc.assert(
    fc.property(
      rows,
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 20, max: 500 }),
      (steps, maxPoints, capacity) => {
        let t = 1_700_000_000_000;
        const made = steps.map(({ dt, v }) => ({ t: (t += dt), v: v === null ? null : v / 10 }));
        const held = made.slice(-capacity);
        const pairs = answer(bufferOf(made, capacity), maxPoints);
        assert.ok(pairs.length <= maxPoints, `${pairs.length} of ${maxPoints}`);
        const known = new Set(held.map(({ t, v }) => `${v}@${t}`));
        let before = 0;
        for (const [value, time] of pairs) {
          assert.ok(time >= before);
          before = time;
          if (value !== null) assert.ok(known.has(`${value}@${time}`), `${value}@${time} is no row`);
        }
        const values = held.flatMap(({ v }) => (v === null ? [] : [v]));
        if (maxPoints < 2 || values.length === 0) return;
        const answered = pairs.flatMap(([value]) => (value === null ? [] : [value]));
        assert.equal(Math.max(...answered), Math.max(...values));
        assert.equal(Math.min(...answered), Math.min(...values));
      },
    ),
  );
});

test('A13: a trace breaks where dt exceeds max(1 s, 4 × the median spacing)', () => {
  const dense = [0, 100, 200, 300, 1300, 1400, 2500].map((t) => ({ t, v: 100 }));
  assert.deepEqual(answer(bufferOf(dense), 100), [
    [100, 0],
    [100, 100],
    [100, 200],
    [100, 300],
    [100, 1300],
    [100, 1400],
    [null, 1950],
    [100, 2500],
  ]);
  // At a tenth of real time rows come every 2 s: that is their spacing, not a hole.
  const slow = [0, 2000, 4000, 6000, 8000, 20_000].map((t) => ({ t, v: 100 }));
  assert.deepEqual(
    answer(bufferOf(slow), 100).filter(([value]) => value === null),
    [[null, 14_000]],
  );
});

test('A13: many holes and few points: the longest holes are kept, the bound holds', () => {
  const rows = Array.from({ length: 100 }, (_, i) => ({ t: i * 2000 + (i % 2) * 1900, v: i }));
  for (const maxPoints of [1, 2, 3, 4, 5, 8, 17, 50]) {
    assert.ok(answer(bufferOf(rows), maxPoints).length <= maxPoints);
  }
});

test('writePoints: repeated times, an empty range and a range outside are answered', () => {
  const buffer = bufferOf([
    { t: 1000, v: 1 },
    { t: 1000, v: 2 },
    { t: 1000, v: 3 },
  ]);
  assert.deepEqual(answer(buffer, 10, 1000, 1000), [
    [1, 1000],
    [2, 1000],
    [3, 1000],
  ]);
  assert.deepEqual(answer(buffer, 10, 1001, 2000), []);
  assert.deepEqual(answer(buffer, 10, 0, 999), []);
  assert.deepEqual(answer(createPointBuffer(10), 10), []);
});

test('writePoints: a derived channel lives on car rows; other rows are no break of it', () => {
  const buffer = createPointBuffer(10);
  buffer.append(row({ timestampMs: 1000, origin: 0 }), { ...none, wheelSpinPct: 4.2 });
  buffer.append(row({ timestampMs: 1100, origin: 1 }), none);
  buffer.append(row({ timestampMs: 1200, origin: 0 }), none);
  buffer.append(row({ timestampMs: 1300, origin: 2 }), none);
  buffer.append(row({ timestampMs: 1400, origin: 0 }), { ...none, wheelSpinPct: 1 });
  assert.deepEqual(answer(buffer, 10, 0, 1e15, 'wheel_spin'), [
    [4.2, 1000],
    [null, 1200],
    [1, 1400],
  ]);
});

test('findRows: both ends of the range are included', () => {
  const buffer = bufferOf([10, 20, 30, 40].map((t) => ({ t, v: t })));
  const { from, to } = findRows(buffer, 20, 30, 10);
  assert.deepEqual([from, to], [1, 3]);
  assert.ok(speedChannel >= 0);
});
