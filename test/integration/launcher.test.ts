import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { bridgeOf } from './support/bridge-client.ts';
import { inReverse } from './support/cleanup.ts';
import { simulatedRace, workFolder } from './support/files.ts';
import { noneLeft } from './support/processes.ts';
import { runProgram, settings, startProgram } from './support/program.ts';
import type { Program } from './support/program.ts';

const file = inReverse({ after });
const dir = workFolder(file);
let race = '';

before(async () => {
  race = await simulatedRace(dir);
});

const launcher = { launcher: true };

test('bin/slipstream.js passes on output and exit codes', async (t) => {
  const shown = await runProgram(t, ['config', '--json', ...settings(dir)], launcher);
  assert.equal(shown.code, 0, shown.stderr);
  assert.ok(JSON.parse(shown.stdout));
  const wrong = await runProgram(t, ['config', '--set', 'race.yeer=2023'], launcher);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /race\.year/u);
});

async function play(t: Parameters<typeof startProgram>[0]): Promise<Program> {
  const args = ['start', race, '--broker', 'embedded', '--no-page', '--bridge-port', '0', ...settings(dir)];
  const program = startProgram(t, args, launcher);
  const bridge = await bridgeOf(program);
  await bridge.state('rows', ({ rows_sent: rows }) => rows > 0);
  assert.ok(program.family().length >= 2, 'launcher and program');
  return program;
}

test('bin/slipstream.js: Ctrl-C in a terminal reaches both, the exit code is 130 and nobody is left', async (t) => {
  const program = await play(t);
  program.killGroup('SIGINT');
  const { code, stderr } = await program.ended;
  assert.equal(code, 130, stderr);
  assert.match(stderr, /Closed: \d+ of \d+ rows/u, 'it closed in order');
  await noneLeft(program.family);
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  test(`bin/slipstream.js: ${signal} to the launcher alone ends the program in order`, async (t) => {
    const program = await play(t);
    program.kill(signal);
    const { code, stderr } = await program.ended;
    assert.equal(code, 130, stderr);
    assert.match(stderr, /Closed: \d+ of \d+ rows/u, 'it closed in order');
    await noneLeft(program.family);
  });
}

test('bin/slipstream.js: a launcher that is killed leaves no program behind', async (t) => {
  const program = await play(t);
  program.kill('SIGKILL');
  await noneLeft(program.family, 10_000);
});
