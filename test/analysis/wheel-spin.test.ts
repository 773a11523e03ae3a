import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWheelSpinEstimator, slipRatio } from '../../src/analysis/wheel-spin.ts';
import type { WheelSpinSample } from '../../src/analysis/wheel-spin.ts';

const base: WheelSpinSample = {
  sessionMs: 0,
  speedKmh: 250,
  rpm: 10_300,
  gear: 7,
  throttlePct: 100,
  brake: 0,
  lapNumber: 3,
  year: 2023,
};

/** Steady samples of one gear, 240 ms apart. */
function steady(values: Partial<WheelSpinSample>, count: number, fromMs = 0): WheelSpinSample[] {
  return Array.from({ length: count }, (_, i) => ({ ...base, ...values, sessionMs: fromMs + i * 240 }));
}

function run(samples: readonly WheelSpinSample[], estimator = createWheelSpinEstimator()): number[] {
  return samples.map((sample) => estimator.next(sample));
}

test('slipRatio: unit values', () => {
  assert.ok(Math.abs(slipRatio(11_000, 24.25, 250) - 0.067) < 1e-9);
  assert.ok(Math.abs(slipRatio(10_800, 11.5, 118) - 0.0525) < 1e-4);
  assert.ok(Math.abs(slipRatio(9000, 11.5, 112) + 0.0759) < 1e-4);
});

test('createWheelSpinEstimator: learns the ratio of a car from calm samples and then sees no slip', () => {
  const estimator = createWheelSpinEstimator();
  // 24.3 km/h per 1,000 rpm: the prior of 25.2 would call this 3.7 % of slip.
  const rpm = (250 / 24.3) * 1000;
  const [first] = run(steady({ rpm }, 4), estimator).slice(-1);
  assert.ok(first! > 3 && first! < 4.5);
  run(steady({ rpm }, 60, 2000), estimator);
  const seventh = estimator.calibration(2023).find(({ gear }) => gear === 7);
  assert.equal(seventh?.origin, 'own');
  assert.ok(Math.abs(seventh!.kmhPerKrpm! - 24.3) < 0.1);
  assert.ok(run(steady({ rpm }, 4, 20_000), estimator).at(-1)! < 0.5);
});

test('createWheelSpinEstimator: spinning wheels show, at their size', () => {
  const estimator = createWheelSpinEstimator();
  run(steady({ speedKmh: 150, rpm: 150 / 0.014, gear: 3 }, 60), estimator);
  const spun = run(steady({ speedKmh: 150, rpm: 165 / 0.014, gear: 3 }, 4, 20_000), estimator).at(-1)!;
  assert.ok(Math.abs(spun - 10) < 1, String(spun));
});

test('createWheelSpinEstimator: the expected speed is that of engine speed and gear, whatever the car does', () => {
  const estimator = createWheelSpinEstimator();
  assert.ok(Number.isNaN(estimator.expectedKmh));
  run(steady({ speedKmh: 150, rpm: 150 / 0.014, gear: 3 }, 60), estimator);
  assert.ok(Math.abs(estimator.expectedKmh - 150) < 0.5, String(estimator.expectedKmh));
  run(steady({ speedKmh: 150, rpm: 165 / 0.014, gear: 3 }, 4, 20_000), estimator);
  assert.ok(Math.abs(estimator.expectedKmh - 165) < 0.6, String(estimator.expectedKmh));
  estimator.next({ ...base, gear: 4, sessionMs: 21_000 });
  assert.ok(Number.isNaN(estimator.expectedKmh), 'in a change of gear');
});

test('createWheelSpinEstimator: no value where none can be told', () => {
  const bad: Partial<WheelSpinSample>[] = [
    { speedKmh: Number.NaN },
    { rpm: Number.NaN },
    { rpm: 0 },
    { gear: Number.NaN },
    { gear: 0 },
    { gear: 1 },
    { throttlePct: Number.NaN },
    { brake: Number.NaN },
    { speedKmh: 55 },
  ];
  for (const values of bad) assert.ok(run(steady(values, 6)).every(Number.isNaN), JSON.stringify(values));
  assert.ok(Number.isNaN(run(steady({}, 1))[0]!), 'no value from one sample');
  const gap = [...steady({}, 4), ...steady({}, 1, 5000)];
  assert.ok(Number.isNaN(run(gap).at(-1)!), 'not across a hole');
});

test('createWheelSpinEstimator: silent for 0.4 s around a change of gear and after a standing start until 80 km/h', () => {
  const shifted = [...steady({ gear: 6 }, 5), ...steady({ gear: 7 }, 4, 1200)];
  const values = run(shifted);
  assert.ok(!Number.isNaN(values[4]!));
  assert.deepEqual(values.slice(5, 7).map(Number.isNaN), [true, true]);
  assert.ok(!Number.isNaN(values.at(-1)!));
  const launch = [...steady({ speedKmh: 0, gear: 3 }, 2), ...steady({ speedKmh: 70, gear: 3 }, 4, 480)];
  assert.ok(run(launch).every(Number.isNaN));
});

test('createWheelSpinEstimator: gears that lag while braking are no slip', () => {
  // A car that brakes while the gear channel still says 7: its ratio looks like 25.5 and then like 21.
  const estimator = createWheelSpinEstimator();
  run(steady({ speedKmh: 275, rpm: 275_000 / 24.25 }, 60), estimator);
  const braking = [
    [275, 10_830],
    [253, 9940],
    [209, 8880],
    [188, 8980],
  ] as const;
  const values = braking.map(([speedKmh, rpm], i) =>
    estimator.next({ ...base, sessionMs: 14_500 + i * 240, speedKmh, rpm, brake: 1, throttlePct: 0 }),
  );
  assert.ok(
    values.slice(0, 2).every((value) => value < 3),
    String(values),
  );
});

test('createWheelSpinEstimator: cars from 2026 on get no prior, an unknown season does', () => {
  const estimator = createWheelSpinEstimator();
  assert.ok(
    estimator.calibration(2026).every(({ origin, kmhPerKrpm }) => origin === 'none' && kmhPerKrpm === null),
  );
  assert.ok(run(steady({ year: 2026 }, 6)).every(Number.isNaN));
  assert.equal(estimator.calibration(null).find(({ gear }) => gear === 5)?.origin, 'prior');
  assert.ok(estimator.calibration(2023).every(({ confidence }) => confidence <= 0.3));
});
