import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { F1Error } from '../../src/domain/errors.ts';
import { probeArchive, readSession, resolveSession } from '../../src/source/index.ts';
import { tempDir } from '../support/temp-dir.ts';
import { carRows, pathOf, setUpArchive } from './support/archive-setup.ts';
import { madeSession, underStatic } from './support/made-session.ts';
import { keepingLog, neverAborted, testConfig } from './support/test-config.ts';

const unreachable = 'http://127.0.0.1:1';

test('A9: a cached session opens with every host unreachable and says so once', async (t) => {
  const { server, context, config, cacheDir } = await setUpArchive(t);
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
  assert.equal(carRows(raw), 960);
  assert.equal(log.warnings.filter((line) => line.includes('cannot be reached')).length, 1);
  assert.notEqual(await ref.fingerprint(), 'absent');
  const probe = await probeArchive({
    ...offline,
    config: { ...config, source: { ...offline.config.source } },
  });
  assert.equal(probe.found, true);
});

test('A9: a session that the weekend does not have lists those it has, exit code 2', async (t) => {
  const { context } = await setUpArchive(t);
  await assert.rejects(resolveSession('2023/Monaco/S', context), (error: unknown) => {
    assert.ok(error instanceof F1Error);
    assert.equal(error.code, 'F1_SOURCE_NOT_FOUND');
    assert.equal(error.exitCode, 2);
    assert.match(error.hint, /Practice 1, Qualifying, Race/);
    return true;
  });
});

test('A9: an unknown event names the nearest ones, exit code 2', async (t) => {
  const { context } = await setUpArchive(t);
  await assert.rejects(resolveSession('2023/Nürburgring/R', context), (error: unknown) => {
    assert.ok(error instanceof F1Error && error.exitCode === 2);
    assert.match(error.hint, /nearest are: .*Grand Prix/);
    return true;
  });
});

test('A9: the season index is down, but the cache knows the weekend', async (t) => {
  const { server, context } = await setUpArchive(t);
  await readSession(await resolveSession('2023/Monaco/R', context), context);
  await server.close();
  await assert.rejects(resolveSession('2023/Monaco/S', context), { code: 'F1_SOURCE_NOT_FOUND' });
  await assert.rejects(resolveSession('2023/Spain/R', context), {
    code: 'F1_SOURCE_UNREACHABLE',
    canRetry: true,
  });
});

test('A9: a session that has just finished says when the archive is usually complete', async (t) => {
  const { server, context, session } = await setUpArchive(t);
  for (const path of server.files.keys()) if (path.includes(session.path)) server.files.delete(path);
  const nowEpochMs = (): number => Date.UTC(2023, 4, 28, 15, 20);
  const ref = await resolveSession('2023/Monaco/R', { ...context, nowEpochMs });
  await assert.rejects(readSession(ref, context), (error: unknown) => {
    assert.ok(error instanceof F1Error && error.code === 'F1_SOURCE_NOT_READY' && error.exitCode === 2);
    assert.match(error.hint, /15–60 minutes/);
    return true;
  });
  const unlisted = await resolveSession('2023/Monaco/FP1', { ...context, nowEpochMs });
  assert.match(unlisted.location, /2023-05-28_Monaco_Grand_Prix\/2023-05-28_Practice_1\/$/);
  await assert.rejects(readSession(unlisted, context), { code: 'F1_SOURCE_NOT_READY' });
  await assert.rejects(
    resolveSession('2023/Monaco/R', { ...context, nowEpochMs: () => Date.UTC(2023, 0, 1) }),
    { code: 'F1_SOURCE_NOT_READY', message: /not been run yet/ },
  );
});

test('A9: a web page instead of data is refused by name and not stored', async (t) => {
  const { server, context, folder, log } = await setUpArchive(t);
  server.faults.set(pathOf(server, 'CarData.z.jsonStream'), [{ page: '<!DOCTYPE html><html></html>' }]);
  const ref = await resolveSession('2023/Monaco/R', context);
  const raw = await readSession(ref, context);
  assert.equal(raw.car.size, 0);
  assert.equal(existsSync(join(folder, 'CarData.z.jsonStream')), false);
  assert.ok(log.warnings.some((line) => /CarData\.z\.jsonStream.*HTML or XML page/.test(line)));
  assert.equal(await ref.fingerprint(), 'absent');
  const again = await readSession(await resolveSession('2023/Monaco/R', context), context);
  assert.equal(carRows(again), 960);
  assert.notEqual(await ref.fingerprint(), 'absent');
});

