import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HttpError } from '../../../src/bridge/http/http-error.ts';
import { readRange, readTime } from '../../../src/bridge/query/time-range.ts';

const nowMs = 1_700_000_000_000;

test('readTime: epoch ms, ISO 8601 and relative times', () => {
  assert.equal(readTime(1685278800000, nowMs), 1685278800000);
  assert.equal(readTime('1685278800000', nowMs), 1685278800000);
  assert.equal(readTime('2023-05-28T13:00:00.000Z', nowMs), 1685278800000);
  assert.equal(readTime('2023-05-28T15:00:00+02:00', nowMs), 1685278800000);
  assert.equal(readTime('2023-05-28T13:00:00', nowMs), 1685278800000);
  assert.equal(readTime('2023-05-28', nowMs), 1685232000000);
  assert.equal(readTime('now', nowMs), nowMs);
  assert.equal(readTime('now-5m', nowMs), nowMs - 300_000);
});

test('readTime: anything else is null, whatever Date.parse makes of it', () => {
  for (const value of [
    'x',
    'Tuesday',
    '5',
    'May 2023',
    '',
    {},
    [],
    true,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1e300,
    '2023-13-45T99:00:00Z',
    null,
  ]) {
    if (value === '5') assert.equal(readTime(value, nowMs), 5);
    else assert.equal(readTime(value, nowMs), null, JSON.stringify(value));
  }
});

test('readRange: defaults, an empty range and a reversed one', () => {
  assert.deepEqual(readRange(undefined, undefined, nowMs, 300_000), { fromMs: nowMs - 300_000, toMs: nowMs });
  assert.deepEqual(readRange(5, 5, nowMs, 1), { fromMs: 5, toMs: 5 });
  assert.throws(() => readRange(6, 5, nowMs, 1), { code: 'F1_BRIDGE_RANGE', status: 400 });
  assert.throws(() => readRange('soon', 5, nowMs, 1), HttpError);
});
