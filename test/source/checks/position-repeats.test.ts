import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CarSamples, PosSamples } from '../../../src/domain/raw-session.ts';
import { countPositionRepeats, positionRepeatWarning } from '../../../src/source/checks/position-repeats.ts';

function pos(points: [number, number][]): PosSamples {
  return {
    epochMs: Float64Array.from(points, ([ms]) => ms),
    x: Int32Array.from(points, ([, x]) => x),
    y: new Int32Array(points.length),
    z: new Int32Array(points.length),
    onTrack: new Uint8Array(points.length),
    filled: new Uint8Array(points.length),
  };
}

function car(speedKmh: number): CarSamples {
  const length = 100;
  return {
    epochMs: Float64Array.from({ length }, (_, index) => index * 100),
    speedKmh: new Uint16Array(length).fill(speedKmh),
    rpm: new Uint16Array(length),
    gear: new Uint8Array(length),
    throttlePct: new Uint8Array(length),
    brakePct: new Uint8Array(length),
    drs: new Uint8Array(length),
    filled: new Uint8Array(length),
  };
}

test('B10: a point repeated for more than 1 s above 50 km/h is counted, shorter ones, standing cars and 0,0,0 are not', () => {
  const frozen = pos([
    [0, 1],
    [500, 2],
    [1000, 2],
    [1600, 2],
    [2000, 3],
    [2500, 3],
    [3000, 4],
  ]);
  assert.equal(countPositionRepeats(frozen, car(200)), 1);
  assert.equal(countPositionRepeats(frozen, car(50)), 0);
  assert.equal(
    countPositionRepeats(
      pos([
        [0, 0],
        [3000, 0],
        [6000, 0],
      ]),
      car(200),
    ),
    0,
  );
  assert.equal(countPositionRepeats(pos([]), car(200)), 0);
  assert.equal(
    countPositionRepeats(
      pos([
        [0, 5],
        [900, 5],
        [4000, 5],
      ]),
      car(200),
    ),
    1,
  );
});

test('B10: positionRepeatWarning() names the cars, and is null when nothing repeats', () => {
  const frozen = pos([
    [0, 5],
    [2000, 5],
  ]);
  assert.match(
    positionRepeatWarning(
      new Map([
        ['44', frozen],
        ['1', frozen],
      ]),
      new Map([['44', car(200)]]),
    ) ?? '',
    /1 times? \(cars 44\)/,
  );
  assert.equal(positionRepeatWarning(new Map([['1', frozen]]), new Map()), null);
});
