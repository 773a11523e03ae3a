import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { defaultConfig } from '../../src/config/defaults.ts';
import { createDetector, createRules } from '../../src/detect/index.ts';
import type { Broker, ProduceBatch } from '../../src/domain/broker.ts';
import { noLog } from '../../src/domain/log.ts';
import type { AlertMessage } from '../../src/domain/messages.ts';
import { Origin } from '../../src/domain/table.ts';
import { writeTelemetry } from '../../src/domain/telemetry-codec.ts';
import { createTelemetryRow } from '../../src/domain/telemetry-row.ts';
import { createEmbeddedBroker, topicSpecs } from '../../src/kafka/index.ts';
import { startProcessor, type Processor } from '../../src/process/index.ts';

const topics = { telemetry: 'f1-telemetry', alerts: 'f1-alerts' };
const rules = createRules(defaultConfig.alerts);

async function createBroker(t: TestContext): Promise<Broker> {
  const broker = createEmbeddedBroker();
  t.after(() => broker.close());
  await broker.createTopics(topicSpecs(defaultConfig));
  return broker;
}

/** Publishes rows with the given speeds to partition 2, 240 ms apart. */
async function publish(
  broker: Broker,
  speeds: readonly number[],
  options: { run?: string; segment?: number; fromMs?: number; drs?: readonly number[] } = {},
): Promise<void> {
  const records = speeds.map((speedKmh, index) => {
    const sessionMs = (options.fromMs ?? 0) + index * 240;
    const row = {
      ...createTelemetryRow(),
      timestampMs: Date.UTC(2026, 0, 1) + sessionMs,
      sessionMs,
      driver: 'AAA',
      driverNumber: 7,
      speedKmh,
      drs: options.drs?.[index] ?? 0,
      lapNumber: 1,
      origin: Origin.car,
    };
    const bytes = new Uint8Array(1024);
    return { key: Buffer.from('AAA'), value: bytes.subarray(0, writeTelemetry(bytes, 0, row)) };
  });
  const headers = { run: options.run ?? 'run-1', segment: String(options.segment ?? 0), v: '1' };
  await broker.produce({ topic: topics.telemetry, partition: 2, records, headers });
}

function process(t: TestContext, broker: Broker): { processor: Processor; stop: () => Promise<void> } {
  const controller = new AbortController();
  const processor = startProcessor({
    broker,
    topics,
    alertPartitions: 3,
    createDetector: () => createDetector(rules),
    log: noLog,
    signal: controller.signal,
    since: 'earliest',
    group: 'slipstream-process',
    commitIntervalMs: 0,
  });
  const stop = async (): Promise<void> => {
    controller.abort();
    await processor.done;
  };
  t.after(stop);
  return { processor, stop };
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 5000;
  while (!(await condition())) {
    assert.ok(Date.now() < deadline, 'condition not met within 5 s');
    await new Promise((done) => setTimeout(done, 5));
  }
}

async function storedAlerts(
  broker: Broker,
): Promise<
  { alert: AlertMessage; partition: number; headers: Readonly<Record<string, string>>; key: string }[]
> {
  const { topics: found } = await broker.describe({ topics: [topics.alerts] });
  let left = found[0]!.partitions.reduce(
    (sum, { startOffset, endOffset }) => sum + endOffset - startOffset,
    0,
  );
  const all: Awaited<ReturnType<typeof storedAlerts>> = [];
  if (left === 0) return all;
  const controller = new AbortController();
  for await (const batch of broker.consume({
    topics: [{ topic: topics.alerts, start: 'earliest' }],
    signal: controller.signal,
  })) {
    for (const record of batch.records) {
      const alert = JSON.parse(Buffer.from(record.value!).toString()) as AlertMessage;
      all.push({
        alert,
        partition: batch.partition,
        headers: record.headers,
        key: Buffer.from(record.key!).toString(),
      });
      left -= 1;
    }
    if (left <= 0) controller.abort();
  }
  return all;
}

test('startProcessor() stores an alert when it opens and when it closes, by severity, keyed by id', async (t) => {
  const broker = await createBroker(t);
  const { processor } = process(t, broker);
  await publish(broker, [290, 310, 320, 290]);
  await until(() => processor.stats().published === 2);
  const stored = await storedAlerts(broker);
  assert.deepEqual(
    stored.map(({ alert }) => alert.state),
    ['open', 'closed'],
  );
  for (const { alert, partition, headers, key } of stored) {
    assert.equal(partition, 0, 'high severity is partition 0');
    assert.equal(key, alert.alert_id);
    assert.equal(headers['run'], 'run-1');
    assert.equal(headers['segment'], '0');
    assert.equal(headers['v'], '1');
  }
  assert.deepEqual(Object.keys(stored[0]!.alert), [
    'timestamp',
    'original_timestamp',
    'alert_id',
    'alert_type',
    'severity',
    'driver',
    'driver_id',
    'state',
    'started_at',
    'ended_at',
    'description',
    'value',
    'threshold',
    'session_time',
    'lap_number',
    'escalated_from',
    'quality',
    'message_type',
  ]);
  assert.deepEqual(processor.stats().alerts, { high_speed: 1 });
});

