import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { F1Error } from '../../src/domain/errors.ts';
import type { Progress } from '../../src/domain/log.ts';
import type { RawSession } from '../../src/domain/raw-session.ts';
import { probeArchive, readSession, resolveSession } from '../../src/source/index.ts';
import { tempDir } from '../support/temp-dir.ts';
import { startArchiveServer, type ArchiveServer } from './support/archive-server.ts';
import { madeSession, seasonIndex, underStatic, type MadeOptions } from './support/made-session.ts';
import { keepingLog, neverAborted, quickRetry, testConfig } from './support/test-config.ts';

const unreachable = 'http://127.0.0.1:1';

async function setUp(t: TestContext, options: MadeOptions = {}) {
  const session = madeSession(options);
  const index = seasonIndex(2023, [
    {
      name: 'Monaco Grand Prix',
      location: 'Monaco',
      country: 'Monaco',
      circuit: 'Monte Carlo',
      sessions: [
        ['Practice 1', null],
        ['Qualifying', '2023/2023-05-28_Monaco_Grand_Prix/2023-05-27_Qualifying/'],
        ['Race', session.path],
      ],
    },
    {
      name: 'Spanish Grand Prix',
      location: 'Barcelona',
      country: 'Spain',
      circuit: 'Catalunya',
      sessions: [['Race', '2023/2023-06-04_Spanish_Grand_Prix/2023-06-04_Race/']],
    },
  ]);
  const server = await startArchiveServer(
    t,
    new Map([...underStatic(session), ['/static/2023/Index.json', index]]),
  );
  const cacheDir = join(tempDir(t), 'cache');
  const log = keepingLog();
  const config = testConfig({ archive_url: server.url, cache_dir: cacheDir, probe_timeout_ms: 1000 });
  const context = { config, log, signal: neverAborted, retry: quickRetry };
  return { session, server, cacheDir, log, config, context, folder: join(cacheDir, 'archive', session.path) };
}

function rows(session: RawSession): number {
  let count = 0;
  for (const { epochMs } of session.car.values()) count += epochMs.length;
  return count;
}

function pathOf(server: ArchiveServer, name: string): string {
  return [...server.files.keys()].find((path) => path.endsWith(`/${name}`)) ?? assert.fail(`no ${name}`);
}

test('readSession() over HTTP gives what the folder gives, through 503, 429 and a cut transfer that is resumed', async (t) => {
  const { server, context, folder, session } = await setUp(t);
  const car = pathOf(server, 'CarData.z.jsonStream');
  const wholeBytes = session.files.get('CarData.z.jsonStream')!.length;
  server.faults.set('/static/2023/Index.json', [{ status: 503 }]);
  server.faults.set(car, [
    { status: 503 },
    { stallAfterBytes: 3000 },
    { stallAfterBytes: 2000 },
    { cutAfterBytes: 1000 },
  ]);
  server.faults.set(pathOf(server, 'LapCount.jsonStream'), [{ status: 429, retryAfter: '0' }]);
  const progress: Progress[] = [];
  const impatient = { ...context, retry: { ...quickRetry, stallMs: 300 } };
  const ref = await resolveSession('2023/Monaco/R', impatient);
  assert.equal(ref.kind, 'archive');
  assert.equal(ref.title, '2023 Monaco Grand Prix, Race');
  assert.equal(await ref.fingerprint(), 'absent');
  const raw = await readSession(ref, { ...context, onProgress: (step) => progress.push(step) });
  assert.equal(raw.identity.event, 'Monaco Grand Prix');
  assert.equal(rows(raw), 2 * 4 * 120);
  assert.deepEqual(
    readFileSync(join(folder, 'CarData.z.jsonStream')),
    session.files.get('CarData.z.jsonStream'),
  );
  assert.deepEqual(
    readdirSync(folder).filter((name) => /part|tmp|lock/.test(name)),
    [],
  );
  const resumed = server.requests.filter(({ path, range }) => path === car && range !== null);
  // What a cut connection had sent last may be lost with it, so the third range lies between two points.
  assert.deepEqual(
    resumed.slice(0, 2).map(({ range }) => range),
    ['bytes=3000-', 'bytes=5000-'],
  );
  assert.ok(resumed.every(({ ifRange }) => ifRange !== null));
  const downloads = progress.filter(({ stage }) => stage === 'download');
  const last = downloads.at(-1)!;
  assert.equal(last.done, last.total);
  assert.ok((last.total ?? 0) > wholeBytes);
  assert.ok(downloads.some(({ etaSeconds }) => etaSeconds !== null));
  assert.notEqual(await ref.fingerprint(), 'absent');
});

