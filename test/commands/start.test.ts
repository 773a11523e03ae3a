import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { tempDir } from '../support/temp-dir.ts';

const main = resolve(import.meta.dirname, '../../src/main.ts');

test('E16: slipstream start looks at the bridge port that was named before it starts anything', async (t) => {
  const dir = tempDir(t);
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  t.after(() => server.close());
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  const settings = [`kafka.managed.dir=${join(dir, 'kafka')}`, `logs.dir=${join(dir, 'logs')}`];
  const args = ['start', '--broker', 'managed', '--bridge-port', String(address.port)];
  const child = spawn(process.execPath, [main, ...args, ...settings.flatMap((set) => ['--set', set])]);
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise((done) => child.on('close', done));
  assert.equal(code, 2);
  assert.match(stderr, new RegExp(`port ${address.port} is taken by node \\(pid ${process.pid}\\)`));
  assert.match(stderr, /--bridge-port 0/);
  assert.equal(existsSync(join(dir, 'kafka')), false, 'Kafka was not touched');
});
