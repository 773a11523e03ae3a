import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { F1Error } from '../../../src/domain/errors.ts';
import {
  archiveUrl,
  checkedPath,
  makeArchivePath,
  refusalOfPath,
} from '../../../src/source/archive/archive-path.ts';
import { findSession } from '../../../src/source/archive/find-session.ts';
import { likenessPct, matchEvent } from '../../../src/source/archive/match-event.ts';
import {
  seasonFromFolders,
  seasonFromIndex,
  utcOfLocal,
  type Season,
} from '../../../src/source/archive/season.ts';
import { sharedData, skipWithout } from '../../support/shared-data.ts';
import { seasonIndex } from '../support/made-session.ts';

function parse(bytes: Buffer): Season {
  return (
    seasonFromIndex(JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, ''))) ?? assert.fail('no season')
  );
}

function realSeason(year: number): Season {
  return parse(readFileSync(sharedData('archive', String(year), 'Index.json')!));
}

function found(season: Season, spec: string): string | null {
  const [year, event, session] = spec.split('/');
  return findSession({ year: Number(year), event: event!, session: session! }, season).session.path;
}

const skip2021 = skipWithout(sharedData('archive', '2021', 'Index.json'));
const skip2023 = skipWithout(sharedData('archive', '2023', 'Index.json'));

test(
  'B7: 2021/Saudi Arabia/R is the race of that weekend, chosen by name and not by type',
  { skip: skip2021 },
  () => {
    const season = realSeason(2021);
    assert.equal(
      found(season, '2021/Saudi Arabia/R'),
      '2021/2021-12-05_Saudi_Arabian_Grand_Prix/2021-12-05_Race/',
    );
    const other = findSession(
      { year: 2021, event: 'Saudi Arabia', session: 'High Speed Track Test' },
      season,
    );
    assert.throws(() => checkedPath(other.session.path!, 2021, 'it'), {
      code: 'F1_SOURCE_PATH_REFUSED',
      exitCode: 2,
      message: /leads out of its folder: \.\.\/uat/,
    });
  },
);

test('B7: an index path that leads elsewhere is refused with the reason', () => {
  const bad: [string, RegExp][] = [
    ['../../etc', /leads out/],
    ['2021/../../etc/', /leads out/],
    ['/etc/passwd', /root/],
    ['https://x/2021/a/b', /scheme/],
    ['file:///etc', /scheme/],
    ['2022/2022-01-01_A/2022-01-01_B/', /year 2022/],
    ['2021/a', /not built/],
    ['2021/a/b/c', /not built/],
    ['2021\\a\\b', /backslash/],
    ['2021/a?x/b', /characters/],
    ['2021/a\n/b', /characters/],
    ['2021//b/', /not built/],
    ['', /not built/],
  ];
  for (const [path, reason] of bad) assert.match(refusalOfPath(path, 2021) ?? '', reason, path);
  assert.equal(refusalOfPath('2021/2021-12-05_A/2021-12-05_Race/', 2021), null);
});

test('B7: no accepted path leaves the archive, whatever the index says', () => {
  const part = fc.constantFrom('..', '.', '2021', 'a', '', '%2e%2e', 'São', '/', 'http:', 'b c');
  fc.assert(
    fc.property(fc.array(part, { maxLength: 5 }), (parts) => {
      const path = parts.join('/');
      if (refusalOfPath(path, 2021) !== null) return;
      const url = new URL(archiveUrl('http://host:1/', path));
      assert.equal(url.host, 'host:1');
      assert.ok(url.pathname.startsWith('/static/2021/'), url.pathname);
    }),
  );
});

