import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGearAnomalyDetector, GearAnomaly } from '../../src/analysis/gear-anomaly.ts';
import type { GearSample } from '../../src/analysis/gear-anomaly.ts';

const base: GearSample = {
  sessionMs: 0,
  speedKmh: 150,
  rpm: 10_500,
  gear: 4,
  throttlePct: 100,
  brake: 0,
  caution: false,
};

function run(samples: readonly Partial<GearSample>[], stepMs = 240): number[] {
  const detector = createGearAnomalyDetector();
  return samples.map((sample, i) => detector.next({ ...base, sessionMs: i * stepMs, ...sample }));
}

test('createGearAnomalyDetector: lugging needs two samples in a row', () => {
  const lugging = { rpm: 5500 };
  assert.deepEqual(run([lugging, lugging, lugging, {}, lugging]), [0, 1, 1, 0, 0]);
  assert.deepEqual(run([lugging, lugging], 1500), [0, 0], 'a hole is between them');
});

test('createGearAnomalyDetector: low gears, little throttle, braking, slow driving and a safety car are no lugging', () => {
  for (const more of [{ gear: 2 }, { throttlePct: 40 }, { brake: 1 }, { speedKmh: 50 }, { caution: true }]) {
    assert.deepEqual(run([1, 2, 3].map(() => ({ rpm: 5500, ...more }))), [0, 0, 0], JSON.stringify(more));
  }
});

test('createGearAnomalyDetector: over-revving above 12,800 rpm, neutral at speed after two samples', () => {
  assert.deepEqual(run([{ rpm: 12_605, gear: 2 }, { rpm: 12_801 }]), [
    GearAnomaly.none,
    GearAnomaly.overRevving,
  ]);
  assert.deepEqual(run([{ gear: 0 }, { gear: 0 }, { gear: 0, speedKmh: 40 }]), [
    0,
    GearAnomaly.neutralAtSpeed,
    0,
  ]);
});

test('createGearAnomalyDetector: missing values give no value and break the row', () => {
  const lugging = { rpm: 5500 };
  const values = run([lugging, { rpm: Number.NaN }, lugging, { speedKmh: Number.NaN }, { gear: Number.NaN }]);
  assert.deepEqual(values, [0, Number.NaN, 0, Number.NaN, Number.NaN]);
});
