import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { SkipError } from '../../benchmarks/harness/context.ts';
import type { Benchmark } from '../../benchmarks/harness/context.ts';
import { parseBenchOptions } from '../../benchmarks/harness/options.ts';
import { startGroup } from '../../benchmarks/harness/process-group.ts';
import { createProcesses, lastJson } from '../../benchmarks/harness/processes.ts';
import { runBenchmark } from '../../benchmarks/harness/run-benchmark.ts';
import { runInOwnProcess } from '../../benchmarks/harness/run-in-own-process.ts';
import { tempDir } from '../support/temp-dir.ts';

const options = parseBenchOptions(['--quick'], []);
const forever = new AbortController().signal;

function runWith(run: Benchmark['run'], signal: AbortSignal = forever) {
  return runBenchmark({ name: 'made-up', title: 'Made up', limitS: 10, run }, options, signal, () => {});
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('runBenchmark keeps figures, closes in reverse order, removes its folder and ends its processes', async () => {
  const closed: string[] = [];
  const seen = { dir: '', pid: 0 };
  const result = await runWith(async (context) => {
    seen.dir = context.dir;
    seen.pid = context.processes.startNode(['-e', 'setInterval(() => {}, 1000)']).pid;
    context.onEnd(() => void closed.push('first'));
    context.onEnd(() => void closed.push('second'));
    context.figure({ id: 'x', label: 'X', unit: 'ms', values: [1] });
    context.skip('a part', 'it is not here');
  });
  assert.equal(result.status, 'done');
  assert.equal(result.figures.length, 1);
  assert.deepEqual(result.skipped, [{ what: 'a part', reason: 'it is not here' }]);
  assert.deepEqual(closed, ['second', 'first']);
  assert.equal(existsSync(seen.dir), false);
  assert.equal(isAlive(seen.pid), false);
  assert.equal(result.machine.node, process.versions.node);
  assert.equal(result.load.before.length, 3);
});

test('runBenchmark tells failed, partial, skipped and interrupted apart, and closes in each case', async () => {
  let closed = 0;
  const failing = await runWith((context) => {
    context.onEnd(() => void closed++);
    return Promise.reject(new Error('It broke'));
  });
  assert.deepEqual([failing.status, failing.reason, closed], ['failed', 'It broke', 1]);
  const partial = await runWith((context) => {
    context.figure({ id: 'x', label: 'X', unit: 'ms', values: [1] });
    throw new Error('It broke later');
  });
  assert.deepEqual([partial.status, partial.figures.length], ['partial', 1]);
  const skipped = await runWith(() => Promise.reject(new SkipError('No Java here')));
  assert.deepEqual([skipped.status, skipped.reason], ['skipped', 'No Java here']);
  const stopping = new AbortController();
  const interrupted = await runWith(async (context) => {
    setTimeout(() => stopping.abort(), 20);
    await context.processes.runNode(['-e', 'setInterval(() => {}, 1000)']);
  }, stopping.signal);
  assert.deepEqual([interrupted.status, interrupted.reason], ['failed', 'It was interrupted']);
});

test('runBenchmark goes on closing when one closing fails', async () => {
  let closed = 0;
  const said: string[] = [];
  const run: Benchmark['run'] = async (context) => {
    context.onEnd(() => void closed++);
    context.onEnd(() => Promise.reject(new Error('stuck')));
  };
  await runBenchmark(
    { name: 'x', title: 'X', limitS: 1, run },
    options,
    forever,
    (line) => void said.push(line),
  );
  assert.equal(closed, 1);
  assert.ok(said.some((line) => line.includes('stuck')));
});

test('runNode measures a process from outside: time, output, peak memory once even with worker threads', async () => {
  const processes = createProcesses(forever);
  const script = `
    const { Worker } = require('node:worker_threads');
    new Worker('0', { eval: true }).on('exit', () => console.log(JSON.stringify({ done: true })));
  `;
  const ran = await processes.runNode(['-e', script]);
  assert.deepEqual(lastJson(ran.stdout), { done: true });
  assert.ok(ran.seconds > 0 && (ran.peakRssMb ?? 0) > 20 && (ran.cpuS ?? 0) > 0, JSON.stringify(ran));
  await assert.rejects(
    processes.run(process.execPath, ['-e', 'console.error("why"); process.exit(3)']),
    /ended with 3: why/,
  );
  await assert.rejects(processes.run('no-such-program-here', []), /Cannot run no-such-program-here/);
  assert.throws(() => startGroup('no-such-program-here', []), /Cannot run no-such-program-here/);
});

test('runInOwnProcess never rejects: a benchmark that fails, dies or hangs is told, and the next can run', async (t) => {
  const dir = tempDir(t);
  const file = (name: string, text: string): string => {
    writeFileSync(join(dir, name), text);
    return join(dir, name);
  };
  const good = await runInOwnProcess([file('good.mjs', '')], forever);
  assert.equal(good.failure, null);
  const bad = await runInOwnProcess([file('bad.mjs', 'process.exit(3)')], forever);
  assert.match(bad.failure ?? '', /exit code 3/);
  const killed = await runInOwnProcess([file('killed.mjs', 'process.kill(process.pid, "SIGKILL")')], forever);
  assert.match(killed.failure ?? '', /SIGKILL/);
  const stopping = new AbortController();
  setTimeout(() => stopping.abort(), 200);
  const hung = await runInOwnProcess([file('hung.mjs', 'setInterval(() => {}, 1000)')], stopping.signal);
  assert.match(hung.failure ?? '', /SIGTERM/);
});

test(
  'startGroup ends a command with all that it started',
  { skip: process.platform === 'win32' },
  async () => {
    const script = `
    const { spawn } = require('node:child_process');
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    console.log('child ' + child.pid);
    setInterval(() => {}, 1000);
  `;
    const group = startGroup(process.execPath, ['-e', script]);
    while (!group.output().includes('child')) await new Promise((wake) => setTimeout(wake, 20));
    const pid = Number(/child (\d+)/.exec(group.output())?.[1]);
    assert.ok(isAlive(pid));
    assert.equal(await group.end(), true);
    assert.equal(isAlive(pid), false);
  },
);
