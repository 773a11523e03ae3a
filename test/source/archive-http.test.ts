import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Progress } from '../../src/domain/log.ts';
import { readSession, resolveSession } from '../../src/source/index.ts';
import { tempDir } from '../support/temp-dir.ts';
import { startArchiveServer } from './support/archive-server.ts';
import { carRows, pathOf, setUpArchive } from './support/archive-setup.ts';
import { madeSession, seasonIndex, underStatic } from './support/made-session.ts';
import { keepingLog, neverAborted, quickRetry, testConfig } from './support/test-config.ts';

test('readSession() over HTTP gives what the folder gives, through 503, 429 and a cut transfer that is resumed', async (t) => {
  const { server, context, folder, session } = await setUpArchive(t);
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
  const impatient = { ...context, retry: { ...quickRetry, stallMs: 1000 } };
  const ref = await resolveSession('2023/Monaco/R', impatient);
  assert.equal(ref.kind, 'archive');
  assert.equal(ref.title, '2023 Monaco Grand Prix, Race');
  assert.equal(await ref.fingerprint(), 'absent');
  const raw = await readSession(ref, { ...context, onProgress: (step) => progress.push(step) });
  assert.equal(raw.identity.event, 'Monaco Grand Prix');
  assert.equal(carRows(raw), 2 * 4 * 120);
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

test('resolveSession() notices a changed file by its ETag and readSession() fetches only that', async (t) => {
  const { server, context } = await setUpArchive(t);
  const ref = await resolveSession('2023/Monaco/R', context);
  await readSession(ref, context);
  const before = await ref.fingerprint();
  for (const [path, content] of underStatic(madeSession({ messages: 300 })))
    if (/Position|CarData/.test(path)) server.files.set(path, content);
  server.requests.length = 0;
  const raw = await readSession(await resolveSession('2023/Monaco/R', context), context);
  assert.equal(carRows(raw), 2 * 4 * 300);
  assert.notEqual(await ref.fingerprint(), before);
  const sent = new Set(
    server.requests
      .filter(({ path, status }) => status === 200 && path.endsWith('.jsonStream'))
      .map(({ path }) => path.split('/').at(-1)),
  );
  assert.deepEqual([...sent].sort(), ['CarData.z.jsonStream', 'Position.z.jsonStream']);
});

test('readSession() asks the mirror when the archive answers an error', async (t) => {
  const { server, context, session } = await setUpArchive(t);
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
  assert.equal(carRows(raw), 960);
  assert.deepEqual(
    readFileSync(join(context.config.source.cache_dir, 'archive', session.path, 'CarData.z.jsonStream')),
    mirror.files.get(car),
  );
});

test('a URL opens a session: its folder, a file in it, a server of its own', async (t) => {
  const { server, context, session } = await setUpArchive(t);
  const url = `${server.url}/static/${session.path}`;
  const ref = await resolveSession(url, context);
  assert.equal(carRows(await readSession(ref, context)), 960);
  const named = await resolveSession('2023/Monaco/R', context);
  assert.equal(named.cacheKey, ref.cacheKey);
  const other = await startArchiveServer(
    t,
    new Map([...session.files].map(([name, content]) => [`/races/one/${name}`, content])),
  );
  const own = await resolveSession(`${other.url}/races/one/CarData.z.jsonStream`, context);
  assert.equal(carRows(await readSession(own, context)), 960);
  assert.notEqual(own.cacheKey, ref.cacheKey);
});

test('a download that ended with its process is resumed by the next', async (t) => {
  const { server, context, folder, session } = await setUpArchive(t);
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
  assert.equal(carRows(raw), 960);
  assert.ok(server.requests.some(({ path, range }) => path === car && range === 'bytes=4000-'));
  assert.deepEqual(
    readFileSync(join(folder, 'CarData.z.jsonStream')),
    session.files.get('CarData.z.jsonStream'),
  );
});

test('a file that changed between two tries is fetched anew, not joined', async (t) => {
  const { server, context, folder } = await setUpArchive(t);
  const car = pathOf(server, 'CarData.z.jsonStream');
  const other = madeSession({ messages: 200 }).files.get('CarData.z.jsonStream')!;
  server.faults.set(car, [{ stallAfterBytes: 3000 }]);
  const onProgress = (step: Progress): void => {
    if (step.file === 'CarData.z.jsonStream' && step.done >= 3000) server.files.set(car, other);
  };
  const impatient = { ...context, retry: { ...quickRetry, stallMs: 1000 } };
  await readSession(await resolveSession('2023/Monaco/R', impatient), { ...context, onProgress });
  assert.deepEqual(readFileSync(join(folder, 'CarData.z.jsonStream')), other);
});

test('two readers of one session at once both get it whole', async (t) => {
  const { context } = await setUpArchive(t);
  const ref = await resolveSession('2023/Monaco/R', context);
  const both = await Promise.all([readSession(ref, context), readSession(ref, context)]);
  assert.deepEqual(both.map(carRows), [960, 960]);
});

test('a server without ETag works: broken transfers start over, an equal length counts as unchanged', async (t) => {
  const { server, context } = await setUpArchive(t);
  server.hasValidators = false;
  server.faults.set(pathOf(server, 'CarData.z.jsonStream'), [{ stallAfterBytes: 3000 }]);
  const impatient = { ...context, retry: { ...quickRetry, stallMs: 1000 } };
  const ref = await resolveSession('2023/Monaco/R', impatient);
  assert.equal(carRows(await readSession(ref, context)), 960);
  const again = await resolveSession('2023/Monaco/R', context);
  assert.notEqual(await again.fingerprint(), 'absent');
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
  assert.equal(carRows(await readSession(await resolveSession('2023/sao paulo/R', context), context)), 960);
});

test('readSession() ends at once when it is aborted', async (t) => {
  const { server, context } = await setUpArchive(t);
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
