import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { createDetector, createRules } from '../../src/detect/index.ts';
import { defaultConfig } from '../../src/config/defaults.ts';
import type { Broker } from '../../src/domain/broker.ts';
import { PartitionTask } from '../../src/process/index.ts';
import type { TaskOutput } from '../../src/process/index.ts';
import { connectTest, testKafka } from '../support/kafka-broker.ts';
import { skipWithoutKafka } from '../support/test-kafka.ts';
import { bridgeOf } from './support/bridge-client.ts';
import type { BridgeClient, Json } from './support/bridge-client.ts';
import { inReverse } from './support/cleanup.ts';
import { simulatedRace, workFolder } from './support/files.ts';
import { settings, startProgram } from './support/program.ts';
import type { Cleaner, Program } from './support/program.ts';
import { readTopic, valueOf } from './support/records.ts';
import type { StoredRecord } from './support/records.ts';
import { until } from './support/until.ts';

const file = inReverse({ after });
const dir = workFolder(file);
let race = '';
let bootstrap = '';
let broker: Broker;

before(async () => {
  if (skipWithoutKafka !== false) return;
  race = await simulatedRace(dir);
  ({ bootstrap } = await testKafka(file));
  broker = await connectTest(file, bootstrap);
});

/** Options for commands that share one broker with topics of their own. */
function shared(prefix: string): string[] {
  const topics = ['telemetry', 'alerts', 'predictions', 'timing', 'control'].map(
    (role) => [`kafka.topics.${role}`, `${prefix}-${role}`] as const,
  );
  return ['--broker', bootstrap, ...settings(dir, Object.fromEntries(topics))];
}

function startBridge(t: Cleaner, options: readonly string[]): Program {
  return startProgram(t, ['bridge', '--no-page', '--bridge-port', '0', ...options]);
}

function startProcess(t: Cleaner, options: readonly string[]): Program {
  return startProgram(t, ['process', '--group', 'crash-process', ...options]);
}

/** What a viewer sees of a paused replay, whole. */
async function picture(bridge: BridgeClient, from: number, to: number): Promise<Json> {
  const [timing, alerts, summary, points] = await Promise.all(
    [
      '/timing',
      '/alerts?limit=10000',
      '/alerts/summary',
      `/query?target=speed&target=rpm&target=x&from=${from}&to=${to}&maxDataPoints=50000`,
    ].map(async (path) => (await bridge.get(path)).body),
  );
  return { timing, alerts, summary, points };
}

test(
  'A15 E4: a bridge killed during a replay and started again shows what one shows that went on',
  {
    skip: skipWithoutKafka,
  },
  async (t) => {
    const own = inReverse(t);
    const options = shared('bridge');
    const steady = startBridge(own, options);
    const reference = await bridgeOf(steady);
    const processor = startProcess(own, options);
    await processor.waitFor(/Reading bridge-telemetry/u);
    const first = startBridge(own, options);
    const victim = await bridgeOf(first);
    const fromMs = Date.now();
    startProgram(own, ['replay', race, '--speed', '8', '--start', 'lights out', ...options]);
    await reference.state('laps', ({ lap_number: lap }) => lap === 2);
    await until('alerts', async () => (await victim.get('/alerts')).body.length > 3 || null);
    first.kill('SIGKILL');
    await first.ended;
    const startedMs = performance.now();
    const second = startBridge(own, options);
    const restarted = await bridgeOf(second);
    const answeredMs = performance.now();
    await until('health', async () => (await restarted.get('/')).status === 200 || null);
    const healthyMs = performance.now();
    await reference.command('pause');
    const paused = await reference.state('a settled pause', ({ status, backlog_rows: rows }) => {
      return status === 'paused' && rows === 0;
    });
    const toMs = Date.now() + 1000;
    const want = await until('alerts and laps to settle', async () => {
      const one = await picture(reference, fromMs, toMs);
      await new Promise((resolve) => setTimeout(resolve, 1500));
      const two = await picture(reference, fromMs, toMs);
      return JSON.stringify(one) === JSON.stringify(two) ? two : null;
    });
    const got = await picture(restarted, fromMs, toMs);
    t.diagnostic(
      `process start to first answer ${(answeredMs - startedMs).toFixed(0)} ms, to healthy ${(healthyMs - answeredMs).toFixed(0)} ms more`,
    );
    assert.ok(healthyMs - answeredMs < 10_000);
    assert.equal((await restarted.get('/replay')).body.run, paused.run);
    assert.ok(want.alerts.length > 3 && Object.keys(want.timing.laps).length === 20);
    assert.ok(want.points.length === 60 && want.points[0].datapoints.length > 100);
    for (const part of ['timing', 'summary', 'alerts', 'points'])
      assert.deepEqual(got[part], want[part], part);
  },
);

