import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  bootstrapInterval,
  leastSquares,
  median,
  quantile,
  theilSen,
  type Point,
} from '../../src/analysis/statistics.ts';
import { sharedData, skipWithout } from '../support/shared-data.ts';
import { rawSession } from '../support/raw-session.ts';

const monaco = sharedData('sessions', '2023_monaco_race', 'raw');

test(
  'regressions of lap time on lap number give the values of the 2023 Monaco race',
  { skip: skipWithout(monaco) },
  async () => {
    const { timing } = await rawSession(monaco!);
    for (const [driver, from, to, intercept, slope, sd, robust] of [
      ['VER', 6, 46, 77.154319, 0.005667, 0.609, -0.001],
      ['ALO', 6, 46, 77.688009, -0.008074, 0.5058, -0.012205],
      ['HAM', 5, 29, 79.137438, -0.059647, 0.2663, -0.058247],
      ['OCO', 6, 30, 79.150315, -0.064453, 0.212, -0.064538],
      ['LEC', 6, 42, 78.829051, -0.037858, 0.3204, -0.041479],
    ] as const) {
      const points = timing.lapTable
        .filter((lap) => lap.driver === driver && lap.lapNumber >= from && lap.lapNumber <= to)
        .map(({ lapNumber, lapTimeMs }): Point => ({ x: lapNumber, y: lapTimeMs! / 1000 }));
      assert.equal(points.length, to - from + 1, driver);
      const fit = leastSquares(points)!;
      assert.ok(Math.abs(fit.intercept - intercept) < 1e-6, `${driver} intercept ${fit.intercept}`);
      assert.ok(Math.abs(fit.slope - slope) < 1e-6, `${driver} slope ${fit.slope}`);
      assert.ok(Math.abs(fit.residualSd! - sd) < 1e-4, `${driver} residual ${fit.residualSd}`);
      assert.ok(Math.abs(theilSen(points)! - robust) < 1e-6, `${driver} Theil–Sen ${theilSen(points)}`);
    }
  },
);

const points = fc.array(
  fc.record({ x: fc.integer({ min: 0, max: 40 }), y: fc.integer({ min: -500, max: 500 }) }),
  {
    minLength: 2,
    maxLength: 20,
  },
);

test('a line is found exactly, and the robust slope follows shifts and scales', () => {
  fc.assert(
    fc.property(
      points,
      fc.integer({ min: -9, max: 9 }),
      fc.integer({ min: -99, max: 99 }),
      (some, slope, shift) => {
        const own = theilSen(some);
        if (new Set(some.map(({ x }) => x)).size < 2) return assert.equal(own, null);
        const line = some.map(({ x }) => ({ x, y: shift + slope * x }));
        assert.ok(Math.abs(theilSen(line)! - slope) < 1e-9);
        assert.ok(Math.abs(leastSquares(line)!.slope - slope) < 1e-9);
        const tilted = some.map(({ x, y }) => ({ x, y: y + shift + slope * x }));
        assert.ok(Math.abs(theilSen(tilted)! - (own! + slope)) < 1e-9);
      },
    ),
  );
});

test('one wild point in seven does not move the robust slope', () => {
  const line = [0, 1, 2, 3, 4, 5, 6].map((x) => ({ x, y: x === 6 ? 1000 : 2 * x }));
  assert.equal(theilSen(line), 2);
});

test('quantiles lie between neighbours, the median in the middle', () => {
  assert.equal(median([]), null);
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.equal(quantile([0, 10], 0.25), 2.5);
});

test('the bootstrap interval is the same every time and holds the slope of a clean line', () => {
  const noisy = Array.from({ length: 20 }, (_, x) => ({ x, y: 0.05 * x + Math.sin(x * 7) * 0.1 }));
  const first = bootstrapInterval(noisy, theilSen)!;
  assert.deepEqual(bootstrapInterval(noisy, theilSen), first);
  assert.ok(first.low < 0.05 && first.high > 0.05, `${first.low}–${first.high}`);
  assert.ok(first.high - first.low < 0.02);
});
