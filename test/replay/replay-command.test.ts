import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { after, test, type TestContext } from 'node:test';
import type { ReplayState } from '../../src/domain/messages.ts';
import type { ReplaySummary } from '../../src/replay/index.ts';
import { writeSimulatedRace } from '../../src/source/index.ts';
import { connectTest, skipWithoutBroker, testKafka } from '../support/kafka-broker.ts';
import { tempDir } from '../support/temp-dir.ts';

const main = resolve(import.meta.dirname, '../../src/main.ts');
/** A shared broker may have seen this test before. */
const mark = randomUUID().slice(0, 8);
const kafka = skipWithoutBroker === false ? await testKafka({ after }) : null;

interface Ran {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly exit: Promise<number | null>;
}

/** `slipstream replay` on a simulated race of two laps, with topics of its own. */
async function replay(t: TestContext, dir: string, prefix: string, args: readonly string[]): Promise<Ran> {
  const race = `${dir}/race`;
  await writeSimulatedRace({ dir: race, seed: 3, laps: 2, signal: new AbortController().signal });
  const topics = ['telemetry', 'alerts', 'predictions', 'timing', 'control'].flatMap((role) => [
    '--set',
    `kafka.topics.${role}=${prefix}-${role}`,
  ]);
  const settings = ['--set', `source.cache_dir=${dir}/cache`, '--set', `logs.dir=${dir}/logs`, ...topics];
  const child = spawn(
    process.execPath,
    [main, 'replay', race, '--broker', kafka!.bootstrap, ...args, ...settings],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  t.after(() => child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += chunk));
  child.stderr.on('data', (chunk) => (stderr += chunk));
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    exit: once(child, 'exit').then(([code]) => code as number | null),
  };
}

test(
  'replay: on real Kafka publishes every row once; --json ends with one line that equals the offsets',
  { skip: skipWithoutBroker },
  async (t) => {
    const ran = await replay(t, tempDir(t), `once-${mark}`, ['--speed', 'max', '--once', '--json']);
    assert.equal(await ran.exit, 0, ran.stderr());
    const lines = ran.stdout().trim().split('\n');
    assert.equal(lines.length, 1);
    const summary = JSON.parse(lines[0]!) as ReplaySummary & { session: string };
    assert.deepEqual([summary.published, summary.scheduleErrorMs, summary.lost], [summary.rows, null, 0]);
    assert.match(summary.session, /SIMULATED/);
    const broker = await connectTest(t, kafka!.bootstrap);
    const { topics } = await broker.describe({ topics: [`once-${mark}-telemetry`, `once-${mark}-timing`] });
    for (const { name, partitions } of topics) {
      assert.deepEqual(
        partitions.map(({ startOffset, endOffset }) => endOffset - startOffset),
        summary.topics[name],
      );
    }
  },
);

test(
  'replay: E22: Ctrl-C ends with code 130 within 5 s, says what was done and leaves a last state',
  { skip: skipWithoutBroker },
  async (t) => {
    const ran = await replay(t, tempDir(t), `stop-${mark}`, ['--speed', '2']);
    const broker = await connectTest(t, kafka!.bootstrap);
    const control = `stop-${mark}-control`;
    await broker.createTopics([
      { role: 'control', name: control, partitions: 1, replicationFactor: 1, config: {} },
    ]);
    const reading = new AbortController();
    let last: ReplayState | null = null;
    let stoppedMs = 0;
    for await (const batch of broker.consume({
      topics: [{ topic: control, start: 'earliest' }],
      signal: reading.signal,
    })) {
      for (const record of batch.records)
        last = JSON.parse(Buffer.from(record.value!).toString()) as ReplayState;
      if (last !== null && last.rows_sent > 0 && stoppedMs === 0) {
        stoppedMs = performance.now();
        ran.child.kill('SIGINT');
      }
      if (last?.status === 'stopped') reading.abort();
    }
    assert.equal(await ran.exit, 130, ran.stderr());
    assert.ok(performance.now() - stoppedMs < 5000);
    assert.match(ran.stderr(), /stopped by Ctrl-C, [\d,]+ of [\d,]+ rows published/);
    assert.equal(last?.reason, 'The replay was closed');
  },
);

test(
  'replay: what the user can correct ends with code 2 and names it',
  { skip: skipWithoutBroker },
  async (t) => {
    const dir = tempDir(t);
    const cases: [string[], RegExp][] = [
      [['--drivers', 'XXX'], /Drivers must be of this session: current value is XXX/],
      [['--laps', '50-60'], /leave no rows to replay/],
      [['--broker', 'embedded'], /lives inside the process of slipstream start/],
    ];
    for (const [args, message] of cases) {
      const ran = await replay(t, dir, `bad-${mark}`, args);
      assert.equal(await ran.exit, 2, args.join(' '));
      assert.match(ran.stderr(), message);
    }
  },
);
