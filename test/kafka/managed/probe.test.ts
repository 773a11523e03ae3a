import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { noLog } from '../../../src/domain/log.ts';
import { installKafka, kafkaStatus } from '../../../src/kafka/managed/index.ts';
import { failingLeg, probeBroker } from '../../../src/kafka/managed/probe.ts';
import { waitReady } from '../../../src/kafka/managed/wait-ready.ts';
import { freeTestPort, newClusterId, startRawKafka } from '../../support/raw-kafka.ts';
import { skipWithoutKafka, startTestKafka } from '../../support/test-kafka.ts';
import { tempDir } from '../../support/temp-dir.ts';

const kafkaTest = { skip: skipWithoutKafka, timeout: 180_000 };
const { signal } = new AbortController();

test(
  'E2: probeBroker names the controller when it is dead while the broker answers metadata',
  kafkaTest,
  async (t) => {
    await installKafka({ dir: tempDir(t), log: noLog, signal });
    const [port, controllerPort] = [await freeTestPort(), await freeTestPort()];
    const clusterId = newClusterId();
    const common = {
      'controller.quorum.voters': `1@127.0.0.1:${controllerPort}`,
      'controller.listener.names': 'CONTROLLER',
      'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
    };
    const controller = await startRawKafka(t, clusterId, {
      ...common,
      'process.roles': 'controller',
      'node.id': 1,
      listeners: `CONTROLLER://127.0.0.1:${controllerPort}`,
    });
    await startRawKafka(t, clusterId, {
      ...common,
      'process.roles': 'broker',
      'node.id': 2,
      listeners: `PLAINTEXT://127.0.0.1:${port}`,
    });
    const ready = await waitReady({ port, isAlive: () => true, timeoutMs: 120_000, log: noLog, signal });
    assert.equal(ready.failing, null);
    await controller.kill();
    const from = performance.now();
    const probe = await probeBroker({ bootstrap: `127.0.0.1:${port}` });
    assert.ok(performance.now() - from < 10_000);
    assert.equal(probe.isOk, false);
    assert.deepEqual(
      probe.legs.map(({ name, isOk }) => `${name} ${isOk}`),
      ['metadata true', 'controller false'],
    );
    assert.match(failingLeg(probe) ?? '', /^controller: /u);
  },
);

test('E2: kafkaStatus names the leg of a broker that hangs, within seconds', kafkaTest, async (t) => {
  const kafka = await startTestKafka(t);
  const { pid } = kafka.broker();
  process.kill(pid, 'SIGSTOP');
  const from = performance.now();
  const status = await kafkaStatus({ dir: kafka.dir });
  assert.ok(performance.now() - from < 10_000);
  assert.deepEqual([status.state, status.pid], ['unusable', pid]);
  assert.match(status.failing ?? '', /^metadata: /u);
  process.kill(pid, 'SIGCONT');
  assert.equal((await kafkaStatus({ dir: kafka.dir })).state, 'running');
});

test('E14: probeBroker reads the clock of the broker', kafkaTest, async (t) => {
  const kafka = await startTestKafka(t);
  const probe = await probeBroker({ bootstrap: kafka.bootstrap });
  assert.ok(probe.clockDifferenceMs !== null && Math.abs(probe.clockDifferenceMs) < 1000);
  assert.equal(probe.madeTopic, false, 'the ready probe made it');
});

test('E2: probeBroker: nothing listens, something that is not Kafka, something that never answers', async (t) => {
  const closed = await probeBroker({ bootstrap: `127.0.0.1:${await freeTestPort()}`, legTimeoutMs: 500 });
  assert.match(failingLeg(closed) ?? '', /^metadata: .*ECONNREFUSED/u);
  for (const answer of [null, 'HTTP/1.1 400 Bad Request\r\n\r\n']) {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      if (answer !== null) socket.end(answer);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => server.close());
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const from = performance.now();
    const probe = await probeBroker({ bootstrap: `127.0.0.1:${port}`, legTimeoutMs: 500 });
    assert.match(failingLeg(probe) ?? '', /^metadata: /u);
    assert.ok(performance.now() - from < 5000);
  }
});
