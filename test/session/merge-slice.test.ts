import assert from 'node:assert/strict';
import test from 'node:test';
import * as fc from 'fast-check';
import { Invalid, originNames } from '../../src/domain/table.ts';
import { mergeSlice } from '../../src/session/index.ts';
import { carSamples, grid, posSamples, t0EpochMs } from './synthetic-session.ts';

// The invented input and FastF1's answer to it: see the golden vector of the merge in the domain notes.
const carMs = [9720, 9960, 10200, 10440, 10800, 11040, 11240, 11520, 11760, 12000, 12280, 12520];
const goldenCar = carSamples(
  carMs,
  {
    rpm: [10000, 10400, 10800, 11200, 11600, 10100, 10500, 10900, 11300, 11700, 10200, 10600],
    speedKmh: [200, 206, 212, 218, 226, 232, 236, 243, 249, 254, 260, 266],
    gear: [5, 5, 5, 5, 5, 6, 6, 6, 6, 6, 7, 7],
    throttlePct: [100, 100, 100, 100, 100, 60, 100, 100, 100, 100, 70, 100],
    brakePct: [0, 0, 0, 0, 0, 100, 0, 0, 0, 0, 0, 0],
    drs: [0, 0, 8, 8, 8, 10, 12, 12, 12, 12, 14, 14],
  },
  0,
);
const posMs = [
  9600, 9840, 10080, 10300, 10520, 10740, 10960, 11240, 11400, 11620, 11900, 12100, 12380, 12600,
];
const goldenPos = posSamples(
  posMs,
  {
    x: [0, 135, 272, 400, 530, 662, 798, 975, 1078, 1221, 1406, 1541, 1733, 1886],
    y: [0, 1, 4, 9, 16, 25, 36, 54, 66, 85, 112, 134, 168, 198],
    // Twice 50 + 0.5·i, because the feed has whole numbers: halved where compared.
    z: posMs.map((_, i) => 100 + i),
    onTrack: posMs.map((_, i) => (i < posMs.length - 1 ? 1 : 0)),
  },
  0,
);

function near(actual: number, expected: number, tolerance: number, what: string): void {
  assert.ok(Math.abs(actual - expected) <= tolerance, `${what}: ${actual}, expected ${expected}`);
}

