import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { tempDir } from '../support/temp-dir.ts';

const main = join(import.meta.dirname, '../../src/main.ts');

function run(
  cwd: string,
  ...args: readonly string[]
): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [main, 'simulate', ...args], { cwd, encoding: 'utf8' });
}

test('simulateCommand writes a session and prints one line of JSON', (t) => {
  const cwd = tempDir(t);
  const { status, stdout } = run(cwd, '--seed', '3', '--laps', '1', '--out', 'race', '--json');
  assert.equal(status, 0);
  const info: unknown = JSON.parse(stdout);
  assert.deepEqual(
    [
      Reflect.get(Object(info), 'simulated'),
      Reflect.get(Object(info), 'seed'),
      Reflect.get(Object(info), 'laps'),
    ],
    [true, 3, 1],
  );
  assert.ok(existsSync(join(cwd, 'race', 'CarData.z.jsonStream')));
});

test('simulateCommand: a wrong number or folder ends with exit code 2 and says what is required', (t) => {
  const cwd = tempDir(t);
  for (const args of [
    ['--laps', 'many'],
    ['--laps', '0'],
    ['--seed', '1.5'],
  ]) {
    const { status, stderr } = run(cwd, ...args, '--out', 'race');
    assert.equal(status, 2, args.join(' '));
    assert.match(stderr, /whole number/);
  }
  const { status, stderr } = run(cwd, '--laps', '1', '--out', main);
  assert.equal(status, 2);
  assert.match(stderr, /simulated race/);
  assert.ok(!existsSync(join(cwd, 'race')));
});