test('A9: a cached session opens with every host unreachable and says so once', async (t) => {
  const { server, context, config, cacheDir } = await setUp(t);
  await readSession(await resolveSession('2023/Monaco/R', context), context);
  await server.close();
  const log = keepingLog();
  const offline = {
    ...context,
    log,
    config: testConfig({ archive_url: server.url, mirror_url: unreachable, cache_dir: cacheDir }),
  };
  const ref = await resolveSession('2023/Monaco/R', offline);
  const raw = await readSession(ref, offline);
  assert.equal(rows(raw), 960);
  assert.equal(log.warnings.filter((line) => line.includes('cannot be reached')).length, 1);
  assert.notEqual(await ref.fingerprint(), 'absent');
  const probe = await probeArchive({
    ...offline,
    config: { ...config, source: { ...offline.config.source } },
  });
  assert.equal(probe.found, true);
});

test('A9: a session that the weekend does not have lists those it has, exit code 2', async (t) => {
  const { context } = await setUp(t);
  await assert.rejects(resolveSession('2023/Monaco/S', context), (error: unknown) => {
    assert.ok(error instanceof F1Error);
    assert.equal(error.code, 'F1_SOURCE_NOT_FOUND');
    assert.equal(error.exitCode, 2);
    assert.match(error.hint, /Practice 1, Qualifying, Race/);
    return true;
  });
});

test('A9: an unknown event names the nearest ones, exit code 2', async (t) => {
  const { context } = await setUp(t);
  await assert.rejects(resolveSession('2023/Nürburgring/R', context), (error: unknown) => {
    assert.ok(error instanceof F1Error && error.exitCode === 2);
    assert.match(error.hint, /nearest are: .*Grand Prix/);
    return true;
  });
});

test('A9: the season index is down, but the cache knows the weekend', async (t) => {
  const { server, context } = await setUp(t);
  await readSession(await resolveSession('2023/Monaco/R', context), context);
  await server.close();
  await assert.rejects(resolveSession('2023/Monaco/S', context), { code: 'F1_SOURCE_NOT_FOUND' });
  await assert.rejects(resolveSession('2023/Spain/R', context), {
    code: 'F1_SOURCE_UNREACHABLE',
    canRetry: true,
  });
});

test('A9: a session that has just finished says when the archive is usually complete', async (t) => {
  const { server, context, session } = await setUp(t);
  for (const path of server.files.keys()) if (path.includes(session.path)) server.files.delete(path);
  const nowEpochMs = (): number => Date.UTC(2023, 4, 28, 15, 20);
  const ref = await resolveSession('2023/Monaco/R', { ...context, nowEpochMs });
  await assert.rejects(readSession(ref, context), (error: unknown) => {
    assert.ok(error instanceof F1Error && error.code === 'F1_SOURCE_NOT_READY' && error.exitCode === 2);
    assert.match(error.hint, /15–60 minutes/);
    return true;
  });
  await assert.rejects(resolveSession('2023/Monaco/FP1', { ...context, nowEpochMs }), {
    code: 'F1_SOURCE_NOT_READY',
  });
  await assert.rejects(
    resolveSession('2023/Monaco/R', { ...context, nowEpochMs: () => Date.UTC(2023, 0, 1) }),
    { code: 'F1_SOURCE_NOT_READY', message: /not been run yet/ },
  );
});

test('A9: a web page instead of data is refused by name and not stored', async (t) => {
  const { server, context, folder, log } = await setUp(t);
  server.faults.set(pathOf(server, 'CarData.z.jsonStream'), [{ page: '<!DOCTYPE html><html></html>' }]);
  const ref = await resolveSession('2023/Monaco/R', context);
  const raw = await readSession(ref, context);
  assert.equal(raw.car.size, 0);
  assert.equal(existsSync(join(folder, 'CarData.z.jsonStream')), false);
  assert.ok(log.warnings.some((line) => /CarData\.z\.jsonStream.*HTML or XML page/.test(line)));
  assert.equal(await ref.fingerprint(), 'absent');
  const again = await readSession(await resolveSession('2023/Monaco/R', context), context);
  assert.equal(rows(again), 960);
  assert.notEqual(await ref.fingerprint(), 'absent');
});

