import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import * as fc from 'fast-check';
import { errorCodes } from '../../../src/domain/errors.ts';
import { queryRoutes } from '../../../src/bridge/http/query-routes.ts';
import { openWorld } from './world.ts';
import type { SeriesItem } from './world.ts';

const paths = queryRoutes.filter(({ method }) => method === 'POST').map(({ path }) => path);
/** Far above what 24 rows and three drivers can fill. */
const mostBytes = 400_000;

async function post(
  app: FastifyInstance,
  url: string,
  payload: string,
  headers: Record<string, string> = { 'content-type': 'application/json' },
): Promise<{ status: number; text: string }> {
  const answer = await app.inject({ method: 'POST', url, payload, headers });
  return { status: answer.statusCode, text: answer.payload };
}

/** An answer is JSON: data with 200, else {error, code, hint} of texts. */
function assertAnswer({ status, text }: { status: number; text: string }, about: string): void {
  const body: unknown = JSON.parse(text);
  assert.ok(text.length < mostBytes, `${about}: ${text.length} bytes`);
  if (status === 200) return;
  assert.ok(status >= 400 && status < 500, `${about}: ${status} ${text}`);
  const { error, code, hint } = body as Record<string, unknown>;
  assert.deepEqual(Object.keys(Object(body)), ['error', 'code', 'hint'], about);
  assert.ok(typeof error === 'string' && error !== '' && typeof hint === 'string' && hint !== '', text);
  assert.ok(error.length < 500, `${about}: an error is one sentence`);
  assert.ok(
    errorCodes.some((known) => known === code),
    text,
  );
}

test('bad input: broken JSON, foreign bodies and deep nesting are 400 on every route', async (t) => {
  const { bridge } = await openWorld(t);
  const deep = `{"targets":${'['.repeat(70_000)}${']'.repeat(70_000)}}`;
  for (const path of paths) {
    for (const body of ['{', '{"target":', '[1,2]', '"text"', '5', 'true', 'NaN', '{"a":NaN}', deep]) {
      const answer = await post(bridge.app, path, body);
      assert.equal(answer.status, 400, `${path} ${body.slice(0, 20)}: ${answer.text}`);
      assertAnswer(answer, `${path} ${body.slice(0, 20)}`);
    }
  }
});

test('bad input: a body is JSON whatever its content type says; over 1 MiB it is 413', async (t) => {
  const { bridge } = await openWorld(t);
  const query = JSON.stringify({ targets: [{ target: 'VER.speed' }] });
  const expected = await post(bridge.app, '/query', query);
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'x']) {
    const answer = await post(bridge.app, '/query', query, { 'content-type': type });
    assert.deepEqual(answer, expected, type);
  }
  for (const path of paths) {
    const huge = await post(bridge.app, path, JSON.stringify({ target: 'x'.repeat(1_100_000) }));
    assert.equal(huge.status, 413, path);
    assertAnswer(huge, path);
  }
});

test('bad input: numbers that are none, negative or beyond bounds', async (t) => {
  const { query } = await openWorld(t);
  const targets = [{ target: 'VER.speed' }];
  for (const bad of [
    { maxDataPoints: -1 },
    { maxDataPoints: 0 },
    { maxDataPoints: 'many' },
    { maxDataPoints: '-5' },
    { maxDataPoints: {} },
    { maxDataPoints: true },
    { intervalMs: -1 },
    { intervalMs: 'x' },
    { interval: '-1s' },
    { interval: -1 },
    { range: { from: 'yesterday', to: 'now' } },
    { range: { from: {}, to: 'now' } },
    { range: { from: 5, to: 4 } },
    { range: { from: 'now', to: 'now-5m' } },
    { range: { from: 1e300, to: 'now' } },
    { targets: 'speed' },
    { targets: {} },
    { targets: Array.from({ length: 501 }, () => ({ target: 'speed' })) },
  ]) {
    const { status, body } = await query<unknown>({ targets, ...bad });
    assert.equal(status, 400, JSON.stringify(bad).slice(0, 80));
    assertAnswer({ status, text: JSON.stringify(body) }, JSON.stringify(bad).slice(0, 80));
  }
  for (const good of [
    { maxDataPoints: '7' },
    { maxDataPoints: 6.5 },
    { maxDataPoints: 1_000_000 },
    { maxDataPoints: 1e18 },
    { intervalMs: '200', interval: '1m30s' },
    { intervalMs: 0, interval: null },
    { range: {} },
    { range: null },
    { range: { from: '1772373600000', to: '1772373900000' } },
  ]) {
    const { status, body } = await query({ targets, ...good });
    assert.equal(status, 200, JSON.stringify(good));
    assert.ok((body[0]?.datapoints.length ?? 0) > 0, JSON.stringify(good));
  }
});

