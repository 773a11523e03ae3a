import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import * as fc from 'fast-check';
import type { Cell } from '../../../src/domain/small-table.ts';
import type { RawSession } from '../../../src/domain/raw-session.ts';
import { readSession, resolveSession } from '../../../src/source/index.ts';
import type { ResolveOptions } from '../../../src/source/lookup/resolve-options.ts';
import { applyResults, readResults, type SessionResults } from '../../../src/source/results-api/index.ts';
import { spanMs } from '../../../src/source/results-api/results-answer.ts';
import { sharedData } from '../../support/shared-data.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { resultsSample, scheduleSample, skipSamples } from '../schedule/samples.ts';
import { startArchiveServer, type ArchiveServer } from '../support/archive-server.ts';
import { keepingLog, neverAborted, quickRetry, testConfig } from '../support/test-config.ts';

type Setup = { readonly server: ArchiveServer; readonly options: ResolveOptions };

async function setUp(t: TestContext, files: Record<string, Buffer>): Promise<Setup> {
  const server = await startArchiveServer(t, new Map(Object.entries(files)));
  const config = testConfig({
    schedule_url: `${server.url}/schedules`,
    results_url: `${server.url}/f1`,
    cache_dir: tempDir(t),
  });
  return { server, options: { config, log: keepingLog(), signal: neverAborted, retry: quickRetry } };
}

async function rawOf(options: ResolveOptions, ...path: string[]): Promise<RawSession> {
  const ref = await resolveSession(join(sharedData('archive')!, ...path), options);
  return readSession(ref, options);
}

/** Rows of `results` as objects. */
function resultRows({ smallTables }: RawSession): Record<string, Cell>[] {
  const table = smallTables.find(({ name }) => name === 'results')!;
  return table.rows.map((row) => Object.fromEntries(table.columns.map(({ name }, at) => [name, row[at]!])));
}

function answer(races: readonly object[], total = 20): Buffer {
  return Buffer.from(JSON.stringify({ MRData: { total: String(total), RaceTable: { Races: races } } }));
}

test(
  'C14: a lapped car keeps its own gap, its laps decide first, cars are joined by their number',
  { skip: skipSamples },
  async (t) => {
    const { options } = await setUp(t, {
      '/schedules/schedule_2023.json': scheduleSample(2023),
      '/f1/2023/5/results.json': resultsSample('2023/5/results')!,
      '/f1/2023/5/laps/1.json': resultsSample('2023/5/laps/1')!,
    });
    const raw = await rawOf(options, '2023', '2023-05-07_Miami_Grand_Prix', '2023-05-07_Race');
    const api = await readResults(raw.identity, options);
    assert.equal(api.round, 5);
    assert.deepEqual(api.warnings, []);
    const rows = resultRows(applyResults(raw, api));
    assert.equal(rows.length, 20);
    const { DriverNumber, DriverId, GridPosition, Time, Status, Points } = rows[0]!;
    assert.deepEqual(
      [DriverNumber, DriverId, GridPosition, Time, Status, Points],
      ['1', 'max_verstappen', 9, 5_258_241, 'Finished', 26],
    );
    const sargeant = rows.at(-1)!;
    assert.deepEqual(
      [sargeant['Abbreviation'], sargeant['Laps'], sargeant['Time'], sargeant['Status']],
      ['SAR', 56, 34_388, 'Lapped'],
    );
    assert.deepEqual(
      rows.map((row) => row['Position']),
      rows.map((_, index) => index + 1),
    );
  },
);

test(
  'C14: a car that did not start has no place and no grid, though the API gives it both',
  { skip: skipSamples },
  async (t) => {
    const { options } = await setUp(t, {
      '/schedules/schedule_2022.json': scheduleSample(2022),
      '/f1/2022/2/results.json': resultsSample('2022/2/results')!,
      '/f1/2022/2/laps/1.json': resultsSample('2022/2/laps/1')!,
    });
    const raw = await rawOf(options, '2022', '2022-03-27_Saudi_Arabian_Grand_Prix', '2022-03-27_Race');
    const rows = resultRows(applyResults(raw, await readResults(raw.identity, options)));
    const absent = rows.find((row) => row['Abbreviation'] === 'MSC')!;
    assert.equal(rows.at(-1), absent);
    assert.deepEqual(
      [absent['Position'], absent['GridPosition'], absent['FullName'], absent['ClassifiedPosition']],
      [null, null, 'Mick Schumacher', 'W'],
    );
  },
);

test(
  'a qualifying beyond 107 % is not classified; the results API is asked by round of the schedule',
  { skip: skipSamples },
  async (t) => {
    const { server, options } = await setUp(t, {
      '/schedules/schedule_2024.json': scheduleSample(2024),
      '/f1/2024/10/qualifying.json': resultsSample('2024/10/qualifying')!,
    });
    const raw = await rawOf(options, '2024', '2024-06-23_Spanish_Grand_Prix', '2024-06-22_Qualifying');
    const joined = applyResults(raw, await readResults(raw.identity, options));
    const rows = resultRows(joined);
    assert.equal(rows[0]!['Abbreviation'], 'NOR');
    assert.equal(rows[0]!['Q3'], 71_383);
    assert.ok(rows.every((row) => row['ClassifiedPosition'] === `${Number(row['Position'])}.0`));
    assert.deepEqual(
      server.requests.map(({ path }) => path),
      ['/schedules/schedule_2024.json', '/f1/2024/10/qualifying.json'],
    );
    assert.deepEqual(
      [...new Set(joined.timing.lapTable.map(({ driver }) => driver))],
      rows.map((row) => row['Abbreviation']),
      'laps stand in the order of the results',
    );
  },
);

