import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { corners } from '../../../src/analysis/laps/corners.ts';
import { gForces, lateralG } from '../../../src/analysis/laps/g-forces.ts';
import { lapDelta } from '../../../src/analysis/laps/lap-delta.ts';
import { valueAt, type LapTrace } from '../../../src/analysis/laps/lap-trace.ts';
import { miniSectors } from '../../../src/analysis/laps/mini-sectors.ts';
import { closedLine, trackLine } from '../../../src/analysis/laps/track-line.ts';
import { createLapTracer, fastestLaps } from '../../../src/commands/lap-traces.ts';
import { sharedData, skipWithout } from '../../support/shared-data.ts';
import { rawSession } from '../../support/raw-session.ts';

/** A lap at given speeds, one car sample every 250 ms. */
function madeTrace(speedsKmh: readonly number[], lengthM: number): LapTrace {
  const rows = speedsKmh.length + 1;
  const timeMs = Float64Array.from({ length: rows }, (_, row) => row * 250);
  const distanceM = new Float64Array(rows);
  for (let row = 1; row < rows; row++)
    distanceM[row] = distanceM[row - 1]! + (speedsKmh[row - 1]! / 3.6) * 0.25;
  const scale = lengthM / distanceM[rows - 1]!;
  const speedKmh = Float64Array.from({ length: rows }, (_, row) => speedsKmh[Math.min(row, rows - 2)]!);
  return {
    timeMs,
    distanceM: distanceM.map((metres) => metres * scale),
    speedKmh,
    xM: new Float64Array(rows).fill(Number.NaN),
    yM: new Float64Array(rows).fill(Number.NaN),
    isCar: new Uint8Array(rows).fill(1),
    isPosition: new Uint8Array(rows),
  };
}

const speeds = fc.array(fc.integer({ min: 30, max: 330 }), { minLength: 20, maxLength: 400 });

test('a delta begins at 0 and ends at exactly the difference of the lap times', () => {
  fc.assert(
    fc.property(speeds, speeds, fc.integer({ min: -20_000, max: 20_000 }), (own, reference, difference) => {
      const delta = lapDelta(madeTrace(own, 3337), madeTrace(reference, 3337), difference);
      assert.ok(Math.abs(delta.deltaMs[0]!) < 1e-9);
      assert.equal(delta.deltaMs.at(-1), difference);
      assert.ok(Math.abs(delta.distanceM.at(-1)! - 3337) < 1e-6);
      assert.ok(delta.deltaMs.every((ms) => Number.isFinite(ms)));
    }),
  );
});

test('a lap against itself has no delta, and mini-sectors add up to the lap', () => {
  fc.assert(
    fc.property(speeds, fc.integer({ min: 3, max: 40 }), (own, parts) => {
      const trace = madeTrace(own, 5000);
      assert.ok(lapDelta(trace, trace, 0).deltaMs.every((ms) => ms === 0));
      const sectors = miniSectors([trace, trace], parts);
      for (const { timesMs, fastest } of sectors) assert.equal(fastest === null, timesMs[0] === null);
      if (sectors.some(({ timesMs }) => timesMs[0] === null)) return;
      const sum = sectors.reduce((total, { timesMs }) => total + timesMs[0]!, 0);
      assert.ok(Math.abs(sum - trace.timeMs.at(-1)!) < 1e-6);
    }),
  );
});

test('a part with fewer than two car samples has no time', () => {
  const sectors = miniSectors([madeTrace([300, 300, 300, 300, 300], 500)], 10);
  assert.ok(sectors.some(({ timesMs }) => timesMs[0] === null));
  assert.ok(sectors.every(({ timesMs, fastest }) => timesMs[0] !== null || fastest === null));
});

test('a value between rows is linear and outside of the lap the nearest', () => {
  const trace = madeTrace([100, 100, 100, 100], 400);
  assert.equal(valueAt(trace, trace.timeMs, 150), 375);
  assert.equal(valueAt(trace, trace.timeMs, -5), 0);
  assert.equal(valueAt(trace, trace.timeMs, 500), 1000);
});

function circle(radiusM: number, points: number): { x: number[]; y: number[] } {
  const angles = Array.from({ length: points }, (_, at) => (2 * Math.PI * at) / points);
  return {
    x: angles.map((angle) => radiusM * Math.cos(angle)),
    y: angles.map((angle) => radiusM * Math.sin(angle)),
  };
}

