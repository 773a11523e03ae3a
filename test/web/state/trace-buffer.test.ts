import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { TelemetryStore } from '../../../web/state/telemetry-store.ts';
import { TraceBuffer } from '../../../web/state/trace-buffer.ts';

const times = (from: number, count: number, step: number): number[] =>
  Array.from({ length: count }, (_, at) => from + at * step);

test('TraceBuffer keeps the newest rows, in order, whatever is appended', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.double({ min: 0, max: 1000, noNaN: true }), { maxLength: 30 }), { maxLength: 20 }),
      (batches) => {
        const buffer = new TraceBuffer(64);
        const expected: number[] = [];
        for (const batch of batches) {
          buffer.append({ s: batch, speed: batch.map((s) => s / 10) });
          for (const s of batch) if (s > (expected.at(-1) ?? Number.NEGATIVE_INFINITY)) expected.push(s);
        }
        const kept = expected.slice(-64);
        assert.equal(buffer.end, expected.length);
        assert.equal(buffer.end - buffer.first, kept.length);
        kept.forEach((s, at) => {
          assert.equal(buffer.sessionS(buffer.first + at), s);
          assert.equal(buffer.value('speed', buffer.first + at), Math.fround(s / 10));
        });
        for (const s of [-1, 0, 500, 1001]) {
          const wanted = kept.findIndex((time) => time >= s);
          assert.equal(buffer.lowerBound(s), wanted < 0 ? buffer.end : buffer.first + wanted);
        }
      },
    ),
  );
});

test('TraceBuffer reads null, text and missing columns as no value', () => {
  const buffer = new TraceBuffer(8);
  buffer.append({ s: [1, 2, 3], speed: [100, null, 'fast'] as never });
  assert.equal(buffer.value('speed', 0), 100);
  assert.ok(Number.isNaN(buffer.value('speed', 1)));
  assert.ok(Number.isNaN(buffer.value('speed', 2)));
  assert.ok(Number.isNaN(buffer.value('gear', 0)));
});

test('A13: gapS is max(1 s, 4 × the median spacing)', () => {
  const dense = new TraceBuffer(256);
  dense.append({ s: times(0, 100, 0.13) });
  assert.equal(dense.gapS, 1);
  const sparse = new TraceBuffer(256);
  sparse.append({ s: times(0, 100, 0.5) });
  assert.ok(Math.abs(sparse.gapS - 2) < 1e-9);
});

test('A13: rowAt has no value inside a gap', () => {
  const buffer = new TraceBuffer(256);
  buffer.append({ s: [...times(0, 50, 0.1), ...times(20, 50, 0.1)] });
  assert.equal(buffer.rowAt(2.04), 20);
  assert.equal(buffer.rowAt(12), -1);
  assert.equal(buffer.rowAt(-1), -1);
  assert.equal(buffer.rowAt(20), 50);
});

test('TelemetryStore takes columns by driver and leaves the rest out', () => {
  const store = new TelemetryStore(64);
  store.append({ VER: { s: [1, 2], speed: [1, 2] }, HAM: null, LEC: [1, 2], SAI: 'x', NOR: {} }, 5);
  assert.equal(store.rows, 2);
  assert.equal(store.newestS, 2);
  assert.equal(store.lastRowAtMs, 5);
  for (const odd of [null, 3, 'text', [], undefined]) store.append(odd, 9);
  assert.equal(store.lastRowAtMs, 5);
});

test('TelemetryStore joins a snapshot to what is there: no hole, nothing twice', () => {
  const store = new TelemetryStore();
  store.append({ VER: { s: times(0, 100, 0.1) } }, 0);
  store.append({ VER: { s: times(5, 100, 0.1) } }, 0);
  const buffer = store.buffer('VER')!;
  assert.ok(buffer.end >= 149 && buffer.end <= 151);
  for (let at = 1; at < buffer.end; at++) assert.ok(buffer.sessionS(at) > buffer.sessionS(at - 1));
  store.clear();
  assert.equal(store.buffer('VER'), undefined);
  assert.equal(store.newestS, Number.NEGATIVE_INFINITY);
});