test('archiveUrl() percent-encodes UTF-8, and paths in NFD are taken as NFC', () => {
  assert.equal(
    archiveUrl('https://h/', '2023/2023-11-05_São_Paulo_Grand_Prix/2023-11-05_Race/'),
    'https://h/static/2023/2023-11-05_S%C3%A3o_Paulo_Grand_Prix/2023-11-05_Race/',
  );
  const decomposed = '2023/2023-11-05_São_Paulo_Grand_Prix/2023-11-05_Race'.normalize('NFD');
  assert.equal(
    checkedPath(decomposed, 2023, 'it'),
    '2023/2023-11-05_São_Paulo_Grand_Prix/2023-11-05_Race/'.normalize('NFC'),
  );
});

test('B8: makeArchivePath() knows the folders that do not follow the rule', () => {
  assert.equal(
    makeArchivePath('São Paulo Grand Prix', '2024-11-03', 'Qualifying', '2024-11-03'),
    '2024/2024-11-03_São_Paulo_Grand_Prix/2024-11-02_Qualifying/',
  );
  assert.equal(
    makeArchivePath('Pre-Season Testing', '2025-02-28', 'Practice 2', '2025-02-27'),
    '2025/2025-02-28_Pre-Season_Testing/2025-02-27_Day_2/',
  );
});

test('B8: paths carry the local date, GmtOffset is applied with its sign', { skip: skip2023 }, () => {
  assert.equal(
    makeArchivePath('Monaco Grand Prix', '2023-05-28', 'Race', '2023-05-28'),
    '2023/2023-05-28_Monaco_Grand_Prix/2023-05-28_Race/',
  );
  assert.equal(
    makeArchivePath('Monaco Grand Prix', '2023-05-28', 'Qualifying', '2023-05-27'),
    '2023/2023-05-28_Monaco_Grand_Prix/2023-05-27_Qualifying/',
  );
  assert.equal(utcOfLocal('2023-11-18T22:00:00', '-08:00:00'), Date.UTC(2023, 10, 19, 6));
  assert.equal(utcOfLocal('2023-05-28T15:00:00', '02:00:00'), Date.UTC(2023, 4, 28, 13));
  assert.equal(utcOfLocal('2023-05-28T15:00:00', '-03:30:00'), Date.UTC(2023, 4, 28, 18, 30));
  assert.equal(utcOfLocal('soon', '02:00:00'), null);
  const season = realSeason(2023);
  assert.match(found(season, '2023/Las Vegas/FP1') ?? '', /\/2023-11-16_Practice_1\/$/);
  const race = findSession({ year: 2023, event: 'las vegas', session: 'race' }, season).session;
  assert.equal(race.startEpochMs, Date.UTC(2023, 10, 19, 6));
});

test(
  'findSession() finds the events of 2023 by name, country, town, circuit and slips of the pen',
  { skip: skip2023 },
  () => {
    const season = realSeason(2023);
    const event = (text: string): string | undefined => matchEvent(text, season.meetings, 2023).meeting?.name;
    const cases: [string, string][] = [
      ['Monaco', 'Monaco Grand Prix'],
      ['monaco', 'Monaco Grand Prix'],
      ['Monoco', 'Monaco Grand Prix'],
      ['Monte Carlo', 'Monaco Grand Prix'],
      ['Azerbaijan', 'Azerbaijan Grand Prix'],
      ['Baku', 'Azerbaijan Grand Prix'],
      ['British', 'British Grand Prix'],
      ['Silverstone', 'British Grand Prix'],
      ['Saudi', 'Saudi Arabian Grand Prix'],
      ['Mexican GP', 'Mexico City Grand Prix'],
      ['Spain', 'Spanish Grand Prix'],
      ['Barcelona', 'Spanish Grand Prix'],
      ['Las Vegas', 'Las Vegas Grand Prix'],
      ['United States', 'United States Grand Prix'],
      ['sao paulo', 'São Paulo Grand Prix'],
      ['SÃO PAULO', 'São Paulo Grand Prix'],
      ['São Paulo'.normalize('NFD'), 'São Paulo Grand Prix'],
      ['Spa', 'Belgian Grand Prix'],
      ['6', 'Monaco Grand Prix'],
      ['Bahrain', 'Bahrain Grand Prix'],
      ['testing', 'Pre-Season Testing'],
      ['2023-05-28_Monaco_Grand_Prix', 'Monaco Grand Prix'],
    ];
    for (const [text, name] of cases) assert.equal(event(text), name, text);
    for (const text of ['Imola', 'Emilia', 'xyz', '', '99']) assert.equal(event(text), undefined, text);
  },
);

