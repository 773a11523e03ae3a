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
    '2024_Test_Race_car_data.csv',
    '2024_Test_Race_car_data.parquet',
    '2024_Test_Race_pos_data.csv',
    '2024_Test_Race_pos_data.parquet',
    '2024_Test_Race_telemetry.csv',
    '2024_Test_Race_telemetry.parquet',
    'driver_info.csv',
    'laps.csv',
    'laps_corrected.csv',
    'results.csv',
    'session.json',
  ]);
  const session = JSON.parse(readFileSync(join(cwd, 'out', 'session.json'), 'utf8')) as {
    t0: string;
    drivers: unknown[];
    rows: Record<string, number>;
  };
  assert.match(session.t0, /^\d{4}-\d\d-\d\dT[\d:]+\.\d{3}Z$/);
  assert.equal(session.drivers.length, 2);
  assert.equal(session.rows['telemetry'], 320);
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
  assert.deepEqual(result.drivers, ['HAM']);
  assert.deepEqual(readdirSync(join(cwd, 'data')).toSorted(), [
    '2024_Test_Race_car_data.csv',
    '2024_Test_Race_pos_data.csv',
    '2024_Test_Race_telemetry.csv',
    'driver_info.csv',
    'laps.csv',
    'laps_corrected.csv',
    'results.csv',
    'session.json',
  ]);
  assert.ok(result.missing.some((missing) => missing.topic === 'TimingData'));
  const lines = readFileSync(join(cwd, 'data', '2024_Test_Race_telemetry.csv'), 'utf8')
    .trimEnd()
    .split('\n');
  assert.ok(lines.slice(1).every((line) => line.includes(',44,HAM,')));
});

test('slipstream extract --laps writes no large file, --telemetry X exactly X', async (t) => {
  const cwd = tempDir(t);
  writeSyntheticArchive(join(cwd, 'race'));
  const small = ['driver_info.csv', 'laps.csv', 'laps_corrected.csv', 'results.csv', 'session.json'];
  const listed = async (...args: string[]): Promise<string[]> => {
    const out = `out${args.join('')}`;
    const { code, stderr } = await extract(cwd, 'race', '--out', out, '--format', 'csv', ...args);
    assert.equal(code, 0, stderr);
    return readdirSync(join(cwd, out)).toSorted();
  };
  assert.deepEqual(await listed('--laps'), small);
  assert.deepEqual(await listed('--laps', '--telemetry', 'driver'), [
    '2024_Test_Race_telemetry_driver.csv',
    ...small,
  ]);
  assert.deepEqual(await listed('--telemetry', 'raw'), [
    '2024_Test_Race_car_data.csv',
    '2024_Test_Race_pos_data.csv',
    ...small,
  ]);
  assert.deepEqual(await listed('--telemetry', 'lap'), [
    '2024_Test_Race_telemetry_by_lap.csv',
    'driver_info.csv',
    'lap_telemetry_checksums.csv',
    ...small.slice(1),
  ]);
});

test('slipstream extract of a session without telemetry exports what there is', async (t) => {
  const cwd = tempDir(t);
  writeSyntheticArchive(join(cwd, 'race'), { telemetry: false });
  const { code, stderr } = await extract(cwd, 'race');
  assert.equal(code, 0, stderr);
  assert.deepEqual(readdirSync(join(cwd, 'data')).toSorted(), [
    'driver_info.csv',
    'laps.csv',
    'laps_corrected.csv',
    'results.csv',
    'session.json',
  ]);
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
    ['--telemetry', 'corner'],
    ['--car-alias', '9'],
    ['--drivers', 'XXX'],
  ]) {
    assert.equal((await extract(cwd, 'race', ...args)).code, 2, args.join(' '));
  }
});
