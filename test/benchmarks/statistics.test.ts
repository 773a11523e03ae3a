import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  bucketQuantile,
  driftOf,
  latencySummary,
  quantile,
  spreadOf,
} from '../../benchmarks/harness/statistics.ts';

const finite = fc.double({ min: -1e9, max: 1e9, noNaN: true });

test('spreadOf gives runs, min, median and max of odd and even counts', () => {
  assert.deepEqual(spreadOf([3, 1, 2]), { runs: 3, min: 1, median: 2, max: 3 });
  assert.deepEqual(spreadOf([4, 1, 3, 2]), { runs: 4, min: 1, median: 2.5, max: 4 });
  assert.deepEqual(spreadOf([7]), { runs: 1, min: 7, median: 7, max: 7 });
});

test('spreadOf refuses no values and values that are no numbers: a broken run never looks measured', () => {
  assert.throws(() => spreadOf([]), RangeError);
  assert.throws(() => spreadOf([1, Number.NaN]), /NaN/);
  assert.throws(() => spreadOf([1, Number.POSITIVE_INFINITY]), RangeError);
});

test('spreadOf: min ≤ median ≤ max whatever the order, and the input stays as it is', () => {
  fc.assert(
    fc.property(fc.array(finite, { minLength: 1 }), (values) => {
      const before = [...values];
      const { min, median, max, runs } = spreadOf(values);
      assert.deepEqual(values, before);
      assert.ok(min <= median && median <= max);
      assert.equal(runs, values.length);
      assert.deepEqual(spreadOf(values.toReversed()), { runs, min, median, max });
    }),
  );
});

test('quantile is by nearest rank: p99 of 1 … 100 is 99, the share 1 is the greatest', () => {
  const hundred = Array.from({ length: 100 }, (_, at) => 100 - at);
  assert.equal(quantile(hundred, 0.99), 99);
  assert.equal(quantile(hundred, 0.5), 50);
  assert.equal(quantile(hundred, 1), 100);
  assert.equal(quantile(hundred, 0), 1);
  assert.ok(Number.isNaN(quantile([], 0.5)));
});

test('quantile is one of the values and at least the share of them is not above it', () => {
  fc.assert(
    fc.property(
      fc.array(finite, { minLength: 1 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (values, share) => {
        const found = quantile(values, share);
        assert.ok(values.some((value) => value === found));
        const reached = values.filter((value) => value <= found).length;
        assert.ok(reached >= Math.ceil(share * values.length));
      },
    ),
  );
});

test('latencySummary counts every value, the late one too', () => {
  assert.deepEqual(latencySummary([5, 1, 900, 2]), { count: 4, p50: 2, p99: 900, max: 900 });
});

test('bucketQuantile interpolates inside a bucket and says Infinity above the last bound', () => {
  assert.equal(bucketQuantile([1, 2, 4], [10, 20, 20, 20], 0.5), 1);
  assert.equal(bucketQuantile([1, 2, 4], [0, 10, 20, 20], 0.75), 3);
  assert.equal(bucketQuantile([1, 2, 4], [0, 0, 0, 5], 0.5), Number.POSITIVE_INFINITY);
  assert.ok(Number.isNaN(bucketQuantile([1, 2], [0, 0, 0], 0.5)));
});

test('bucketQuantile never lies outside the bucket that holds the exact quantile', () => {
  const bounds = [1, 2.5, 5, 10, 25];
  const value = fc.double({ min: 0.01, max: 25, noNaN: true });
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 200 }), (values) => {
      const cumulative = [
        ...bounds.map((bound) => values.filter((each) => each <= bound).length),
        values.length,
      ];
      for (const share of [0.5, 0.99]) {
        const exact = quantile(values, share);
        const high = bounds.find((bound) => exact <= bound)!;
        const low = bounds[bounds.indexOf(high) - 1] ?? 0;
        const found = bucketQuantile(bounds, cumulative, share);
        assert.ok(found >= low - 1e-9 && found <= high + 1e-9, `${found} for ${exact} in ${low}–${high}`);
      }
    }),
  );
});

test('driftOf: an error that adds up shows, a constant or an alternating one does not', () => {
  const times = Array.from({ length: 6000 }, (_, at) => at * 10);
  assert.equal(
    driftOf(
      times,
      times.map(() => 7),
      10_000,
    ),
    0,
  );
  const jitter = driftOf(
    times,
    times.map((_, at) => (at % 2 === 0 ? 3 : -3)),
    10_000,
  );
  assert.ok(Math.abs(jitter) < 0.01, String(jitter));
  // 1 ms lost every second, seen between the middles of two windows that are 50 s apart
  assert.ok(
    Math.abs(
      driftOf(
        times,
        times.map((time) => time / 1000),
        10_000,
      ) - 50,
    ) < 0.1,
  );
  assert.ok(Number.isNaN(driftOf([0, 10], [0, 0], 10_000)));
});
