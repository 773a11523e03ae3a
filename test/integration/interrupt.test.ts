import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { skipWithoutKafka } from '../support/test-kafka.ts';
import { isProcessAlive, processStartTime } from '../../src/util/process-info.ts';
import { bridgeOf } from './support/bridge-client.ts';
import { brokerPlace, startBrokerProcess } from './support/broker-process.ts';
import { inReverse } from './support/cleanup.ts';
import { simulatedRace, unfinishedFiles, workFolder } from './support/files.ts';
import { noneLeft } from './support/processes.ts';
import { runProgram, settings, startProgram } from './support/program.ts';
import type { Program } from './support/program.ts';
import { until } from './support/until.ts';

const file = inReverse({ after });
const shared = workFolder(file);
/** Long enough that loading and exporting can be caught at work. */
let race = '';

before(async () => {
  race = await simulatedRace(shared, { seed: 7, laps: 14 });
});

/** On a quiet machine it is well below 5 s; a loaded one is slower in everything. */
const endsWithinMs = 10_000;

/** Ctrl-C in a terminal reaches the whole group. */
async function interrupt(program: Program): Promise<void> {
  program.killGroup('SIGINT');
  const { code, stderr, ms } = await program.ended;
  assert.equal(code, 130, stderr);
  assert.ok(ms < endsWithinMs, `it took ${ms.toFixed(0)} ms`);
  assert.doesNotMatch(stderr, /\n {4}at /u, 'no stack');
  await noneLeft(program.family);
}

const play = ['--no-page', '--bridge-port', '0'];

test('E22: Ctrl-C while a session is loading: 130, no process, no half-written file, the next run works', async (t) => {
  const dir = workFolder(inReverse(t));
  const args = ['start', race, '--broker', 'embedded', ...play, ...settings(dir)];
  const program = startProgram(t, args);
  await program.waitFor(/API: /u);
  await interrupt(program);
  assert.deepEqual(unfinishedFiles(dir), []);
  const next = startProgram(t, [...args, '--speed', '50']);
  const bridge = await bridgeOf(next);
  await bridge.state('rows', ({ rows_sent: rows }) => rows > 0);
  await interrupt(next);
  assert.deepEqual(unfinishedFiles(dir), []);
});

test('E22: Ctrl-C while paused: 130, and it says what was done', async (t) => {
  const dir = workFolder(inReverse(t));
  const program = startProgram(t, ['start', race, '--broker', 'embedded', ...play, ...settings(dir)]);
  const bridge = await bridgeOf(program);
  await bridge.state('rows', ({ rows_sent: rows }) => rows > 0);
  await bridge.command('pause');
  await interrupt(program);
  assert.match(program.stderr(), /Closed: \d+ of \d+ rows were sent/u);
});

test('E22: Ctrl-C right after the start, before anything is open', async (t) => {
  for (const args of [
    ['start', race, '--broker', 'embedded', ...play],
    ['start', '--broker', 'embedded', ...play],
    ['extract', race, '--out', 'out'],
  ]) {
    const dir = workFolder(inReverse(t));
    const program = startProgram(t, [...args, ...settings(dir)], { cwd: dir });
    // The folder is there once the command has its log, long before the session is open.
    await until('the log', () => existsSync(`${dir}/logs`) || null);
    await interrupt(program);
    assert.deepEqual(unfinishedFiles(dir), []);
  }
});

test('E22: Ctrl-C during extract leaves no half-written file, and the next extract is whole', async (t) => {
  const dir = workFolder(inReverse(t));
  const args = ['extract', race, '--out', `${dir}/out`, ...settings(dir)];
  const program = startProgram(t, args);
  await program.waitFor(/samples of 20 drivers/u);
  await interrupt(program);
  assert.match(program.stderr(), /Interrupted: \d+ files are complete/u);
  assert.deepEqual(unfinishedFiles(dir), []);
  const { code, stderr } = await runProgram(t, args);
  assert.equal(code, 0, stderr);
  assert.deepEqual(unfinishedFiles(dir), []);
});

