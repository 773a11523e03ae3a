import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  clockLabel,
  clockProblem,
  formatClock,
  formatDuration,
  formatLapTime,
} from '../../../web/state/clocks.ts';

const monaco = { t0Ms: Date.parse('2023-05-28T12:00:07.250Z'), gmtOffsetMinutes: 120 };

test('A11: four named choices of clock, each labelled', () => {
  assert.equal(formatClock('session', 3723.456, monaco, 3), '1:02:03.456');
  assert.equal(formatClock('utc', 3723.456, monaco, 1), '13:02:10.7');
  assert.equal(formatClock('track', 3723.456, monaco), '15:02:10');
  assert.equal(clockLabel('session', monaco), 'session');
  assert.equal(clockLabel('utc', monaco), 'UTC');
  assert.equal(clockLabel('track', monaco), 'track UTC+02:00');
  assert.match(clockLabel('local', monaco), /^my time \S+/);
});

test('A11: "my time" is that of the browser, whatever its zone', () => {
  const epochMs = monaco.t0Ms + 60_000;
  const expected = new Date(epochMs).toLocaleTimeString('en-GB', { hour12: false });
  assert.equal(formatClock('local', 60, monaco), expected);
});

test('A11, B8: a negative offset and a race that crosses midnight', () => {
  const vegas = { t0Ms: Date.parse('2023-11-19T06:00:00Z'), gmtOffsetMinutes: -480 };
  assert.equal(formatClock('track', 0, vegas), '22:00:00');
  assert.equal(formatClock('track', 2 * 3600 + 5, vegas), '00:00:05');
  assert.equal(clockLabel('track', vegas), 'track UTC−08:00');
});

test('A11: without UTC the other clocks say why and show session time', () => {
  const facts = { t0Ms: null, gmtOffsetMinutes: 60 };
  assert.match(clockProblem('utc', facts) ?? '', /no UTC/);
  assert.match(clockProblem('track', { t0Ms: 1, gmtOffsetMinutes: null }) ?? '', /offset/);
  assert.equal(clockProblem('session', facts), null);
  assert.equal(formatClock('utc', 61, facts), '0:01:01');
});

test('formatDuration counts past 24 h, below zero, and never rounds up to 60', () => {
  assert.equal(formatDuration(90_061.5, 1), '25:01:01.5');
  assert.equal(formatDuration(-3.2), '−0:00:03');
  assert.equal(formatDuration(59.9996, 3), '0:00:59.999');
  assert.equal(formatDuration(3600), '1:00:00');
  assert.equal(formatDuration(0.3, 1), '0:00:00.3');
});

test('formatLapTime', () => {
  assert.equal(formatLapTime(76.604), '1:16.604');
  assert.equal(formatLapTime(59.9999), '1:00.000');
  assert.equal(formatLapTime(null), '–');
  assert.equal(formatLapTime(Number.NaN), '–');
});
