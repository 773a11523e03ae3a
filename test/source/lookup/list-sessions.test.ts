import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import {
  clearCache,
  listCache,
  listSeason,
  listSessions,
  probeCache,
  readSession,
  resolveSession,
} from '../../../src/source/index.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { startArchiveServer } from '../support/archive-server.ts';
import { madeSession, seasonIndex, underStatic } from '../support/made-session.ts';
import { keepingLog, neverAborted, quickRetry, testConfig } from '../support/test-config.ts';

function write(folder: string, files: ReadonlyMap<string, Buffer>): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of files) writeFileSync(join(folder, name), content);
}

async function setUp(t: TestContext) {
  const root = tempDir(t);
  const session = madeSession();
  const index = seasonIndex(2023, [
    {
      name: 'Monaco Grand Prix',
      sessions: [
        ['Race', session.path],
        ['Qualifying', null],
      ],
    },
  ]);
  const server = await startArchiveServer(
    t,
    new Map([...underStatic(session), ['/static/2023/Index.json', index]]),
  );
  const local = madeSession({ event: 'Spanish Grand Prix', eventDate: '2023-06-04' });
  write(join(root, 'archive', local.path), local.files);
  const small = new Map([['LapCount.jsonStream', local.files.get('LapCount.jsonStream')!]]);
  write(join(root, 'archive', '2022/2022-05-29_Monaco_Grand_Prix/2022-05-29_Race'), small);
  write(join(root, 'own', '2021_baku_race', 'raw'), session.files);
  write(join(root, 'cache', 'simulated', 'seed-1'), session.files);
  const config = testConfig({
    archive_url: server.url,
    cache_dir: join(root, 'cache'),
    archive_dir: join(root, 'archive'),
    sessions: [join(root, 'own', '2021_baku_race'), '2023/Spain/R', '2024/Monza/Q', join(root, 'gone')],
  });
  const log = keepingLog();
  const options = { config, log, signal: neverAborted, retry: quickRetry };
  await readSession(await resolveSession('2023/Monaco/R', options), options);
  return { root, config, log, options, server };
}

test('listSessions() lists cached, local, configured and simulated sessions once each', async (t) => {
  const { root, options } = await setUp(t);
  const listed = await listSessions(options);
  assert.deepEqual(
    listed.map(({ origin, title, hasTelemetry }) => [origin, title, hasTelemetry]),
    [
      ['cached', '2023 Monaco Grand Prix, Race', true],
      ['local', '2022 Monaco Grand Prix, Race', false],
      ['local', '2023 Spanish Grand Prix, Race', true],
      ['configured', '2023 Monaco Grand Prix, Race', true],
      ['configured', '2024 Monza, Q', null],
      ['configured', join(root, 'gone'), null],
      ['simulated', '2023 Monaco Grand Prix, Race', true],
    ],
  );
  const configured = listed.filter(({ origin }) => origin === 'configured');
  assert.equal(configured[0]!.spec, join(root, 'own', '2021_baku_race'));
  for (const { spec, origin } of listed.filter((listing) => listing.hasTelemetry !== null))
    assert.equal((await resolveSession(spec, options)).kind, origin === 'cached' ? 'archive' : 'folder');
});

test('listSessions() warns about a folder that cannot be read and lists the rest', async (t) => {
  const { root, options, log } = await setUp(t);
  const bad = join(root, 'archive', '2020', '2020-01-01_Bad_Grand_Prix', '2020-01-01_Race');
  mkdirSync(bad, { recursive: true });
  symlinkSync(join(root, 'nowhere'), join(bad, 'LapCount.jsonStream'));
  const listed = await listSessions(options);
  assert.equal(listed.length, 7);
  assert.ok(
    log.warnings.some((line) => line.includes('2020-01-01_Race')),
    log.warnings.join(),
  );
});

test('listCache() names downloads, tables and simulated races with sizes; clearCache() removes only those given', async (t) => {
  const { root, config } = await setUp(t);
  write(join(root, 'cache', 'tables'), new Map([['a.f1table', Buffer.alloc(10)]]));
  writeFileSync(join(root, 'cache', 'mine.txt'), 'kept');
  const entries = await listCache({ config });
  assert.deepEqual(
    entries.map(({ kind }) => kind),
    ['download', 'download', 'table', 'simulated'],
  );
  const session = entries.find(({ name }) => name.endsWith('2023-05-28_Race'))!;
  assert.ok(session.bytes > 10_000 && session.files > 5);
  await clearCache(
    entries.filter(({ kind }) => kind !== 'simulated'),
    neverAborted,
  );
  assert.deepEqual(
    (await listCache({ config })).map(({ kind }) => kind),
    ['simulated'],
  );
  await probeCache({ config });
});

test('listSeason() lists what the index has, and what is not in the archive yet', async (t) => {
  const { options, server } = await setUp(t);
  const listed = await listSeason(2023, options);
  assert.deepEqual(
    listed.map(({ spec, isInArchive }) => [spec, isInArchive]),
    [
      ['2023/Monaco Grand Prix/Race', true],
      ['2023/Monaco Grand Prix/Qualifying', false],
    ],
  );
  await server.close();
  assert.equal((await listSeason(2023, options)).length, 2);
  await assert.rejects(listSeason(2019, options), { code: 'F1_SOURCE_UNREACHABLE' });
});
