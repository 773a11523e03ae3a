import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Playhead } from '../../../web/state/playhead.ts';

test('Playhead advances at the speed of the replay between its reports and never backwards', () => {
  const playhead = new Playhead();
  assert.equal(playhead.read(Number.NEGATIVE_INFINITY, 0), null);
  let shownS = 0;
  for (let ms = 0; ms <= 5_000; ms += 16) {
    // Reports every 496 ms that are up to 40 ms late.
    if (ms % 496 === 0) playhead.report(100 + (2 * Math.max(0, ms - (ms % 3) * 20)) / 1000, 2, 'playing', ms);
    const nowS = playhead.read(Number.NEGATIVE_INFINITY, ms)!;
    assert.ok(nowS >= shownS);
    shownS = nowS;
  }
  assert.ok(Math.abs(shownS - 110) < 0.2, String(shownS));
});

test('Playhead does not run on when reports stop', () => {
  const playhead = new Playhead();
  playhead.report(50, 1, 'playing', 0);
  for (let ms = 0; ms < 20_000; ms += 100) playhead.read(Number.NEGATIVE_INFINITY, ms);
  assert.ok(playhead.read(Number.NEGATIVE_INFINITY, 20_000)! < 53.5);
});

test('Playhead stands still while paused and jumps at a new segment', () => {
  const playhead = new Playhead();
  playhead.report(50, 1, 'paused', 0);
  assert.equal(playhead.read(49.9, 0), 50);
  assert.equal(playhead.read(49.9, 3_000), 50);
  playhead.reset();
  playhead.report(10, 1, 'playing', 3_000);
  assert.equal(playhead.read(Number.NEGATIVE_INFINITY, 3_000), 10);
});

test('Playhead follows the newest row at speed max', () => {
  const playhead = new Playhead();
  playhead.report(50, 0, 'playing', 0);
  assert.equal(playhead.read(900, 10), 900);
  assert.equal(playhead.read(1800, 20), 1800);
});
