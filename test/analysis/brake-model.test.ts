import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  advanceBrakes,
  brakeModel2023,
  carbonHeatCapacity,
  createBrakeState,
  frictionPower,
  frontFrictionPower,
} from '../../src/analysis/brake-model.ts';

/** Friction energy [MJ] of a stop at constant deceleration. */
function stopEnergy(fromKmh: number, toKmh: number, seconds: number, massKg: number): number {
  const a = (toKmh - fromKmh) / 3.6 / seconds;
  const steps = 2000;
  let joules = 0;
  for (let i = 0; i < steps; i++) {
    const v = fromKmh / 3.6 + a * seconds * ((i + 0.5) / steps);
    joules += (frictionPower(v, a, { ...brakeModel2023, massKg }) * seconds) / steps;
  }
  return joules / 1e6;
}

test('carbonHeatCapacity() equals the published table within 1 J/(kg K)', () => {
  for (const [celsius, expected] of [
    [25, 707],
    [200, 1162],
    [400, 1488],
    [600, 1678],
    [800, 1797],
    [1000, 1876],
  ] as const) {
    assert.ok(
      Math.abs(carbonHeatCapacity(celsius) - expected) < 1,
      `${celsius}: ${carbonHeatCapacity(celsius)}`,
    );
  }
});

test('frictionPower() gives the friction energy of published single stops within 10 %', () => {
  // 2021 car: 752 kg + 60; 2022 car: 798 + 60; generic stop of 122 m.
  for (const [from, to, seconds, mass, expected] of [
    [307, 90, 2.47, 812, 1.87],
    [283, 113, 1.66, 858, 1.7],
    [313, 75, 2.86, 858, 2.1],
  ] as const) {
    const megajoules = stopEnergy(from, to, seconds, mass);
    assert.ok(Math.abs(megajoules / expected - 1) < 0.1, `${from}→${to}: ${megajoules} against ${expected}`);
  }
});

test('frontFrictionPower() is never more than the friction of both axles and zero while accelerating', () => {
  assert.equal(frictionPower(60, 5), 0);
  assert.equal(frontFrictionPower(60, 5), 0);
  for (const a of [-5, -20, -45]) assert.ok(frontFrictionPower(70, a) <= frictionPower(70, a));
});

test('advanceBrakes() heats the surface at a stop and cools it on the straight, independent of sample spacing', () => {
  const run = (spacingMs: number): number[] => {
    const state = createBrakeState();
    const seen: number[] = [];
    const speedAt = (ms: number): number =>
      ms < 4000 ? 280 : ms < 6400 ? 280 - ((ms - 4000) / 2400) * 200 : 80;
    for (let ms = 0; ms <= 12_000; ms += spacingMs) {
      advanceBrakes(state, ms, speedAt(ms), ms > 4000 && ms <= 6400);
      if (ms === 4000 || ms === 6400 || ms === 12_000) seen.push(state.surfaceC);
    }
    return seen;
  };
  const [before = 0, hot = 0, after = 0] = run(200);
  assert.ok(hot - before > 150 && hot - before < 700, `${before} → ${hot}`);
  assert.ok(after < hot - 50);
  run(100).forEach((value, index) => assert.ok(Math.abs(value - [before, hot, after][index]!) < 12));
});

test('advanceBrakes() only cools over a gap, ignores missing speed and time that stands still', () => {
  const state = createBrakeState();
  advanceBrakes(state, 0, 300, false);
  advanceBrakes(state, 30_000, 100, true);
  assert.ok(state.surfaceC < 300);
  const { surfaceC } = state;
  advanceBrakes(state, 30_000, 50, true);
  advanceBrakes(state, 31_000, Number.NaN, true);
  assert.equal(state.surfaceC, surfaceC);
  assert.ok(Number.isFinite(state.bulkC));
});
