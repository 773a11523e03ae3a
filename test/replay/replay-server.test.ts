import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { test, type TestContext } from 'node:test';
import { F1Error } from '../../src/domain/errors.ts';
import { type Log, noLog } from '../../src/domain/log.ts';
import type { ReplayState } from '../../src/domain/messages.ts';
import { systemClock } from '../../src/replay/clock.ts';
import { type ReplayServerOptions, runReplay } from '../../src/replay/replay-server.ts';
import type { ReplaySummary } from '../../src/replay/replay-summary.ts';
import { createRunId } from '../../src/replay/run-id.ts';
import { createMemoryBroker, type MemoryBroker } from '../support/memory-broker.ts';
import {
  createFakeClock,
  driverTable,
  encodeEvent,
  sessionTable,
  specs,
  statusEvent,
  topics,
} from '../support/replay-fixture.ts';

interface Running {
  readonly broker: MemoryBroker;
  readonly done: Promise<ReplaySummary>;
  readonly states: ReplayState[];
  stop(): void;
  send(command: string, value?: unknown, id?: string): Promise<string>;
  /** The first state from now on that fits. */
  until(fits: (state: ReplayState) => boolean): Promise<ReplayState>;
}

const due = Array.from({ length: 300 }, (_, row) => 1000 + row * 100);
const table = sessionTable(
  ['VER', 'HAM'].map((code, index) => driverTable(code, index + 1, due, (row) => 1 + Math.floor(row / 50))),
  [],
  2000,
);
const events = [statusEvent(null, 'session'), statusEvent(5000, 'green')];

async function start(t: TestContext, change: Partial<ReplayServerOptions> = {}): Promise<Running> {
  const broker = createMemoryBroker();
  await broker.createTopics(specs);
  const states: ReplayState[] = [];
  const waiting: { fits: (state: ReplayState) => boolean; resolve: (state: ReplayState) => void }[] = [];
  const stopping = new AbortController();
  const done = runReplay({
    broker,
    topics,
    encodeEvent,
    telemetryPartitions: 4,
    clock: systemClock(),
    log: noLog,
    signal: stopping.signal,
    source: 'folder',
    open: async () => ({ table, events }),
    speed: 1,
    loop: false,
    mode: 'lossless',
    maxBacklogRows: 20_000,
    drivers: [],
    once: false,
    onState: (state) => {
      states.push(state);
      for (const wait of waiting.splice(0)) {
        if (wait.fits(state)) wait.resolve(state);
        else waiting.push(wait);
      }
    },
    ...change,
  });
  t.after(async () => {
    stopping.abort();
    await done.catch(() => {});
  });
  let sent = 0;
  return {
    broker,
    done,
    states,
    stop: () => stopping.abort(),
    until: (fits) => new Promise((resolve) => waiting.push({ fits, resolve })),
    send: async (command, value, id = `id-${++sent}`) => {
      const message = {
        timestamp: new Date().toISOString(),
        command,
        value,
        by: 'test',
        command_id: id,
        message_type: 'command',
      };
      await broker.produce({
        topic: topics.control,
        partition: 0,
        headers: { v: '1' },
        records: [{ key: Buffer.from('command'), value: Buffer.from(JSON.stringify(message)) }],
      });
      return id;
    },
  };
}

test('runReplay: obeys f1-control and tells who did what; every command is answered under its id', async (t) => {
  const { send, until, broker } = await start(t);
  await until((state) => state.status === 'playing');
  const paused = until((state) => state.last_command_id === 'p1');
  await send('pause', undefined, 'p1');
  const state = await paused;
  assert.deepEqual(
    [state.status, state.changed_by, state.last_command, state.reason],
    ['paused', 'test', 'pause', null],
  );
  const stepped = until((next) => next.last_command_id === 's1');
  await send('step', 4, 's1');
  const { session_time: reached } = await stepped;
  const rowsBy = broker.stored.filter((record) => record.topic === topics.telemetry).length;
  assert.equal(reached, 1 + (rowsBy / 2 - 1) / 10);
  const sought = until((next) => next.last_command_id === 'k1');
  await send('seek', 'lights out', 'k1');
  assert.deepEqual([(await sought).segment, (await sought).session_time], [1, 2]);
  const fast = until((next) => next.last_command_id === 'f1');
  await send('speed', 'max', 'f1');
  assert.equal((await fast).speed, 0);
  const ended = until((next) => next.status === 'ended');
  await send('resume');
  assert.equal((await ended).session_time, 30.9);
  const published = broker.stored.filter(
    (record) => record.topic === topics.control && Buffer.from(record.key!).toString() === 'state',
  );
  assert.ok(published.length > 5);
  assert.deepEqual(published.at(-1)!.headers, { run: state.run, segment: '1', v: '1' });
});

