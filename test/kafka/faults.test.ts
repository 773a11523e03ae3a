import assert from 'node:assert/strict';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Broker, ConsumeRequest, ResetReason } from '../../src/domain/broker.ts';
import { F1Error } from '../../src/domain/errors.ts';
import { checkAdvertised, connectKafka } from '../../src/kafka/index.ts';
import type { KafkaStats } from '../../src/kafka/index.ts';
import { freshTopic, numbered, readFirst, recordsOf, specOf } from '../conformance/broker-fixture.ts';
import { withAdmin } from '../support/kafka-admin.ts';
import { connectTest } from '../support/kafka-broker.ts';
import { startManglingProxy, startSwallowingProxy } from '../support/mangling-proxy.ts';
import { skipWithoutKafka, startTestKafka } from '../support/test-kafka.ts';
import type { TestKafka } from '../support/test-kafka.ts';
import { DeliveryChecker } from './client/delivery-checker.ts';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function until(isTrue: () => boolean, timeoutMs: number, what: string): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!isTrue()) {
    assert.ok(performance.now() < end, `${what} within ${timeoutMs} ms`);
    await sleep(20);
  }
}

function isCode(code: string): (error: unknown) => boolean {
  return (error) => error instanceof F1Error && error.code === code && error.hint !== '';
}