test('mergeSlice merges as FastF1 pos.merge_channels(car) does (golden vector, everything recorded)', () => {
  const merged = mergeSlice(goldenCar, goldenPos, 9600, 12600, 0);
  assert.equal(merged.rows, 25);
  // ms, source, X, Y, Z, speed, rpm, throttle, gear, brake, DRS
  const golden: [number, string, number, number, number, number, number, number, number, number, number][] = [
    [9600, 'pos', 0, 0, 50, 200, 10000, 100, 5, 0, 0],
    [9720, 'car', 67.267254, 0.26278, 50.251188, 200, 10000, 100, 5, 0, 0],
    [9840, 'pos', 135, 1, 50.5, 203, 10200, 100, 5, 0, 0],
    [9960, 'car', 203.198237, 2.211661, 50.746437, 206, 10400, 100, 5, 0, 0],
    [10200, 'car', 341.542808, 6.466907, 51.270123, 212, 10800, 100, 5, 0, 8],
    [10300, 'pos', 400, 9, 51.5, 214.5, 10966.666667, 100, 5, 0, 8],
    [10440, 'car', 482.52743, 13.222863, 51.818909, 218, 11200, 100, 5, 0, 8],
    [10520, 'pos', 530, 16, 52, 219.777778, 11288.888889, 100, 5, 0, 8],
    [10800, 'car', 698.704683, 27.778189, 52.641444, 226, 11600, 100, 5, 0, 8],
    [10960, 'pos', 798, 36, 53, 230, 10600, 73.333333, 5, 0, 8],
    [11040, 'car', 848.154722, 40.695827, 53.138812, 232, 10100, 60, 6, 1, 10],
    [11240, 'pos', 975, 54, 53.5, 236, 10500, 100, 6, 0, 12],
    [11520, 'car', 1155.790184, 76.074178, 54.299963, 243, 10900, 100, 6, 0, 12],
    [11760, 'car', 1312.979292, 98.033303, 54.737052, 249, 11300, 100, 6, 0, 12],
    [11900, 'pos', 1406, 112, 55, 251.916667, 11533.333333, 100, 6, 0, 12],
    [12100, 'pos', 1541, 134, 55.5, 256.142857, 11164.285714, 89.285714, 6, 0, 12],
    [12280, 'car', 1664.067445, 155.364271, 55.822772, 260, 10200, 70, 7, 0, 14],
    [12520, 'car', 1830.149122, 186.740687, 56.300666, 266, 10600, 100, 7, 0, 14],
    [12600, 'pos', 1886, 198, 56.5, 266, 10600, 100, 7, 0, 14],
  ];
  for (const [ms, source, x, y, z, speed, rpm, throttle, gear, brake, drs] of golden) {
    const row = merged.sessionMs.indexOf(ms);
    assert.notEqual(row, -1, `row at ${ms}`);
    assert.equal(originNames[merged.origin[row]!], source, `source at ${ms}`);
    near(merged.x[row]!, x, 1e-6, `X at ${ms}`);
    near(merged.y[row]!, y, 1e-6, `Y at ${ms}`);
    near(merged.z[row]! / 2, z, 1e-6, `Z at ${ms}`);
    near(merged.speedKmh[row]!, speed, 1e-6, `Speed at ${ms}`);
    near(merged.rpm[row]!, rpm, 1e-6, `RPM at ${ms}`);
    near(merged.throttlePct[row]!, throttle, 1e-6, `Throttle at ${ms}`);
    assert.deepEqual(
      [merged.gear[row], merged.brake[row], merged.drs[row]],
      [gear, brake, drs],
      `codes at ${ms}`,
    );
  }
  assert.deepEqual([...merged.onTrack].lastIndexOf(1), 23, 'only the last row is OffTrack');
});

test('mergeSlice gives the rows, edges and distance of FastF1 get_telemetry() on a lap (golden vector)', () => {
  const merged = mergeSlice(goldenCar, goldenPos, 10_000, 12_200, 0);
  assert.equal(merged.rows, 19);
  const last = merged.rows - 1;
  assert.deepEqual([merged.sessionMs[0], merged.sessionMs[last]], [10_000, 12_200]);
  assert.deepEqual([merged.origin[0], merged.origin[last]], [2, 2]);
  near(merged.speedKmh[0]!, 207, 1e-6, 'first Speed');
  near(merged.rpm[0]!, 10466.666667, 1e-6, 'first RPM');
  near(merged.x[0]!, 226.022051, 1e-6, 'first X');
  near(merged.y[0]!, 2.711857, 1e-6, 'first Y');
  near(merged.distanceM[0]!, 0.039433, 1e-6, 'first Distance');
  near(merged.distanceM[merged.sessionMs.indexOf(10_300)]!, 17.849014, 1e-6, 'Distance at 10300');
  near(merged.distanceM[merged.sessionMs.indexOf(11_240)]!, 77.555556, 1e-6, 'Distance at 11240');
  near(merged.speedKmh[last]!, 258.285714, 1e-6, 'last Speed');
  near(merged.rpm[last]!, 10628.571429, 1e-6, 'last RPM');
  near(merged.throttlePct[last]!, 78.571429, 1e-6, 'last Throttle');
  near(merged.x[last]!, 1609.193466, 1e-6, 'last X');
  near(merged.y[last]!, 145.731523, 1e-6, 'last Y');
  near(merged.distanceM[last]!, 144.381236, 1e-6, 'last Distance');
});

test('mergeSlice integrates distance by right rectangles (v = 80 + sqrt(320 t), 60 s: 2,867 m)', () => {
  const times = grid(0, 261, 230);
  const speeds = times.map((ms) => Math.round(80 + Math.sqrt(320 * (ms / 1000))));
  const merged = mergeSlice(carSamples(times, { speedKmh: speeds }), null, 0, 261 * 229, t0EpochMs);
  near(merged.distanceM[merged.rows - 1]!, 2867, 10, 'distance after 60 s');
});

