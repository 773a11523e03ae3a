import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { freshTopic, recordsOf, specOf } from '../conformance/broker-fixture.ts';
import { connectTest, skipWithoutSoak } from '../support/kafka-broker.ts';
import { startTestKafka } from '../support/test-kafka.ts';
import type { TestKafka } from '../support/test-kafka.ts';
import { DeliveryChecker } from './client/delivery-checker.ts';

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function until(isTrue: () => boolean, timeoutMs: number, what: string): Promise<void> {
  const end = performance.now() + timeoutMs;
  while (!isTrue()) {
    assert.ok(performance.now() < end, `${what} within ${timeoutMs} ms`);
    await sleep(50);
  }
}

/** Writes and reads all the while `disturb` runs, then checks that nothing was lost, doubled or reordered. */
async function underLoad(
  t: TestContext,
  disturb: (kafka: TestKafka, checker: DeliveryChecker) => Promise<void>,
): Promise<void> {
  const kafka = await startTestKafka(t);
  const broker = await connectTest(t, kafka.bootstrap);
  const topic = freshTopic('soak');
  await broker.createTopics([specOf(topic, 4)]);
  const checker = new DeliveryChecker(topic, 4);
  const abort = new AbortController();
  const reading = (async () => {
    for await (const batch of broker.consume({
      topics: [{ topic, start: 'earliest' }],
      signal: abort.signal,
    }))
      checker.take(batch);
  })();
  const producing = checker.produce(broker, 50, 2);
  await sleep(1_000);
  await disturb(kafka, checker);
  const before = checker.acked.map((acked) => acked.length);
  await until(
    () => checker.acked.every((acked, index) => acked.length > before[index]! + 500),
    30_000,
    'writing goes on',
  );
  checker.stop();
  await producing;
  await until(() => checker.isComplete, 30_000, 'all acknowledged records');
  abort.abort();
  await reading;
  checker.check();
}

test(
  'E8 soak: ten kills of the broker at any moment lose, double and reorder nothing',
  { skip: skipWithoutSoak },
  async (t) => {
    await underLoad(t, async (kafka) => {
      for (let round = 0; round < 10; round++) {
        await sleep(500 + Math.random() * 2_000);
        await kafka.kill();
        await sleep(Math.random() * 3_000);
        await kafka.restart();
      }
    });
  },
);

test(
  'E8 soak: a broker that stands still for 6, 14 and 30 s loses, doubles and reorders nothing',
  { skip: skipWithoutSoak },
  async (t) => {
    await underLoad(t, async (kafka) => {
      for (const ms of [6_000, 14_000, 30_000]) {
        const { pid } = kafka.broker();
        process.kill(pid, 'SIGSTOP');
        await sleep(ms);
        process.kill(pid, 'SIGCONT');
        await sleep(3_000);
      }
    });
  },
);

test('E5 soak: two minutes without a broker cost less than 10 MB', { skip: skipWithoutSoak }, async (t) => {
  const kafka = await startTestKafka(t);
  const broker = await connectTest(t, kafka.bootstrap, { deliveryTimeoutMs: 600_000 });
  const topic = freshTopic('outage');
  await broker.createTopics([specOf(topic, 8)]);
  await kafka.stop();
  const calls = Array.from({ length: 8 }, (_, partition) =>
    broker.produce({ topic, partition, records: recordsOf(['waits']), headers: {} }),
  );
  await sleep(15_000);
  globalThis.gc?.();
  const startBytes = process.memoryUsage().heapUsed;
  await sleep(120_000);
  globalThis.gc?.();
  const grown = process.memoryUsage().heapUsed - startBytes;
  assert.ok(grown < 10_000_000, `${grown} bytes`);
  await kafka.restart();
  for (const { baseOffset } of await Promise.all(calls)) assert.equal(baseOffset, 0);
});
