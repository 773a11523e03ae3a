import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { resolveSession } from '../../../src/source/index.ts';
import { readSchedule, scheduleTable, sessionOfEvent } from '../../../src/source/schedule/index.ts';
import type { ResolveOptions } from '../../../src/source/lookup/resolve-options.ts';
import { sharedData } from '../../support/shared-data.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { startArchiveServer, type ArchiveServer } from '../support/archive-server.ts';
import { keepingLog, neverAborted, quickRetry, testConfig } from '../support/test-config.ts';
import { readFileSync } from 'node:fs';
import { resultsSample, sampleSchedule, scheduleSample, skipSamples } from './samples.ts';

async function setUp(
  t: TestContext,
  files: Record<string, Buffer>,
): Promise<{ server: ArchiveServer; options: ResolveOptions; log: ReturnType<typeof keepingLog> }> {
  const server = await startArchiveServer(t, new Map(Object.entries(files)));
  const config = testConfig({
    archive_url: server.url,
    schedule_url: `${server.url}/schedules/`,
    results_url: `${server.url}/ergast/f1`,
    cache_dir: tempDir(t),
  });
  const log = keepingLog();
  return { server, log, options: { config, log, signal: neverAborted, retry: quickRetry } };
}

const index2023 = sharedData('archive', '2023', 'Index.json');

test(
  'readSchedule() asks fastf1, then the archive, then the results API',
  { skip: skipSamples },
  async (t) => {
    const { server, options } = await setUp(t, {
      '/schedules/schedule_2023.json': scheduleSample(2023),
      '/static/2023/Index.json': readFileSync(index2023!),
      '/ergast/f1/2023.json': resultsSample('2023')!,
    });
    const first = await readSchedule(2023, options);
    assert.equal(first.backend, 'fastf1');
    assert.equal(first.events.length, 23);
    server.files.delete('/schedules/schedule_2023.json');
    const second = await readSchedule(2023, options);
    assert.equal(second.backend, 'f1timing');
    const monaco = second.events.find(({ name }) => name === 'Monaco Grand Prix')!;
    assert.equal(monaco.round, 7, 'the number of the index counts the cancelled event');
    server.files.delete('/static/2023/Index.json');
    const third = await readSchedule(2023, options);
    assert.equal(third.backend, 'ergast');
    assert.equal(third.events.find(({ name }) => name === 'Monaco Grand Prix')!.round, 6);
    server.files.delete('/ergast/f1/2023.json');
    await assert.rejects(readSchedule(2023, options), {
      code: 'F1_SOURCE_NOT_FOUND',
      message: /fastf1: .*404; f1timing: .*404; ergast: .*404/,
    });
  },
);

test('readSchedule() asks the results API alone before 2018', { skip: skipSamples }, async (t) => {
  const { server, options } = await setUp(t, { '/ergast/f1/1979.json': resultsSample('1979')! });
  const { backend, events } = await readSchedule(1979, options);
  assert.equal(backend, 'ergast');
  assert.equal(events.length, 15);
  assert.ok(events.every(({ hasTiming }) => !hasTiming));
  assert.deepEqual(
    server.requests.map(({ path }) => path),
    ['/ergast/f1/1979.json'],
  );
  assert.deepEqual(
    events[0]!.sessions.map(({ number, name, isDayOnly }) => [number, name, isDayOnly]),
    [
      [1, 'Practice 1', true],
      [2, 'Practice 2', true],
      [3, 'Practice 3', true],
      [4, 'Qualifying', true],
      [5, 'Race', true],
    ],
  );
});

test(
  'readSchedule() goes on with what it read before when nothing can be reached',
  { skip: skipSamples },
  async (t) => {
    const { server, options, log } = await setUp(t, {
      '/schedules/schedule_2026.json': scheduleSample(2026),
    });
    const online = await readSchedule(2026, options);
    await server.close();
    const offline = await readSchedule(2026, { ...options, timeoutMs: 500 });
    assert.deepEqual(offline, online);
    assert.match(log.infos.at(-1) ?? '', /fastf1 cannot be reached/);
    await assert.rejects(readSchedule(2025, { ...options, timeoutMs: 500 }), {
      code: 'F1_SOURCE_UNREACHABLE',
      canRetry: true,
    });
  },
);

test('readSchedule() takes the next back end for a broken answer', { skip: skipSamples }, async (t) => {
  const { options } = await setUp(t, {
    '/schedules/schedule_2023.json': Buffer.from('{"event_name": '),
    '/static/2023/Index.json': Buffer.from('{"Year": 2023, "Meetings": []}'),
    '/ergast/f1/2023.json': resultsSample('2023')!,
  });
  assert.equal((await readSchedule(2023, options)).backend, 'ergast');
});