test('runReplay: an invalid command is answered with a reason and does no harm', async (t) => {
  const { send, until, broker } = await start(t);
  await until((state) => state.status === 'playing');
  const bad: [string, unknown, RegExp][] = [
    ['fly', 1, /Command must be one of pause, resume/],
    ['speed', 1001, /Speed must be 0.1–1000 or "max": current value is 1001/],
    ['speed', '5', /Speed must be/],
    ['seek', { lap: 99 }, /Lap 99 has no known start/],
    ['seek', { utc: 'noon' }, /Seek must be session seconds/],
    ['seek', null, /Seek must be/],
    ['step', 1, /Step needs a paused replay/],
    ['step', 0, /Step must be 1–100000 rows/],
    ['drivers', 'VER', /Drivers must be a list/],
    ['drivers', ['XXX'], /Drivers must be of this session \(VER, HAM\)/],
    ['loop', 1, /Loop must be true or false/],
    ['load', '', /Session must be a folder/],
  ];
  for (const [command, value, reason] of bad) {
    const answered = until((state) => state.last_command_id === `bad ${command} ${JSON.stringify(value)}`);
    await send(command, value, `bad ${command} ${JSON.stringify(value)}`);
    const state = await answered;
    assert.match(state.reason ?? '', reason);
    assert.deepEqual(
      [state.status, state.speed, state.segment, state.changed_by, state.drivers],
      ['playing', 1, 0, null, []],
    );
  }
  for (const value of ['{', '[]', 'null', '{"message_type":"command"}']) {
    await broker.produce({
      topic: topics.control,
      partition: 0,
      headers: {},
      records: [{ key: Buffer.from('command'), value: Buffer.from(value) }],
    });
  }
  const answered = until((state) => state.last_command === 'pause');
  await send('pause');
  assert.equal((await answered).reason, null);
});

test('runReplay: a command that is read twice is obeyed once', async (t) => {
  const { send, until } = await start(t);
  await until((state) => state.status === 'playing');
  await send('restart', undefined, 'same');
  await send('restart', undefined, 'same');
  const answered = until((state) => state.last_command_id === 'other');
  await send('pause', undefined, 'other');
  assert.equal((await answered).segment, 1);
});

test('runReplay: the state is published at least every 500 ms, also while loading, with stage and progress', async (t) => {
  const clock = createFakeClock();
  const opened = Promise.withResolvers<void>();
  const { states } = await start(t, {
    clock,
    open: async (_, onProgress) => {
      onProgress({ stage: 'read', file: 'CarData.z', done: 5, total: 10, unit: 'bytes', etaSeconds: 2 });
      await opened.promise;
      return { table, events };
    },
  });
  await clock.advance(5000);
  assert.ok(states.length >= 11, String(states.length));
  assert.deepEqual(
    [states.at(-1)!.status, states.at(-1)!.loading],
    ['loading', { stage: 'read', file: 'CarData.z', bytes: 5, total_bytes: 10, eta_s: 2 }],
  );
  opened.resolve();
  await clock.advance(1);
  const before = states.length;
  await clock.advance(5000);
  assert.ok(states.length - before >= 10);
  assert.deepEqual(
    [states.at(-1)!.status, states.at(-1)!.loading, states.at(-1)!.session_time],
    ['playing', null, 6],
  );
  for (let i = 1; i < states.length; i++) {
    assert.ok(Date.parse(states[i]!.timestamp) - Date.parse(states[i - 1]!.timestamp) <= 500);
  }
});

test('runReplay: A4: load opens another session in a new run, and ids of runs sort by time', async (t) => {
  const other = sessionTable([driverTable('LEC', 16, [5000, 5100], () => 1)]);
  const { send, until, broker } = await start(t, {
    open: async (source) => ({ table: source === 'folder' ? table : other, events }),
  });
  const first = await until((state) => state.status === 'playing');
  const second = until((state) => state.source === 'elsewhere' && state.status === 'ended');
  await send('load', 'elsewhere');
  const state = await second;
  assert.ok(state.run > first.run);
  assert.ok(state.run_started_at >= first.run_started_at);
  assert.deepEqual([state.segment, state.rows_total, state.rows_sent], [0, 2, 2]);
  const runs = broker.stored
    .filter((record) => record.topic === topics.timing)
    .map((record) => record.headers['run']);
  assert.deepEqual(new Set(runs), new Set([first.run, state.run]));
  assert.ok(createRunId(1_900_000_000_000, 0.99) < createRunId(1_900_000_000_001, 0));
  assert.match(createRunId(Date.UTC(2026, 10, 25, 14, 5, 1, 123), 0.3727), /^20261125T140501123Z-5f69$/);
});

