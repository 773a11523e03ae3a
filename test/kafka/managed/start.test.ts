import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { connectKafka } from '../../../src/kafka/index.ts';
import { F1Error } from '../../../src/domain/errors.ts';
import { noLog } from '../../../src/domain/log.ts';
import type { Log } from '../../../src/domain/log.ts';
import { kafkaStatus, probeBroker, startKafka, stopKafka } from '../../../src/kafka/managed/index.ts';
import { managedPaths } from '../../../src/kafka/managed/paths.ts';
import { freeTestPort } from '../../support/raw-kafka.ts';
import { skipWithoutKafka, startTestKafka } from '../../support/test-kafka.ts';
import { tempDir } from '../../support/temp-dir.ts';

const kafkaTest = { skip: skipWithoutKafka, timeout: 180_000 };
const { signal } = new AbortController();
const base = { heapMb: 256, profile: 'test', log: noLog, signal, endsWithParent: true } as const;

test('A7: startKafka answers on 127.0.0.1, ::1 and localhost; stop twice is fine', kafkaTest, async (t) => {
  const kafka = await startTestKafka(t);
  for (const host of ['127.0.0.1', '[::1]', 'localhost']) {
    const probe = await probeBroker({ bootstrap: `${host}:${kafka.port}` });
    assert.ok(probe.isOk, `${host} ${JSON.stringify(probe.legs)}`);
  }
  const status = await kafkaStatus({ dir: kafka.dir });
  assert.equal(status.state, 'running');
  assert.deepEqual(
    status.legs.map((leg) => leg.name),
    ['metadata', 'controller', 'produce and fetch'],
  );
  assert.equal(status.clusterId, kafka.broker().clusterId);
  const first = await stopKafka({ dir: kafka.dir, log: noLog });
  assert.deepEqual([first.pid, first.wasKilled], [kafka.broker().pid, false]);
  assert.equal((await stopKafka({ dir: kafka.dir, log: noLog })).pid, null);
  assert.equal((await kafkaStatus({ dir: kafka.dir })).state, 'stopped');
});

test(
  'E1: startKafka five times in a row and twice at once leaves the first broker untouched',
  kafkaTest,
  async (t) => {
    const kafka = await startTestKafka(t);
    const { pid } = kafka.broker();
    const again = {
      ...base,
      dir: kafka.dir,
      port: await freeTestPort(),
      controllerPort: await freeTestPort(),
    };
    for (let round = 0; round < 5; round++) {
      const other = await startKafka(round % 2 === 0 ? again : { ...again, port: kafka.port });
      assert.deepEqual([other.pid, other.port, other.alreadyRunning], [pid, kafka.port, true]);
    }
    const both = await Promise.all([startKafka(again), startKafka(again)]);
    assert.deepEqual(
      both.map((each) => each.pid),
      [pid, pid],
    );
    assert.ok((await probeBroker({ bootstrap: kafka.bootstrap })).isOk);
  },
);

test('E1: startKafka twice at once on a stopped folder starts one broker', kafkaTest, async (t) => {
  const kafka = await startTestKafka(t);
  await kafka.stop();
  const options = { ...base, dir: kafka.dir, port: kafka.port, controllerPort: 0 };
  const both = await Promise.all([startKafka(options), startKafka(options)]);
  assert.equal(both[0].pid, both[1].pid);
  assert.notEqual(both[0].alreadyRunning, both[1].alreadyRunning, 'one started it, the other found it');
});

test(
  'E9: kill −9 of the broker leaves no lock that hinders, and nothing acknowledged is lost',
  kafkaTest,
  async (t) => {
    const kafka = await startTestKafka(t);
    const specs = [
      { role: 'telemetry', name: 'kept', partitions: 1, replicationFactor: 1, config: {} },
    ] as const;
    const broker = await connectKafka({ bootstrapServers: kafka.bootstrap, clientId: 'test' });
    await broker.createTopics(specs);
    const records = Array.from({ length: 500 }, (_, index) => ({
      key: null,
      value: Buffer.from(`${index}`),
    }));
    await broker.produce({ topic: 'kept', partition: 0, records, headers: {} });
    await broker.close();
    const before = kafka.broker();
    const cleanMs = await timed(async () => {
      await kafka.stop();
      return kafka.restart();
    });
    await kafka.kill();
    assert.ok(existsSync(managedPaths(kafka.dir).lock), 'the dead broker left its lock');
    assert.equal((await kafkaStatus({ dir: kafka.dir })).state, 'stopped');
    const killedMs = await timed(() => kafka.restart());
    t.diagnostic(
      `stop + clean start ${cleanMs.toFixed(0)} ms, ready after kill −9 ${killedMs.toFixed(0)} ms`,
    );
    assert.notEqual(kafka.broker().pid, before.pid);
    assert.equal(kafka.broker().clusterId, before.clusterId);
    const again = await connectKafka({ bootstrapServers: kafka.bootstrap, clientId: 'test' });
    const { topics } = await again.describe({ topics: ['kept'] });
    assert.equal(topics[0]?.partitions[0]?.endOffset, 500);
    await again.close();
  },
);

