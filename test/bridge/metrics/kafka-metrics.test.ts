import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { Command } from 'commander';
import { workerGroups } from '../../../src/bridge/ingest/broker-watch.ts';
import { processCommand } from '../../../src/commands/process.ts';
import type { Broker } from '../../../src/domain/broker.ts';
import {
  publish,
  publishRows,
  replayState,
  row,
  testBridge,
  testBroker,
  testConfig,
  until,
  untilOk,
} from '../support.ts';
import { readExposition, valueIn } from './exposition.ts';

const encoder = new TextEncoder();

/** Joins a group that reads a topic and stays in it until the test ends; the first `count` records are committed. */
async function joinGroup(
  t: TestContext,
  { broker, group, topic, count }: { broker: Broker; group: string; topic: string; count: number },
): Promise<void> {
  const ending = new AbortController();
  t.after(() => ending.abort());
  const committed = Promise.withResolvers<void>();
  const read = async (): Promise<void> => {
    let left = count;
    const stream = broker.consume({ topics: [{ topic, start: 'earliest' }], group, signal: ending.signal });
    for await (const { partition, records } of stream) {
      const taken = records.slice(0, left);
      left -= taken.length;
      if (taken.length > 0)
        await broker.commit(group, [{ topic, partition, offset: taken.at(-1)!.offset + 1 }]);
      if (left === 0) committed.resolve();
    }
  };
  read().catch(committed.reject);
  await committed.promise;
}

async function untilSeries(url: string, series: string, value: number): Promise<string> {
  let text = '';
  await until(
    async () => {
      text = await readExposition(url);
      return valueIn(text, series) === value;
    },
    `${series} ${value}`,
    8000,
  );
  return text;
}

test('kafka_*: offsets and lag of the bridge are those of the broker', async (t) => {
  const { broker, config, url } = await testBridge(t);
  await untilOk(url);
  const { control, timing } = config.kafka.topics;
  await publish(broker, control, [replayState()], { headers: { v: '1' } });
  await publishRows(
    broker,
    config,
    Array.from({ length: 30 }, (_, i) => row({ timestampMs: Date.now() + i })),
  );
  const group = 'consumergroup="slipstream-bridge"';
  const text = await untilSeries(
    url,
    `kafka_consumergroup_current_offset_sum{${group},topic="f1-telemetry"}`,
    30,
  );
  const { topics } = await broker.describe({ topics: [config.kafka.topics.telemetry] });
  for (const { partition, endOffset } of topics[0]!.partitions) {
    const place = `topic="f1-telemetry",partition="${partition}"`;
    assert.equal(valueIn(text, `kafka_topic_partition_current_offset{${place}}`), endOffset);
    assert.equal(valueIn(text, `kafka_topic_partition_oldest_offset{${place}}`), 0);
    assert.equal(valueIn(text, `kafka_consumergroup_current_offset{${group},${place}}`), endOffset);
    assert.equal(valueIn(text, `kafka_consumergroup_lag{${group},${place}}`), 0);
  }
  assert.equal(valueIn(text, 'kafka_topic_partitions{topic="f1-telemetry"}'), 4);
  assert.equal(valueIn(text, 'kafka_brokers'), 1);
  assert.equal(valueIn(text, `kafka_consumergroup_lag_sum{${group},topic="f1-telemetry"}`), 0);
  assert.equal(
    valueIn(text, `kafka_consumergroup_lag_sum{${group},topic="${timing}"}`),
    0,
    'nothing to read',
  );
});

test('kafka_*: while a partition with older records brought none, the position of the bridge has no series', async (t) => {
  const config = testConfig();
  const broker = await testBroker(t, config);
  const hourAgoMs = Date.now() - 3_600_000;
  await publishRows(broker, config, [row({ timestampMs: hourAgoMs })], { timestampMs: hourAgoMs });
  const { url } = await testBridge(t, { broker, config });
  await untilOk(url);
  const text = await untilSeries(url, 'f1_topic_end_offset_records{topic="f1-telemetry"}', 1);
  const lags = text.split('\n').filter((line) => /^kafka_consumergroup_lag\{.*f1-telemetry/u.test(line));
  assert.equal(lags.length, config.kafka.partitions.telemetry - 1, lags.join('\n'));
});

test('kafka_*: groups of the workers as they committed, -1 where they committed nothing', async (t) => {
  const { broker, config, url } = await testBridge(t);
  const { telemetry } = config.kafka.topics;
  const [group = ''] = workerGroups;
  const records = Array.from({ length: 10 }, (_, i) => ({ key: null, value: encoder.encode(`${i}`) }));
  await broker.produce({ topic: telemetry, partition: 1, records, headers: {} });
  await joinGroup(t, { broker, group, topic: telemetry, count: 4 });
  const of = (partition: number): string =>
    `{consumergroup="${group}",topic="${telemetry}",partition="${partition}"}`;
  const text = await untilSeries(url, `kafka_consumergroup_current_offset${of(1)}`, 4);
  assert.equal(valueIn(text, `kafka_consumergroup_lag${of(1)}`), 6);
  assert.equal(valueIn(text, `kafka_consumergroup_current_offset${of(0)}`), -1);
  assert.equal(valueIn(text, `kafka_consumergroup_lag${of(0)}`), -1);
  assert.equal(
    valueIn(text, `kafka_consumergroup_lag_sum{consumergroup="${group}",topic="${telemetry}"}`),
    6,
  );
  assert.ok(valueIn(text, 'f1_group_figures_age_seconds') < 5);
});

test('workerGroups: the default group of slipstream process', () => {
  const command = new Command('process');
  processCommand.configure(command, () => assert.fail('no action runs here'));
  const option = command.options.find(({ long }) => long === '--group');
  assert.deepEqual(workerGroups, [option?.defaultValue]);
});