test('A9: a page stored in the cache is refused by name, the rest opens', async (t) => {
  const { context, folder, log } = await setUp(t);
  const ref = await resolveSession('2023/Monaco/R', context);
  await readSession(ref, context);
  writeFileSync(join(folder, 'LapCount.jsonStream'), '<?xml version="1.0"?><Error/>');
  const raw = await readSession(await resolveSession(folder, context), context);
  assert.ok(
    raw.report.missing.some(({ topic, reason }) => topic === 'LapCount' && /HTML or XML page/.test(reason)),
  );
  assert.ok(log.warnings.some((line) => line.startsWith('LapCount.jsonStream is refused')));
});

test('A9: an incomplete session is reported with its share and fetched again', async (t) => {
  const { server, context, log } = await setUp(t, { laps: 2, totalLaps: 4, hasEnded: false });
  const ref = await resolveSession('2023/Monaco/R', context);
  const raw = await readSession(ref, context);
  assert.ok(raw.report.warnings.some((line) => /lap 2 of 4 \(50 %\)/.test(line)));
  assert.ok(raw.report.warnings.some((line) => /fetched again/.test(line)));
  assert.equal(await ref.fingerprint(), 'absent');
  for (const [path, content] of underStatic(madeSession({ totalLaps: 4, messages: 200 })))
    server.files.set(path, content);
  const later = await resolveSession('2023/Monaco/R', { ...context, log });
  const whole = await readSession(later, context);
  assert.equal(rows(whole), 2 * 4 * 200);
  assert.equal(
    whole.report.warnings.some((line) => /incomplete/.test(line)),
    false,
  );
  assert.notEqual(await later.fingerprint(), 'absent');
});

test("A9: topics that the session's own index lists but the archive lacks are reported with the share", async (t) => {
  const { server, context, session } = await setUp(t);
  const feeds = Object.fromEntries(
    [...session.files.keys(), 'WeatherData.jsonStream', '../../evil.jsonStream'].map((file) => [
      file.replace('.jsonStream', ''),
      { KeyFramePath: file.replace('Stream', ''), StreamPath: file },
    ]),
  );
  server.files.set(
    `/static/${session.path}Index.json`,
    Buffer.from(`\uFEFF${JSON.stringify({ Feeds: feeds })}`),
  );
  const ref = await resolveSession('2023/Monaco/R', context);
  const raw = await readSession(ref, context);
  assert.ok(raw.report.warnings.some((line) => /Of 7 topics .* 1 are missing: WeatherData/.test(line)));
  assert.equal(await ref.fingerprint(), 'absent');
  assert.equal(
    server.requests.some(({ path }) => path.includes('evil')),
    false,
  );
  assert.equal(
    server.requests.some(({ path }) => path.endsWith('TeamRadio.jsonStream')),
    false,
  );
});

test('resolveSession() notices a changed file by its ETag and readSession() fetches only that', async (t) => {
  const { server, context } = await setUp(t);
  const ref = await resolveSession('2023/Monaco/R', context);
  await readSession(ref, context);
  const before = await ref.fingerprint();
  for (const [path, content] of underStatic(madeSession({ messages: 300 })))
    if (/Position|CarData/.test(path)) server.files.set(path, content);
  server.requests.length = 0;
  const raw = await readSession(await resolveSession('2023/Monaco/R', context), context);
  assert.equal(rows(raw), 2 * 4 * 300);
  assert.notEqual(await ref.fingerprint(), before);
  const sent = new Set(
    server.requests
      .filter(({ path, status }) => status === 200 && path.endsWith('.jsonStream'))
      .map(({ path }) => path.split('/').at(-1)),
  );
  assert.deepEqual([...sent].sort(), ['CarData.z.jsonStream', 'Position.z.jsonStream']);
});