test('a second Ctrl-C ends at once; one that came twice is one', async (t) => {
  const dir = workFolder(inReverse(t));
  const program = startProgram(t, ['start', race, '--broker', 'embedded', ...play, ...settings(dir)]);
  const bridge = await bridgeOf(program);
  await bridge.state('rows', ({ rows_sent: rows }) => rows > 0);
  program.killGroup('SIGINT');
  program.kill('SIGINT');
  await program.ended;
  assert.match(program.stderr(), /Closed: /u, 'in order');

  const server = createServer(() => {}); // takes connections and never answers
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const stuck = startProgram(t, ['consume', '--broker', `127.0.0.1:${port}`, ...settings(dir)]);
  await once(server, 'connection');
  stuck.kill('SIGINT');
  await new Promise((resolve) => setTimeout(resolve, 400));
  stuck.kill('SIGINT');
  const { code, ms } = await stuck.ended;
  assert.equal(code, 130);
  assert.ok(ms < 3000, `it took ${ms.toFixed(0)} ms`);
  await noneLeft(stuck.family);
});

test(
  'E22: Ctrl-C during the start of managed Kafka leaves neither broker nor lock; the next start works',
  {
    skip: skipWithoutKafka,
  },
  async (t) => {
    const own = inReverse(t);
    const place = await brokerPlace(workFolder(own));
    const args = ['start', race, '--broker', 'managed', ...play, ...place.options];
    const program = startProgram(own, args);
    await program.waitFor(/Starting Apache Kafka/u);
    await interrupt(program);
    const next = startProgram(own, args);
    const bridge = await bridgeOf(next);
    await bridge.state('rows', ({ rows_sent: rows }) => rows > 0);
    assert.ok(next.family().length >= 2, 'the broker is a process of its own');
    await interrupt(next);
  },
);

test(
  'E1 E22: a broker started by kafka start survives a Ctrl-C of start, is found again and keeps its pid',
  {
    skip: skipWithoutKafka,
  },
  async (t) => {
    const own = inReverse(t);
    const place = await brokerPlace(workFolder(own));
    const pid = await startBrokerProcess(own, place);
    const born = processStartTime(pid)!;
    const program = startProgram(own, ['start', race, '--broker', 'managed', ...play, ...place.options]);
    const bridge = await bridgeOf(program);
    await bridge.state('rows', ({ rows_sent: rows }) => rows > 0);
    await interrupt(program);
    assert.ok(isProcessAlive(pid, born));
    const again = await Promise.all(
      [1, 2].map(() => runProgram(own, ['kafka', 'start', '--json', ...place.options])),
    );
    for (const { code, stdout, stderr } of again) {
      assert.equal(code, 0, stderr);
      const said = JSON.parse(stdout) as { pid: number; alreadyRunning: boolean };
      assert.deepEqual([said.pid, said.alreadyRunning], [pid, true]);
    }
    const status = await runProgram(own, ['kafka', 'status', '--json', ...place.options]);
    assert.equal(status.code, 0, status.stderr);
    const stopped = await runProgram(own, ['kafka', 'stop', ...place.options]);
    assert.equal(stopped.code, 0, stopped.stderr);
    assert.equal(isProcessAlive(pid, born), false);
  },
);

test('E22: commands that wait for a broker that is gone end within seconds of a Ctrl-C', async (t) => {
  const dir = workFolder(inReverse(t));
  const bridge = startProgram(t, [
    'bridge',
    '--broker',
    '127.0.0.1:9',
    '--no-page',
    '--bridge-port',
    '0',
    ...settings(dir),
  ]);
  const { get } = await bridgeOf(bridge);
  const { status, body } = await get('/');
  assert.equal(status, 503);
  assert.ok(body.reasons.length > 0, 'E18: the reason is there from the first second');
  await interrupt(bridge);
});
