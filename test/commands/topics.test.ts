import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { defaultConfig } from '../../src/config/defaults.ts';
import { compareTopics, problemOf } from '../../src/commands/topics.ts';
import { createEmbeddedBroker, topicSpecs } from '../../src/kafka/index.ts';
import { skipWithoutBroker, testKafka } from '../support/kafka-broker.ts';

const main = resolve(import.meta.dirname, '../../src/main.ts');

interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(args: readonly string[]): Promise<Run> {
  return new Promise((settle) => {
    execFile(process.execPath, [main, 'topics', ...args], (error, stdout, stderr) => {
      settle({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

test('compareTopics: says missing without creating, creates when it may, tells another partition count', async () => {
  const broker = createEmbeddedBroker();
  const specs = topicSpecs(defaultConfig);
  const statuses = async (mayCreate: boolean): Promise<string[]> =>
    (await compareTopics(broker, specs, mayCreate)).map(({ status }) => status);
  assert.deepEqual(
    await statuses(false),
    specs.map(() => 'missing'),
  );
  assert.deepEqual(
    await statuses(true),
    specs.map(() => 'created'),
  );
  assert.deepEqual(
    await statuses(true),
    specs.map(() => 'exists'),
  );
  const [first, ...others] = specs;
  const lines = await compareTopics(broker, [{ ...first!, partitions: 8 }, ...others], true);
  assert.deepEqual([lines[0]?.status, lines[0]?.partitions, lines[0]?.wantedPartitions], ['mismatch', 4, 8]);
  const problem = problemOf(lines, defaultConfig, 'localhost:9092');
  assert.equal(problem?.code, 'F1_KAFKA_TOPIC_MISMATCH');
  assert.equal(problem?.exitCode, 2);
  assert.match(problem?.hint ?? '', /set kafka\.partitions\.telemetry to 4.*--delete --topic f1-telemetry/);
});

describe('slipstream topics on Apache Kafka', { skip: skipWithoutBroker }, () => {
  const cleanups: (() => Promise<void>)[] = [];
  const suffix = `${process.pid}-${Date.now()}`;
  const names = ['telemetry', 'alerts', 'predictions', 'timing', 'control'];
  const sets = names.flatMap((role) => ['--set', `kafka.topics.${role}=topics-test-${role}-${suffix}`]);
  let at: string[] = [];

  before(async () => {
    const { bootstrap } = await testKafka({ after: (clean) => cleanups.push(clean) });
    at = ['--broker', bootstrap, ...sets];
  });
  after(async () => {
    for (const clean of cleanups) await clean();
  });

  test('validate, create and list: exit codes, JSON and what to do about another partition count', async () => {
    const missing = await run(['validate', ...at]);
    assert.equal(missing.code, 2, missing.stderr);
    assert.match(missing.stderr, /has no topic 'topics-test-telemetry.*slipstream topics create/s);
    const created = await run(['create', '--json', ...at]);
    assert.equal(created.code, 0, created.stderr);
    const answer = JSON.parse(created.stdout) as { topics: { status: string; partitions: number }[] };
    assert.deepEqual(
      answer.topics.map(({ status, partitions }) => [status, partitions]),
      [
        ['created', 4],
        ['created', 3],
        ['created', 3],
        ['created', 1],
        ['created', 1],
      ],
    );
    const listed = await run(['list', ...at]);
    assert.equal(listed.code, 0, listed.stderr);
    assert.match(listed.stdout, /topics-test-alerts-\S+: exists, 3 partitions, 0 records/);
    const other = await run(['create', ...at, '--set', 'kafka.partitions.alerts=5']);
    assert.equal(other.code, 2);
    assert.match(
      other.stderr,
      /has 3 partitions, the configuration wants 5\n.*set kafka\.partitions\.alerts to 3/s,
    );
  });

  test('topics: the embedded broker is refused with what to use instead', async () => {
    const refused = await run(['create', '--broker', 'embedded']);
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /embedded/);
  });
});