test('readSession() asks the mirror when the archive answers an error', async (t) => {
  const { server, context, session } = await setUp(t);
  const mirror = await startArchiveServer(t, new Map(server.files));
  const car = pathOf(server, 'CarData.z.jsonStream');
  server.files.delete(car);
  const config = testConfig({
    archive_url: server.url,
    mirror_url: mirror.url,
    cache_dir: context.config.source.cache_dir,
  });
  const raw = await readSession(await resolveSession('2023/Monaco/R', { ...context, config }), {
    ...context,
    config,
  });
  assert.equal(rows(raw), 960);
  assert.deepEqual(
    readFileSync(join(context.config.source.cache_dir, 'archive', session.path, 'CarData.z.jsonStream')),
    mirror.files.get(car),
  );
});

test('a URL opens a session: its folder, a file in it, a server of its own', async (t) => {
  const { server, context, session } = await setUp(t);
  const url = `${server.url}/static/${session.path}`;
  const ref = await resolveSession(url, context);
  assert.equal(rows(await readSession(ref, context)), 960);
  const named = await resolveSession('2023/Monaco/R', context);
  assert.equal(named.cacheKey, ref.cacheKey);
  const other = await startArchiveServer(
    t,
    new Map([...session.files].map(([name, content]) => [`/races/one/${name}`, content])),
  );
  const own = await resolveSession(`${other.url}/races/one/CarData.z.jsonStream`, context);
  assert.equal(rows(await readSession(own, context)), 960);
  assert.notEqual(own.cacheKey, ref.cacheKey);
});

test('A8: a cache that cannot be written is named with path, user, errno and key; the session is read without it', async (t) => {
  const { context, server } = await setUp(t);
  const blocked = join(tempDir(t), 'file');
  writeFileSync(blocked, 'x');
  const log = keepingLog();
  const config = testConfig({ archive_url: server.url, cache_dir: join(blocked, 'cache') });
  const raw = await readSession(await resolveSession('2023/Monaco/R', { ...context, config }), {
    ...context,
    config,
    log,
  });
  assert.equal(rows(raw), 960);
  const warning = log.warnings.find((line) => line.includes('Cannot write to the cache folder')) ?? '';
  assert.match(warning, /ENOTDIR/);
  assert.match(warning, /as user \S+/);
  assert.match(warning, /source\.cache_dir/);
  assert.ok(warning.includes(join(blocked, 'cache')));
});

test('probeArchive() answers within probe_timeout_ms when the archive is silent', async (t) => {
  const { server, context, cacheDir } = await setUp(t);
  server.faults.set(
    '/static/2023/Index.json',
    Array.from({ length: 20 }, () => ({ hang: true }) as const),
  );
  const config = testConfig({ archive_url: server.url, cache_dir: cacheDir, probe_timeout_ms: 200 });
  const probe = await probeArchive({ config, log: context.log, signal: neverAborted });
  assert.equal(probe.found, false);
  assert.match(probe.reason, /200 ms/);
  const gone = await probeArchive({
    config: testConfig({ archive_url: unreachable, cache_dir: cacheDir }),
    log: context.log,
    signal: neverAborted,
  });
  assert.equal(gone.found, false);
});

test('a download that ended with its process is resumed by the next', async (t) => {
  const { server, context, folder, session } = await setUp(t);
  const car = pathOf(server, 'CarData.z.jsonStream');
  const feeds = {
    SessionInfo: { StreamPath: 'SessionInfo.jsonStream' },
    'CarData.z': { StreamPath: 'CarData.z.jsonStream' },
  };
  server.files.set(`/static/${session.path}Index.json`, Buffer.from(JSON.stringify({ Feeds: feeds })));
  server.faults.set(car, [{ stallAfterBytes: 4000 }]);
  const controller = new AbortController();
  const first = { ...context, signal: controller.signal };
  const onProgress = (step: Progress): void => {
    if (step.file === 'CarData.z.jsonStream' && step.done >= 4000) controller.abort();
  };
  await assert.rejects(readSession(await resolveSession('2023/Monaco/R', first), { ...first, onProgress }), {
    name: 'AbortError',
  });
  assert.ok(existsSync(join(folder, 'CarData.z.jsonStream.part')));
  assert.equal(existsSync(join(folder, '.lock')), false);
  const raw = await readSession(await resolveSession('2023/Monaco/R', context), context);
  assert.equal(rows(raw), 960);
  assert.ok(server.requests.some(({ path, range }) => path === car && range === 'bytes=4000-'));
  assert.deepEqual(
    readFileSync(join(folder, 'CarData.z.jsonStream')),
    session.files.get('CarData.z.jsonStream'),
  );
});

