import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import { createEmbeddedBroker, remoteBroker, serveBroker } from '../../../src/kafka/index.ts';
import { numbered, recordsOf, specOf } from '../../conformance/broker-fixture.ts';

const topic = 'memory';
const kilobyte = 'x'.repeat(1_000);

test('createEmbeddedBroker: memory per partition is bounded, what goes is counted, a reader that missed it is told', async () => {
  const broker = createEmbeddedBroker({ maxBytes: 200_000 });
  await broker.createTopics([specOf(topic, 1)]);
  for (let index = 0; index < 100; index++) {
    await broker.produce({ topic, partition: 0, records: recordsOf(numbered(10, kilobyte)), headers: {} });
  }
  const { bytes, evictedRecords } = broker.stats();
  assert.ok(bytes <= 230_000, `${bytes} bytes`);
  const { topics } = await broker.describe();
  assert.deepEqual(topics[0]?.partitions, [{ partition: 0, startOffset: evictedRecords, endOffset: 1_000 }]);
  assert.ok(evictedRecords > 700);
  const abort = new AbortController();
  const resets: string[] = [];
  const onReset = ({ reason }: { reason: string }): void => void resets.push(reason);
  const start = { offsets: new Map([[0, 5]]) };
  for await (const batch of broker.consume({ topics: [{ topic, start }], signal: abort.signal, onReset })) {
    assert.equal(batch.reset, 'offset-out-of-range');
    assert.equal(batch.records[0]?.offset, evictedRecords);
    abort.abort();
  }
  assert.deepEqual(resets, ['offset-out-of-range']);
});

test('createEmbeddedBroker: a producer waits for a reader that is reading rather than evict what it has not read', async () => {
  const broker = createEmbeddedBroker({ maxBytes: 100_000, readerPatienceMs: 5_000 });
  await broker.createTopics([specOf(topic, 1)]);
  const abort = new AbortController();
  const offsets: number[] = [];
  const reading = (async () => {
    for await (const { records, reset } of broker.consume({
      topics: [{ topic, start: 'earliest' }],
      signal: abort.signal,
    })) {
      assert.equal(reset, undefined);
      for (const { offset } of records) offsets.push(offset);
      await new Promise((resolve) => setTimeout(resolve, 1));
      if (offsets.length === 2_000) abort.abort();
    }
  })();
  const calls = numbered(200).map(() =>
    broker.produce({ topic, partition: 0, records: recordsOf(numbered(10, kilobyte)), headers: {} }),
  );
  const bases = (await Promise.all(calls)).map(({ baseOffset }) => baseOffset);
  await reading;
  assert.deepEqual(
    bases,
    numbered(200, '').map((index) => Number(index) * 10),
  );
  assert.deepEqual(offsets, numbered(2_000, '').map(Number));
});

test('createEmbeddedBroker: a reader that stopped asking does not hold producers back for good', async () => {
  const broker = createEmbeddedBroker({ maxBytes: 50_000, readerPatienceMs: 100 });
  await broker.createTopics([specOf(topic, 1)]);
  const stalled = broker.consume({
    topics: [{ topic, start: 'earliest' }],
    signal: new AbortController().signal,
  });
  const batch = { topic, partition: 0, records: recordsOf(numbered(10, kilobyte)), headers: {} };
  await broker.produce(batch);
  const iterator = stalled[Symbol.asyncIterator]();
  await iterator.next();
  for (let index = 0; index < 50; index++) await broker.produce(batch);
  assert.ok(broker.stats().evictedRecords > 0);
  await broker.close();
});

test('serveBroker: a slow reader in the other thread holds batches back by credit, the rest stays in the log', async () => {
  const broker = createEmbeddedBroker();
  await broker.createTopics([specOf(topic, 1)]);
  for (let index = 0; index < 200; index++) {
    await broker.produce({ topic, partition: 0, records: recordsOf(numbered(100, kilobyte)), headers: {} });
  }
  const { port1, port2 } = new MessageChannel();
  let sentBytes = 0;
  const post = port1.postMessage.bind(port1);
  port1.postMessage = (message: { buffer?: ArrayBuffer }, transfer?: unknown) => {
    sentBytes += message.buffer?.byteLength ?? 0;
    post(message, transfer as ArrayBuffer[]);
  };
  const server = serveBroker(broker, port1);
  const remote = remoteBroker(port2);
  const abort = new AbortController();
  const batches = remote.consume({ topics: [{ topic, start: 'earliest' }], signal: abort.signal });
  const iterator = batches[Symbol.asyncIterator]();
  await iterator.next();
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.ok(sentBytes < 5_000_000, `${sentBytes} bytes sent ahead`);
  let count = 100;
  while (count < 20_000) count += (await iterator.next()).value?.records.length ?? 0;
  assert.equal(count, 20_000);
  abort.abort();
  assert.equal((await iterator.next()).done, true);
  server.close();
  await broker.close();
});

test('remoteBroker: calls end with F1_KAFKA_CLOSED and readers end when the other side closes the port', async () => {
  const broker = createEmbeddedBroker();
  const { port1, port2 } = new MessageChannel();
  const server = serveBroker(broker, port1);
  const remote = remoteBroker(port2);
  await remote.createTopics([specOf(topic, 1)]);
  const reading = (async () => {
    for await (const batch of remote.consume({
      topics: [{ topic, start: 'latest' }],
      signal: new AbortController().signal,
    })) {
      assert.fail(`a batch of ${batch.topic}`);
    }
  })();
  server.close();
  await reading;
  await assert.rejects(remote.describe(), { code: 'F1_KAFKA_CLOSED' });
  await broker.close();
});