test('abscissae: epoch ms times 1e6 as a number is the float64 of whole nanoseconds', () => {
  fc.assert(
    fc.property(fc.integer({ min: Date.UTC(2018, 0), max: Date.UTC(2060, 0) }), (epochMs) => {
      assert.equal(epochMs * 1e6, Number(BigInt(epochMs) * 1_000_000n));
    }),
  );
});

test('mergeSlice has no edge row where a sample lies exactly on the edge', () => {
  const merged = mergeSlice(goldenCar, goldenPos, 10_200, 12_100, 0);
  assert.equal(merged.sessionMs[0], 10_200);
  assert.equal(merged.origin[0], 0);
  assert.equal(merged.sessionMs[merged.rows - 1], 12_100);
  assert.equal(merged.origin[merged.rows - 1], 1);
});

test('B11: mergeSlice keeps sentinel values raw and marks each row that rests on one', () => {
  const car = carSamples(grid(0, 100, 6), {
    throttlePct: [50, 50, 104, 50, 50, 50],
    brakePct: [0, 0, 104, 0, 0, 0],
    gear: [6, 6, 12, 128, 6, 6],
    drs: [8, 8, 8, 255, 8, 33],
  });
  const merged = mergeSlice(car, posSamples(grid(50, 100, 5)), 0, 500, t0EpochMs);
  const row = (ms: number): number => merged.sessionMs.indexOf(ms);
  assert.equal(merged.throttlePct[row(200)], 104);
  near(merged.throttlePct[row(150)]!, 77, 1e-3, 'interpolated from a sentinel, as FastF1 has it');
  const throttle = [...merged.sessionMs].filter((_, i) => (merged.invalid[i]! & Invalid.throttle) !== 0);
  assert.deepEqual(throttle, [150, 200, 250], 'the sample and both rows interpolated from it');
  assert.equal(merged.brake[row(250)], 1, 'FastF1 reads 104 as braking');
  const marked = (bit: number): number[] =>
    [...merged.sessionMs].filter((_, i) => (merged.invalid[i]! & bit) !== 0);
  assert.deepEqual(marked(Invalid.brake), [200, 250], 'held until the next car sample');
  assert.deepEqual(marked(Invalid.gear), [200, 250, 300, 350]);
  assert.equal(merged.gear[row(300)], 128);
  assert.deepEqual(marked(Invalid.drs), [300, 350]);
  assert.equal(merged.drs[row(300)], 0, 'as FastF1 without channel 45');
  assert.equal(merged.drs[row(500)], 33, 'codes never seen pass through');
  for (let i = 0; i < merged.rows; i++)
    assert.ok([0, 8, 33].includes(merged.drs[i]!), 'DRS is never interpolated');
});

test('B10: mergeSlice marks positions 0,0,0 and a point repeated while the car moves', () => {
  const times = grid(0, 200, 21);
  const x = times.map((ms, i) => (i === 2 ? 0 : i >= 8 && i <= 16 ? 900 : ms));
  const y = times.map((_, i) => (i === 2 ? 0 : i >= 8 && i <= 16 ? 40 : i));
  const z = times.map((_, i) => (i === 2 ? 0 : 500));
  const pos = posSamples(times, { x, y, z });
  const marked = (speed: number): number[] => {
    const car = carSamples(grid(100, 200, 20), { speedKmh: grid(speed, 0, 20) });
    const merged = mergeSlice(car, pos, 0, 4000, t0EpochMs);
    return [...merged.sessionMs].filter((_, i) => (merged.invalid[i]! & Invalid.position) !== 0);
  };
  assert.deepEqual(
    marked(10),
    [300, 400, 500],
    'zero and the car rows on both sides; a standing car may repeat',
  );
  assert.deepEqual(
    marked(120),
    [300, 400, 500, ...grid(1700, 100, 17)],
    'all but the first of the repeated points',
  );
});

