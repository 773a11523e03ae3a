import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { scheduleSample, skipSamples } from '../source/schedule/samples.ts';
import { startArchiveServer } from '../source/support/archive-server.ts';
import { runSlipstream, type Ran } from '../support/run-slipstream.ts';
import { tempDir } from '../support/temp-dir.ts';

async function setUp(t: TestContext): Promise<{ cwd: string; run: (...args: string[]) => Promise<Ran> }> {
  const years = [2021, 2023, 2026];
  const files = new Map(years.map((year) => [`/schedule_${year}.json`, scheduleSample(year)]));
  const server = await startArchiveServer(t, files);
  const cwd = tempDir(t);
  const urls = ['schedule_url', 'results_url', 'archive_url'].flatMap((key) => [
    '--set',
    `source.${key}=${server.url}`,
  ]);
  return {
    cwd,
    run: (...args) => runSlipstream(cwd, 'schedule', ...args, ...urls, '--set', 'source.mirror_url=null'),
  };
}

test(
  'slipstream schedule prints a season and an event with track time and UTC',
  { skip: skipSamples },
  async (t) => {
    const { run } = await setUp(t);
    const season = await run('2023');
    assert.equal(season.code, 0, season.stderr);
    assert.match(season.stdout, /^ 6 {2}2023-05-28 {2}Monaco Grand Prix +Monaco +conventional$/m);
    assert.match(season.stderr, /23 events of 2023 from fastf1/);
    const event = await run('2023', 'Monaco');
    assert.match(event.stdout, /^2023 Monaco Grand Prix, round 6 \(Monaco\)$/m);
    assert.match(event.stdout, /Practice 1 +2023-05-26 13:30 at the track, 2023-05-26 11:30 UTC/);
    const without = await run('2023', '--no-testing');
    assert.doesNotMatch(without.stdout, /Testing/);
  },
);

test('slipstream schedule gives JSON and a CSV with FastF1 columns', { skip: skipSamples }, async (t) => {
  const { run, cwd } = await setUp(t);
  const sprint = JSON.parse((await run('2021', 'British', 'SQ', '--json')).stdout);
  assert.deepEqual([sprint.round, sprint.sessions.length, sprint.sessions[0].name], [10, 1, 'Sprint']);
  assert.equal(sprint.sessions[0].start, '2021-07-17T15:30:00.000Z');
  const written = await run('2023', '--out', 'season.csv');
  assert.equal(written.code, 0, written.stderr);
  const lines = readFileSync(join(cwd, 'season.csv'), 'utf8').trim().split('\n');
  assert.equal(lines.length, 24);
  assert.match(
    lines[0]!,
    /^RoundNumber,Country,Location,OfficialEventName,EventDate,EventName,EventFormat,Session1,Session1Date,Session1DateUtc,/,
  );
});

test(
  'C19: slipstream schedule tells a guess, and refuses one that is far off unless asked for compatibility',
  { skip: skipSamples },
  async (t) => {
    const { run } = await setUp(t);
    const refused = await run('2026', 'Imola');
    assert.equal(refused.code, 2);
    assert.match(refused.stderr, /The nearest are: /);
    const guessed = await run('2026', 'Imola', '--compat');
    assert.equal(guessed.code, 0, guessed.stderr);
    assert.match(guessed.stderr, /"Imola" is read as Italian Grand Prix, as FastF1 does/);
    const session = await run('2023', 'Monaco', 'S');
    assert.equal(session.code, 2);
    assert.match(session.stderr, /Its sessions are: Practice 1, Practice 2, Practice 3, Qualifying, Race/);
  },
);
