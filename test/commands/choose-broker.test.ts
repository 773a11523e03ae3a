import assert from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { chooseBroker } from '../../src/commands/choose-broker.ts';
import { readConfig } from '../../src/commands/read-config.ts';
import { F1Error } from '../../src/domain/errors.ts';
import { noLog } from '../../src/domain/log.ts';
import type { Log } from '../../src/domain/log.ts';
import { installKafka, kafkaStatus, probeBroker } from '../../src/kafka/managed/index.ts';
import { freeTestPort, startRawNode } from '../support/raw-kafka.ts';
import { skipWithoutKafka, startTestKafka } from '../support/test-kafka.ts';
import { tempDir } from '../support/temp-dir.ts';

type Context = Parameters<typeof tempDir>[0];
const kafkaTest = { skip: skipWithoutKafka, timeout: 180_000 };
const { signal } = new AbortController();

test('chooseBroker embedded: no look at Kafka, no address', async (t) => {
  const chosen = await choose(t, 'embedded', await freeTestPort());
  assert.deepEqual([chosen.kind, chosen.bootstrap, chosen.ownsBroker], ['embedded', null, true]);
  await chosen.close();
});

test('chooseBroker auto: without a broker and without Kafka the embedded one, at once and with the reason', async (t) => {
  const port = await freeTestPort();
  const from = performance.now();
  const chosen = await choose(t, 'auto', port, {
    environment: { XDG_CACHE_HOME: tempDir(t), PATH: '/nowhere' },
  });
  assert.ok(performance.now() - from < 5000);
  assert.equal(chosen.kind, 'embedded');
  assert.match(
    chosen.reason,
    new RegExp(`no broker at localhost:${port} .*managed Kafka is not installed`, 'u'),
  );
  await chosen.close();
});

test('chooseBroker auto: the configured broker when it answers', kafkaTest, async (t) => {
  const kafka = await startTestKafka(t);
  const chosen = await choose(t, 'auto', kafka.port);
  assert.deepEqual(
    [chosen.kind, chosen.ownsBroker, chosen.reason],
    ['kafka', false, 'the configured broker answers'],
  );
  assert.equal((await chosen.broker.describe()).clusterId, kafka.broker().clusterId);
  await chosen.close();
  assert.equal((await kafkaStatus({ dir: kafka.dir })).state, 'running', 'a broker that is not ours goes on');
});

test('chooseBroker auto: managed Kafka when it is installed; it ends with close', kafkaTest, async (t) => {
  const dir = join(tempDir(t), 'kafka');
  await installKafka({ dir, log: noLog, signal });
  const chosen = await choose(t, 'auto', await freeTestPort(), { dir });
  assert.deepEqual([chosen.kind, chosen.ownsBroker], ['kafka', true]);
  assert.match(chosen.reason, /no broker at .*managed Kafka is installed/u);
  assert.equal((await kafkaStatus({ dir })).state, 'running');
  await chosen.close();
  assert.equal((await kafkaStatus({ dir })).state, 'stopped');
});

test('chooseBroker managed: one that runs already is used and left running', kafkaTest, async (t) => {
  const kafka = await startTestKafka(t);
  const chosen = await choose(t, 'managed', await freeTestPort(), { dir: kafka.dir });
  assert.deepEqual([chosen.bootstrap, chosen.ownsBroker], [kafka.bootstrap, false]);
  assert.match(chosen.label, /already running/u);
  await chosen.close();
  assert.equal((await kafkaStatus({ dir: kafka.dir })).state, 'running');
});

