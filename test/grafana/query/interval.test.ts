import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { intervalOf, intervalText, parseInterval, roundInterval } from '../../../grafana/query/interval.ts';

const { dateTime, rangeUtil } = createRequire(import.meta.url)(
  '@grafana/data',
) as typeof import('@grafana/data');

test('intervalOf() and intervalText() answer what Grafana works out', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 4e10 }),
      fc.integer({ min: 1, max: 10_000 }),
      fc.constantFrom('1ms', '100ms', '1s', '15s', '1m', '2h'),
      (rangeMs, points, low) => {
        const raw = { from: 'now-1h', to: 'now' };
        const range = { from: dateTime(1e12), to: dateTime(1e12 + rangeMs), raw };
        const theirs = rangeUtil.calculateInterval(range, points, low);
        const ours = intervalOf(rangeMs, points, parseInterval(low));
        assert.equal(ours, theirs.intervalMs);
        assert.equal(intervalText(ours), theirs.interval);
      },
    ),
  );
});

test('roundInterval() answers what Grafana answers at and around every step', () => {
  for (let ms = 1; ms < 1e11; ms = Math.ceil(ms * 1.01)) {
    for (const near of [ms - 0.5, ms, ms + 1])
      assert.equal(roundInterval(near), rangeUtil.roundInterval(near), `${near}`);
  }
});

test('parseInterval() reads units, takes a bare number as seconds and refuses the rest', () => {
  assert.deepEqual(
    ['100ms', '15s', '>1m', '2h', '1d', '1w', '3', '0.5s'].map(parseInterval),
    [100, 15_000, 60_000, 7_200_000, 86_400_000, 604_800_000, 3_000, 500],
  );
  for (const text of ['', 'soon', '5 apples', '-1s', '$__interval']) {
    assert.throws(() => parseInterval(text), /it must be a number with ms, s, m/);
  }
});
