import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { inReverse } from './support/cleanup.ts';
import { unfinishedFiles, workFolder } from './support/files.ts';
import { runProgram, settings } from './support/program.ts';
import type { Cleaner, ProgramEnd } from './support/program.ts';

/** `start` without a session, at full speed, in a folder of its own. */
function start(t: Cleaner, dir: string, more: readonly string[] = []): Promise<ProgramEnd> {
  const args = ['start', '--broker', 'embedded', '--speed', 'max', '--once', '--no-page', '--json'];
  return runProgram(t, [...args, '--bridge-port', '0', ...settings(dir), ...more], { cwd: dir });
}

function summaryOf({ code, stdout, stderr }: ProgramEnd): {
  session: string;
  simulated: boolean;
  rows: number;
} {
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as { session: string; simulated: boolean; rows: number };
}

test('start with no archive and no data plays the SIMULATED race and says so; the second start has it already', async (t) => {
  const dir = workFolder(inReverse(t));
  const first = await start(t, dir);
  const summary = summaryOf(first);
  assert.equal(summary.simulated, true);
  assert.match(summary.session, /SIMULATED/u);
  assert.match(first.stderr, /Session: 2023 Monaco Race cannot be opened .*so a SIMULATED race is played/u);
  assert.deepEqual(unfinishedFiles(dir), []);
  const kept = readdirSync(`${dir}/cache/simulated`);
  assert.equal(kept.length, 1);
  const second = await start(t, dir);
  assert.equal(summaryOf(second).rows, summary.rows);
  assert.deepEqual(readdirSync(`${dir}/cache/simulated`), kept);
  assert.ok(readdirSync(`${dir}/cache/tables`).length > 0, 'its table is kept too');
});

test('start goes on when what it kept is damaged', async (t) => {
  const dir = workFolder(inReverse(t));
  const { rows } = summaryOf(await start(t, dir));
  for (const name of readdirSync(`${dir}/cache/tables`))
    writeFileSync(`${dir}/cache/tables/${name}`, 'damaged');
  const again = await start(t, dir);
  assert.equal(summaryOf(again).rows, rows);
});

/** A cache folder that nobody can write to, root neither: its parent is a file. */
test('A8: a cache folder that cannot be written costs one warning, not the start', async (t) => {
  const dir = workFolder(inReverse(t));
  writeFileSync(`${dir}/taken`, '');
  const end = await start(t, dir, ['--set', `source.cache_dir=${dir}/taken/cache`]);
  assert.equal(summaryOf(end).simulated, true);
  const warnings = end.stderr.split('\n').filter((line) => /^warning: .*(?:cache|taken)/u.test(line));
  assert.equal(warnings.length, 1, end.stderr);
  assert.match(warnings[0]!, /source\.cache_dir/u, 'the key to change');
  assert.match(warnings[0]!, /ENOTDIR|EEXIST/u, 'the reason');
});

test(
  'A8: a read-only cache folder costs one warning, not the start',
  {
    skip: process.getuid?.() === 0 ? 'root may write everywhere' : false,
  },
  async (t) => {
    const own = inReverse(t);
    const dir = workFolder(own);
    mkdirSync(`${dir}/cache`);
    chmodSync(`${dir}/cache`, 0o500);
    own.after(() => chmodSync(`${dir}/cache`, 0o700));
    const end = await start(t, dir);
    assert.equal(summaryOf(end).simulated, true);
    assert.match(end.stderr, /source\.cache_dir/u);
  },
);

test('A8: a log folder that cannot be written is said once, the command goes on', async (t) => {
  const dir = workFolder(inReverse(t));
  writeFileSync(`${dir}/taken`, '');
  const { code, stdout, stderr } = await runProgram(
    t,
    ['sessions', '--json', ...settings(dir), '--set', `logs.dir=${dir}/taken/logs`],
    { cwd: dir },
  );
  assert.equal(code, 0, stderr);
  JSON.parse(stdout);
  assert.equal(stderr.match(/logs\.dir/gu)?.length, 1, stderr);
});

test('A9: a session of the archive that is not cached needs the network and says so', async (t) => {
  const dir = workFolder(inReverse(t));
  const { code, stderr } = await runProgram(
    t,
    ['start', '2023/Monaco/R', '--broker', 'embedded', '--no-page', '--bridge-port', '0', ...settings(dir)],
    { cwd: dir },
  );
  assert.ok(code === 1 || code === 2, String(code));
  assert.match(stderr, /cannot be reached/u);
  assert.ok(!existsSync(`${dir}/cache/simulated`), 'a named session is not replaced by another one');
});