test(
  'every season from 2018 to 2026 has its rounds in order and its sessions on ordered days',
  { skip: skipSamples },
  () => {
    for (let year = 2018; year <= 2026; year++) {
      const { events } = sampleSchedule(year);
      const rounds = events.filter(({ format }) => format !== 'testing').map(({ round }) => round);
      assert.deepEqual(
        rounds,
        rounds.map((_, index) => index + 1),
        String(year),
      );
      for (const { name, sessions } of events) {
        const starts = sessions.map(({ startEpochMs }) => startEpochMs!);
        assert.deepEqual(
          starts,
          [...starts].sort((a, b) => a - b),
          `${year} ${name}`,
        );
      }
    }
    const monaco = sampleSchedule(2023).events.find(({ name }) => name === 'Monaco Grand Prix')!;
    assert.equal(monaco.sessions[0]!.startEpochMs, Date.parse('2023-05-26T11:30:00Z'));
    const imola = sampleSchedule(2020).events.find(({ location }) => location === 'Imola')!;
    assert.deepEqual(
      imola.sessions.map(({ number }) => number),
      [1, 4, 5],
    );
  },
);

test(
  'C20: "Sprint Qualifying" is the sprint until 2022 and a qualifying from 2024, by name and by number',
  { skip: skipSamples },
  () => {
    const nameIn = (year: number, event: string, identifier: string): string => {
      const found = sampleSchedule(year).events.find(({ name }) => name.startsWith(event))!;
      return sessionOfEvent(identifier, found, year).name;
    };
    assert.equal(nameIn(2021, 'British', 'SQ'), 'Sprint');
    assert.equal(nameIn(2021, 'British', 'Sprint Qualifying'), 'Sprint');
    assert.equal(nameIn(2023, 'Azerbaijan', 'ss'), 'Sprint Shootout');
    assert.equal(nameIn(2024, 'Chinese', 'SQ'), 'Sprint Qualifying');
    assert.equal(nameIn(2024, 'Chinese', '2'), 'Sprint Qualifying');
    assert.equal(nameIn(2023, 'Monaco', '4'), 'Qualifying');
    assert.equal(nameIn(2023, 'Monaco', 'race'), 'Race');
    for (const identifier of ['S', 'SQ', 'SS', '0', '6', 'X', ''])
      assert.throws(() => nameIn(2023, 'Monaco', identifier), {
        code: 'F1_SOURCE_NOT_FOUND',
        hint: 'Its sessions are: Practice 1, Practice 2, Practice 3, Qualifying, Race',
      });
  },
);

test('the schedule table has one row an event and FastF1 names', { skip: skipSamples }, () => {
  const table = scheduleTable(sampleSchedule(2023));
  assert.equal(table.rows.length, 23);
  assert.equal(table.columns.length, 23);
  assert.ok(table.rows.every((row) => row.length === table.columns.length));
  const row = table.rows[6]!;
  assert.deepEqual(row.slice(0, 10), [
    6,
    'Monaco',
    'Monaco',
    'FORMULA 1 GRAND PRIX DE MONACO 2023',
    '2023-05-28',
    'Monaco Grand Prix',
    'conventional',
    'Practice 1',
    '2023-05-26T13:30:00+02:00',
    Date.parse('2023-05-26T11:30:00Z'),
  ]);
});

test(
  'C18: YEAR/ROUND/SESSION means the round of the schedule, not the number of the index',
  { skip: skipSamples },
  async (t) => {
    const { server, options, log } = await setUp(t, {
      '/schedules/schedule_2023.json': scheduleSample(2023),
      '/static/2023/Index.json': readFileSync(index2023!),
    });
    const ref = await resolveSession('2023/6/R', options);
    assert.equal(ref.title, '2023 Monaco Grand Prix, Race');
    assert.ok(log.infos.includes('Round 6 is the Monaco Grand Prix'));
    await assert.rejects(resolveSession('2023/24/R', options), {
      code: 'F1_SOURCE_NOT_FOUND',
      message: 'The season 2023 has no round 24',
    });
    const guessing = {
      ...options,
      config: { ...options.config, source: { ...options.config.source, event_matching: 'fastf1' as const } },
    };
    assert.equal((await resolveSession('2023/Imola/R', guessing)).title, '2023 Italian Grand Prix, Race');
    await assert.rejects(resolveSession('2023/Imola/R', options), { code: 'F1_SOURCE_NOT_FOUND' });
    server.files.delete('/schedules/schedule_2023.json');
  },
);

test(
  'C18: YEAR/ROUND/SESSION counts in the index when the schedule lacks the season',
  { skip: skipSamples },
  async (t) => {
    const { options, log } = await setUp(t, { '/static/2023/Index.json': readFileSync(index2023!) });
    assert.equal((await resolveSession('2023/6/R', options)).title, '2023 Monaco Grand Prix, Race');
    assert.ok(log.warnings.includes("No schedule can be read: event 6 is counted in the season's index"));
  },
);
