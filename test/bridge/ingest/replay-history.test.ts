import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGapLog } from '../../../src/bridge/ingest/gap-log.ts';
import { createRateWindow } from '../../../src/bridge/ingest/rate-window.ts';
import { createReplayLog } from '../../../src/bridge/ingest/replay-log.ts';
import { replayState, runB } from '../support.ts';

test('F7: createReplayLog: seeks, pauses with their ends, speeds, sessions and ends are events', () => {
  const log = createReplayLog();
  const at = (ms: number, values: Parameters<typeof replayState>[0]): void =>
    log.note(replayState(values), ms);
  at(1000, { lap_number: 5 });
  at(1500, { lap_number: 5 });
  assert.equal(log.events.length, 0);
  at(2000, { status: 'paused', lap_number: 6, changed_by: 'page' });
  assert.equal(log.sinceMs, 2000);
  assert.deepEqual(log.events.at(-1), {
    kind: 'pause',
    atMs: 2000,
    endMs: null,
    isOpen: true,
    text: 'Paused at lap 6 by page',
  });
  at(2500, { status: 'paused', lap_number: 6 });
  at(3000, { status: 'playing', lap_number: 6 });
  assert.equal(log.events.at(-1)!.endMs, 3000);
  at(4000, { segment: 1, lap_number: 31 });
  assert.match(log.events.at(-1)!.text, /^From lap 6 to lap 31/);
  at(5000, { segment: 1, speed: 0, lap_number: 31 });
  assert.match(log.events.at(-1)!.text, /^Speed max/);
  at(6000, { segment: 1, speed: 0, status: 'ended' });
  at(7000, { run: runB, segment: 0, title: 'Next' });
  assert.deepEqual(
    log.events.map(({ kind }) => kind),
    ['pause', 'seek', 'speed', 'end', 'session'],
  );
  for (let i = 0; i < 2000; i++) at(8000 + i, { run: runB, segment: i + 1 });
  assert.equal(log.events.length, 500);
});

test('createGapLog: times, laps and the leader are told apart; what is older than the newest is left out; the log is bounded', () => {
  const log = createGapLog();
  log.push(1000, 'VER', 1, 'LAP 3');
  log.push(1000, 'HAM', 2, '+1.234');
  log.push(1500, 'LEC', 3, '1 L');
  log.push(1200, 'VER', 1, '');
  assert.equal(log.size, 3);
  assert.deepEqual(
    [0, 1, 2].map((i) => [log.drivers[log.driver(i)], log.gapMs(i), log.lapsBehind(i)]),
    [
      ['VER', 0, 0],
      ['HAM', 1234, 0],
      ['LEC', null, 1],
    ],
  );
  for (let i = 0; i < 450_000; i++) log.push(2000 + i, 'VER', 1, '');
  assert.ok(log.size <= 400_000 && log.dropped > 0);
  assert.equal(log.sessionMs(log.size - 1), 2000 + 449_999);
});

test('createRateWindow: the mean of the last ten whole seconds', () => {
  const window = createRateWindow();
  for (let ms = 0; ms < 20_000; ms += 100) window.note('a', 5, ms);
  assert.equal(window.perSecond('a', 20_000), 50);
  assert.equal(window.perSecond('b', 20_000), 0);
  assert.equal(window.perSecond('a', 25_000), 25);
  assert.equal(window.totalPerSecond(40_000), 0);
});