/** The alerts that the rules make of the stored rows, read without an interruption. */
async function expectedAlerts(topic: string): Promise<TaskOutput[]> {
  const rules = createRules(defaultConfig.alerts);
  const tasks = new Map<number, PartitionTask>();
  const outputs: TaskOutput[] = [];
  for (const record of await readTopic(broker, topic)) {
    const { partition } = record;
    let task = tasks.get(partition);
    if (task === undefined) {
      task = new PartitionTask({
        partition,
        createDetector: () => createDetector(rules),
        counters: { rows: 0, setAside: { undecodable: 0, implausible: 0, headers: 0, stale: 0 } },
        onSetAside: (reason) => assert.fail(reason),
      });
      tasks.set(partition, task);
    }
    task.accept([record], outputs);
  }
  return outputs;
}

const label = (alert: Json): string => `${alert.alert_id} ${alert.state}`;

test(
  'slipstream process killed twice during a replay stores every alert once, as if it had gone on',
  {
    skip: skipWithoutKafka,
  },
  async (t) => {
    const own = inReverse(t);
    const options = shared('process');
    const stored = (): Promise<StoredRecord[]> => readTopic(broker, 'process-alerts');
    let processor = startProcess(own, options);
    await processor.waitFor(/Reading process-telemetry/u);
    const replay = startProgram(own, ['replay', race, '--speed', '20', '--once', '--json', ...options]);
    const waits: number[] = [];
    for (let kills = 0; kills < 2; kills += 1) {
      const before = (await stored()).length;
      await until('more alerts', async () => (await stored()).length > before + 20 || null);
      processor.kill('SIGKILL');
      await processor.ended;
      const from = performance.now();
      const count = (await stored()).length;
      processor = startProcess(own, options);
      await until('alerts after a restart', async () => (await stored()).length > count || null, 90_000);
      waits.push(performance.now() - from);
    }
    const { code, stderr } = await replay.ended;
    assert.equal(code, 0, stderr);
    const expected = await expectedAlerts('process-telemetry');
    // What is missing after half a minute is named by the comparison.
    const isWhole = async () => (await stored()).length >= expected.length || null;
    await until('every alert', isWhole, 30_000).catch(() => undefined);
    processor.kill('SIGINT');
    assert.equal((await processor.ended).code, 130);
    t.diagnostic(`from kill -9 to the next stored alert: ${waits.map((ms) => ms.toFixed(0)).join(', ')} ms`);
    const got = (await stored()).map(valueOf);
    const wanted = expected.map(({ alert }) => label(alert));
    const names = got.map(label);
    assert.deepEqual(
      {
        missing: wanted.filter((name) => !names.includes(name)),
        extra: names.filter((name) => !wanted.includes(name)),
      },
      { missing: [], extra: [] },
    );
    assert.equal(new Set(names).size, names.length, 'no alert twice');
    const byLabel = new Map(got.map((alert) => [label(alert), alert]));
    for (const { alert } of expected) assert.deepEqual(byLabel.get(label(alert)), { ...alert });
  },
);