test('bad input: what Grafana sends beside is ignored', async (t) => {
  const { query } = await openWorld(t);
  const targets = [{ refId: 'A', target: 'VER.speed' }];
  const plain = await query({ targets });
  const extra = await query({
    targets: [{ ...targets[0], datasource: { uid: 'x' }, key: 'Q-1', queryType: '', fields: [] }],
    app: 'explore',
    requestId: 'explore_left',
    timezone: 'browser',
    scopedVars: { driver: { text: 'HAM', value: 'HAM' }, __sceneObject: { value: {} } },
    cacheTimeout: null,
    queryCachingTTL: 60_000,
    liveStreaming: false,
    hideFromInspector: true,
    skipQueryCache: true,
    scopes: [],
    groupByKeys: [],
    filters: [{ key: 'City', operator: '=', value: 'Berlin' }],
    __proto__: { maxDataPoints: -1 },
  });
  assert.deepEqual(extra, plain);
});

test('bad input: many targets and tables stay within bounds', async (t) => {
  const { query, bridge } = await openWorld(t);
  const began = performance.now();
  const many = (target: object): object[] => Array.from({ length: 500 }, () => target);
  for (const target of [{ target: 'alerts' }, { target: 'speed', type: 'table' }, { target: 'VER.speed' }]) {
    const { status, body } = await query<unknown[]>({ targets: many(target) });
    assert.deepEqual([status, body.length], [200, 500]);
  }
  const refused = await query<{ error: string }>({ targets: many({ target: '*.*' }) });
  assert.equal(refused.status, 400);
  assert.match(refused.body.error, /2000 series/u);
  const names = Array.from({ length: 1900 }, (_, i) => `${i}`);
  const heavy = Array.from({ length: 40 }, () => ({
    target: `{${names.join(',')}}.speed`,
    payload: { driver: names },
  }));
  assert.equal((await query({ targets: heavy })).status, 200);
  assert.ok(performance.now() - began < 10_000);
  assert.equal((await bridge.app.inject({ method: 'GET', url: '/drivers' })).statusCode, 200);
});

test('bad input: any JSON body to any POST route is answered with 200 or 4xx and {error, code, hint}', async (t) => {
  const { bridge } = await openWorld(t);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), fc.jsonValue(), async (path, value) => {
      assertAnswer(await post(bridge.app, path, JSON.stringify(value)), path);
    }),
    { numRuns: 1000 },
  );
});

test('bad input: requests of the right shape with anything in their fields never fail the bridge', async (t) => {
  const { bridge } = await openWorld(t);
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), anyRequest, async (path, request) => {
      assertAnswer(
        await post(bridge.app, path, JSON.stringify(request)),
        `${path} ${JSON.stringify(request)}`,
      );
    }),
    { numRuns: 3000 },
  );
});

test('bad input: queries with anything in their targets and filters are answered, or refused with the reason', async (t) => {
  const { bridge } = await openWorld(t);
  let answered = 0;
  await fc.assert(
    fc.asyncProperty(anyQuery, async (request) => {
      const answer = await post(bridge.app, '/query', JSON.stringify(request));
      assertAnswer(answer, JSON.stringify(request));
      if (answer.status === 200) answered++;
    }),
    { numRuns: 3000 },
  );
  assert.ok(answered > 300, `${answered} of 3000 reached the answer`);
});

