import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { connectKafka } from '../../src/kafka/index.ts';
import { skipWithoutKafka, startTestKafka } from '../support/test-kafka.ts';
import { tempDir } from '../support/temp-dir.ts';

const scripts = resolve(import.meta.dirname, '../../scripts');
const run = promisify(execFile);

test(
  'kafka-topics.sh and kafka-console-consumer.sh read a topic with the arguments of the originals',
  { skip: skipWithoutKafka, timeout: 120_000 },
  async (t) => {
    const kafka = await startTestKafka(t);
    const server = ['--bootstrap-server', `localhost:${kafka.port}`];
    await run(join(scripts, 'kafka-topics.sh'), [
      ...server,
      '--create',
      '--topic',
      'shown',
      '--partitions',
      '2',
    ]);
    const { stdout: list } = await run(join(scripts, 'kafka-topics.sh'), [...server, '--list']);
    assert.ok(list.split('\n').includes('shown'), list);
    const broker = await connectKafka({ bootstrapServers: kafka.bootstrap, clientId: 'test' });
    const records = [{ key: Buffer.from('VER'), value: Buffer.from('{"speed":291.5}') }];
    await broker.produce({ topic: 'shown', partition: 1, records, headers: { run: 'r' } });
    await broker.close();
    const options = [
      '--topic',
      'shown',
      '--from-beginning',
      '--max-messages',
      '1',
      '--formatter-property',
      'print.key=true',
      '--formatter-property',
      'print.partition=true',
    ];
    const { stdout } = await run(join(scripts, 'kafka-console-consumer.sh'), [...server, ...options]);
    assert.equal(stdout, 'Partition:1\tVER\t{"speed":291.5}\n');
  },
);

test('kafka-topics.sh without jars: one line of reason and the command to run', async (t) => {
  const environment = { PATH: process.env['PATH'], HOME: tempDir(t), XDG_CACHE_HOME: tempDir(t) };
  await assert.rejects(
    run(join(scripts, 'kafka-topics.sh'), ['--list'], { env: environment }),
    (error: unknown) => {
      const { code, stderr } = error as { code: number; stderr: string };
      assert.equal(code, 2);
      assert.match(
        stderr,
        /^error: kafka-topics needs the jars of Apache Kafka 4\.3\.1.*\n {2}Run: npx slipstream kafka install\n$/u,
      );
      return true;
    },
  );
});

test('scripts for shells are executable and call the command line', () => {
  for (const [name, command] of [
    ['start_kafka.sh', 'kafka start'],
    ['stop_kafka.sh', 'kafka stop'],
    ['start_grafana_bridge.sh', 'bridge'],
  ] as const) {
    const path = join(scripts, name);
    assert.equal(statSync(path).mode & 0o111, 0o111, name);
    assert.match(readFileSync(path, 'utf8'), new RegExp(`bin/slipstream\\.js" ${command} "\\$@"`, 'u'));
  }
});
