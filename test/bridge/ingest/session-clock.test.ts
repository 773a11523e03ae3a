import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createSessionClock } from '../../../src/bridge/ingest/session-clock.ts';

const epoch = 1_795_000_000_000;

/** Pairs of a replay that plays, pauses and changes its speed, every 130 ms of wall-clock time. */
function played(
  parts: readonly { speed: number; steps: number }[],
): { sessionMs: number; epochMs: number }[] {
  const pairs: { sessionMs: number; epochMs: number }[] = [];
  let sessionMs = 3_600_000;
  let epochMs = epoch;
  for (const { speed, steps } of parts) {
    for (let i = 0; i < steps; i++) {
      pairs.push({ sessionMs, epochMs });
      epochMs += 130;
      sessionMs += Math.round(130 * speed);
    }
  }
  return pairs;
}

test('createSessionClock: every observed pair comes back within 20 ms, through pauses and changes of speed', () => {
  const part = fc.record({
    speed: fc.constantFrom(0, 0.1, 0.5, 1, 3, 20, 100, 1000),
    steps: fc.integer({ min: 1, max: 60 }),
  });
  fc.assert(
    fc.property(
      fc.array(part, { minLength: 1, maxLength: 8 }),
      fc.array(fc.integer({ min: 0, max: 15 }), { minLength: 1, maxLength: 7 }),
      (parts, jitterMs) => {
        const clock = createSessionClock();
        clock.setSpeed(parts[0]!.speed);
        const pairs = played(parts).map(({ sessionMs, epochMs }, i) => ({
          sessionMs,
          epochMs: epochMs + jitterMs[i % jitterMs.length]!,
        }));
        for (const { sessionMs, epochMs } of pairs) clock.note(sessionMs, epochMs);
        // Where the replay stood, the time at which it came there counts.
        const first = new Map<number, number>();
        for (const { sessionMs, epochMs } of pairs) if (!first.has(sessionMs)) first.set(sessionMs, epochMs);
        let lastMs = Number.NEGATIVE_INFINITY;
        for (const [sessionMs, epochMs] of first) {
          const published = clock.publishedMs(sessionMs)!;
          assert.ok(Math.abs(published - epochMs) <= 20, `${published - epochMs} ms at ${sessionMs}`);
          assert.ok(published >= lastMs, 'time never goes back');
          lastMs = published;
        }
      },
    ),
  );
});

test('createSessionClock: pairs of several partitions, out of order, change nothing', () => {
  const clock = createSessionClock();
  const pairs = played([
    { speed: 1, steps: 40 },
    { speed: 60, steps: 40 },
  ]);
  for (const [i, { sessionMs, epochMs }] of pairs.entries()) {
    clock.note(sessionMs, epochMs);
    const old = pairs[Math.max(0, i - 5)]!;
    clock.note(old.sessionMs, old.epochMs);
  }
  for (const { sessionMs, epochMs } of pairs)
    assert.ok(Math.abs(clock.publishedMs(sessionMs)! - epochMs) <= 20);
});

test('createSessionClock: a moment just before a pause is not moved into it', () => {
  const clock = createSessionClock();
  const pairs = played([{ speed: 1, steps: 20 }]);
  for (const { sessionMs, epochMs } of pairs) clock.note(sessionMs, epochMs);
  const { sessionMs, epochMs } = pairs.at(-1)!;
  // The replay stops 60 ms later and tells so each second from then on.
  for (const waitedMs of [0, 1000, 2000, 60_000]) clock.note(sessionMs + 60, epochMs + 60 + waitedMs);
  clock.note(sessionMs + 1060, epochMs + 61_060);
  assert.ok(Math.abs(clock.publishedMs(sessionMs + 30)! - (epochMs + 30)) <= 20);
  assert.ok(Math.abs(clock.publishedMs(sessionMs + 60)! - (epochMs + 60)) <= 20);
  assert.ok(Math.abs(clock.publishedMs(sessionMs + 560)! - (epochMs + 60_560)) <= 20);
});

test('createSessionClock: steady play is exact, and one line however long', () => {
  const clock = createSessionClock();
  for (const { sessionMs, epochMs } of played([{ speed: 3, steps: 20_000 }])) clock.note(sessionMs, epochMs);
  assert.ok(Math.abs(clock.publishedMs(3_600_000 + 390 * 10_000)! - (epoch + 130 * 10_000)) <= 20);
});

test('createSessionClock: the time before a segment goes back at its speed, the time after it on', () => {
  const clock = createSessionClock();
  assert.equal(clock.publishedMs(1000), null);
  clock.setSpeed(2);
  clock.note(3_600_000, epoch);
  assert.equal(clock.publishedMs(3_600_000 - 60_000), epoch - 30_000);
  clock.note(3_602_000, epoch + 1000);
  assert.equal(clock.publishedMs(0), epoch - 1_800_000);
  assert.equal(clock.publishedMs(3_604_000), epoch + 2000);
  clock.clear();
  assert.equal(clock.publishedMs(0), null);
});

test('createSessionClock: without pace nothing grows without bound', () => {
  const clock = createSessionClock();
  clock.setSpeed(0);
  let sessionMs = 0;
  for (let i = 0; i < 50_000; i++) clock.note((sessionMs += 1000 + (i % 7) * 900), epoch + i * 250);
  const late = clock.publishedMs(sessionMs)!;
  assert.equal(late, epoch + 49_999 * 250);
  assert.ok(Math.abs(clock.publishedMs(sessionMs / 2)! - (epoch + 25_000 * 250)) < 20_000);
});
