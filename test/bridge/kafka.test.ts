import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { Config } from '../../src/config/schema.ts';
import type { Broker } from '../../src/domain/broker.ts';
import { noLog } from '../../src/domain/log.ts';
import { connectKafka, topicSpecs } from '../../src/kafka/index.ts';
import { skipWithoutKafka, startTestKafka } from '../support/test-kafka.ts';
import { tempDir } from '../support/temp-dir.ts';
import {
  alert,
  freePort,
  getJson,
  publish,
  publishRows,
  replayState,
  row,
  runB,
  testConfig,
  timing,
  until,
} from './support.ts';

const root = resolve(import.meta.dirname, '../..');

interface BridgeProcess {
  readonly child: ChildProcess;
  readonly url: string;
  readonly ended: Promise<number | null>;
  output(): string;
}

/** `slipstream bridge` as a process of its own, with its logs in a temporary folder. */
function startBridge(t: TestContext, bootstrap: string, port: number): BridgeProcess {
  const flags = [
    '--broker',
    bootstrap,
    '--bridge-port',
    String(port),
    '--no-page',
    '--set',
    `logs.dir=${tempDir(t)}`,
    '--json',
  ];
  const child = spawn(process.execPath, ['src/main.ts', 'bridge', ...flags], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => (text += data.toString()));
  const ended = new Promise<number | null>((settle) => child.on('close', settle));
  t.after(() => void child.kill('SIGKILL'));
  return { child, url: `http://127.0.0.1:${port}`, ended, output: () => text };
}

async function health(url: string): Promise<{ status: number; reasons: readonly string[] }> {
  try {
    const { status, body } = await getJson<{ reasons: string[] }>(`${url}/`);
    return { status, reasons: body.reasons };
  } catch {
    return { status: 0, reasons: [] };
  }
}

async function connect(t: TestContext, bootstrap: string): Promise<Broker> {
  const broker = await connectKafka({
    bootstrapServers: bootstrap,
    clientId: 'bridge-test',
    deliveryTimeoutMs: 20_000,
    log: noLog,
  });
  t.after(() => broker.close());
  return broker;
}

interface Picture {
  readonly laps: number;
  readonly messages: number;
  readonly alerts: number;
  readonly points: number;
  readonly run: string | null;
}

async function picture(url: string): Promise<Picture> {
  const { body: race } = await getJson<{
    laps: Record<string, unknown[]>;
    race_control: unknown[];
    run: string;
  }>(`${url}/timing`);
  const { body: stats } = await getJson<{ alerts: number; buffers: { points: number } }>(`${url}/stats`);
  const laps = Object.values(race.laps).reduce((sum, list) => sum + list.length, 0);
  return {
    laps,
    messages: race.race_control.length,
    alerts: stats.alerts,
    points: stats.buffers.points,
    run: race.run,
  };
}

async function publishRace(broker: Broker, config: Config): Promise<void> {
  const { topics } = config.kafka;
  const nowMs = Date.now();
  const identity = { run: runB, segment: 2 };
  const old = { ...identity, timestampMs: nowMs - 1_200_000 };
  await publish(broker, topics.control, [replayState({ ...identity, run_started_at: nowMs - 1_300_000 })], {
    headers: { v: '1' },
  });
  const laps = Array.from({ length: 400 }, (_, i) =>
    timing('lap', {
      driver: i % 2 ? 'VER' : 'HAM',
      driver_id: i % 2 ? 'VER' : 'HAM',
      driver_number: i % 2 ? 1 : 44,
      lap_number: 1 + Math.floor(i / 2),
      stint: 1,
      generated: false,
    }),
  );
  await publish(broker, topics.timing, laps, old);
  await publish(broker, topics.timing, [timing('race_control', { category: 'Flag', message: 'GREEN' })], old);
  for (const severity of ['high', 'medium'] as const) {
    const partition = severity === 'high' ? 0 : 1;
    await publish(broker, topics.alerts, [alert({ alert_id: severity, severity })], { ...old, partition });
  }
  const rows = Array.from({ length: 2000 }, (_, i) =>
    row({ timestampMs: nowMs - 60_000 + i * 25, driver: ['VER', 'HAM', 'LEC', 'SAI'][i % 4]! }),
  );
  await publishRows(broker, config, rows, identity);
}

test(
  'A15, E8, E18, E22: a bridge on Apache Kafka comes before it, survives its death, and its own',
  { skip: skipWithoutKafka, timeout: 120_000 },
  async (t) => {
    const config = testConfig();
    const kafka = await startTestKafka(t);
    const broker = await connect(t, kafka.bootstrap);
    const port = await freePort();

    // Before the topics exist: HTTP first, 503 with the reason.
    const first = startBridge(t, kafka.bootstrap, port);
    await until(
      async () => (await health(first.url)).reasons.some((reason) => reason.includes('f1-telemetry')),
      'the reason',
      20_000,
    );
    await broker.createTopics(topicSpecs(config));
    await until(async () => (await health(first.url)).status === 200, 'ready within 5 s of the topics', 5000);

    await publishRace(broker, config);
    const whole: Picture = { laps: 400, messages: 1, alerts: 2, points: 2000, run: runB };
    const isWhole = async (url: string): Promise<boolean> =>
      JSON.stringify(await picture(url)) === JSON.stringify(whole);
    await until(() => isWhole(first.url), 'the whole picture', 10_000);

    // kill −9 of the bridge: the next one shows the same picture 2 s after it listens.
    first.child.kill('SIGKILL');
    await first.ended;
    const second = startBridge(t, kafka.bootstrap, port);
    await until(async () => (await health(second.url)).status !== 0, 'HTTP', 20_000);
    await until(async () => (await health(second.url)).status === 200, 'health', 5000);
    assert.deepEqual(await picture(second.url), whole);

    // kill −9 of Kafka: 503 with the reason within 5 s, 200 within 5 s of ready, nothing missing, nothing twice.
    await kafka.kill();
    await until(async () => (await health(second.url)).status === 503, '503', 5000);
    assert.match((await health(second.url)).reasons.join(), /does not answer|reading waits/u);
    const began = performance.now();
    assert.equal((await fetch(`${second.url}/metrics`)).status, 200);
    assert.ok(performance.now() - began < 1000);
    assert.equal(
      (await fetch(`${second.url}/replay`, { method: 'POST', body: '{"command":"pause"}' })).status,
      503,
    );
    assert.equal((await picture(second.url)).points, 2000, 'the window is still served');
    await kafka.restart();
    await until(async () => (await health(second.url)).status === 200, '200 after the restart', 10_000);
    const more = Array.from({ length: 100 }, (_, i) => row({ timestampMs: Date.now() + i, driver: 'VER' }));
    await publishRows(broker, config, more, { run: runB, segment: 2 });
    await until(
      async () => (await picture(second.url)).points === 2100,
      'nothing missing, nothing twice',
      10_000,
    );

    // Ctrl-C while the broker is away: the end within 5 s, with code 130 and a line of JSON.
    await kafka.kill();
    const asked = performance.now();
    second.child.kill('SIGINT');
    assert.equal(await second.ended, 130);
    assert.ok(performance.now() - asked < 5000);
    assert.match(second.output(), /"records":\d+/u);
  },
);