describe('Apache Kafka, faults', { skip: skipWithoutKafka }, () => {
  let kafka: TestKafka;
  const cleanups: (() => Promise<void>)[] = [];

  before(async () => {
    kafka = await startTestKafka({ after: (clean) => cleanups.push(clean) });
  });
  after(async () => {
    for (const clean of cleanups.toReversed()) await clean();
  });

  /** Reads in the background into `values` and `resets` until the test ends. */
  function readAll(
    t: TestContext,
    broker: Broker,
    topic: string,
    start: ConsumeRequest['topics'][number]['start'] = 'earliest',
  ) {
    const abort = new AbortController();
    const values: string[] = [];
    const resets: ResetReason[] = [];
    const batchResets: ResetReason[] = [];
    const onReset = ({ reason }: { reason: ResetReason }): void => void resets.push(reason);
    const reading = (async () => {
      for await (const batch of broker.consume({
        topics: [{ topic, start }],
        signal: abort.signal,
        onReset,
      })) {
        if (batch.reset !== undefined) batchResets.push(batch.reset);
        for (const { value } of batch.records) values.push(Buffer.from(value ?? '').toString());
      }
    })();
    t.after(async () => {
      abort.abort();
      await reading;
    });
    return { values, resets, batchResets };
  }

  /** Writes `count` values to each partition, `<prefix><partition>-0` and so on. */
  async function fill(broker: Broker, topic: string, partitions: number, count: number, prefix: string) {
    for (let partition = 0; partition < partitions; partition++) {
      const records = recordsOf(numbered(count, `${prefix}${partition}-`));
      await broker.produce({ topic, partition, records, headers: {} });
    }
  }

  /** Deletes the topic and creates one of the same name, `count` new records in each of its two partitions. */
  async function recreate(broker: Broker, topic: string, count: number) {
    await withAdmin(kafka.bootstrap, async (admin) => admin.deleteTopics({ topics: [topic] }));
    await broker.createTopics([specOf(topic, 2)]);
    await fill(broker, topic, 2, count, 'new');
  }

  test('E3: a topic deleted and created again is read from its beginning within 10 s, marked and told', async (t) => {
    const broker = await connectTest(t, kafka.bootstrap);
    const topic = freshTopic('recreated');
    await broker.createTopics([specOf(topic, 2)]);
    const reader = readAll(t, broker, topic);
    await broker.produce({ topic, partition: 0, records: recordsOf(numbered(50, 'old')), headers: {} });
    await until(() => reader.values.length === 50, 5_000, '50 records of the first topic');
    await recreate(broker, topic, 80);
    await until(() => reader.values.length === 210, 10_000, '160 records of the second topic');
    assert.equal(new Set(reader.values).size, 210);
    assert.ok(reader.resets.includes('topic-recreated'));
    assert.deepEqual(reader.batchResets, ['topic-recreated', 'topic-recreated']);
  });

  test('E3: a topic recreated while its reader has only just found it is followed too, five times in a row', async (t) => {
    const broker = await connectTest(t, kafka.bootstrap);
    for (let round = 0; round < 5; round++) {
      const topic = freshTopic('young');
      await broker.createTopics([specOf(topic, 2)]);
      const reader = readAll(t, broker, topic);
      await broker.produce({ topic, partition: 0, records: recordsOf(numbered(5, 'old')), headers: {} });
      await until(() => reader.values.length === 5, 5_000, 'records of the first topic');
      await recreate(broker, topic, 5);
      await until(() => reader.values.length === 15, 10_000, 'records of the second topic');
    }
  });

  test('E3: partitions that are added are read within 10 s', async (t) => {
    const broker = await connectTest(t, kafka.bootstrap);
    const topic = freshTopic('grown');
    await broker.createTopics([specOf(topic, 1)]);
    const reader = readAll(t, broker, topic, 'latest');
    await sleep(300);
    await withAdmin(kafka.bootstrap, async (admin) =>
      admin.createPartitions({
        topics: [{ name: topic, count: 3, assignments: [{ brokerIds: [1] }, { brokerIds: [1] }] }],
      }),
    );
    await fill(broker, topic, 3, 20, 'p');
    await until(() => reader.values.length === 60, 10_000, 'records of all three partitions');
    assert.ok(reader.resets.includes('partitions-changed'));
  });

  test('E10: an advertised address that cannot be reached is named within 5 s, by connectKafka and checkAdvertised', async (t) => {
    const port = await startManglingProxy(t, kafka.port, '127.0.0.1', 'kafka.tst');
    const options = { bootstrapServers: `127.0.0.1:${port}`, clientId: 'test' };
    const isNamed = (error: unknown): boolean => {
      assert.ok(error instanceof F1Error);
      assert.equal(error.code, 'F1_KAFKA_ADVERTISED');
      const expected = `The broker at 127.0.0.1:${port} tells clients to use kafka.tst:${kafka.port}, which this machine cannot reach: `;
      assert.ok(error.message.startsWith(expected), error.message);
      return true;
    };
    const startMs = performance.now();
    await assert.rejects(() => checkAdvertised(options), isNamed);
    await assert.rejects(() => connectKafka(options), isNamed);
    assert.ok(performance.now() - startMs < 10_000);
  });

  test('E14: a stamp two hours ahead is refused with the clock named when the topic does not allow it; own topics take it', async (t) => {
    const broker = await connectTest(t, kafka.bootstrap);
    const [strict, own] = [freshTopic('strict'), freshTopic('own')];
    const config = { 'message.timestamp.after.max.ms': '3600000' };
    await broker.createTopics([{ ...specOf(strict, 1), config }, specOf(own, 1)]);
    const timestampMs = Date.now() + 7_200_000;
    const batch = { partition: 0, records: recordsOf(numbered(100)), headers: {}, timestampMs };
    const { baseOffset, refused } = await broker.produce({ ...batch, topic: strict });
    assert.equal(baseOffset, null);
    assert.equal(refused.length, 100);
    assert.match(refused[0]?.reason ?? '', /clock/);
    assert.match(refused[0]?.reason ?? '', /message\.timestamp\.after\.max\.ms/);
    assert.deepEqual(await broker.produce({ ...batch, topic: own }), { baseOffset: 0, refused: [] });
    const later = { ...batch, topic: strict, timestampMs: Date.now() };
    assert.deepEqual(await broker.produce(later), { baseOffset: 0, refused: [] });
  });

  test('E21: SASL or TLS against a plain listener names the layer and what to change, secrets are not printed', async () => {
    const plain = { username: 'replay', password: 'hunter2-secret', ca_file: null };
    const attempts = [
      { ...plain, protocol: 'SASL_PLAINTEXT', mechanism: 'PLAIN' },
      { ...plain, protocol: 'SASL_PLAINTEXT', mechanism: 'SCRAM-SHA-512' },
      { ...plain, protocol: 'SSL', mechanism: null },
    ] as const;
    for (const security of attempts) {
      const startMs = performance.now();
      const connecting = connectKafka({ bootstrapServers: kafka.bootstrap, clientId: 'test', security });
      await assert.rejects(connecting, (error) => {
        assert.ok(error instanceof F1Error);
        assert.equal(error.code, 'F1_KAFKA_SECURITY', error.message);
        assert.equal(error.exitCode, 2);
        assert.match(error.hint, /kafka\.security\.protocol/);
        assert.doesNotMatch(`${error.message} ${error.hint}`, /hunter2|\n/);
        return true;
      });
      assert.ok(performance.now() - startMs < 5_000);
    }
  });

  test('E2: a broker that stopped answering fails describe within its time, the leg is named; later it answers again', async (t) => {
    const broker = await connectTest(t, kafka.bootstrap);
    await broker.describe();
    const { pid } = kafka.broker();
    process.kill(pid, 'SIGSTOP');
    try {
      const startMs = performance.now();
      await assert.rejects(broker.describe({ timeoutMs: 1_000 }), (error) => {
        assert.ok(error instanceof F1Error);
        assert.match(error.message, /metadata/);
        return error.canRetry;
      });
      assert.ok(performance.now() - startMs < 3_000);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
    await sleep(200);
    const { topics } = await broker.describe();
    assert.ok(topics.length > 0);
  });

  test('E2: a broker that answers while its controller does not fails describe with F1_KAFKA_CONTROLLER in time', async (t) => {
    const createTopicsApi = 19;
    const port = await startSwallowingProxy(t, kafka.port, createTopicsApi);
    const broker = await connectTest(t, `127.0.0.1:${port}`);
    const startMs = performance.now();
    await assert.rejects(broker.describe(), (error) => {
      assert.match(String(error), /controller round trip/);
      return isCode('F1_KAFKA_CONTROLLER')(error);
    });
    assert.ok(performance.now() - startMs < 4_000);
    const creating = broker.createTopics([specOf(freshTopic('never'), 1)]);
    await assert.rejects(creating, isCode('F1_KAFKA_CONTROLLER'));
    assert.ok(performance.now() - startMs < 15_000, 'nothing waits for ever');
  });

  test('E8: the broker is killed while records are written and read and is away 12 s: nothing lost, nothing twice, order kept', async (t) => {
    const broker = await connectTest(t, kafka.bootstrap);
    const topic = freshTopic('killed');
    await broker.createTopics([specOf(topic, 3)]);
    const checker = new DeliveryChecker(topic, 3);
    const abort = new AbortController();
    const resets: ResetReason[] = [];
    const request = { topics: [{ topic, start: 'earliest' as const }], signal: abort.signal };
    const reading = (async () => {
      const onReset = ({ reason }: { reason: ResetReason }): void => void resets.push(reason);
      for await (const batch of broker.consume({ ...request, onReset })) checker.take(batch);
    })();
    const groupReader = new DeliveryChecker(topic, 3);
    const group = `${topic}-group`;
    const groupReading = (async () => {
      for await (const batch of broker.consume({ ...request, group })) groupReader.take(batch);
    })();
    const producing = checker.produce(broker, 20, 5);
    await until(() => checker.seen.every((seen) => seen.length > 500), 10_000, 'first records');
    await kafka.kill();

    const late = await connectKafka({
      bootstrapServers: kafka.bootstrap,
      clientId: 'late',
      mustAnswer: false,
    });
    const lateAbort = new AbortController();
    const lateFirst = readFirst(
      late.consume({ topics: [{ topic, start: 'earliest' }], signal: lateAbort.signal }),
    );
    const startMs = performance.now();
    await assert.rejects(
      connectKafka({ bootstrapServers: kafka.bootstrap, clientId: 'x' }),
      isCode('F1_KAFKA_UNREACHABLE'),
    );
    await assert.rejects(broker.describe(), isCode('F1_KAFKA_UNREACHABLE'));
    assert.ok(performance.now() - startMs < 8_000, 'a broker that is away is told at once');

    await sleep(12_000 - (performance.now() - startMs));
    await kafka.restart();
    await until(() => checker.isComplete, 10_000, 'reading goes on');
    const before = checker.acked.map((acked) => acked.length);
    await until(
      () => checker.acked.every((acked, index) => acked.length > before[index]! + 200),
      10_000,
      'writing goes on',
    );
    assert.equal(await lateFirst, '0', 'E18: a reader that was started without a broker reads');
    checker.stop();
    await producing;
    await until(() => checker.isComplete, 10_000, 'all acknowledged records');
    checker.check();
    groupReader.acked.forEach((acked, partition) => acked.push(...checker.acked[partition]!));
    await until(() => groupReader.isComplete, 15_000, 'the group reads on');
    groupReader.check();
    assert.ok(resets.includes('connection'));
    abort.abort();
    lateAbort.abort();
    await Promise.all([reading, groupReading]);
    await late.close();
  });

  test('E11: a flipped bit in the log of the broker is noticed, that batch is passed over and counted, reading goes on', async (t) => {
    const told: KafkaStats[] = [];
    const onStats = (stats: KafkaStats): void => void told.push(stats);
    const broker = await connectKafka({ bootstrapServers: kafka.bootstrap, clientId: 'damage', onStats });
    t.after(() => broker.close());
    const topic = freshTopic('damaged');
    await broker.createTopics([specOf(topic, 1)]);
    for (const speed of ['101', '302', '203']) {
      await broker.produce({ topic, partition: 0, records: recordsOf([`{"speed":${speed}}`]), headers: {} });
    }
    await kafka.stop();
    const [log] = globSync(join(kafka.dir, '**', `${topic}-0`, '00000000000000000000.log'));
    assert.ok(log !== undefined);
    const bytes = readFileSync(log);
    const at = bytes.indexOf('302');
    assert.ok(at > 0);
    bytes.write('902', at, 'latin1');
    writeFileSync(log, bytes);
    await kafka.restart();
    const reader = readAll(t, broker, topic);
    await until(() => reader.values.length === 2, 10_000, 'the records around the damaged one');
    assert.deepEqual(reader.values, ['{"speed":101}', '{"speed":203}']);
    assert.equal(told.at(-1)?.damagedBatches, 1);
  });

  test('E13, E22: without a broker a batch is given up after its time, later ones are stored in order; close takes at most 3 s', async (t) => {
    const broker = await connectTest(t, kafka.bootstrap, { deliveryTimeoutMs: 1_500 });
    const topic = freshTopic('given-up');
    await broker.createTopics([specOf(topic, 1)]);
    const batch = (text: string) => ({ topic, partition: 0, records: recordsOf([text]), headers: {} });
    await broker.produce(batch('a'));
    const blocked = await connectTest(t, kafka.bootstrap);
    await blocked.produce(batch('b'));
    await kafka.stop();
    const startMs = performance.now();
    await assert.rejects(broker.produce(batch('lost')), (error) => {
      assert.match(String(error), /1 records.*1\.5 s.*lost/);
      return isCode('F1_KAFKA_DELIVERY_TIMEOUT')(error);
    });
    assert.ok(performance.now() - startMs >= 1_500);
    const waiting = assert.rejects(blocked.produce(batch('waits')), isCode('F1_KAFKA_CLOSED'));
    await sleep(300);
    const closeMs = performance.now();
    await blocked.close();
    await waiting;
    assert.ok(performance.now() - closeMs < 3_000);
    await kafka.restart();
    await broker.produce(batch('c'));
    const reader = readAll(t, broker, topic);
    await until(() => reader.values.length === 3, 5_000, 'three records');
    assert.deepEqual(reader.values, ['a', 'b', 'c']);
  });
});
