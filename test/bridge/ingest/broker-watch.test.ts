import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { createBrokerWatch } from '../../../src/bridge/ingest/broker-watch.ts';
import type { BrokerWatch } from '../../../src/bridge/ingest/broker-watch.ts';
import type { Broker } from '../../../src/domain/broker.ts';
import type { TopicNames } from '../../../src/domain/topics.ts';
import { connectTest, skipWithoutBroker, testKafka } from '../../support/kafka-broker.ts';
import { testBroker, testConfig, until } from '../support.ts';

const encoder = new TextEncoder();

function startWatch(
  t: TestContext,
  broker: Broker,
  topics: TopicNames,
  groups: readonly string[],
): BrokerWatch {
  const ending = new AbortController();
  const watch = createBrokerWatch({
    broker,
    topics,
    clock: Date.now,
    signal: ending.signal,
    onAnswer: () => {},
    groups,
  });
  const running = watch.run();
  t.after(async () => {
    ending.abort();
    await running;
  });
  return watch;
}

test('createBrokerWatch(): groups that are not answered say so, and nothing of it is the broker’s health', async (t) => {
  const config = testConfig();
  const broker = await testBroker(t, config);
  const withoutGroups: Broker = {
    ...broker,
    describe: (request) =>
      request?.groups === undefined
        ? broker.describe(request)
        : Promise.reject(new Error('GROUP_AUTHORIZATION_FAILED')),
  };
  const watch = startWatch(t, withoutGroups, config.kafka.topics, ['some-group']);
  await until(
    () => watch.description !== null && watch.groupsFailure === 'GROUP_AUTHORIZATION_FAILED',
    'answers',
  );
  assert.equal(watch.failure, null);
  assert.deepEqual(watch.groups, []);
  assert.ok(Number.isNaN(watch.groupsAnsweredMs));
});

test(
  'createBrokerWatch(): a group of Apache Kafka as it committed, none before',
  { skip: skipWithoutBroker, timeout: 60_000 },
  async (t) => {
    const { bootstrap } = await testKafka(t);
    const broker = await connectTest(t, bootstrap);
    const own = `watch-${process.pid}-${Date.now().toString(36)}`;
    const name = (role: string): string => `${own}-${role}`;
    const topics: TopicNames = {
      telemetry: name('telemetry'),
      alerts: name('alerts'),
      predictions: name('predictions'),
      timing: name('timing'),
      control: name('control'),
    };
    await broker.createTopics(
      Object.entries(topics).map(([role, topic]) => ({
        role: role as keyof TopicNames,
        name: topic,
        partitions: role === 'telemetry' ? 2 : 1,
        replicationFactor: 1,
        config: {},
      })),
    );
    const records = Array.from({ length: 5 }, (_, i) => ({ key: null, value: encoder.encode(`${i}`) }));
    await broker.produce({ topic: topics.telemetry, partition: 1, records, headers: {} });
    const watch = startWatch(t, broker, topics, [own]);
    await until(() => watch.groupsFailure === null, 'groups', 20_000);
    assert.deepEqual(watch.groups, [{ group: own, offsets: [] }]);
    assert.equal(watch.failure, null);

    const ending = new AbortController();
    t.after(() => ending.abort());
    for await (const { partition } of broker.consume({
      topics: [{ topic: topics.telemetry, start: 'earliest' }],
      group: own,
      signal: ending.signal,
    })) {
      await broker.commit(own, [{ topic: topics.telemetry, partition, offset: 2 }]);
      break;
    }
    await until(() => watch.groups[0]?.offsets.length === 2, 'the commit', 20_000);
    assert.deepEqual(watch.groups[0]?.offsets, [
      { topic: topics.telemetry, partition: 0, committed: null, lag: 0 },
      { topic: topics.telemetry, partition: 1, committed: 2, lag: 3 },
    ]);
  },
);
