import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createRunTracker } from '../../../src/bridge/ingest/run-tracker.ts';

test('createRunTracker: a higher segment resets, a lower one is dropped', () => {
  const tracker = createRunTracker();
  assert.equal(tracker.judge('a', 2, 0), 'reset');
  assert.equal(tracker.judge('a', 2, 0), 'current');
  assert.equal(tracker.judge('a', 1, 0), 'stale');
  assert.equal(tracker.judge('a', 3, 0), 'reset');
  assert.equal(tracker.segment, 3);
});

test('A4: any run that was never seen is newer, a run that was left never comes back', () => {
  const tracker = createRunTracker();
  tracker.judge('2026', 5, 0);
  // Its id sorts before the current one: a producer with a slow clock is still the newer one.
  assert.equal(tracker.judge('2025', 0, 0), 'reset');
  assert.equal(tracker.judge('2026', 9, 0), 'stale');
  assert.equal(tracker.run, '2025');
});

test('createRunTracker: while a window is read back, runs from before the marker are old', () => {
  const tracker = createRunTracker();
  tracker.seed('new', 1, 1000);
  assert.equal(tracker.judge('old', 7, 999), 'stale');
  assert.equal(tracker.judge('old', 7, 2000), 'stale');
  assert.equal(tracker.judge('new', 0, 900), 'stale');
  assert.equal(tracker.judge('new', 1, 900), 'current');
  assert.equal(tracker.judge('newest', 0, 1500), 'reset');
  assert.equal(tracker.judge('old', 7, 2000), 'stale');
});

test('createRunTracker: a state record behind the marker is newer, even by a slow clock', () => {
  const tracker = createRunTracker();
  tracker.seed('new', 1, 1000);
  assert.equal(tracker.judge('slow', 0, 500), 'stale');
  assert.equal(tracker.judge('slow', 0, 500, true), 'reset');
  assert.equal(tracker.judge('new', 1, 2000, true), 'stale');
});

test('createRunTracker: (run, segment) never falls back, whatever is judged', () => {
  const records = fc.array(
    fc.record({ run: fc.constantFrom('a', 'b', 'c', 'd'), segment: fc.integer({ min: 0, max: 4 }) }),
    { maxLength: 200 },
  );
  fc.assert(
    fc.property(records, (list) => {
      const tracker = createRunTracker();
      const left = new Set<string>();
      for (const { run, segment } of list) {
        const before = { run: tracker.run, segment: tracker.segment };
        const verdict = tracker.judge(run, segment, 0);
        if (tracker.run !== before.run && before.run !== null) left.add(before.run);
        assert.ok(tracker.run === null || !left.has(tracker.run));
        if (tracker.run === before.run) assert.ok(tracker.segment >= before.segment);
        assert.equal(verdict === 'stale', tracker.run !== run || tracker.segment !== segment);
      }
    }),
  );
});
