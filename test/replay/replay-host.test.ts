import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { readConfig } from '../../src/commands/read-config.ts';
import { startReplay, type ReplayRequest } from '../../src/commands/replay-host.ts';
import { openSession } from '../../src/commands/load-session.ts';
import type { Config } from '../../src/config/schema.ts';
import type { Broker } from '../../src/domain/broker.ts';
import { noLog } from '../../src/domain/log.ts';
import type { ReplayState } from '../../src/domain/messages.ts';
import { partitionForKey } from '../../src/domain/partition.ts';
import { countRows, type SessionTable } from '../../src/domain/table.ts';
import { isPlausible, readTelemetry } from '../../src/domain/telemetry-codec.ts';
import { createTelemetryRow } from '../../src/domain/telemetry-row.ts';
import { createEmbeddedBroker } from '../../src/kafka/index.ts';
import { writeSimulatedRace } from '../../src/source/index.ts';
import { tempDir } from '../support/temp-dir.ts';

interface Setting {
  readonly dir: string;
  readonly config: Config;
  readonly broker: Broker;
  readonly request: ReplayRequest;
}

/** A simulated race of two laps and an embedded broker; everything ends with the test. */
async function setUp(t: TestContext, change: Partial<ReplayRequest> = {}): Promise<Setting> {
  const dir = tempDir(t);
  const race = `${dir}/race`;
  const { config } = await readConfig({ set: [`source.cache_dir=${dir}/cache`] });
  const { signal } = new AbortController();
  await writeSimulatedRace({ dir: race, seed: 7, laps: 2, signal });
  const broker = createEmbeddedBroker();
  t.after(() => broker.close());
  const request: ReplayRequest = {
    config,
    spec: race,
    speed: 0,
    loop: false,
    once: true,
    mode: 'lossless',
    drivers: [],
    log: noLog,
    signal,
    chosen: { broker, kind: 'embedded', bootstrap: null, isManaged: false },
    ...change,
  };
  return { dir: race, config, broker, request };
}

async function openTable({ dir, config }: Setting): Promise<SessionTable> {
  return (await openSession({ spec: dir, config, log: noLog, signal: new AbortController().signal })).table;
}

test('startReplay: publishes every row of every driver once, in order, on its partition, from a thread of its own', async (t) => {
  const setting = await setUp(t);
  const { broker, config, request } = setting;
  const replay = await startReplay(request);
  await replay.ready;
  const summary = await replay.done;
  await replay.stop();
  const table = await openTable(setting);
  assert.deepEqual(
    [summary.status, summary.published, summary.rows, summary.simulated],
    ['ended', countRows(table), countRows(table), true],
  );

  const next = new Map(table.tables.map((entry) => [entry.driver.code, { entry, row: 0 }]));
  const row = createTelemetryRow();
  const stop = new AbortController();
  let left = summary.published;
  for await (const batch of broker.consume({
    topics: [{ topic: config.kafka.topics.telemetry, start: 'earliest' }],
    signal: stop.signal,
  })) {
    for (const record of batch.records) {
      assert.equal(readTelemetry(record.value!, row), true);
      assert.equal(isPlausible(row), true);
      const place = next.get(row.driver)!;
      assert.equal(row.sessionMs, place.entry.sessionMs[place.row]!);
      assert.equal(Buffer.from(record.key!).toString(), row.driver);
      assert.equal(batch.partition, partitionForKey(row.driver, 4));
      assert.deepEqual({ ...record.headers }, { run: summary.run, segment: '0', v: '1' });
      place.row++;
      left--;
    }
    if (left <= 0) stop.abort();
  }
  for (const { entry, row: rows } of next.values()) assert.equal(rows, entry.rows);
  const { topics } = await broker.describe({});
  const offsets = (topic: string): number[] =>
    topics.find(({ name }) => name === topic)!.partitions.map(({ endOffset }) => endOffset);
  assert.deepEqual(offsets('f1-telemetry'), summary.topics['f1-telemetry']);
  assert.deepEqual(offsets('f1-timing'), summary.topics['f1-timing']);
});

test("startReplay: a session that does not exist rejects ready and done with the source's own error", async (t) => {
  const { request, dir } = await setUp(t);
  const replay = await startReplay({ ...request, spec: `${dir}-not-here` });
  await assert.rejects(replay.ready, { name: 'F1Error', code: 'F1_SOURCE_NOT_FOUND' });
  await assert.rejects(replay.done, { code: 'F1_SOURCE_NOT_FOUND' });
  await replay.stop();
});

test('startReplay: E22: an abort ends the thread with a summary of what was done', async (t) => {
  const stopping = new AbortController();
  const { request } = await setUp(t, { signal: stopping.signal, speed: 1, once: false });
  const replay = await startReplay(request);
  await replay.ready;
  stopping.abort();
  const summary = await replay.done;
  await replay.stop();
  assert.equal(summary.status, 'stopped');
  assert.equal(replay.state()?.status, 'stopped');
  assert.ok(summary.published <= summary.rows);
});

test('startReplay: obeys the control topic through the port', async (t) => {
  const states: ReplayState[] = [];
  const { request, broker, config } = await setUp(t, {
    speed: 1,
    once: false,
    onState: (state) => states.push(state),
  });
  const replay = await startReplay(request);
  await replay.ready;
  const command = {
    timestamp: new Date().toISOString(),
    command: 'seek',
    value: { lap: 2 },
    by: 'test',
    command_id: 'c1',
    message_type: 'command',
  };
  await broker.produce({
    topic: config.kafka.topics.control,
    partition: 0,
    headers: { v: '1' },
    records: [{ key: Buffer.from('command'), value: Buffer.from(JSON.stringify(command)) }],
  });
  for (let turn = 0; turn < 100 && replay.state()?.last_command_id !== 'c1'; turn++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const state = replay.state();
  assert.deepEqual([state?.segment, state?.lap_number, state?.changed_by], [1, 2, 'test']);
  await replay.stop();
});