test('B9: mergeSlice gives position rows alone without a car feed, and car rows alone without a position feed', () => {
  const onlyPos = mergeSlice(null, posSamples(grid(0, 100, 11)), 250, 750, t0EpochMs);
  assert.equal(onlyPos.rows, 7);
  assert.ok(onlyPos.speedKmh.every(Number.isNaN));
  assert.ok(
    onlyPos.invalid.every((bits) => (bits & Invalid.filled) !== 0 && (bits & Invalid.position) === 0),
  );
  near(onlyPos.x[0]!, 125, 1e-3, 'x at the edge');
  const onlyCar = mergeSlice(carSamples(grid(0, 100, 11)), null, 250, 750, t0EpochMs);
  assert.equal(onlyCar.rows, 7);
  assert.ok(onlyCar.x.every(Number.isNaN));
  assert.ok(onlyCar.invalid.every((bits) => bits === Invalid.position));
  assert.equal(mergeSlice(null, null, 0, 1000, t0EpochMs).rows, 0);
});

test('mergeSlice has no rows when no sample lies in the slice', () => {
  assert.equal(mergeSlice(carSamples([0, 100]), posSamples([50, 150]), 1000, 2000, t0EpochMs).rows, 0);
  assert.equal(mergeSlice(carSamples([0, 100]), posSamples([50, 150]), 60, 60, t0EpochMs).rows, 0);
});

test('mergeSlice marks what lies beyond the last sample of a feed as not measured', () => {
  const merged = mergeSlice(carSamples(grid(0, 100, 11)), posSamples(grid(0, 100, 6)), 0, 1500, t0EpochMs);
  const last = merged.rows - 1;
  assert.equal(merged.sessionMs[last], 1500);
  assert.equal(merged.speedKmh[last], 200, 'held, as FastF1 does');
  assert.notEqual(merged.invalid[last]! & Invalid.filled, 0);
  assert.notEqual(merged.invalid[merged.sessionMs.indexOf(700)]! & Invalid.position, 0, 'extrapolated');
});

test('mergeSlice marks what is interpolated across a hole of over 2 s in one feed, and only that feed', () => {
  const merged = mergeSlice(
    carSamples([0, 250, 500, 4000, 4250]),
    posSamples([100, 400, 700, 1000, 2000, 3000, 3900, 4200]),
    0,
    4250,
    t0EpochMs,
  );
  const marked = (bit: number): number[] =>
    [...merged.sessionMs].filter((_, i) => (merged.invalid[i]! & bit) !== 0);
  assert.deepEqual(marked(Invalid.filled), [700, 1000, 2000, 3000, 3900]);
  assert.deepEqual(marked(Invalid.position), [0, 4250], 'before the first and after the last position only');
  const edges = mergeSlice(carSamples([0, 5000]), posSamples([10, 5010]), 2000, 5000, t0EpochMs);
  assert.deepEqual([edges.sessionMs[0], edges.invalid[0]], [2000, Invalid.filled | Invalid.position]);
});

test('mergeSlice: rows are the union of both feeds and the edges, strictly rising, for any sampling', () => {
  const times = fc
    .uniqueArray(fc.integer({ min: 0, max: 5000 }), { minLength: 1, maxLength: 60 })
    .map((all) => all.toSorted((a, b) => a - b));
  fc.assert(
    fc.property(
      times,
      times,
      fc.integer({ min: 0, max: 2500 }),
      fc.integer({ min: 0, max: 2500 }),
      (carTimes, posTimes, start, length) => {
        const end = start + length;
        const inside = new Set([...carTimes, ...posTimes].filter((ms) => ms >= start && ms <= end));
        const merged = mergeSlice(carSamples(carTimes), posSamples(posTimes), start, end, t0EpochMs);
        if (inside.size === 0) {
          assert.equal(merged.rows, 0);
          return;
        }
        inside.add(start).add(end);
        assert.deepEqual(
          [...merged.sessionMs],
          [...inside].toSorted((a, b) => a - b),
        );
        for (let i = 0; i < merged.rows; i++) {
          assert.equal(merged.speedKmh[i], 200);
          assert.ok(
            !Number.isNaN(merged.x[i]!) || (merged.invalid[i]! & Invalid.position) !== 0,
            'no x without a mark',
          );
        }
      },
    ),
  );
});