test('findSession() refuses what several events hold and names them', { skip: skip2021 }, () => {
  assert.throws(
    () => found(realSeason(2021), '2021/Italy/R'),
    (error: unknown) => {
      assert.ok(error instanceof F1Error && error.exitCode === 2);
      assert.match(error.hint, /Emilia Romagna Grand Prix, Italian Grand Prix/);
      return true;
    },
  );
  assert.match(found(realSeason(2021), '2021/Austria/R') ?? '', /Austrian_Grand_Prix/);
});

test('findSession() reads the session names people write', { skip: skip2023 }, () => {
  const season = realSeason(2023);
  const session = (event: string, text: string): string =>
    findSession({ year: 2023, event, session: text }, season).session.name;
  for (const text of ['R', 'race', 'RACE', '5']) assert.equal(session('Monaco', text), 'Race');
  for (const text of ['Q', 'quali', 'Qualifying', '4']) assert.equal(session('Monaco', text), 'Qualifying');
  for (const text of ['FP1', 'P1', 'practice_1', 'Practice 1', '1'])
    assert.equal(session('Monaco', text), 'Practice 1');
  assert.equal(session('Azerbaijan', 'SS'), 'Sprint Shootout');
  assert.equal(session('Azerbaijan', 'S'), 'Sprint');
  for (const text of ['S', 'SQ', 'SS', 'FP4', '6', 'x'])
    assert.throws(() => session('Monaco', text), {
      code: 'F1_SOURCE_NOT_FOUND',
      hint: /Practice 1, Practice 2, Practice 3, Qualifying, Race/,
    });
});

test(
  'findSession() calls the sprints of 2021 and 2022 what the archive calls them',
  { skip: skip2021 },
  () => {
    assert.match(found(realSeason(2021), '2021/British/S') ?? '', /Sprint_Qualifying\/$/);
    assert.match(found(realSeason(2021), '2021/British/SQ') ?? '', /Sprint_Qualifying\/$/);
    assert.match(found(realSeason(2022), '2022/Imola/SQ') ?? '', /Sprint\/$/);
  },
);

test('seasonFromIndex() skips placeholders and takes sessions without a path as not in the archive', () => {
  const season = parse(
    seasonIndex(2023, [
      {
        name: 'Qatar Grand Prix',
        sessions: [
          ['', null],
          ['Race', null],
        ],
      },
    ]),
  );
  assert.deepEqual(
    season.meetings[0]!.sessions.map(({ name, path }) => [name, path]),
    [['Race', null]],
  );
  for (const value of [null, [], {}, { Year: '2023' }, 'x']) assert.equal(seasonFromIndex(value), null);
});

test('seasonFromFolders() answers for a copy of the archive without an index', () => {
  const season = seasonFromFolders(2024, [
    '2024-06-23_Spanish_Grand_Prix/2024-06-22_Qualifying',
    '2024-06-23_Spanish_Grand_Prix/2024-06-23_Race',
    'notes/x',
  ]);
  assert.equal(found(season, '2024/Spain/Q'), '2024/2024-06-23_Spanish_Grand_Prix/2024-06-22_Qualifying/');
  assert.equal(found(season, '2024/barcelona/race'), '2024/2024-06-23_Spanish_Grand_Prix/2024-06-23_Race/');
});

test('likenessPct() is a symmetric percentage, 100 only for equal texts', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(text, text, (a, b) => {
      const pct = likenessPct(a, b);
      assert.equal(pct, likenessPct(b, a));
      assert.ok(pct >= 0 && pct <= 100);
      assert.equal(pct === 100, a === b);
    }),
  );
});
