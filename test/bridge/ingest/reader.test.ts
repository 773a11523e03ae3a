import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Broker } from '../../../src/domain/broker.ts';
import { createEmbeddedBroker, topicSpecs } from '../../../src/kafka/index.ts';
import {
  alert,
  getJson,
  publish,
  publishRows,
  replayState,
  row,
  runA,
  runB,
  telemetryValue,
  testBridge,
  testBroker,
  testConfig,
  timing,
  until,
  untilOk,
} from '../support.ts';

interface Stats {
  readonly run: string | null;
  readonly segment: number;
  readonly stale: number;
  readonly buffers: { readonly points: number; readonly drivers: number };
  readonly set_aside: Record<string, number> & {
    newest: { topic: string; offset: number; detail: string }[];
  };
  readonly alerts: number;
}
interface Timing {
  readonly laps: Record<string, unknown[]>;
  readonly race_control: unknown[];
}

const control = { headers: { v: '1' } };

const stats = async (url: string): Promise<Stats> => (await getJson<Stats>(`${url}/stats`)).body;

/** A running race: state, ten laps, a message, an alert and telemetry of two segments. */
async function publishRace(broker: Broker, config = testConfig()): Promise<void> {
  const { topics } = config.kafka;
  const nowMs = Date.now();
  const startedMs = nowMs - 3_600_000;
  const race = { run: runB, segment: 1, timestampMs: startedMs + 10 };
  await publish(broker, topics.timing, [timing('race_control', { category: 'Flag', message: 'OLD RUN' })], {
    run: runA,
    segment: 7,
    timestampMs: startedMs - 5000,
  });
  await publish(
    broker,
    topics.timing,
    Array.from({ length: 10 }, (_, i) =>
      timing('lap', {
        driver: 'VER',
        driver_id: 'VER',
        driver_number: 1,
        lap_number: i + 1,
        lap_time: 75.5,
        generated: false,
        stint: 1,
      }),
    ),
    race,
  );
  await publish(
    broker,
    topics.timing,
    [timing('race_control', { category: 'Flag', message: 'GREEN' })],
    race,
  );
  await publish(broker, topics.alerts, [alert()], { ...race, partition: 1 });
  await publishRows(broker, config, [row({ timestampMs: nowMs - 200_000, driver: 'OLD' })], {
    run: runA,
    segment: 7,
    timestampMs: nowMs - 200_000,
  });
  await publishRows(broker, config, [row({ timestampMs: nowMs - 100_000, driver: 'LOW' })], {
    run: runB,
    segment: 0,
  });
  await publishRows(broker, config, [row({ timestampMs: nowMs - 400_000 })], {
    run: runB,
    segment: 1,
    timestampMs: nowMs - 400_000,
  });
  await publishRows(
    broker,
    config,
    ['VER', 'HAM', 'LEC'].flatMap((driver) => [
      row({ timestampMs: nowMs - 2000, driver }),
      row({ timestampMs: nowMs - 1000, driver }),
    ]),
    { run: runB, segment: 1 },
  );
  const state = replayState({ run: runB, segment: 1, run_started_at: startedMs, status: 'paused' });
  await publish(broker, topics.control, [replayState({ run: runA, segment: 7, run_started_at: 1 })], {
    ...control,
    timestampMs: startedMs - 100,
  });
  await publish(broker, topics.control, [state], control);
  await publish(
    broker,
    topics.control,
    Array.from({ length: 100 }, () => ({ command: 'pause', message_type: 'command' })),
    control,
  );
}

test('A15: a bridge that starts late shows the whole run, and telemetry of the window alone', async (t) => {
  const config = testConfig();
  const broker = await testBroker(t, config);
  await publishRace(broker, config);
  const began = Date.now();
  const { url } = await testBridge(t, { broker, config });
  await untilOk(url);
  assert.ok(Date.now() - began < 2000, 'the picture is back within 2 s');
  const { body: race } = await getJson<Timing>(`${url}/timing`);
  assert.equal(race.laps['VER']?.length, 10);
  assert.equal(race.race_control.length, 1);
  const now = await stats(url);
  assert.deepEqual([now.run, now.segment, now.alerts], [runB, 1, 1]);
  assert.equal(now.buffers.points, 6);
  assert.equal(now.buffers.drivers, 3);
  const { body: replay } = await getJson<{ status: string }>(`${url}/replay`);
  assert.equal(replay.status, 'paused');
});

test('E4: two bridges on one broker hold everything, both of them', async (t) => {
  const config = testConfig();
  const broker = await testBroker(t, config);
  const first = await testBridge(t, { broker, config });
  const second = await testBridge(t, { broker, config });
  const drivers = Array.from({ length: 20 }, (_, i) => `D${String.fromCodePoint(65 + i)}X`);
  await Promise.all([untilOk(first.url), untilOk(second.url)]);
  await publishRows(
    broker,
    config,
    drivers.map((driver) => row({ timestampMs: Date.now(), driver })),
  );
  for (const { url } of [first, second]) {
    await until(async () => (await stats(url)).buffers.drivers === 20, 'all drivers');
  }
});

