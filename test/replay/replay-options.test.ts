import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { readConfig } from '../../src/commands/read-config.ts';
import {
  addReplayOptions,
  placeFrom,
  type ReplayOptions,
  replayRequest,
} from '../../src/commands/replay-options.ts';
import { replaySummaryText, stateText } from '../../src/commands/replay-text.ts';
import { noLog } from '../../src/domain/log.ts';
import type { ReplayState } from '../../src/domain/messages.ts';
import type { ReplaySummary } from '../../src/replay/index.ts';

function parse(...args: string[]): ReplayOptions {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => {} });
  addReplayOptions(command);
  return command.parse(args, { from: 'user' }).opts<ReplayOptions>();
}

test('addReplayOptions: speed, drivers, laps and places are read as people write them', () => {
  const options = parse(
    '--speed',
    'max',
    '--drivers',
    'ver, ham,VER',
    '--laps',
    '3-7',
    '--start',
    '1:02:03.5',
    '--end',
    'lap:9',
  );
  assert.deepEqual(
    [options.speed, options.drivers, options.laps, options.start, options.end],
    [0, ['VER', 'HAM'], { first: 3, last: 7 }, 3723.5, { lap: 9 }],
  );
  assert.deepEqual(parse('--laps', '4').laps, { first: 4, last: 4 });
  for (const args of [
    ['--speed', '0'],
    ['--speed', 'fast'],
    ['--speed', ''],
    ['--laps', '0-2'],
    ['--drivers', ','],
    ['--start', 'noon'],
  ]) {
    assert.throws(() => parse(...args), { code: 'commander.invalidArgument' }, args.join(' '));
  }
});

test('placeFrom: session seconds, clock, lap, UTC and lights out', () => {
  assert.equal(placeFrom('3600'), 3600);
  assert.equal(placeFrom('62:30'), 3750);
  assert.equal(placeFrom('lights out'), 'lights out');
  assert.deepEqual(placeFrom('2023-05-28T13:00:00Z'), { utc: '2023-05-28T13:00:00Z' });
});

test('replayRequest: the command line wins over the configuration, once over a configured loop', async () => {
  const { config } = await readConfig({
    set: ['replay.speed=max', 'replay.loop=true', 'race.drivers=[ver]', 'replay.mode=live'],
  });
  const { signal } = new AbortController();
  const fromConfig = replayRequest(parse(), config, noLog, signal);
  assert.deepEqual(
    [fromConfig.speed, fromConfig.loop, fromConfig.drivers, fromConfig.mode],
    [0, true, ['VER'], 'live'],
  );
  const fromLine = replayRequest(
    parse('--speed', '5', '--once', '--drivers', 'HAM', '--mode', 'lossless'),
    config,
    noLog,
    signal,
  );
  assert.deepEqual(
    [fromLine.speed, fromLine.loop, fromLine.drivers, fromLine.mode, fromLine.once],
    [5, false, ['HAM'], 'lossless', true],
  );
  assert.throws(() => replayRequest(parse('--once', '--loop'), config, noLog, signal), {
    code: 'F1_USAGE',
    exitCode: 2,
  });
});

test('replaySummaryText: E5: says what was published, dropped, held, refused, lost and missing', () => {
  const summary: ReplaySummary = {
    run: 'r',
    source: 's',
    title: 'T',
    simulated: false,
    status: 'failed',
    reason: 'gone',
    segments: 1,
    rows: 10,
    published: 4,
    topics: { a: [1, 3] },
    scheduleErrorMs: null,
    lagMs: null,
    seconds: 3,
    playSeconds: 2,
    dropped: 1,
    refused: 2,
    lost: 3,
    unacknowledged: 5,
    holds: 1,
    heldMs: 500,
    missing: [{ topic: 'WeatherData', reason: 'no weather' }],
  };
  assert.deepEqual(replaySummaryText(summary, false), [
    'T: failed, 4 of 10 rows published in 2.0 s (2 a second), run r',
    'a: 1 + 3 records by partition',
    'The clock was held 1 times, 0.5 s together',
    '1 rows were dropped to keep up (mode live)',
    '2 records were refused by the broker',
    '3 records were lost: gone',
    '5 records were not acknowledged when it stopped',
    'Missing WeatherData: no weather',
  ]);
});

test('stateText: one line for people', () => {
  const state = {
    status: 'playing',
    session_time: 3723.4,
    lap_number: 12,
    total_laps: 78,
    speed: 10,
    rows_sent: 1200,
    rows_total: 5000,
    rows_dropped: 0,
    lag_ms: 0.44,
    reason: null,
  };
  assert.equal(
    stateText(state as ReplayState),
    'playing 1:02:03, lap 12/78, 10×, 1,200 of 5,000 rows, lag 0.4 ms',
  );
});
