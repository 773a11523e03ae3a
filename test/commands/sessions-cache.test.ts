import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test, type TestContext } from 'node:test';
import { tempDir } from '../support/temp-dir.ts';
import { setUpArchive } from '../source/support/archive-setup.ts';
import { madeSession } from '../source/support/made-session.ts';

const main = resolve(import.meta.dirname, '../../src/main.ts');

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `slipstream …` as a process of its own in `cwd`, with the cache and an archive copy below it. */
function slipstream(cwd: string, ...args: string[]): Promise<Outcome> {
  const sets = ['source.cache_dir=cache', 'source.archive_dir=archive', 'source.mirror_url=null'].flatMap(
    (pair) => ['--set', pair],
  );
  return new Promise((done) => {
    execFile(
      process.execPath,
      [main, ...args, ...sets],
      { cwd, encoding: 'utf8' },
      (error, stdout, stderr) => {
        done({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
      },
    );
  });
}

function folderWithSessions(t: TestContext): string {
  const cwd = tempDir(t);
  const session = madeSession({ event: 'Spanish Grand Prix', eventDate: '2023-06-04' });
  for (const folder of [join(cwd, 'archive', session.path), join(cwd, 'cache', 'simulated', 'seed-7')]) {
    mkdirSync(folder, { recursive: true });
    for (const [name, content] of session.files) writeFileSync(join(folder, name), content);
  }
  return cwd;
}

test('slipstream sessions prints what can be opened, as a table and as JSON', async (t) => {
  const cwd = folderWithSessions(t);
  const table = await slipstream(cwd, 'sessions');
  assert.equal(table.code, 0, table.stderr);
  assert.match(
    table.stdout,
    /^2023\/2023-06-04_Spanish_Grand_Prix\/2023-06-04_Race +2023 Spanish Grand Prix, Race +local/m,
  );
  assert.match(table.stdout, /^2023\/Monaco\/Race +2023 Monaco, Race +configured +fetched when opened$/m);
  assert.match(table.stdout, /seed-7 +2023 Spanish Grand Prix, Race +simulated +simulated race$/m);
  const json = await slipstream(cwd, 'sessions', '--json');
  const listed = JSON.parse(json.stdout) as { origin: string; hasTelemetry: boolean | null }[];
  assert.deepEqual(
    listed.map(({ origin }) => origin),
    ['local', 'configured', 'simulated'],
  );
});

test('slipstream sessions YEAR lists the season; a year that is none is refused, exit code 2', async (t) => {
  const { server } = await setUpArchive(t);
  const cwd = tempDir(t);
  const season = await slipstream(cwd, 'sessions', '2023', '--set', `source.archive_url=${server.url}`);
  assert.equal(season.code, 0, season.stderr);
  assert.match(
    season.stdout,
    /^2023\/Monaco Grand Prix\/Practice 1 +2023-05-28 13:00 UTC +not in the archive$/m,
  );
  assert.match(season.stdout, /^2023\/Monaco Grand Prix\/Race +2023-05-28 13:00 UTC$/m);
  assert.equal((await slipstream(cwd, 'sessions', '1949')).code, 2);
});

test('slipstream cache list and clear show and remove what is in the cache, and nothing else', async (t) => {
  const cwd = folderWithSessions(t);
  mkdirSync(join(cwd, 'cache', 'tables'));
  writeFileSync(join(cwd, 'cache', 'tables', 'monaco.f1table'), Buffer.alloc(2000));
  writeFileSync(join(cwd, 'cache', 'mine.txt'), 'kept');
  const list = await slipstream(cwd, 'cache', 'list');
  assert.match(list.stdout, /^table +tables\/monaco\.f1table +2\.0 kB$/m);
  assert.match(list.stdout, /^2 entries, .* in cache$/m);
  const unknown = await slipstream(cwd, 'cache', 'clear', 'imola');
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /Cannot find "imola"/);
  const cleared = await slipstream(cwd, 'cache', 'clear', '--tables', '--json');
  assert.deepEqual(JSON.parse(cleared.stdout), {
    removed: [{ kind: 'table', name: 'tables/monaco.f1table' }],
    bytes: 2000,
  });
  assert.equal((await slipstream(cwd, 'cache', 'clear')).code, 0);
  assert.equal(existsSync(join(cwd, 'cache', 'simulated', 'seed-7')), false);
  assert.ok(existsSync(join(cwd, 'cache', 'mine.txt')));
  const empty = await slipstream(cwd, 'cache', 'list', '--json');
  assert.deepEqual(JSON.parse(empty.stdout), { cache_dir: 'cache', bytes: 0, entries: [] });
});
