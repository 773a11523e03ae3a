import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Broker } from '../../src/domain/broker.ts';
import { connectTest, skipWithoutBroker, testKafka } from '../support/kafka-broker.ts';
import { runProgram, startProgram } from '../integration/support/program.ts';

describe('slipstream consume on Apache Kafka', { skip: skipWithoutBroker }, () => {
  const cleanups: (() => Promise<void>)[] = [];
  const t = { after: (clean: () => Promise<void>) => void cleanups.push(clean) };
  const topic = `consume-test-${process.pid}-${Date.now()}`;
  let at: string[] = [];
  let broker: Broker;

  before(async () => {
    const { bootstrap } = await testKafka(t);
    broker = await connectTest(t, bootstrap);
    await broker.createTopics([
      { role: 'alerts', name: topic, partitions: 2, replicationFactor: 1, config: {} },
    ]);
    for (const partition of [0, 1]) {
      const records = [0, 1].map((index) => ({
        key: Buffer.from('k'),
        value: Buffer.from(JSON.stringify({ partition, index })),
      }));
      await broker.produce({ topic, partition, records, headers: { run: 'r', segment: '0', v: '1' } });
    }
    await untilGroupsWork();
    at = ['consume', '--broker', bootstrap, '--topic', topic];
  });

  /** A broker that never had a group makes the topic of their offsets first and refuses to name a coordinator until then. */
  async function untilGroupsWork(): Promise<void> {
    const deadlineMs = performance.now() + 30_000;
    for (;;) {
      try {
        await broker.describe({ groups: [topic] });
        return;
      } catch (error) {
        if (performance.now() > deadlineMs) throw error;
        await sleep(200);
      }
    }
  }

  after(async () => {
    for (const clean of cleanups.toReversed()) await clean();
  });

  test('consume --raw --from-beginning prints the records as they are and stops after --max-messages', async (own) => {
    const { code, stdout } = await runProgram(own, [
      ...at,
      '--from-beginning',
      '--raw',
      '--max-messages',
      '4',
    ]);
    assert.equal(code, 0);
    const seen = stdout.trim().split('\n').toSorted();
    const all = [0, 1].flatMap((partition) => [0, 1].map((index) => JSON.stringify({ partition, index })));
    assert.deepEqual(seen, all);
  });

  test('E20: a consumer that would print nothing says why and what to do before it waits', async (own) => {
    const fresh = startProgram(own, at);
    await fresh.waitFor(/has 4 records, reading starts at the end: --from-beginning reads them/);
    fresh.kill('SIGINT');
    assert.equal((await fresh.ended).code, 130);

    const group = `${topic}-readers`;
    const first = [...at, '--group', group, '--from-beginning', '--raw', '--max-messages', '4'];
    const read = await runProgram(own, first);
    assert.equal(read.code, 0, read.stderr);
    const again = startProgram(own, [...at, '--group', group]);
    await again.waitFor(
      new RegExp(`has 4 records, group ${group} is at the end: --group NEW --from-beginning`),
    );
    again.kill('SIGINT');
    assert.equal((await again.ended).code, 130);
  });

  test('consume of a topic that does not exist ends with exit code 2 and what to run', async (own) => {
    const { code, stderr } = await runProgram(own, [...at.slice(0, 3), '--topic', `${topic}-none`]);
    assert.equal(code, 2);
    assert.match(stderr, /has no such topic/);
    assert.match(stderr, /slipstream topics create/);
  });
});
