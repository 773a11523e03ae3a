import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { Origin } from '../../../src/domain/table.ts';
import { fillFrame, joinFrames, resampleFrame } from '../../../src/session/lap-telemetry/frame.ts';
import type { Frame } from '../../../src/session/lap-telemetry/frame.ts';

const linear = 'linear';
const held = 'held';

/** The vector that FastF1 itself was run on: car and position samples of three seconds. */
const carTimes = [9720, 9960, 10200, 10440, 10800, 11040, 11240, 11520, 11760, 12000, 12280, 12520];
const car: Frame = {
  times: Float64Array.from(carTimes),
  origin: new Float64Array(12).fill(Origin.car),
  channels: {
    speed: {
      filling: linear,
      values: Float64Array.of(200, 206, 212, 218, 226, 232, 236, 243, 249, 254, 260, 266),
    },
    brake: { filling: held, values: Float64Array.from(carTimes, (_, at) => (at === 5 ? 1 : 0)) },
  },
};
const posTimes = [
  9600, 9840, 10080, 10300, 10520, 10740, 10960, 11240, 11400, 11620, 11900, 12100, 12380, 12600,
];
const pos: Frame = {
  times: Float64Array.from(posTimes),
  origin: new Float64Array(14).fill(Origin.pos),
  channels: {
    x: {
      filling: 'quadratic',
      values: Float64Array.of(0, 135, 272, 400, 530, 662, 798, 975, 1078, 1221, 1406, 1541, 1733, 1886),
    },
  },
};

function valueAt({ times, channels }: Frame, name: string, ms: number): number {
  return channels[name]!.values[times.indexOf(ms)]!;
}

function near(value: number, expected: number, tolerance = 1e-5): void {
  assert.ok(Math.abs(value - expected) <= tolerance, `${value} instead of ${expected}`);
}

test('joinFrames and fillFrame: 25 rows, each channel filled by its own rule, the first frame’s source where both have a sample', () => {
  const merged = fillFrame(joinFrames(pos, car));
  assert.equal(merged.times.length, 25);
  near(valueAt(merged, 'speed', 9600), 200);
  near(valueAt(merged, 'speed', 10_300), 214.5);
  near(valueAt(merged, 'x', 9720), 67.267254);
  near(valueAt(merged, 'x', 12_520), 1830.149122);
  assert.equal(valueAt(merged, 'brake', 11_040), 1);
  assert.equal(merged.origin[merged.times.indexOf(11_240)], Origin.pos);
  const other = joinFrames(car, pos);
  assert.equal(other.origin[other.times.indexOf(11_240)], Origin.car);
});

test('resampleFrame: FastF1’s 10 Hz grid, means at the left edge, held values carried on', () => {
  const grid = resampleFrame(joinFrames(pos, car), 100, 9600);
  assert.deepEqual([grid.times.length, grid.times[0], grid.times.at(-1)], [31, 9600, 12_600]);
  for (const [ms, speed] of [
    [9700, 200],
    [9800, 203],
    [10_400, 218],
    [10_900, 229],
    [11_000, 232],
    [12_200, 260],
    [12_500, 266],
  ] as const)
    near(valueAt(grid, 'speed', ms), speed);
  for (const [ms, x] of [
    [9700, 65.977028],
    [10_200, 354.023587],
    [11_700, 1286.824118],
    [12_500, 1857.497326],
  ] as const)
    near(valueAt(grid, 'x', ms), x, 1e-3);
  const braking = [...grid.times].filter((ms) => valueAt(grid, 'brake', ms) === 1);
  assert.deepEqual(braking, [11_100, 11_200]);
  const named = (origin: number): number[] => [...grid.times].filter((_, row) => grid.origin[row] === origin);
  assert.deepEqual(named(Origin.car), [10_200, 10_800, 12_000]);
  assert.deepEqual(named(Origin.pos), [9600, 10_300, 11_400, 11_900, 12_100, 12_600]);
});

test('resampleFrame: any step and anchor covers every sample, holds values that occur and stays inside their range', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 2, maxLength: 40 }),
      fc.integer({ min: 10, max: 1000 }),
      fc.integer({ min: -500, max: 500 }),
      (gaps, step, anchor) => {
        let at = 0;
        const times = Float64Array.from(gaps, (gap) => (at += gap));
        const values = times.map((time) => time % 97);
        const frame: Frame = {
          times,
          origin: new Float64Array(times.length),
          channels: { a: { filling: linear, values }, b: { filling: held, values } },
        };
        const grid = resampleFrame(frame, step, anchor);
        assert.ok(grid.times[0]! <= times[0]! && grid.times.at(-1)! + step > times.at(-1)!);
        const [low, high] = [Math.min(...values), Math.max(...values)];
        for (const value of grid.channels['a']!.values)
          assert.ok(value >= low - 1e-9 && value <= high + 1e-9);
        for (const value of grid.channels['b']!.values)
          assert.ok(values.includes(value) || (Number.isNaN(value) && grid.times.at(-1)! < times[0]!));
      },
    ),
  );
});