test('the curvature of a circle of 50 m is 0.02 and gives 1.573 g at 100 km/h', () => {
  const { x, y } = circle(50, 40);
  const line = closedLine(x, y, 5);
  for (const bend of line.curvature) assert.ok(Math.abs(bend - 0.02) < 0.0005, String(bend));
  assert.ok(Math.abs(line.lengthM - 2 * Math.PI * 50) < 1);
  assert.ok(Math.abs(lateralG(100, 50) - 1.573) < 0.001);
});

test('curvature is positive to the left, negative to the right, and 1 / radius for any circle', () => {
  fc.assert(
    fc.property(fc.integer({ min: 40, max: 400 }), fc.boolean(), (radiusM, isRight) => {
      const { x, y } = circle(radiusM, 80);
      const line = closedLine(x, isRight ? y.map((value) => -value) : y, 5);
      const wanted = (isRight ? -1 : 1) / radiusM;
      for (const bend of line.curvature)
        assert.ok(Math.abs(bend / wanted - 1) < 0.03, `${bend} for ${wanted}`);
    }),
  );
});

test('an oval has two corners in its direction', () => {
  const x: number[] = [];
  const y: number[] = [];
  const add = (atX: number, atY: number): void => {
    x.push(atX);
    y.push(atY);
  };
  const bend = (centreX: number, from: number): void => {
    for (let degrees = from; degrees < from + 180; degrees += 9) {
      const angle = (degrees * Math.PI) / 180;
      add(centreX + 60 * Math.cos(angle), 60 * Math.sin(angle));
    }
  };
  for (let metres = 0; metres < 500; metres += 10) add(metres, -60);
  bend(500, -90);
  for (let metres = 500; metres > 0; metres -= 10) add(metres, 60);
  bend(0, 90);
  const line = closedLine(x, y, 5);
  const found = corners(line, line.lengthM);
  // The line begins on a straight: neither corner is cut by it.
  assert.deepEqual(
    found.map(({ direction }) => direction),
    ['left', 'left'],
  );
  for (const { radiusM } of found) assert.ok(Math.abs(radiusM - 60) < 8, String(radiusM));
});

test('B10: a lap with fewer than 200 distinct positions is never the track', () => {
  const rows = 400;
  const { x, y } = circle(500, rows);
  const lap = (distinct: number): LapTrace => ({
    ...madeTrace(Array<number>(rows - 1).fill(200), 3000),
    xM: Float64Array.from({ length: rows }, (_, row) => x[Math.min(row, distinct - 1)]!),
    yM: Float64Array.from({ length: rows }, (_, row) => y[Math.min(row, distinct - 1)]!),
    isPosition: new Uint8Array(rows).fill(1),
  });
  assert.equal(trackLine(lap(199)), null);
  assert.notEqual(trackLine(lap(rows)), null);
});

test('accelerations stay within what is possible and say how much was cut', () => {
  const steady = gForces(madeTrace(Array<number>(60).fill(200), 3000), null);
  assert.ok(Math.abs(steady.traction!) < 1e-9);
  assert.equal(steady.cornering, null);
  assert.equal(steady.clippedShare, 0);
  const jumps = Array.from({ length: 60 }, (_, at) => (at % 20 < 10 ? 60 : 320));
  const wild = gForces(madeTrace(jumps, 3000), null);
  assert.ok(wild.longitudinal.every((g) => g >= -6.5 && g <= 2.2));
  assert.ok(wild.clippedShare > 0);
});

const monaco = sharedData('sessions', '2023_monaco_race', 'raw');
const circuits = sharedData('circuits', 'f1_2023_circuit_info_multiviewer.json');

test(
  'Monaco 2023 has 15 to 20 corners in every fast lap, and they lie where the official ones do',
  { skip: skipWithout(circuits ?? monaco) },
  async () => {
    const raw = await rawSession(monaco!);
    const tracer = createLapTracer(raw)!;
    const info = JSON.parse(readFileSync(circuits!, 'utf8'))['Monaco Grand Prix'] as {
      corners: { number: number; trackPosition: { x: number; y: number } }[];
    };
    for (const lap of fastestLaps(raw.timing.lapTable).slice(0, 5)) {
      const lengthM = tracer.lengthM(lap)!;
      assert.ok(Math.abs(lengthM - 3337) < 100, `${lengthM} m`);
      const found = corners(trackLine(tracer.trace(lap, lengthM)!)!, lengthM);
      assert.ok(found.length >= 15 && found.length <= 20, `${found.length} corners`);
      const near = info.corners.filter(({ trackPosition: { x, y } }) =>
        found.some(({ xM, yM }) => Math.hypot(xM - x / 10, yM - y / 10) < 40),
      );
      assert.ok(
        near.length >= 17,
        `${near.length} of ${info.corners.length} official corners are near one of ours`,
      );
    }
  },
);
