import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemClock } from '../../src/replay/clock.ts';

test('systemClock: a wake is never early, never comes at once, in either mode, and a cancelled one never comes', async () => {
  const clock = systemClock();
  for (const isPrecise of [true, false]) {
    for (const delayMs of [-5, 0, 0.3, 1.7, 12]) {
      const atMs = clock.nowMs() + delayMs;
      await new Promise<void>((resolve) => clock.wakeAt(atMs, isPrecise, resolve));
      assert.ok(clock.nowMs() >= atMs, `${delayMs} ms, precise ${isPrecise}`);
    }
    let ran = false;
    const due = clock.wakeAt(clock.nowMs() - 1, isPrecise, () => (ran = true));
    assert.equal(ran, false);
    due.cancel();
    clock.wakeAt(clock.nowMs() + 3, isPrecise, () => (ran = true)).cancel();
    await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(ran, false);
  }
});

test('systemClock: epoch time is the system time', () => {
  assert.ok(Math.abs(systemClock().epochMs() - Date.now()) < 5);
});
