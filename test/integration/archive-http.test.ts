import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { TestContext } from 'node:test';
import { startArchiveServer } from '../source/support/archive-server.ts';
import type { ArchiveServer } from '../source/support/archive-server.ts';
import { inReverse } from './support/cleanup.ts';
import { simulatedRace, unfinishedFiles, workFolder } from './support/files.ts';
import { runProgram, settings, startProgram } from './support/program.ts';
import { until } from './support/until.ts';

const file = inReverse({ after });
const dir = workFolder(file);
const path = '/static/2023/2023-05-28_Monaco_Grand_Prix/2023-05-28_Race/';
let race = '';

before(async () => {
  race = await simulatedRace(dir, { seed: 5 });
});

const index = {
  Year: 2023,
  Meetings: [
    {
      Name: 'Monaco Grand Prix',
      OfficialName: 'GRAND PRIX DE MONACO',
      Location: 'Monaco',
      Country: { Name: 'Monaco' },
      Circuit: { ShortName: 'Monte Carlo' },
      Sessions: [
        { Name: 'Qualifying', StartDate: '2023-05-27T16:00:00', EndDate: '2023-05-27T17:00:00' },
        { Name: 'Race', StartDate: '2023-05-28T15:00:00', EndDate: '2023-05-28T17:00:00' },
      ].map((session) => ({
        ...session,
        GmtOffset: '02:00:00',
        Path: `2023/2023-05-28_Monaco_Grand_Prix/${session.StartDate.slice(0, 10)}_${session.Name}/`,
      })),
    },
  ],
};

/** The simulated race under the place that the index gives to Monaco's. */
async function archive(t: TestContext): Promise<ArchiveServer> {
  const files = new Map([['/static/2023/Index.json', Buffer.from(`\uFEFF${JSON.stringify(index)}`)]]);
  for (const name of readdirSync(race)) files.set(path + name, readFileSync(join(race, name)));
  return startArchiveServer(t, files);
}

const play = [
  '--broker',
  'embedded',
  '--speed',
  'max',
  '--once',
  '--no-page',
  '--bridge-port',
  '0',
  '--json',
];

async function rowsOf(t: TestContext, session: string, options: string[]): Promise<number> {
  const { code, stdout, stderr } = await runProgram(t, ['start', session, ...play, ...options]);
  assert.equal(code, 0, stderr);
  const { rows, published } = JSON.parse(stdout) as { rows: number; published: number };
  assert.equal(rows, published);
  return rows;
}

test('start 2023/Monaco/R over HTTP: a 503 and a cut transfer cost nothing, the next start needs no network', async (t) => {
  const server = await archive(t);
  server.faults.set(`${path}CarData.z.jsonStream`, [{ status: 503 }]);
  server.faults.set(`${path}Position.z.jsonStream`, [{ cutAfterBytes: 100_000 }]);
  const own = workFolder(inReverse(t));
  const options = settings(own, { 'source.archive_url': server.url });
  const rows = await rowsOf(t, '2023/Monaco/R', options);
  const fromFolder = await rowsOf(t, race, options);
  assert.equal(rows, fromFolder, 'as many rows as from the folder');
  const statuses = server.requests.filter((seen) => seen.path === `${path}CarData.z.jsonStream`);
  assert.deepEqual(
    statuses.map(({ status }) => status),
    [503, 200],
  );
  const resumed = server.requests.filter((seen) => seen.path === `${path}Position.z.jsonStream`);
  assert.equal(resumed.length, 2);
  // How much of a cut transfer arrives is the network's affair; what did arrive is not fetched again.
  assert.equal(resumed[1]?.status, resumed[1]?.range === null ? 200 : 206);
  assert.deepEqual(unfinishedFiles(own), []);
  await server.close();
  const again = await runProgram(t, ['start', '2023/Monaco/R', ...play, ...options]);
  assert.equal(again.code, 0, again.stderr);
  assert.equal((JSON.parse(again.stdout) as { rows: number }).rows, rows);
});

test('A9: start 2023/Monaco/S lists the sessions of that weekend and exits 2', async (t) => {
  const server = await archive(t);
  const options = settings(workFolder(inReverse(t)), { 'source.archive_url': server.url });
  const { code, stdout, stderr } = await runProgram(t, ['start', '2023/Monaco/S', ...play, ...options]);
  assert.equal(code, 2);
  assert.match(stderr, /Qualifying/u);
  assert.match(stderr, /Race/u);
  assert.equal((JSON.parse(stdout) as { code: string }).code, 'F1_SOURCE_NOT_FOUND');
});

test('start: an interrupted download is gone on with, not damaged', async (t) => {
  const server = await archive(t);
  server.faults.set(`${path}CarData.z.jsonStream`, [{ stallAfterBytes: 50_000 }]);
  const options = settings(workFolder(inReverse(t)), { 'source.archive_url': server.url });
  const program = startProgram(t, ['start', '2023/Monaco/R', ...play, ...options]);
  const hasBegun = (): true | null =>
    server.requests.some((seen) => seen.path === `${path}CarData.z.jsonStream`) || null;
  await until('the download', hasBegun);
  program.killGroup('SIGINT');
  const end = await program.ended;
  assert.equal(end.code, 130, end.stderr);
  assert.ok(end.ms < 10_000, `it took ${end.ms.toFixed(0)} ms`);
  const rows = await rowsOf(t, '2023/Monaco/R', options);
  assert.equal(rows, await rowsOf(t, race, options));
});
