import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import type { LockContent } from '../../../src/kafka/managed/lock.ts';
import {
  clearDeadLock,
  isEnding,
  markStopping,
  readLock,
  takeLock,
} from '../../../src/kafka/managed/lock.ts';
import { processStartTime } from '../../../src/util/process-info.ts';
import { tempDir } from '../../support/temp-dir.ts';

const facts = { port: 9092, controllerPort: 9093, kafkaVersion: '4.3.1' };
const lockModule = resolve(import.meta.dirname, '../../../src/kafka/managed/lock.ts');

test('E1: takeLock gives the folder to one taker and names it to the others', (t) => {
  const path = join(tempDir(t), 'broker.lock');
  const first = takeLock(path, facts);
  assert.ok(first.held !== null);
  const second = takeLock(path, { ...facts, port: 19_092 });
  assert.equal(second.held, null);
  assert.deepEqual(
    [second.holder?.pid, second.holder?.port, second.holder?.phase],
    [process.pid, 9092, 'starting'],
  );
  first.held.release();
  assert.equal(readLock(path), null);
  assert.ok(takeLock(path, facts).held !== null);
});

test('E1: handOver makes the lock live as long as the broker', async (t) => {
  const path = join(tempDir(t), 'broker.lock');
  const { held } = takeLock(path, facts);
  const child = spawn('sleep', ['60']);
  t.after(() => child.kill());
  const pid = child.pid!;
  const startTime = processStartTime(pid)!;
  held?.handOver({ pid, startTime, port: 9092, controllerPort: 9093, logOffset: 0, tiedTo: null });
  assert.deepEqual([readLock(path)?.phase, readLock(path)?.pid], ['running', pid]);
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.equal(readLock(path), null);
  assert.ok(takeLock(path, facts).held !== null);
});

test('E1: a lock of a dead process, of a reused process id or without sense is taken over', (t) => {
  const path = join(tempDir(t), 'broker.lock');
  for (const text of [
    content({ pid: 2 ** 22 + 5 }),
    content({ startTime: 'long ago' }),
    '{"pid":',
    '',
    'null',
    '[]',
  ]) {
    writeFileSync(path, text);
    assert.equal(readLock(path), null);
    const { held } = takeLock(path, facts);
    assert.ok(held !== null, text);
    held.release();
  }
  assert.deepEqual(readdirSync(join(path, '..')), []);
});

test('E1: a lock from another host stays, for its process cannot be checked', (t) => {
  const path = join(tempDir(t), 'broker.lock');
  writeFileSync(path, content({ host: 'another-host', pid: 2 ** 22 + 5 }));
  assert.equal(takeLock(path, facts).held, null);
  clearDeadLock(path);
  assert.ok(existsSync(path));
});

test(
  'E1: of many processes that find the same dead lock exactly one gets it',
  { timeout: 60_000 },
  async (t) => {
    const dir = tempDir(t);
    const path = join(dir, 'broker.lock');
    const script = `
    const { takeLock } = await import(${JSON.stringify(lockModule)});
    process.stdin.once('data', () => {
      const { held } = takeLock(${JSON.stringify(path)}, ${JSON.stringify(facts)});
      process.stdout.write(held === null ? 'no' : 'yes');
      process.stdin.once('data', () => process.exit(0)); // the winner stays alive until all have tried
    });
    process.stdout.write('ready ');`;
    for (let round = 0; round < 3; round++) {
      writeFileSync(path, content({ pid: 2 ** 22 + 5, nonce: `dead-${round}` }));
      const children = Array.from({ length: 6 }, () => {
        return spawn(process.execPath, ['--input-type=module', '-e', script], {
          stdio: ['pipe', 'pipe', 'inherit'],
        });
      });
      await Promise.all(children.map((child) => once(child.stdout, 'data')));
      const answers = children.map((child) => once(child.stdout, 'data'));
      for (const child of children) child.stdin.write('go\n');
      const said = (await Promise.all(answers)).map(([data]) => String(data));
      assert.equal(said.filter((answer) => answer === 'yes').length, 1, said.join(' '));
      for (const child of children) child.stdin.write('end\n');
      await Promise.all(children.map((child) => once(child, 'exit')));
      assert.deepEqual(readdirSync(dir), ['broker.lock'], 'nothing is left beside the lock');
    }
  },
);

test('E1: isEnding is true for a broker that was told to stop or whose parent is gone', (t) => {
  const path = join(tempDir(t), 'broker.lock');
  writeFileSync(path, content({}));
  const holder = readLock(path)!;
  assert.equal(isEnding(holder), false);
  assert.equal(isEnding({ ...holder, tiedTo: { pid: 2 ** 22 + 5, startTime: 'x' } }), true);
  markStopping(path, holder);
  assert.equal(isEnding(readLock(path)!), true);
  markStopping(path, { ...holder, nonce: 'another' });
  assert.equal((JSON.parse(readFileSync(path, 'utf8')) as LockContent).nonce, holder.nonce);
});

/** Lock text of this process with some fields changed. */
function content(change: Partial<LockContent>): string {
  const own: LockContent = {
    phase: 'running',
    pid: process.pid,
    startTime: processStartTime(process.pid)!,
    host: hostname(),
    ...facts,
    logOffset: 0,
    tiedTo: null,
    startedFrom: '/',
    startedAt: '2026-01-01T00:00:00.000Z',
    nonce: 'own',
    ...change,
  };
  return JSON.stringify(own);
}