test('A4: a new run and a new segment replace everything; the old run never comes back', async (t) => {
  const { broker, config, url } = await testBridge(t);
  const { topics } = config.kafka;
  await untilOk(url);
  await publish(broker, topics.timing, [timing('race_control', { category: 'Flag', message: 'A' })]);
  await publish(broker, topics.alerts, [alert()], { partition: 1 });
  await publishRows(broker, config, [row({ timestampMs: Date.now() })]);
  await until(
    async () => (await stats(url)).alerts === 1 && (await stats(url)).buffers.points === 1,
    'run A',
  );
  await publishRows(broker, config, [row({ timestampMs: Date.now(), driver: 'HAM' })], { segment: 1 });
  await until(async () => (await stats(url)).segment === 1, 'segment 1');
  const seeked = await stats(url);
  assert.deepEqual([seeked.alerts, seeked.buffers.points], [0, 1]);
  assert.deepEqual((await getJson<Timing>(`${url}/timing`)).body.race_control, []);
  await publishRows(broker, config, [row({ timestampMs: Date.now(), driver: 'LEC' })], { run: runB });
  await until(async () => (await stats(url)).run === runB, 'run B');
  await publishRows(broker, config, [row({ timestampMs: Date.now(), driver: 'LEC' })], { segment: 9 });
  await until(async () => (await stats(url)).stale === 1, 'a stale record');
  assert.equal((await stats(url)).buffers.points, 1);
});

test('E6: records that cannot be decoded are counted with their origin, reading goes on', async (t) => {
  const { broker, config, url } = await testBridge(t);
  const { topics } = config.kafka;
  await untilOk(url);
  const good = telemetryValue(row({ timestampMs: Date.now() }));
  const odd = [
    '',
    'x',
    '{',
    '[]',
    'null',
    '{"driver":5}',
    new Uint8Array([0xff, 0xfe, 0]),
    '"text"',
    '1e999',
  ];
  await publish(broker, topics.telemetry, [...odd, good]);
  await publish(broker, topics.timing, [
    ...odd,
    timing('nonsense', {}),
    timing('lap', { lap_number: {} }),
    timing('track_status', { status: '1', message: '' }),
  ]);
  await publish(broker, topics.alerts, [...odd, { ...alert(), severity: 'purple' }, alert()]);
  await publish(broker, topics.control, [...odd, { message_type: 'state', run: 1 }, replayState()], control);
  await publish(broker, topics.predictions, odd);
  await publish(broker, topics.telemetry, [good], { headers: { v: '1' } });
  await publish(broker, topics.telemetry, [good], { headers: { run: runA, segment: 'x', v: '1' } });
  await until(async () => (await stats(url)).set_aside['no-identity'] === 2, 'all records');
  const now = await stats(url);
  assert.equal(now.set_aside['undecodable'], 9 + 11 + 10 + 10);
  assert.equal(now.buffers.points, 1);
  assert.equal(now.alerts, 1);
  assert.ok(now.set_aside.newest.every(({ topic, detail }) => topic.startsWith('f1-') && detail !== ''));
  assert.equal((await fetch(`${url}/`)).status, 200);
});

test('E11: a value outside its possible range is set aside, not shown', async (t) => {
  const { broker, config, url } = await testBridge(t);
  await untilOk(url);
  const rows = [row({ timestampMs: 1000, speedKmh: 902 }), row({ timestampMs: 1001, rpm: 99_999 })];
  await publishRows(broker, config, [...rows, row({ timestampMs: 1002, speedKmh: 302 })]);
  await until(async () => (await stats(url)).buffers.points === 1, 'the good row');
  assert.equal((await stats(url)).set_aside['implausible'], 2);
});

test('E18: started before its topics a bridge says so at once and is ready when they exist', async (t) => {
  const config = testConfig();
  const broker = createEmbeddedBroker();
  t.after(() => broker.close());
  const { url } = await testBridge(t, { broker, config });
  await until(async () => {
    const { status, body } = await getJson<{ reasons: string[] }>(`${url}/`);
    return status === 503 && body.reasons.some((reason) => reason.includes('f1-telemetry'));
  }, '503 that names the topics');
  await broker.createTopics(topicSpecs(config));
  await untilOk(url);
});

test('E3: a partition that is read anew after a topic was created again voids what was kept', async (t) => {
  const { broker, config, url } = await testBridge(t, { broker: recreatingBroker(await testBroker(t)) });
  await untilOk(url);
  await publishRows(broker, config, [row({ timestampMs: 1 }), row({ timestampMs: 2 })]);
  await until(async () => (await stats(url)).buffers.points === 2, 'two rows');
  await publishRows(broker, config, [row({ timestampMs: 1 })], {});
  await until(async () => (await stats(url)).buffers.points === 1, 'the rows of the new topic alone');
  const exposition = await (await fetch(`${url}/metrics`)).text();
  assert.match(exposition, /f1_consumer_resets_total\{reason="topic-recreated"\} 1/u);
});

/** Passes batches on; the second telemetry batch claims to be of a topic that was created again. */
function recreatingBroker(inner: Broker): Broker {
  return {
    ...inner,
    async *consume(request) {
      let seen = 0;
      for await (const batch of inner.consume(request)) {
        if (batch.topic !== 'f1-telemetry' || ++seen !== 2) yield batch;
        else {
          request.onReset?.({ topic: batch.topic, partition: batch.partition, reason: 'topic-recreated' });
          const records = batch.records.map((record, offset) => ({ ...record, offset }));
          yield { ...batch, records, endOffset: records.length, reset: 'topic-recreated' };
        }
      }
    },
  };
}
