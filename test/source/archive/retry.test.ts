import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { rangeOf } from '../../../src/source/archive/download.ts';
import { defaultRetry, retryAfterMs, retryDelayMs, waitMs } from '../../../src/source/archive/retry.ts';

test('retryDelayMs() doubles, stays within its bound and is never below half of it', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (attempt, chance) => {
        const policy = { ...defaultRetry, random: () => chance };
        const whole = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** (attempt - 1));
        const delay = retryDelayMs(policy, attempt);
        assert.ok(delay >= whole / 2 && delay <= whole);
      },
    ),
  );
});

test('retryAfterMs() reads seconds and dates, bounded, never negative', () => {
  const now = Date.UTC(2023, 4, 28);
  assert.equal(retryAfterMs('2', now), 2000);
  assert.equal(retryAfterMs('86400', now), 30_000);
  assert.equal(retryAfterMs(new Date(now + 5000).toUTCString(), now), 5000);
  assert.equal(retryAfterMs(new Date(now - 5000).toUTCString(), now), 0);
  assert.equal(retryAfterMs('soon', now), null);
  assert.equal(retryAfterMs(null, now), null);
});

test('waitMs() rejects when it is aborted', async () => {
  await assert.rejects(waitMs(60_000, AbortSignal.abort()), { name: 'AbortError' });
});

test('rangeOf() reads a Content-Range and nothing else', () => {
  assert.deepEqual(rangeOf('bytes 5-9/10'), { start: 5, total: 10 });
  assert.deepEqual(rangeOf('bytes 5-9/*'), { start: 5, total: null });
  for (const header of [null, '', 'bytes */10', 'items 1-2/3', 'bytes a-b/c'])
    assert.equal(rangeOf(header), null);
});
