import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import test from 'node:test';
import { sharedData, skipWithout } from '../support/shared-data.ts';
import { tempDir } from '../support/temp-dir.ts';

const main = resolve(import.meta.dirname, '../../src/main.ts');
const monaco = sharedData('sessions/2023_monaco_race');

function run(cwd: string, ...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((done) => {
    execFile(
      process.execPath,
      [main, 'telemetry', `${monaco}/raw`, ...args, '--set', `source.cache_dir=${cwd}/cache`],
      { cwd, encoding: 'utf8', maxBuffer: 1e8 },
      (error, stdout, stderr) => {
        done({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
      },
    );
  });
}

test(
  'slipstream telemetry writes the columns of FastF1’s lap, the same from the recording and from the cache',
  { skip: skipWithout(monaco) },
  async (t) => {
    const cwd = tempDir(t);
    const lap = ['--driver', 'ver', '--lap', '30'];
    const first = await run(cwd, ...lap, '--out', 'a.csv');
    assert.equal(first.code, 0, first.stderr);
    const second = await run(cwd, ...lap);
    assert.equal(second.code, 0, second.stderr);
    const text = readFileSync(join(cwd, 'a.csv'), 'utf8');
    assert.equal(second.stdout, text);
    const theirs = readFileSync(`${monaco}/fastf1/lap_VER_30_telemetry.csv`, 'utf8').trimEnd().split(/\r?\n/);
    const ours = text.trimEnd().split('\n');
    assert.equal(ours[0], theirs[0]);
    assert.equal(ours.length, theirs.length);
    for (const [at, line] of ours.slice(1).entries()) {
      const expected = theirs[at + 1]!.split(',');
      for (const [column, cell] of line.split(',').entries()) {
        const text = expected[column]!;
        const isSame =
          cell === text || (cell !== '' && text !== '' && Math.abs(Number(cell) - Number(text)) <= 1e-6);
        assert.ok(isSame, `row ${at} column ${column}: ${cell} instead of ${text}`);
      }
    }
  },
);

test(
  'slipstream telemetry exits 2 for a lap, a driver or a number that is not there, and says what is',
  { skip: skipWithout(monaco) },
  async (t) => {
    const cwd = tempDir(t);
    const cases: [string[], RegExp][] = [
      [['--driver', 'VER', '--lap', '99'], /1 to 78/],
      [['--driver', 'XXX', '--lap', '1'], /VER/],
      [['--driver', 'VER', '--lap', 'x'], /whole number/],
      [['--driver', 'VER', '--lap', '3', '--frequency', '0'], /above 0/],
    ];
    for (const [args, message] of cases) {
      const { code, stderr } = await run(cwd, ...args);
      assert.equal(code, 2, args.join(' '));
      assert.match(stderr, message);
    }
  },
);
