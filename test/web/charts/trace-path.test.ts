import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addTrace } from '../../../web/charts/trace-path.ts';
import { timeTicks } from '../../../web/charts/time-ticks.ts';
import { traceSpecs } from '../../../web/charts/trace-specs.ts';
import { TraceBuffer } from '../../../web/state/trace-buffer.ts';

function draw(rows: { s: number[]; speed: (number | null)[] }, isStep = false, pixelsPerS = 100) {
  const buffer = new TraceBuffer(4096);
  buffer.append(rows);
  const moves: number[] = [];
  const points: [number, number][] = [];
  const sink = {
    moveTo: (x: number, y: number) => void (moves.push(x), points.push([x, y])),
    lineTo: (x: number, y: number) => void points.push([x, y]),
  };
  const drawn = addTrace(sink, buffer, 'speed', isStep, {
    fromS: 0,
    toS: 100,
    left: 0,
    pixelsPerS,
    zero: 0,
    pixelsPerUnit: 1,
  });
  return { moves, points, drawn };
}

test('A13: a trace breaks where two rows are more than max(1 s, 4 × median spacing) apart', () => {
  const s = [0, 0.2, 0.4, 0.6, 1.5, 2.6, 2.8, 3];
  const { moves } = draw({ s, speed: s.map(() => 100) });
  assert.deepEqual(moves, [0, 260]);
});

test('A13: a missing value breaks the trace, the value 0 does not', () => {
  const { moves } = draw({ s: [0, 0.1, 0.2, 0.3, 0.4], speed: [10, 0, null, 30, 40] });
  assert.equal(moves.length, 2);
  assert.equal(moves[1], 30);
});

test('addTrace draws codes as steps', () => {
  const { points } = draw({ s: [0, 0.5], speed: [3, 4] }, true);
  assert.deepEqual(points.slice(-2), [
    [50, -3],
    [50, -4],
  ]);
});

test('addTrace keeps the extremes of rows that share a pixel column', () => {
  const s = Array.from({ length: 1000 }, (_, at) => at / 1000);
  const speed = s.map((_, at) => (at === 500 ? 300 : at === 700 ? 5 : 100));
  const { points, drawn } = draw({ s, speed }, false, 2);
  assert.equal(drawn, 1000);
  assert.ok(points.length < 20);
  assert.equal(Math.min(...points.map(([, y]) => y)), -300);
  assert.equal(Math.max(...points.map(([, y]) => y)), -5);
});

test('timeTicks are round in the clock shown and few', () => {
  assert.deepEqual(timeTicks(100, 160, 6, 0), [100, 110, 120, 130, 140, 150, 160]);
  const shifted = timeTicks(100, 160, 6, 7.25);
  for (const tick of shifted) assert.ok(Math.abs(((tick + 7.25) % 10) - 0) < 1e-9);
  assert.ok(timeTicks(0, 300, 4, 0).length <= 6);
  assert.ok(timeTicks(0, 7200, 2, 0).length <= 14);
});

test('traceSpecs: speed, rpm, throttle, brake and gear with the names of the channel table', () => {
  assert.deepEqual(
    traceSpecs.map(({ channel }) => channel),
    ['speed', 'rpm', 'throttle', 'brake', 'gear'],
  );
  assert.equal(traceSpecs[0]?.label, 'Speed');
  assert.equal(traceSpecs[0]?.unit, 'km/h');
});
