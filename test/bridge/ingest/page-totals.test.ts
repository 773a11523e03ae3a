import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { totalNames } from '../../../src/bridge/ingest/page-totals.ts';
import { createPointBuffer, valueAt } from '../../../src/bridge/ingest/point-buffer.ts';
import type { PointBuffer } from '../../../src/bridge/ingest/point-buffer.ts';
import { originOf } from '../../../src/bridge/ingest/row-mark.ts';
import { isDrsOpen } from '../../../src/domain/drs.ts';
import { channels } from '../../../src/domain/channels.ts';
import { row } from '../support.ts';

type Sums = Record<(typeof totalNames)[number], number>;

/** The same totals, row by row from the values. */
function byHand(buffer: PointBuffer, from: number, to: number): { sums: Sums; gears: number[][] } {
  const sums = Object.fromEntries(totalNames.map((name) => [name, 0])) as Sums;
  for (const name of ['speedMax', 'rpmMax', 'spinMax', 'longestStepMs'] as const) sums[name] = -1;
  const gears = Array.from({ length: 9 }, () => [0, 0, 0, 0]);
  const of = (name: string, index: number): number | null => {
    const column = buffer.columns[channels.findIndex(({ wireName }) => wireName === name)]!;
    const value = valueAt(buffer, column, index);
    return value === null ? null : Math.round(value * column.scale);
  };
  for (let index = from; index < to; index++) {
    const slot = index % buffer.capacity;
    const [speed, rpm, throttle] = [of('speed', index), of('rpm', index), of('throttle', index)];
    const [brake, spin, gear] = [of('brake', index), of('wheel_spin', index), of('gear', index)];
    if (speed !== null) {
      sums.speedCount++;
      sums.speedSum += speed;
      sums.speedMax = Math.max(sums.speedMax, speed);
    }
    if (rpm !== null) sums.rpmMax = Math.max(sums.rpmMax, rpm);
    if (throttle !== null) {
      sums.throttleCount++;
      sums.throttleSum += throttle;
      if (throttle >= 980) sums.fullThrottle++;
    }
    if (brake !== null) {
      sums.brakeCount++;
      sums.braking += brake;
    }
    if (spin !== null) {
      sums.spinCount++;
      sums.spinSum += spin;
      sums.spinMax = Math.max(sums.spinMax, spin);
    }
    if (originOf(buffer.marks[slot]!) === 0) {
      sums.carRows++;
      if (speed === null) sums.speedNulls++;
      if (gear !== null) {
        gears[gear]![0]!++;
        const kind = of('gear_anomaly', index) ?? 0;
        if (kind > 0) gears[gear]![kind]!++;
      }
    } else if (originOf(buffer.marks[slot]!) === 1) {
      sums.positionRows++;
      if (of('x', index) === null) sums.positionNulls++;
    }
    if (index === from) continue;
    const step = buffer.sessionMs[slot]! - buffer.sessionMs[(index - 1) % buffer.capacity]!;
    sums.longestStepMs = Math.max(sums.longestStepMs, step);
    const gearBefore = of('gear', index - 1);
    if (gear !== null && gearBefore !== null && gear !== gearBefore) sums.gearChanges++;
    const [drs, drsBefore] = [of('drs', index), of('drs', index - 1)];
    if (drs !== null && drsBefore !== null && isDrsOpen(drs) && !isDrsOpen(drsBefore)) sums.drsOpenings++;
  }
  return { sums, gears };
}

test('totals: any range of a ring adds up as its rows do, also when the ring went round', () => {
  const maybe = (max: number): fc.Arbitrary<number> =>
    fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 0, max }) },
      { weight: 1, arbitrary: fc.constant(Number.NaN) },
    );
  const rows = fc.record({
    speedKmh: maybe(400),
    rpm: maybe(15_000),
    throttlePct: maybe(100),
    brake: maybe(1),
    gear: maybe(8),
    drs: fc.constantFrom(0, 1, 8, 10, 12, 14, Number.NaN),
    x: maybe(5000),
    origin: fc.constantFrom(0, 1, 2),
    step: fc.integer({ min: 0, max: 4000 }),
    spin: maybe(100),
    anomaly: maybe(3),
  });
  fc.assert(
    fc.property(
      fc.array(rows, { minLength: 1, maxLength: 40 }),
      fc.integer({ min: 1, max: 1600 }),
      fc.integer({ min: 300, max: 900 }),
      fc.nat(),
      fc.nat(),
      (patterns, count, capacity, a, b) => {
        const buffer = createPointBuffer(capacity);
        let sessionMs = 0;
        for (let i = 0; i < count; i++) {
          const { step, spin, anomaly, ...values } = patterns[i % patterns.length]!;
          sessionMs += step;
          buffer.append(row({ timestampMs: 1000 + i, sessionMs, ...values }), {
            expectedSpeedKmh: Number.NaN,
            wheelSpinPct: spin,
            gearAnomaly: values.origin === 0 ? anomaly : Number.NaN,
            brakeTempModelC: Number.NaN,
          });
        }
        const held = buffer.appended - buffer.first;
        const [x, y] = [a % (held + 1), b % (held + 1)];
        const [from, to] = [buffer.first + Math.min(x, y), buffer.first + Math.max(x, y)];
        const totals = buffer.totals(from, to);
        const { sums, gears } = byHand(buffer, from, to);
        assert.deepEqual(Object.fromEntries(totalNames.map((name) => [name, totals.of(name)])), sums);
        const counted = gears.map((_, gear) => [0, 1, 2, 3].map((kind) => totals.gear(gear, kind)));
        assert.deepEqual(counted, gears);
      },
    ),
    { numRuns: 200 },
  );
});