test('A9: a page stored in the cache is refused by name, the rest opens', async (t) => {
  const { context, folder, log } = await setUpArchive(t);
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
  const { server, context, log } = await setUpArchive(t, { laps: 2, totalLaps: 4, hasEnded: false });
  const ref = await resolveSession('2023/Monaco/R', context);
  const raw = await readSession(ref, context);
  assert.ok(raw.report.warnings.some((line) => /lap 2 of 4 \(50 %\)/.test(line)));
  assert.ok(raw.report.warnings.some((line) => /fetched again/.test(line)));
  assert.equal(await ref.fingerprint(), 'absent');
  for (const [path, content] of underStatic(madeSession({ totalLaps: 4, messages: 200 })))
    server.files.set(path, content);
  const later = await resolveSession('2023/Monaco/R', { ...context, log });
  const whole = await readSession(later, context);
  assert.equal(carRows(whole), 2 * 4 * 200);
  assert.equal(
    whole.report.warnings.some((line) => /incomplete/.test(line)),
    false,
  );
  assert.notEqual(await later.fingerprint(), 'absent');
});

test("A9: topics that the session's own index lists but the archive lacks are reported with the share", async (t) => {
  const { server, context, session } = await setUpArchive(t);
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

test('A8: a cache that cannot be written is named with path, user, errno and key; the session is read without it', async (t) => {
  const { context, server } = await setUpArchive(t);
  const blocked = join(tempDir(t), 'file');
  writeFileSync(blocked, 'x');
  const log = keepingLog();
  const config = testConfig({ archive_url: server.url, cache_dir: join(blocked, 'cache') });
  const raw = await readSession(await resolveSession('2023/Monaco/R', { ...context, config }), {
    ...context,
    config,
    log,
  });
  assert.equal(carRows(raw), 960);
  const warning = log.warnings.find((line) => line.includes('Cannot write to the cache folder')) ?? '';
  assert.match(warning, /ENOTDIR/);
  assert.match(warning, /as user \S+/);
  assert.match(warning, /source\.cache_dir/);
  assert.ok(warning.includes(join(blocked, 'cache')));
});

test('probeArchive() answers within probe_timeout_ms when the archive is silent', async (t) => {
  const { server, context, cacheDir } = await setUpArchive(t);
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

test('A9: an archive that sends a page for everything is refused as such', async (t) => {
  const { server, context } = await setUpArchive(t);
  for (const path of server.files.keys())
    if (!path.endsWith('Index.json')) server.files.set(path, Buffer.from('<html>captive portal</html>'));
  const ref = await resolveSession('2023/Monaco/R', context);
  await assert.rejects(readSession(ref, context), { code: 'F1_SOURCE_NOT_DATA' });
});

test('a missing season index is said as such; the session still opens by URL', async (t) => {
  const { server, context, session } = await setUpArchive(t);
  server.files.delete('/static/2023/Index.json');
  await assert.rejects(resolveSession('2023/Monaco/R', context), {
    code: 'F1_SOURCE_NOT_FOUND',
    message: /season 2023.*404/,
  });
  const url = await resolveSession(`${server.url}/static/${session.path}`, context);
  assert.equal(carRows(await readSession(url, context)), 960);
  const cached = await resolveSession('2023/Monaco/R', context);
  assert.equal(cached.cacheKey, url.cacheKey);
});

test('an archive that cannot be reached is replaced by its mirror', async (t) => {
  const { server, context } = await setUpArchive(t);
  const config = testConfig({
    archive_url: unreachable,
    mirror_url: server.url,
    cache_dir: context.config.source.cache_dir,
  });
  const options = { ...context, config };
  assert.equal(carRows(await readSession(await resolveSession('2023/Monaco/R', options), options)), 960);
});

test('a session that the index lists without a path is looked for where its dates put it', async (t) => {
  const { server, context, session } = await setUpArchive(t);
  const practice = session.path.replace('_Race/', '_Practice_1/');
  for (const [path, content] of underStatic({ ...session, path: practice })) server.files.set(path, content);
  const raw = await readSession(await resolveSession('2023/Monaco/FP1', context), context);
  assert.equal(carRows(raw), 960);
});

test('a cache of another version is fetched anew', async (t) => {
  const { server, context, folder } = await setUpArchive(t);
  await readSession(await resolveSession('2023/Monaco/R', context), context);
  const manifest = join(folder, '.manifest.json');
  writeFileSync(manifest, readFileSync(manifest, 'utf8').replace('"version": 1', '"version": 99'));
  server.requests.length = 0;
  const ref = await resolveSession('2023/Monaco/R', context);
  assert.equal(await ref.fingerprint(), 'absent');
  assert.equal(carRows(await readSession(ref, context)), 960);
  assert.ok(
    server.requests.some(({ path, status }) => path.endsWith('CarData.z.jsonStream') && status === 200),
  );
});
