import assert from 'node:assert/strict';
import { test } from 'node:test';
import { F1Error } from '../../src/domain/errors.ts';
import { freshTopic, numbered, readRecords, recordsOf, specOf } from './broker-fixture.ts';
import type { BrokerUnderTest } from './broker-fixture.ts';

/** Criteria of writing: createTopics, produce, describe. */
export function produceCriteria(target: () => BrokerUnderTest): void {
  const createTopic = async (partitions = 1): Promise<string> => {
    const topic = freshTopic();
    await target().broker.createTopics([specOf(topic, partitions)]);
    return topic;
  };

  test('produce keeps order and offsets: offsets run from baseOffset without gaps', async () => {
    const { broker } = target();
    const topic = await createTopic();
    const first = await broker.produce({
      topic,
      partition: 0,
      records: recordsOf(numbered(100, 'a')),
      headers: {},
    });
    const second = await broker.produce({
      topic,
      partition: 0,
      records: recordsOf(numbered(50, 'b')),
      headers: {},
    });
    assert.equal(first.baseOffset, 0);
    assert.equal(second.baseOffset, 100);
    const seen = await readRecords(broker, { topics: [{ topic, start: 'earliest' }] }, 150);
    assert.deepEqual(
      seen.map(({ value }) => value),
      [...numbered(100, 'a'), ...numbered(50, 'b')],
    );
    assert.deepEqual(
      seen.map(({ offset }) => offset),
      numbered(150, '').map(Number),
    );
  });

  test('createTopics: creates once, then says exists; another partition count is a mismatch and is not changed', async () => {
    const { broker } = target();
    const topic = freshTopic();
    const [created] = await broker.createTopics([specOf(topic, 2)]);
    assert.deepEqual(created, { topic, status: 'created', partitions: 2, wantedPartitions: 2 });
    const [again] = await broker.createTopics([specOf(topic, 2)]);
    assert.equal(again?.status, 'exists');
    const [other] = await broker.createTopics([specOf(topic, 5)]);
    assert.deepEqual(other, { topic, status: 'mismatch', partitions: 2, wantedPartitions: 5 });
    const described = await broker.describe({ topics: [topic] });
    assert.equal(described.topics[0]?.partitions.length, 2);
  });

  test('createTopics: two callers at once make one topic', async () => {
    const { broker } = target();
    const topic = freshTopic();
    const reports = await Promise.all([1, 2, 3].map(() => broker.createTopics([specOf(topic, 2)])));
    const statuses = reports.map(([report]) => report?.status).sort();
    assert.deepEqual(statuses, ['created', 'exists', 'exists']);
  });

  test('describe: start and end offsets, a topic id, and no entry for a topic that does not exist', async () => {
    const { broker } = target();
    const topic = await createTopic(2);
    await broker.produce({ topic, partition: 1, records: recordsOf(numbered(5)), headers: {} });
    const { topics } = await broker.describe({ topics: [topic, freshTopic('absent')] });
    assert.equal(topics.length, 1);
    assert.equal(topics[0]?.name, topic);
    assert.ok((topics[0]?.id.length ?? 0) > 0);
    assert.deepEqual(topics[0]?.partitions, [
      { partition: 0, startOffset: 0, endOffset: 0 },
      { partition: 1, startOffset: 0, endOffset: 5 },
    ]);
  });

  test('produce: calls made at once for one partition are stored in call order, partitions apart', async () => {
    const { broker } = target();
    const topic = await createTopic(3);
    const calls = [];
    for (let index = 0; index < 300; index++) {
      const partition = index % 3;
      calls.push(
        broker.produce({ topic, partition, records: recordsOf([`${partition}:${index}`]), headers: {} }),
      );
    }
    const results = await Promise.all(calls);
    for (let index = 3; index < 300; index++) {
      assert.ok((results[index]!.baseOffset ?? -1) > (results[index - 3]!.baseOffset ?? -1));
    }
    const seen = await readRecords(broker, { topics: [{ topic, start: 'earliest' }] }, 300);
    for (const partition of [0, 1, 2]) {
      const order = seen
        .filter((record) => record.partition === partition)
        .map(({ value }) => Number(value?.split(':')[1]));
      assert.deepEqual(
        order,
        [...order].sort((a, b) => a - b),
      );
      assert.equal(order.length, 100);
    }
  });

  test('produce: a batch larger than a broker takes at once is stored whole and in order', async () => {
    const { broker } = target();
    const topic = await createTopic();
    const filler = 'x'.repeat(1_000);
    const values = numbered(3_000).map((value) => `${value}-${filler}`);
    const { baseOffset, refused } = await broker.produce({
      topic,
      partition: 0,
      records: recordsOf(values),
      headers: {},
    });
    assert.equal(baseOffset, 0);
    assert.deepEqual(refused, []);
    const seen = await readRecords(broker, { topics: [{ topic, start: 'earliest' }] }, 3_000);
    assert.deepEqual(
      seen.map(({ value }) => value),
      values,
    );
  });

  test('E12: an oversized record is refused alone, with its index; its neighbours are stored once', async () => {
    const { broker } = target();
    const topic = await createTopic();
    const values = numbered(250);
    values[100] = 'x'.repeat(2_000_000);
    const { baseOffset, refused } = await broker.produce({
      topic,
      partition: 0,
      records: recordsOf(values),
      headers: {},
    });
    assert.equal(baseOffset, 0);
    assert.deepEqual(
      refused.map(({ index }) => index),
      [100],
    );
    assert.match(refused[0]?.reason ?? '', /2000003|too large|larger|more than/i);
    const seen = await readRecords(broker, { topics: [{ topic, start: 'earliest' }] }, 249);
    assert.deepEqual(
      seen.map(({ value }) => value),
      values.filter((_, index) => index !== 100),
    );
    const alone = await broker.produce({
      topic,
      partition: 0,
      records: recordsOf([values[100]]),
      headers: {},
    });
    assert.equal(alone.baseOffset, null);
  });

  test('E5: a text value, a numeric header, an unknown topic and partition are refused at once', async () => {
    const { broker } = target();
    const topic = await createTopic();
    const rejects = async (work: () => Promise<unknown>, code: string): Promise<void> => {
      const startMs = performance.now();
      await assert.rejects(
        work,
        (error) => error instanceof F1Error && error.code === code && error.hint !== '',
      );
      assert.ok(performance.now() - startMs < 3_500, 'answered within 3.5 s');
    };
    const text: unknown = 'text';
    const number: unknown = 7;
    const value = Buffer.from('x');
    const at = { topic, partition: 0, headers: {} };
    await rejects(
      () => broker.produce({ ...at, records: [{ key: null, value: text as Uint8Array }] }),
      'F1_KAFKA_RECORD_INVALID',
    );
    await rejects(
      () => broker.produce({ ...at, headers: { v: number as string }, records: [{ key: null, value }] }),
      'F1_KAFKA_RECORD_INVALID',
    );
    await rejects(
      () => broker.produce({ ...at, topic: freshTopic('absent'), records: [{ key: null, value }] }),
      'F1_KAFKA_TOPIC_UNKNOWN',
    );
    await rejects(
      () => broker.produce({ ...at, partition: 9, records: [{ key: null, value }] }),
      'F1_KAFKA_TOPIC_UNKNOWN',
    );
    await broker.produce({ ...at, records: [{ key: null, value }] });
  });
}
