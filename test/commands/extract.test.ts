import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import test from 'node:test';
import { tempDir } from '../support/temp-dir.ts';
import { writeSyntheticArchive } from './synthetic-archive.ts';

const main = resolve(import.meta.dirname, '../../src/main.ts');

/** Runs `slipstream extract …` as a process of its own in `cwd`. */
function extract(cwd: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((done) => {
    execFile(
      process.execPath,
      [main, 'extract', ...args],
      { cwd, encoding: 'utf8' },
      (error, stdout, stderr) => {
        done({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
      },
    );
  });
}

test('slipstream extract writes telemetry and timing tables under the names of the issue and says what they hold', async (t) => {
  const cwd = tempDir(t);
  writeSyntheticArchive(join(cwd, 'race'));
  const { code, stdout, stderr } = await extract(cwd, 'race', '--out', 'out');
  assert.equal(code, 0, stderr);
  assert.deepEqual(readdirSync(join(cwd, 'out')).toSorted(), [
    '2024_Test_Race_drivers.csv',
    '2024_Test_Race_telemetry.csv',
    '2024_Test_Race_telemetry.parquet',
  ]);
  assert.match(stdout, /2024_Test_Race_telemetry\.csv: 320 rows, [\d.]+ kB, \d+\.\d s/);
  assert.match(stderr, /TimingData/, 'names what is missing');
  assert.ok(!stdout.includes('\r') && !stderr.includes('\r'), 'no progress line in pipes');
});

test('slipstream extract --json prints one object on stdout; --drivers and --format choose', async (t) => {
  const cwd = tempDir(t);
  writeSyntheticArchive(join(cwd, 'race'));
  const { code, stdout } = await extract(cwd, 'race', '--json', '--drivers', 'ham', '--format', 'csv');
  assert.equal(code, 0);
  const result = JSON.parse(stdout) as {
    rows: number;
    drivers: unknown;
    files: { path: string; rows: number }[];
    missing: { topic: string }[];
  };
  assert.equal(result.rows, 160);
  assert.deepEqual(result.drivers, [{ driver: 'HAM', rows: 160 }]);
  assert.deepEqual(readdirSync(join(cwd, 'data')).toSorted(), [
    '2024_Test_Race_drivers.csv',
    '2024_Test_Race_telemetry.csv',
  ]);
  assert.ok(result.missing.some((missing) => missing.topic === 'TimingData'));
  const lines = readFileSync(join(cwd, 'data', '2024_Test_Race_telemetry.csv'), 'utf8')
    .trimEnd()
    .split('\n');
  assert.ok(lines.slice(1).every((line) => line.includes(',HAM,44,')));
});

test('slipstream extract of a session without telemetry exports what there is', async (t) => {
  const cwd = tempDir(t);
  writeSyntheticArchive(join(cwd, 'race'), { telemetry: false });
  const { code, stderr } = await extract(cwd, 'race');
  assert.equal(code, 0, stderr);
  assert.deepEqual(readdirSync(join(cwd, 'data')), ['2024_Test_Race_drivers.csv']);
  assert.match(stderr, /no telemetry/);
});

test('A8: slipstream extract exits 2 for a folder that cannot be written, before it reads anything', async (t) => {
  const cwd = tempDir(t);
  writeFileSync(join(cwd, 'file'), '');
  const { code, stderr } = await extract(cwd, 'does-not-matter', '--out', join('file', 'out'));
  assert.equal(code, 2);
  assert.match(stderr, /Cannot write to the folder .*file.out/);
  assert.match(stderr, /ENOTDIR|EEXIST/);
  assert.match(stderr, /--out/);
});

test('slipstream extract exits 2 for a format, an alias or a driver that is not there', async (t) => {
  const cwd = tempDir(t);
  writeSyntheticArchive(join(cwd, 'race'));
  for (const args of [
    ['--format', 'xls'],
    ['--car-alias', '9'],
    ['--drivers', 'XXX'],
  ]) {
    assert.equal((await extract(cwd, 'race', ...args)).code, 2, args.join(' '));
  }
});
