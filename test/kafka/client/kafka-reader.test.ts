import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Producer } from '@platformatic/kafka';
import type { Broker } from '../../../src/domain/broker.ts';
import { connectKafka } from '../../../src/kafka/index.ts';
import type { KafkaStats } from '../../../src/kafka/index.ts';
import { freshTopic, numbered, readRecords, recordsOf, specOf } from '../../conformance/broker-fixture.ts';
import { withAdmin } from '../../support/kafka-admin.ts';
import { connectTest, skipWithoutBroker, testKafka } from '../../support/kafka-broker.ts';

describe('KafkaReader on Apache Kafka', { skip: skipWithoutBroker }, () => {
  const cleanups: (() => Promise<void>)[] = [];
  const lifetime = { after: (clean: () => Promise<void>) => cleanups.push(clean) };
  let bootstrap = '';
  let broker: Broker;

  before(async () => {
    ({ bootstrap } = await testKafka(lifetime));
    broker = await connectTest(lifetime, bootstrap);
  });
  after(async () => {
    for (const clean of cleanups.toReversed()) await clean();
  });

  test('reads tombstones, null keys and every compression that other producers use', async (t) => {
    const topic = freshTopic('foreign');
    await broker.createTopics([specOf(topic, 1)]);
    const producer = new Producer({ clientId: 'foreign', bootstrapBrokers: [bootstrap], retries: 3 });
    t.after(() => producer.close());
    for (const compression of ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const) {
      const messages = numbered(50, compression).map((value) => ({
        topic,
        partition: 0,
        key: Buffer.from('VER'),
        value: Buffer.from(value),
        headers: new Map([[Buffer.from('run'), Buffer.from('r')]]),
      }));
      await producer.send({ messages, acks: -1, compression });
    }
    const tombstone: unknown = null;
    await producer.send({
      messages: [{ topic, partition: 0, key: Buffer.from('VER'), value: tombstone as Buffer }],
      acks: -1,
    });
    const seen = await readRecords(broker, { topics: [{ topic, start: 'earliest' }] }, 251);
    const wanted = ['none', 'gzip', 'snappy', 'lz4', 'zstd'].flatMap((name) => numbered(50, name));
    assert.deepEqual(
      seen.map(({ value }) => value),
      [...wanted, null],
    );
    assert.deepEqual(seen[250]?.key, 'VER');
    assert.deepEqual(seen[0]?.headers, { run: 'r' });
  });

  test('E7: catching up takes at most 1 MiB per fetch and reads all partitions alike', async () => {
    const topic = freshTopic('catch-up');
    await broker.createTopics([specOf(topic, 3)]);
    const values = numbered(2_000).map((value) => value.padEnd(2_000, 'x'));
    for (const partition of [0, 1, 2])
      await broker.produce({ topic, partition, records: recordsOf(values), headers: {} });
    const read = [0, 0, 0];
    let largest = 0;
    let spread = 0;
    await readRecords(broker, { topics: [{ topic, start: 'earliest' }] }, 6_000, ({ partition, records }) => {
      read[partition]! += records.length;
      largest = Math.max(
        largest,
        records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0),
      );
      spread = Math.max(spread, Math.max(...read) - Math.min(...read));
    });
    assert.deepEqual(read, [2_000, 2_000, 2_000]);
    assert.ok(largest <= 1_048_576, `${largest} bytes in one batch`);
    assert.ok(spread < 1_500, `${spread} records ahead of the slowest partition`);
  });

  test('offset-out-of-range: records that were deleted below the reader are passed over, marked and told', async () => {
    const topic = freshTopic('trimmed');
    await broker.createTopics([specOf(topic, 1)]);
    await broker.produce({ topic, partition: 0, records: recordsOf(numbered(100)), headers: {} });
    await withAdmin(bootstrap, async (admin) =>
      admin.deleteRecords({ topics: [{ name: topic, partitions: [{ partition: 0, offset: 60n }] }] }),
    );
    const resets: string[] = [];
    const marks: (string | undefined)[] = [];
    const start = { offsets: new Map([[0, 10]]) };
    const onReset = ({ reason }: { reason: string }): void => void resets.push(reason);
    const seen = await readRecords(
      broker,
      { topics: [{ topic, start }], onReset },
      40,
      ({ reset }) => void marks.push(reset),
    );
    assert.equal(seen[0]?.offset, 60);
    assert.equal(seen.length, 40);
    assert.deepEqual(resets, ['offset-out-of-range']);
    assert.equal(marks[0], 'offset-out-of-range');
  });

  test('KafkaStats: the last answered fetch is told while reading', async (t) => {
    const topic = freshTopic('stats');
    await broker.createTopics([specOf(topic, 1)]);
    const told: KafkaStats[] = [];
    const onStats = (stats: KafkaStats): void => void told.push(stats);
    const own = await connectKafka({ bootstrapServers: bootstrap, clientId: 'stats', onStats });
    t.after(() => own.close());
    await own.produce({ topic, partition: 0, records: recordsOf(['x']), headers: {} });
    await readRecords(own, { topics: [{ topic, start: 'earliest' }] }, 1);
    const last = told.at(-1);
    assert.ok(last !== undefined && last.lastFetchMs !== null && Date.now() - last.lastFetchMs < 60_000);
    assert.equal(last.readError, null);
    assert.equal(last.blockedLanes, 0);
  });
});