test('a file that changed between two tries is fetched anew, not joined', async (t) => {
  const { server, context, folder } = await setUp(t);
  const car = pathOf(server, 'CarData.z.jsonStream');
  const other = madeSession({ messages: 200 }).files.get('CarData.z.jsonStream')!;
  server.faults.set(car, [{ stallAfterBytes: 3000 }]);
  const onProgress = (step: Progress): void => {
    if (step.file === 'CarData.z.jsonStream' && step.done >= 3000) server.files.set(car, other);
  };
  const impatient = { ...context, retry: { ...quickRetry, stallMs: 300 } };
  await readSession(await resolveSession('2023/Monaco/R', impatient), { ...context, onProgress });
  assert.deepEqual(readFileSync(join(folder, 'CarData.z.jsonStream')), other);
});

test('two readers of one session at once both get it whole', async (t) => {
  const { context } = await setUp(t);
  const ref = await resolveSession('2023/Monaco/R', context);
  const both = await Promise.all([readSession(ref, context), readSession(ref, context)]);
  assert.deepEqual(both.map(rows), [960, 960]);
});

test('a server without ETag works: broken transfers start over, an equal length counts as unchanged', async (t) => {
  const { server, context } = await setUp(t);
  server.hasValidators = false;
  server.faults.set(pathOf(server, 'CarData.z.jsonStream'), [{ stallAfterBytes: 3000 }]);
  const impatient = { ...context, retry: { ...quickRetry, stallMs: 300 } };
  const ref = await resolveSession('2023/Monaco/R', impatient);
  assert.equal(rows(await readSession(ref, context)), 960);
  const again = await resolveSession('2023/Monaco/R', context);
  assert.notEqual(await again.fingerprint(), 'absent');
});

test('A9: an archive that sends a page for everything is refused as such', async (t) => {
  const { server, context } = await setUp(t);
  for (const path of server.files.keys())
    if (!path.endsWith('Index.json')) server.files.set(path, Buffer.from('<html>captive portal</html>'));
  const ref = await resolveSession('2023/Monaco/R', context);
  await assert.rejects(readSession(ref, context), { code: 'F1_SOURCE_NOT_DATA' });
});

test('a missing season index is said as such; the session still opens by URL', async (t) => {
  const { server, context, session } = await setUp(t);
  server.files.delete('/static/2023/Index.json');
  await assert.rejects(resolveSession('2023/Monaco/R', context), {
    code: 'F1_SOURCE_NOT_FOUND',
    message: /season 2023.*404/,
  });
  const url = await resolveSession(`${server.url}/static/${session.path}`, context);
  assert.equal(rows(await readSession(url, context)), 960);
  const cached = await resolveSession('2023/Monaco/R', context);
  assert.equal(cached.cacheKey, url.cacheKey);
});

test('a folder name in NFD on the server, in NFC in the index, is found', async (t) => {
  const session = madeSession({ event: 'São Paulo Grand Prix', eventDate: '2023-11-05' });
  const index = seasonIndex(2023, [
    { name: 'São Paulo Grand Prix', sessions: [['Race', session.path.normalize('NFC')]] },
  ]);
  const files = new Map([...underStatic(session)].map(([path, content]) => [path.normalize('NFD'), content]));
  const server = await startArchiveServer(t, new Map([...files, ['/static/2023/Index.json', index]]));
  const config = testConfig({ archive_url: server.url, cache_dir: join(tempDir(t), 'cache') });
  const context = { config, log: keepingLog(), signal: neverAborted, retry: quickRetry };
  assert.equal(rows(await readSession(await resolveSession('2023/sao paulo/R', context), context)), 960);
});

test('readSession() ends at once when it is aborted', async (t) => {
  const { server, context } = await setUp(t);
  const ref = await resolveSession('2023/Monaco/R', context);
  server.faults.set(pathOf(server, 'CarData.z.jsonStream'), [{ hang: true }]);
  const controller = new AbortController();
  const aborted = resolveSession('2023/Monaco/R', { ...context, signal: controller.signal }).then((own) =>
    readSession(own, { ...context, signal: controller.signal }),
  );
  setImmediate(() => controller.abort());
  await assert.rejects(aborted, { name: 'AbortError' });
  assert.equal(ref.kind, 'archive');
});