test('runReplay: gives way to a newer replay on the same topics, and to nothing else', async (t) => {
  const { until, broker, done } = await start(t);
  const { run } = await until((state) => state.status === 'playing');
  const tell = async (state: object): Promise<void> => {
    const record = { key: Buffer.from('state'), value: Buffer.from(JSON.stringify(state)) };
    await broker.produce({ topic: topics.control, partition: 0, records: [record], headers: {} });
  };
  const other = { message_type: 'state', title: 'Other · Race', status: 'playing' };
  await tell({ ...other, run: createRunId(Date.now() - 60_000, 0.5) });
  await tell({ ...other, run: 'zzz' });
  await tell({ ...other, run });
  await tell({ ...other, run: 7, title: null });
  await tell({ ...other, run: createRunId(Date.now() + 60_000, 0.5), status: 'stopped' });
  await until((state) => state.session_time !== null && state.session_time > 2.2);
  const newer = createRunId(Date.now() + 120_000, 0.5);
  await tell({ ...other, run: newer });
  const summary = await done;
  assert.equal(summary.status, 'failed');
  assert.equal(summary.reason, `Another replay (Other · Race, run ${newer}) has taken over these topics`);
});

test('runReplay: a session that cannot be loaded leaves the one before playing and says why', async (t) => {
  const { send, until } = await start(t, {
    open: async (source) => {
      if (source !== 'folder') throw new F1Error('F1_SOURCE_NOT_FOUND', 'No such session', { exitCode: 2 });
      return { table, events };
    },
  });
  const first = await until((state) => state.status === 'playing');
  const failed = until(
    (state) =>
      state.status === 'playing' && /nowhere could not be opened: No such session/.test(state.reason ?? ''),
  );
  await send('load', 'nowhere');
  const state = await failed;
  assert.deepEqual([state.run, state.segment, state.source], [first.run, 0, 'folder']);
});

test('runReplay: a load takes over from one that is still reading, also from the first', async (t) => {
  const { send, until } = await start(t, {
    open: (source, _, signal) =>
      source === 'elsewhere'
        ? Promise.resolve({ table, events })
        : new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  });
  await until((state) => state.status === 'loading');
  for (const source of ['slow', 'slower', 'elsewhere']) await send('load', source);
  const playing = await until((state) => state.status === 'playing');
  assert.deepEqual([playing.source, playing.reason, playing.loading], ['elsewhere', null, null]);
  await send('load', 'slow');
  await until((state) => state.status === 'loading');
  await send('load', 'elsewhere');
  const again = await until((state) => state.status === 'playing');
  assert.ok(again.run > playing.run);
});

test('runReplay: rejects when the first session cannot be opened, or a driver is not in it', async (t) => {
  const failing = await start(t, {
    open: async () => {
      throw new F1Error('F1_SOURCE_NOT_FOUND', 'No such session', { exitCode: 2 });
    },
  });
  await assert.rejects(failing.done, { code: 'F1_SOURCE_NOT_FOUND' });
  const unknown = await start(t, { drivers: ['XXX'] });
  await assert.rejects(unknown.done, { code: 'F1_USAGE', exitCode: 2, hint: 'Its drivers are VER, HAM' });
});

test('runReplay: once ends after the last row with a summary that counts every record by partition', async (t) => {
  const { done, broker } = await start(t, { once: true, speed: 0 });
  const summary = await done;
  assert.deepEqual(
    [summary.status, summary.rows, summary.published, summary.scheduleErrorMs],
    ['ended', 600, 600, null],
  );
  const counts = [0, 1, 2, 3].map(
    (partition) =>
      broker.stored.filter((record) => record.topic === topics.telemetry && record.partition === partition)
        .length,
  );
  assert.deepEqual(summary.topics, { 'f1-telemetry': counts, 'f1-timing': [2] });
});

test('runReplay: without telemetry it says so and streams f1-timing', async (t) => {
  const warnings: string[] = [];
  const log: Log = { ...noLog, warn: (message) => void warnings.push(message) };
  const { done } = await start(t, {
    once: true,
    speed: 0,
    log,
    open: async () => ({ table: sessionTable([]), events }),
  });
  const summary = await done;
  assert.deepEqual([summary.status, summary.rows, summary.topics['f1-timing']], ['ended', 0, [2]]);
  assert.match(warnings.join('\n'), /has no telemetry: only laps, positions and messages are replayed/);
});

test('runReplay: E22: an abort waits for what is in flight, 3 s at most, and tells a last state', async (t) => {
  const { stop, done, until, broker, states } = await start(t, { speed: 10 });
  await until((state) => state.rows_sent > 0);
  stop();
  const summary = await done;
  assert.equal(summary.status, 'stopped');
  assert.equal(summary.published, broker.stored.filter((record) => record.topic === topics.telemetry).length);
  assert.deepEqual([states.at(-1)!.status, states.at(-1)!.reason], ['stopped', 'The replay was closed']);
});

test('runReplay: E22: an abort ends within 5 s when the broker no longer answers', async (t) => {
  const { stop, done, until, broker } = await start(t, { speed: 10 });
  await until((state) => state.rows_sent > 0);
  broker.hold(topics.telemetry);
  broker.hold(topics.control);
  await sleep(100);
  const startedMs = performance.now();
  stop();
  assert.ok((await done).unacknowledged > 0);
  assert.ok(performance.now() - startedMs < 5000);
  broker.release(topics.telemetry);
  broker.release(topics.control);
});
