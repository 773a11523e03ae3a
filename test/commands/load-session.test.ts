import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { openSession, type OpenedSession } from '../../src/commands/load-session.ts';
import { parseCarAlias, type OpenSessionRequest } from '../../src/commands/session-request.ts';
import { defaultConfig } from '../../src/config/defaults.ts';
import { F1Error } from '../../src/domain/errors.ts';
import { noLog } from '../../src/domain/log.ts';
import { countRows } from '../../src/domain/table.ts';
import { readProgramStamp } from '../../src/commands/program-stamp.ts';
import { tempDir } from '../support/temp-dir.ts';
import { writeSyntheticArchive } from './synthetic-archive.ts';

interface Bench {
  readonly folder: string;
  readonly cacheDir: string;
  readonly warnings: string[];
  open(more?: Partial<OpenSessionRequest>): Promise<OpenedSession>;
}

function createBench(t: test.TestContext, archive?: Parameters<typeof writeSyntheticArchive>[1]): Bench {
  const dir = tempDir(t);
  const folder = writeSyntheticArchive(join(dir, '2024_test_race'), archive);
  const cacheDir = join(dir, 'cache');
  const warnings: string[] = [];
  return {
    folder,
    cacheDir,
    warnings,
    open: (more = {}) =>
      openSession({
        spec: folder,
        config: { ...defaultConfig, source: { ...defaultConfig.source, cache_dir: cacheDir } },
        log: { ...noLog, warn: (message) => void warnings.push(message) },
        signal: new AbortController().signal,
        ...more,
      }),
  };
}

function tables(bench: Bench): string[] {
  return readdirSync(join(bench.cacheDir, 'tables')).map((name) => join(bench.cacheDir, 'tables', name));
}

test('openSession reads and merges once, then takes the same table from the cache', async (t) => {
  const bench = createBench(t);
  const first = await bench.open();
  assert.equal(first.fromCache, false);
  assert.equal(first.table.tables.length, 2);
  assert.equal(countRows(first.table), 2 * 160);
  const toldFirst = bench.warnings.splice(0);
  const second = await bench.open();
  assert.equal(second.fromCache, true);
  assert.deepEqual(second.table, first.table);
  assert.deepEqual(bench.warnings.toSorted(), toldFirst.toSorted(), 'what is missing is told again');
  assert.equal(new Set(toldFirst).size, toldFirst.length, 'and told once');
});

test('A8: openSession rebuilds a damaged table and one whose recording has changed', async (t) => {
  const bench = createBench(t);
  await bench.open();
  const [path] = tables(bench);
  const bytes = readFileSync(path!);
  bytes[bytes.length - 20]! ^= 1;
  writeFileSync(path!, bytes);
  assert.equal((await bench.open()).fromCache, false);
  assert.equal((await bench.open()).fromCache, true);
  utimesSync(join(bench.folder, 'DriverList.jsonStream'), new Date(), new Date(Date.now() + 60_000));
  assert.equal((await bench.open()).fromCache, false);
  assert.equal((await bench.open()).fromCache, true);
});

test('openSession keeps tables of different options apart and every driver in each', async (t) => {
  const bench = createBench(t, { cars: ['1', '9'] });
  await bench.open({ drivers: ['VER'] });
  assert.equal((await bench.open()).fromCache, true);
  assert.equal((await bench.open({ all: true })).fromCache, false);
  const aliased = await bench.open({ carAlias: parseCarAlias('9=44') });
  assert.equal(aliased.fromCache, false);
  assert.deepEqual(
    aliased.table.tables.map((table) => table.driver.code),
    ['VER', 'HAM'],
  );
  assert.equal(tables(bench).length, 3);
});

test('B9: a car whose telemetry has another number is told with the option that helps', async (t) => {
  const bench = createBench(t, { cars: ['1', '9'] });
  const { table } = await bench.open();
  assert.deepEqual(
    table.tables.map((driver) => driver.driver.code),
    ['VER'],
  );
  assert.match(bench.warnings.join('\n'), /[Cc]ar 9 .*car 44 .*--car-alias 9=44/);
});

test('A8: a cache folder that cannot be written is one warning that names path, cause and key', async (t) => {
  const bench = createBench(t);
  writeFileSync(bench.cacheDir, 'a file where the folder should be');
  const opened = await bench.open();
  assert.equal(countRows(opened.table), 2 * 160);
  const told = bench.warnings.filter((line) => line.includes('.f1table'));
  assert.equal(told.length, 1);
  assert.match(told[0]!, /ENOTDIR|EEXIST/);
  assert.match(told[0]!, /source\.cache_dir/);
});

test('openSession with noCache reads anew and writes nothing', async (t) => {
  const bench = createBench(t);
  await bench.open({ noCache: true });
  assert.equal(existsSync(join(bench.cacheDir, 'tables')), false);
});

test('openSession refuses drivers of which none takes part, and warns of a single one', async (t) => {
  const bench = createBench(t);
  await assert.rejects(bench.open({ drivers: ['XXX'] }), (error) => {
    assert.ok(error instanceof F1Error);
    assert.deepEqual([error.code, error.exitCode], ['F1_USAGE', 2]);
    assert.match(error.hint, /VER, HAM/);
    return true;
  });
  const { table } = await bench.open({ drivers: ['44', 'XXX'] });
  assert.deepEqual(
    table.drivers.map((driver) => driver.code),
    ['HAM'],
  );
  assert.match(bench.warnings.join('\n'), /Driver XXX is not in this session/);
});

test('openSession opens a session without telemetry', async (t) => {
  const bench = createBench(t, { telemetry: false });
  const { table } = await bench.open();
  assert.deepEqual(table.tables, []);
  assert.equal(table.drivers.length, 2);
  assert.ok(table.report.missing.some((missing) => missing.topic === 'CarData.z'));
});

test('openSession stops when it is aborted', async (t) => {
  const bench = createBench(t);
  await assert.rejects(bench.open({ signal: AbortSignal.abort() }));
});

test('parseCarAlias reads OLD=NEW pairs and refuses anything else', () => {
  assert.deepEqual(
    [...parseCarAlias('9=20, 10=21')],
    [
      ['9', '20'],
      ['10', '21'],
    ],
  );
  for (const text of ['', '9', '9=', 'a=b', '9=20=1']) assert.throws(() => parseCarAlias(text), F1Error);
});

test('readProgramStamp is the same for the same program', async () => {
  const stamp = await readProgramStamp();
  assert.match(stamp, /^[0-9a-f]{16}$/);
  assert.equal(await readProgramStamp(), stamp);
});