test(
  'E5, E19: chooseBroker managed: reasons name what waits and why the broker is gone',
  kafkaTest,
  async (t) => {
    const kafka = await startTestKafka(t);
    const chosen = await choose(t, 'managed', await freeTestPort(), { dir: kafka.dir });
    const topic = 'reasons';
    await chosen.broker.createTopics([
      { role: 'alerts', name: topic, partitions: 1, replicationFactor: 1, config: {} },
    ]);
    const batch = { topic, partition: 0, records: [{ key: null, value: Buffer.from('x') }], headers: {} };
    await chosen.broker.produce(batch);
    assert.deepEqual(chosen.reasons(), []);
    await kafka.kill();
    const waiting = chosen.broker.produce(batch);
    const until = async (pattern: RegExp): Promise<void> => {
      const deadlineMs = performance.now() + 30_000;
      while (!pattern.test(chosen.reasons().join('\n'))) {
        assert.ok(performance.now() < deadlineMs, `${pattern}: ${chosen.reasons().join(', ')}`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    };
    await until(/1 partitions wait to be written, the longest for \d+ s/u);
    assert.equal(chosen.reasons()[0], 'broker down: it was killed or ended by itself');
    appendFileSync(join(kafka.dir, 'logs', 'server.log'), 'java.io.IOException: No space left on device\n');
    await until(/broker down: the disk is full/u);
    await kafka.restart();
    assert.notEqual((await waiting).baseOffset, null);
    await until(/^$/u);
    await chosen.close();
  },
);

test('chooseBroker HOST:PORT: a broker that does not answer ends with exit code 2', async (t) => {
  const port = await freeTestPort();
  await assert.rejects(choose(t, `localhost:${port}`, port), (error: unknown) => {
    assert.ok(error instanceof F1Error);
    assert.deepEqual([error.code, error.exitCode], ['F1_KAFKA_UNREACHABLE', 2]);
    assert.ok(error.message.includes(`localhost:${port}`));
    return true;
  });
});

test('chooseBroker refuses other words, with what is allowed', async (t) => {
  for (const choice of ['kafka', '', 'localhost', 'localhost:', 'a b:9092', 'localhost:99999999']) {
    await assert.rejects(
      choose(t, choice, 9092),
      (error) => error instanceof F1Error && error.exitCode === 2 && error.code === 'F1_USAGE',
      choice,
    );
  }
});

test(
  'E10: chooseBroker auto goes on from a broker that advertises an unreachable address, and says why',
  kafkaTest,
  async (t) => {
    await installKafka({ dir: tempDir(t), log: noLog, signal });
    const port = await freeTestPort();
    await startRawNode(t, [`OUT://127.0.0.1:${port}`, 'IN://127.0.0.1:0'], {
      'advertised.listeners': `OUT://kafka.invalid:9092,IN://127.0.0.1:${await freeTestPort()}`,
      'inter.broker.listener.name': 'IN',
    });
    const hasMetadata = async (): Promise<boolean> =>
      (await probeBroker({ bootstrap: `127.0.0.1:${port}` })).legs[0]?.isOk === true;
    while (!(await hasMetadata())) await new Promise((resolve) => setTimeout(resolve, 100));
    const warnings: string[] = [];
    const log: Log = { ...noLog, warn: (message) => void warnings.push(message) };
    const environment = { XDG_CACHE_HOME: tempDir(t), PATH: '/nowhere' };
    const from = performance.now();
    const chosen = await choose(t, 'auto', port, { log, environment });
    assert.ok(performance.now() - from < 15_000);
    assert.equal(chosen.kind, 'embedded');
    assert.match(
      warnings.join('\n'),
      /tells clients to use kafka\.invalid:9092, which this machine cannot reach/u,
    );
    await chosen.close();
    await assert.rejects(
      choose(t, `127.0.0.1:${port}`, port),
      (error) => error instanceof F1Error && error.code === 'F1_KAFKA_ADVERTISED' && error.exitCode === 2,
    );
  },
);

test('chooseBroker auto goes on from something that listens but is not Kafka, within 5 seconds', async (t) => {
  const server = createServer((socket) => socket.on('error', () => {}));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const warnings: string[] = [];
  const log: Log = { ...noLog, warn: (message) => void warnings.push(message) };
  const from = performance.now();
  const chosen = await choose(t, 'auto', port, {
    log,
    environment: { XDG_CACHE_HOME: tempDir(t), PATH: '/nowhere' },
  });
  assert.ok(performance.now() - from < 15_000);
  assert.equal(chosen.kind, 'embedded');
  assert.equal(warnings.length, 1);
  await chosen.close();
});

async function choose(
  t: Context,
  choice: string,
  port: number,
  options: { dir?: string; log?: Log; environment?: NodeJS.ProcessEnv } = {},
): ReturnType<typeof chooseBroker> {
  const dir = options.dir ?? join(tempDir(t), 'kafka');
  const set = [
    `kafka.bootstrap_servers=localhost:${port}`,
    `kafka.managed.dir=${dir}`,
    `kafka.managed.controller_port=${await freeTestPort()}`,
  ];
  const { config } = await readConfig({ set });
  const { log = noLog, environment = process.env } = options;
  return chooseBroker({ choice, config, log, signal, allowInstall: false, environment });
}