test('startProcessor() after a restart in mid-episode stores nothing twice and closes the same alert', async (t) => {
  const broker = await createBroker(t);
  const first = process(t, broker);
  await publish(broker, [290, 310, 320]);
  await until(() => first.processor.stats().published === 1);
  await first.stop();
  const second = process(t, broker);
  await publish(broker, [330, 290], { fromMs: 720 });
  await until(() => second.processor.stats().published === 1);
  const stored = await storedAlerts(broker);
  assert.deepEqual(
    stored.map(({ alert }) => [alert.state, alert.value]),
    [
      ['open', 310],
      ['closed', 330],
    ],
  );
  assert.equal(stored[0]!.alert.alert_id, stored[1]!.alert.alert_id);
  assert.equal(second.processor.stats().suppressed, 1);
});

test('startProcessor() after a crash stores what reached no partition, though a later alert reached another one', async (t) => {
  const broker = await createBroker(t);
  const dying: Broker = Object.assign(Object.create(broker) as Broker, {
    produce: async (batch: ProduceBatch) => {
      // High severity goes to partition 0: the process dies before that request, after the one to partition 1.
      if (batch.topic === topics.alerts && batch.partition === 0) throw new Error('killed');
      return broker.produce(batch);
    },
  });
  await publish(broker, [290, 310, 320, 290, 290], { drs: [0, 0, 12, 12, 0] });
  const controller = new AbortController();
  const first = startProcessor({
    broker: dying,
    topics,
    alertPartitions: 3,
    createDetector: () => createDetector(rules),
    log: noLog,
    signal: controller.signal,
    since: 'earliest',
    group: null,
  });
  await assert.rejects(first.done, /killed/u);
  assert.ok((await storedAlerts(broker)).every(({ partition }) => partition === 1));
  const { processor } = process(t, broker);
  await until(() => processor.stats().rows === 5);
  await until(async () => (await storedAlerts(broker)).length >= 4);
  assert.deepEqual(
    (await storedAlerts(broker))
      .sort((a, b) => a.partition - b.partition)
      .map(({ alert, partition }) => `${partition} ${alert.alert_type} ${alert.state}`),
    ['0 high_speed open', '0 high_speed closed', '1 drs_status_change open', '1 drs_status_change closed'],
  );
});

test('E6 E11: startProcessor() sets aside what it cannot use, counts it and goes on', async (t) => {
  const broker = await createBroker(t);
  const { processor } = process(t, broker);
  const headers = { run: 'run-1', segment: '0', v: '1' };
  const bad = [Buffer.from('not json'), Buffer.from('{}'), Buffer.from('[1]'), Buffer.alloc(0)];
  await broker.produce({
    topic: topics.telemetry,
    partition: 2,
    records: bad.map((value) => ({ key: null, value })),
    headers,
  });
  await broker.produce({
    topic: topics.telemetry,
    partition: 2,
    records: [{ key: null, value: Buffer.from('{}') }],
    headers: {},
  });
  await publish(broker, [902, 310, 290]);
  await until(() => processor.stats().published === 2);
  assert.deepEqual(processor.stats().setAside, { undecodable: 4, implausible: 1, headers: 1, stale: 0 });
  assert.equal((await storedAlerts(broker))[0]!.alert.value, 310);
});

test('A4: startProcessor() forgets an episode of a segment that was left and drops late records of it', async (t) => {
  const broker = await createBroker(t);
  const { processor } = process(t, broker);
  await publish(broker, [310]);
  await publish(broker, [310, 290], { segment: 1 });
  await publish(broker, [400], { segment: 0 });
  await publish(broker, [310], { run: 'run-2' });
  await publish(broker, [290], { run: 'run-1', segment: 5 });
  await publish(broker, [290], { run: 'run-2', fromMs: 240 });
  await until(() => processor.stats().published === 5);
  const stored = await storedAlerts(broker);
  assert.deepEqual(
    stored.map(({ alert, headers }) => [headers['run'], headers['segment'], alert.state]),
    [
      ['run-1', '0', 'open'],
      ['run-1', '1', 'open'],
      ['run-1', '1', 'closed'],
      ['run-2', '0', 'open'],
      ['run-2', '0', 'closed'],
    ],
  );
  assert.equal(processor.stats().setAside.stale, 2);
});

test('finish() closes open episodes of the run', async (t) => {
  const broker = await createBroker(t);
  const { processor } = process(t, broker);
  await publish(broker, [310, 320]);
  await until(() => processor.stats().rows === 2);
  await processor.finish();
  assert.deepEqual(
    (await storedAlerts(broker)).map(({ alert }) => [alert.state, alert.ended_at]),
    [
      ['open', null],
      ['closed', 0.24],
    ],
  );
});
