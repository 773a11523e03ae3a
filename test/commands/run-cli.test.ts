import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { tempDir } from '../support/temp-dir.ts';

const main = resolve(import.meta.dirname, '../../src/main.ts');

test('config refuses a prefix that names no key, with the nearest one', (t) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, 'config', 'kafka.topic'], {
    cwd: tempDir(t),
    encoding: 'utf8',
  });
  assert.equal(status, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /kafka\.topic/u);
  assert.match(stderr, /Did you mean kafka\.topics/u);
});

test('runCli() ends quietly when the reader of stderr is gone', async (t) => {
  const child = spawn(process.execPath, [main, 'config', '--set', 'a=1'], {
    cwd: tempDir(t),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  child.stderr.destroy();
  const [code, signal] = await once(child, 'exit');
  assert.deepEqual([code, signal], [2, null]);
});

test('slipstream help COMMAND shows the options as COMMAND --help does', (t) => {
  const helpOf = (...args: string[]): string =>
    spawnSync(process.execPath, [main, ...args], { cwd: tempDir(t), encoding: 'utf8' }).stdout;
  assert.match(helpOf('help', 'start'), /--broker <choice>/u);
  assert.equal(helpOf('help', 'start'), helpOf('start', '--help'));
});