test('bad input: an answer of series has one item or more for every target, in target order, and never null points', async (t) => {
  const { query } = await openWorld(t);
  const refIds = fc.uniqueArray(fc.stringMatching(/^[A-Z]{1,3}$/u), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(refIds, fc.array(anyTargetText, { minLength: 6, maxLength: 6 }), async (ids, texts) => {
      const targets = [
        { refId: 'first', target: 'VER.speed' },
        ...ids.map((refId, i) => ({ refId, target: texts[i] })),
      ];
      const { status, body } = await query<(SeriesItem & { rows?: unknown[] })[]>({ targets });
      assert.equal(status, 200);
      const asked = targets.filter(({ target }) => target?.trim() !== '').map(({ refId }) => refId);
      const answered = body.map(({ refId }) => refId).filter((id, i, all) => id !== all[i - 1]);
      assert.deepEqual(answered, asked);
      for (const item of body) assert.ok(Array.isArray(item.datapoints ?? item.rows));
    }),
    { numRuns: 500 },
  );
});

const words = fc.constantFrom(
  ...`VER HAM ALO speed n_gear wheel_spin alerts replay_events drivers laps lap high driver severity table frame
  timeserie now now-5m 2026-03-01T14:00:00Z -1 31 $driver \${driver:csv} [[driver]] $__all * (VER|HAM) #drs .. ( )
  {VER,HAM}.{speed,rpm} = != =~ =| < __proto__ constructor toString \u0000 𝔘`.split(/\s+/u),
  '',
);
const anyTargetText = fc.oneof(
  words,
  fc.tuple(words, words).map(([a, b]) => `${a}.${b}`),
  fc.string({ maxLength: 30 }),
);
const anything: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 3, arbitrary: words },
  fc.array(words, { maxLength: 4 }),
  fc.integer(),
  fc.double({ noNaN: true }),
  fc.jsonValue({ maxDepth: 3 }),
);
const objectOf = (...keys: string[]): fc.Arbitrary<object> =>
  fc.record(Object.fromEntries(keys.map((key) => [key, anything])), { requiredKeys: [] });
const anyPayload = fc.oneof(
  anything,
  objectOf('driver', 'drivers', 'lap', 'format', 'newest', 'severity', 'alert_type', 'target'),
  objectOf('driver', 'lap', 'toString', 'valueOf', '__proto__').map((value) => JSON.stringify(value)),
);
const anyTarget = fc
  .tuple(
    objectOf('refId', 'type', 'hide', 'driver', 'drivers', 'data'),
    fc.oneof(anyTargetText, anything),
    anyPayload,
  )
  .map(([rest, target, payload]) => ({ ...rest, target, payload }));
const anyQuery = fc.record(
  {
    targets: fc.array(anyTarget, { minLength: 1, maxLength: 5 }),
    filters: fc.array(objectOf('key', 'operator', 'value', 'values'), { maxLength: 2 }),
    panelPluginId: fc.constantFrom('stat', 'timeseries', 'table'),
    maxDataPoints: fc.integer({ min: 1, max: 2000 }),
    range: fc.constantFrom({ from: 'now-5m', to: 'now' }, { from: 'now-1s', to: 'now' }, { from: 0, to: 1 }),
  },
  { requiredKeys: ['targets'] },
);
const anyRequest = fc
  .tuple(
    objectOf(
      'interval',
      'intervalMs',
      'maxDataPoints',
      'panelPluginId',
      'from',
      'to',
      'target',
      'key',
      'name',
      'metric',
    ),
    fc.oneof(fc.array(anyTarget, { maxLength: 5 }), anything),
    fc.oneof(objectOf('from', 'to'), anything),
    fc.oneof(fc.array(objectOf('key', 'operator', 'value', 'values'), { maxLength: 3 }), anything),
    fc.oneof(objectOf('query', 'name'), anything),
    anyPayload,
  )
  .chain(([rest, targets, range, filters, annotation, payload]) =>
    fc.subarray(Object.entries({ targets, range, filters, annotation, payload })).map((chosen) => ({
      ...rest,
      ...Object.fromEntries(chosen),
    })),
  );
