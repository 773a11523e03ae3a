import assert from 'node:assert/strict';
import test from 'node:test';
import * as fc from 'fast-check';
import { QuadraticSpline } from '../../src/session/quadratic-spline.ts';

/** Rising abscissae with gaps of 1 ms to 2 s, the spread that the feed shows. */
const abscissae = fc
  .array(fc.integer({ min: 1, max: 2000 }), { minLength: 3, maxLength: 60 })
  .map((gaps) => Float64Array.from(gaps, (_, i) => gaps.slice(0, i + 1).reduce((sum, gap) => sum + gap, 0)));

test('QuadraticSpline passes through every point', () => {
  fc.assert(
    fc.property(abscissae, fc.infiniteStream(fc.integer({ min: -20_000, max: 20_000 })), (x, values) => {
      const y = Float64Array.from(x, () => values.next().value!);
      const coefficients = new Float64Array(x.length);
      const spline = new QuadraticSpline();
      assert.ok(spline.fit(x, 0, x.length));
      spline.solve(y, 0, coefficients);
      for (let i = 0; i < x.length; i++) {
        spline.seek(x[i]!);
        assert.ok(Math.abs(spline.value(coefficients) - y[i]!) < 1e-6);
      }
    }),
  );
});

test('QuadraticSpline reproduces a parabola between and beyond its points, in any order of calls', () => {
  const f = (t: number): number => 3 + 0.5 * t - 0.002 * t * t;
  fc.assert(
    fc.property(
      abscissae,
      fc.array(fc.double({ min: -0.2, max: 1.2, noNaN: true }), { minLength: 1 }),
      (x, places) => {
        const coefficients = new Float64Array(x.length);
        const spline = new QuadraticSpline();
        spline.fit(x, 0, x.length);
        spline.solve(x.map(f), 0, coefficients);
        const span = x.at(-1)! - x[0]!;
        for (const place of places) {
          const t = x[0]! + place * span;
          spline.seek(t);
          assert.ok(
            Math.abs(spline.value(coefficients) - f(t)) <=
              1e-9 * Math.max(1, ...x.map((t) => Math.abs(f(t))), Math.abs(f(t))),
          );
        }
      },
    ),
  );
});

test('QuadraticSpline is refused with fewer than three points', () => {
  assert.equal(new QuadraticSpline().fit(Float64Array.of(1, 2), 0, 2), false);
});

test('QuadraticSpline reads its points from an offset and can be fitted anew', () => {
  const spline = new QuadraticSpline();
  const coefficients = new Float64Array(4);
  spline.fit(Float64Array.of(9, 0, 1, 2, 3), 1, 4);
  spline.solve(Float64Array.of(9, 0, 1, 4, 9), 1, coefficients);
  spline.seek(1.5);
  assert.ok(Math.abs(spline.value(coefficients) - 2.25) < 1e-12);
  spline.fit(Float64Array.of(10, 20, 40), 0, 3);
  spline.solve(Int32Array.of(1, 1, 1), 0, coefficients);
  spline.seek(33);
  assert.ok(Math.abs(spline.value(coefficients) - 1) < 1e-12);
});