test('E1: startKafka refuses a data folder that a broker without our lock has open', kafkaTest, async (t) => {
  const kafka = await startTestKafka(t);
  const { lock } = managedPaths(kafka.dir);
  const text = readFileSync(lock, 'utf8');
  rmSync(lock); // what somebody does who cleans up by hand
  const options = { ...base, dir: kafka.dir, port: 0, controllerPort: 0 };
  await assert.rejects(startKafka(options), (error: unknown) => {
    assert.ok(error instanceof F1Error);
    assert.deepEqual([error.code, error.exitCode], ['F1_KAFKA_LOCKED', 2]);
    assert.match(error.message, new RegExp(`\\(pid ${kafka.broker().pid}\\)`, 'u'));
    return true;
  });
  writeFileSync(lock, text);
  assert.ok((await probeBroker({ bootstrap: kafka.bootstrap })).isOk, 'the broker goes on');
});

test(
  'E16: startKafka names who has the port, for either of the two, before any JVM starts',
  kafkaTest,
  async (t) => {
    const server = createServer();
    const taken = await freeTestPort();
    await new Promise<void>((resolve) => server.listen(taken, '127.0.0.1', resolve));
    t.after(() => server.close());
    const free = await freeTestPort();
    for (const ports of [
      { port: taken, controllerPort: free },
      { port: free, controllerPort: taken },
    ]) {
      const dir = join(tempDir(t), 'kafka');
      await assert.rejects(startKafka({ ...base, dir, ...ports }), (error: unknown) => {
        assert.ok(error instanceof F1Error);
        assert.deepEqual([error.code, error.exitCode], ['F1_KAFKA_PORT', 2]);
        assert.match(error.message, new RegExp(`port ${taken} is taken by .* \\(pid ${process.pid}\\)`, 'u'));
        return true;
      });
      assert.equal(existsSync(managedPaths(dir).data), false, 'nothing was formatted');
    }
  },
);

test('E16: startKafka sees a port that is taken on ::1 only', kafkaTest, async (t) => {
  const server = createServer();
  const taken = await freeTestPort();
  const listening = await new Promise<boolean>((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ port: taken, host: '::1' }, () => resolve(true));
  });
  if (!listening) return t.skip('this machine has no IPv6 loopback');
  t.after(() => server.close());
  const dir = join(tempDir(t), 'kafka');
  await assert.rejects(startKafka({ ...base, dir, port: taken, controllerPort: 0 }), /is taken by/u);
});

test(
  'startKafka: a broker that cannot start ends with one line of reason and leaves no process',
  kafkaTest,
  async (t) => {
    const kafka = await startTestKafka(t);
    await kafka.stop();
    const options = { ...base, dir: kafka.dir, port: kafka.port, controllerPort: 0, heapMb: 1 };
    await assert.rejects(startKafka(options), (error: unknown) => {
      assert.ok(error instanceof F1Error);
      assert.equal(error.code, 'F1_KAFKA_START');
      assert.match(error.message, /heap/u);
      assert.doesNotMatch(error.message, /\n|\.jar/u);
      return true;
    });
    assert.equal((await kafkaStatus({ dir: kafka.dir })).state, 'stopped');
  },
);

test('startKafka: abort during the start ends the broker and gives the folder back', kafkaTest, async (t) => {
  const kafka = await startTestKafka(t);
  await kafka.stop();
  const stop = new AbortController();
  const log: Log = {
    ...noLog,
    info: (message) =>
      void (message.startsWith('Starting') && setTimeout(() => stop.abort(new Error('Interrupted')), 300)),
  };
  const options = { ...base, dir: kafka.dir, port: kafka.port, controllerPort: 0, log, signal: stop.signal };
  await assert.rejects(startKafka(options), /Interrupted/u);
  assert.equal((await kafkaStatus({ dir: kafka.dir })).state, 'stopped');
  const after = await kafka.restart();
  assert.equal(after.alreadyRunning, false);
  assert.match(readFileSync(managedPaths(kafka.dir).serverLog, 'utf8'), /started/u);
});

async function timed(action: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await action();
  return performance.now() - from;
}