test(
  'tables are as without the API, with a warning, when it does not answer',
  { skip: skipSamples },
  async (t) => {
    const { server, options } = await setUp(t, { '/schedules/schedule_2024.json': scheduleSample(2024) });
    const raw = await rawOf(options, '2024', '2024-06-23_Spanish_Grand_Prix', '2024-06-22_Qualifying');
    const absent = await readResults(raw.identity, options);
    assert.match(absent.warnings.join(), /does not tell the results: the server answers 404/);
    const same = applyResults(raw, absent);
    assert.deepEqual(same.timing, raw.timing);
    assert.deepEqual(same.smallTables, raw.smallTables);
    assert.equal(same.report.warnings.length, raw.report.warnings.length + 1);
    server.files.set('/f1/2024/10/qualifying.json', Buffer.from('{"MRData": 1}'));
    assert.match(
      (await readResults(raw.identity, options)).warnings.join(),
      /what it sent is no answer of it/,
    );
  },
);

test(
  'answers are kept and serve without the API; 429 is waited for; pages are put together',
  { skip: skipSamples },
  async (t) => {
    const race = JSON.parse(resultsSample('2023/5/results')!.toString()).MRData.RaceTable.Races[0];
    const { server, options } = await setUp(t, {
      '/schedules/schedule_2023.json': scheduleSample(2023),
      '/f1/2023/5/results.json': answer([race], 150),
      '/f1/2023/5/laps/1.json': resultsSample('2023/5/laps/1')!,
    });
    server.faults.set('/f1/2023/5/results.json', [{ status: 429, retryAfter: '0' }]);
    const { identity } = await rawOf(options, '2023', '2023-05-07_Miami_Grand_Prix', '2023-05-07_Race');
    const startedMs = performance.now();
    const online = await readResults(identity, options);
    assert.equal(online.results?.length, 40, 'two pages of 20 lines each');
    assert.ok(performance.now() - startedMs >= 500, 'three reads are at least 250 ms apart');
    await server.close();
    const offline = await readResults(identity, options);
    assert.deepEqual(offline, online);
  },
);

test('of a simulated race nothing is asked', async (t) => {
  const { server, options } = await setUp(t, {});
  const identity = { simulated: true, year: 2023, session: 'Race' } as RawSession['identity'];
  const { results, warnings } = await readResults(identity, options);
  assert.equal(results, null);
  assert.match(warnings.join(), /a simulated race has no official results/);
  assert.deepEqual(server.requests, []);
});

const made = (number: string, id: string, more: object): object => ({
  number,
  driverId: id,
  code: null,
  firstName: 'A',
  lastName: 'B',
  teamId: 't',
  team: 'T',
  position: null,
  classified: null,
  grid: null,
  status: null,
  points: null,
  laps: null,
  timeMs: null,
  partsMs: [null, null, null],
  ...more,
});

const monaco = sharedData('sessions', '2023_monaco_race', 'raw');

test(
  'lap 1 gets its time from the API and a withdrawn car loses its generated lap',
  { skip: monaco === null ? skipSamples : false },
  async (t) => {
    const { options } = await setUp(t, {});
    const raw = await readSession(await resolveSession(monaco!, options), options);
    const [first, second] = ['1', '14'];
    const generated = {
      ...raw.timing.lapTable.find(({ driverNumber }) => driverNumber === '2')!,
      isGenerated: true,
    };
    const lapTable = [...raw.timing.lapTable.filter(({ driverNumber }) => driverNumber !== '2'), generated];
    const results = [
      made(first, 'a', { position: 2, classified: '2' }),
      made(second, 'b', { position: 1, classified: '1' }),
      made('2', 'c', { position: 20, classified: 'W' }),
    ] as unknown as SessionResults['results'];
    const api = { round: 6, results, firstLapMs: new Map([['a', 90_500]]), warnings: [] };
    const before = structuredClone(lapTable);
    const { timing } = applyResults({ ...raw, timing: { ...raw.timing, lapTable } }, api);
    assert.deepEqual(lapTable, before, 'the session handed in stays as it is');
    const timeOf = (number: string): number | null =>
      timing.lapTable.find(({ driverNumber, lapNumber }) => driverNumber === number && lapNumber === 1)!
        .lapTimeMs;
    assert.equal(timeOf(first), 90_500);
    assert.equal(timeOf(second), null);
    assert.ok(!timing.lapTable.some(({ driverNumber }) => driverNumber === '2'));
    assert.deepEqual(
      timing.correctedLaps.map(({ driverNumber, lapNumber }) => `${driverNumber} ${lapNumber}`),
      timing.lapTable.map(({ driverNumber, lapNumber }) => `${driverNumber} ${lapNumber}`),
    );
  },
);

test('spanMs() reads what it writes and nothing else', () => {
  assert.equal(spanMs('+5.384'), 5384);
  assert.equal(spanMs('1:48:51.980'), 6_531_980);
  assert.equal(spanMs('1:27.407'), 87_407);
  for (const text of [undefined, '', '1 Lap', '+1 Lap', ':', '1:2:3:4', 'NaN'])
    assert.equal(spanMs(text), null);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000_000 }), (ms) => {
      const pad = (value: number, width: number): string => String(value).padStart(width, '0');
      const [h, m, s] = [
        Math.floor(ms / 3_600_000),
        Math.floor(ms / 60_000) % 60,
        Math.floor(ms / 1000) % 60,
      ];
      assert.equal(spanMs(`${h}:${pad(m, 2)}:${pad(s, 2)}.${pad(ms % 1000, 3)}`), ms);
    }),
  );
});
