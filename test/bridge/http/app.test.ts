import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { errorCodes } from '../../../src/domain/errors.ts';
import { routes } from '../../../src/bridge/index.ts';
import { tempDir } from '../../support/temp-dir.ts';
import {
  alert,
  getJson,
  publish,
  publishRows,
  replayState,
  row,
  testBridge,
  testConfig,
  until,
  untilOk,
} from '../support.ts';

interface ErrorBody {
  readonly error: string;
  readonly code: string;
  readonly hint: string;
}

function isErrorBody(body: unknown): body is ErrorBody {
  const { error, code, hint } = Object(body) as Partial<ErrorBody>;
  return (
    typeof error === 'string' &&
    error !== '' &&
    typeof hint === 'string' &&
    errorCodes.some((known) => known === code)
  );
}

test('GET /openapi.json: describes every route, every route answers', async (t) => {
  const { url } = await testBridge(t);
  await untilOk(url);
  const { body } = await getJson<{
    openapi: string;
    paths: Record<string, Record<string, { responses: object; operationId: string }>>;
  }>(`${url}/openapi.json`);
  assert.equal(body.openapi, '3.1.0');
  const described = Object.entries(body.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  assert.deepEqual(described.toSorted(), routes.map(({ method, path }) => `${method} ${path}`).toSorted());
  for (const wanted of [
    'GET /',
    'POST /search',
    'GET /query',
    'POST /query',
    'POST /annotations',
    'POST /tag-keys',
    'POST /tag-values',
    'GET /stats',
    'GET /drivers',
    'GET /alerts',
    'GET /alerts/summary',
    'GET /predictions',
    'GET /timing',
    'GET /metrics',
    'POST /metrics',
    'GET /replay',
    'POST /replay',
    'GET /sessions',
    'GET /openapi.json',
    'GET /ws',
  ]) {
    assert.ok(described.includes(wanted), wanted);
  }
  const ids = Object.values(body.paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  );
  assert.equal(new Set(ids).size, ids.length);
  for (const [path, methods] of Object.entries(body.paths)) {
    for (const [method, { responses }] of Object.entries(methods)) {
      const answer = await fetch(`${url}${path}`, { method: method.toUpperCase() });
      assert.ok(String(answer.status) in responses, `${method} ${path}: ${answer.status}`);
      if (answer.status >= 400) assert.ok(isErrorBody(await answer.json()), path);
    }
  }
});

test('E24: JSON is read with any or no content type, an empty body is {}', async (t) => {
  const { url } = await testBridge(t);
  await untilOk(url);
  const body = JSON.stringify({ target: 'spe' });
  for (const type of [
    undefined,
    'application/json',
    'text/plain',
    'application/x-www-form-urlencoded',
    'nonsense',
    'application/json; charset=utf-8',
  ]) {
    const { status, body: names } = await post(
      `${url}/search`,
      body,
      type === undefined ? {} : { 'content-type': type },
    );
    assert.equal(status, 200, type);
    assert.deepEqual(names, ['speed', 'expected_speed'], type);
  }
  for (const empty of ['', '   ', '{}', 'null']) {
    const { status, body: names } = await post(`${url}/search`, empty, {});
    assert.equal(status, 200, JSON.stringify(empty));
    assert.ok(Array.isArray(names) && names.includes('speed') && names.includes('wheel_spin'));
  }
});

test('E24: every bad request is {error, code, hint} with the right status', async (t) => {
  const { url } = await testBridge(t);
  await untilOk(url);
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const cases: [
    method: string,
    path: string,
    body: string | null,
    status: number,
    headers?: Record<string, string>,
  ][] = [
    ['POST', '/query', '{', 400],
    ['POST', '/query', 'nonsense', 400],
    ['POST', '/query', '[]', 400],
    ['POST', '/query', '5', 400],
    ['POST', '/query', deep, 400],
    ['POST', '/query', `{"targets":${deep}}`, 400],
    ['POST', '/query', '{}', 400],
    ['POST', '/query', '{"targets":"speed"}', 400],
    ['POST', '/query', '{"targets":[{"target":"nonsense"}]}', 400],
    ['POST', '/query', '{"targets":[{"target":"$driver.speed"}]}', 400],
    ['POST', '/query', '{"targets":[{"target":"speed"}],"range":{"from":2,"to":1}}', 400],
    ['POST', '/query', '{"targets":[{"target":"speed"}],"range":{"from":"x","to":"y"}}', 400],
    ['POST', '/query', '{"targets":[{"target":"speed"}],"maxDataPoints":0}', 400],
    ['POST', '/query', '{"targets":[{"target":"speed"}],"maxDataPoints":"many"}', 400],
    ['POST', '/query', `{"pad":"${'x'.repeat(10_000_000)}"}`, 413],
    ['POST', '/query', '{}', 415, { 'content-encoding': 'gzip' }],
    ['POST', '/tag-values', '{"key":"__proto__"}', 400],
    ['POST', '/replay', '{"command":"fly"}', 400],
    ['POST', '/replay', '{"command":"speed","value":123456789012345678901234567890}', 400],
    ['POST', '/replay', '{"command":"pause"}', 403, { origin: 'http://evil.example.com' }],
    ['POST', '/replay', '{"command":"pause"}', 401, { 'x-forwarded-for': '127.0.0.1' }],
    ['GET', '/query', null, 400],
    ['GET', '/query?target=nonsense', null, 400],
    ['GET', '/query?target=VER.speed&from=2&to=1', null, 400],
    ['GET', '/query?target=VER.speed&maxDataPoints=-1', null, 400],
    ['GET', '/alerts?limit=x', null, 400],
    ['GET', '/alerts?driver=$driver', null, 400],
    ['GET', '/nothing', null, 404],
    ['GET', '/%ff', null, 400],
    ['GET', '/app/', null, 404],
    ['GET', '/ws', null, 400],
    ['DELETE', '/replay', null, 405],
    ['PUT', '/stats', '{}', 405],
    ['POST', '/stats', '{}', 405],
  ];
  for (const [method, path, body, status, headers] of cases) {
    const answer = await fetch(`${url}${path}`, {
      method,
      ...(body === null ? {} : { body }),
      headers: headers ?? {},
    });
    const name = `${method} ${path} ${body?.slice(0, 40)}`;
    assert.equal(answer.status, status, name);
    assert.match(answer.headers.get('content-type') ?? '', /^application\/json/u, name);
    assert.ok(isErrorBody(await answer.json()), name);
    if (status === 405) assert.match(answer.headers.get('allow') ?? '', /GET/u);
  }
  assert.equal((await fetch(`${url}/`)).status, 200);
});

test('E24: OPTIONS answers with CORS, HEAD has no body, a trailing slash is ignored', async (t) => {
  const { url } = await testBridge(t);
  await untilOk(url);
  for (const path of ['/annotations', '/query', '/search', '/']) {
    const options = await fetch(`${url}${path}`, {
      method: 'OPTIONS',
      headers: {
        origin: 'http://grafana.example.org',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type',
      },
    });
    assert.equal(options.status, 204, path);
    assert.equal(options.headers.get('access-control-allow-origin'), '*');
    assert.match(options.headers.get('access-control-allow-methods') ?? '', /POST/u);
    assert.match(options.headers.get('access-control-allow-headers') ?? '', /content-type/u);
  }
  const head = await fetch(`${url}/stats`, { method: 'HEAD' });
  assert.equal(head.status, 200);
  assert.equal(await head.text(), '');
  for (const path of ['/stats/', '/drivers/', '/metrics/', '/alerts/summary/'])
    assert.equal((await fetch(url + path)).status, 200, path);
});

test('POST /replay: a command reaches the control topic with its id, through 20 a second', async (t) => {
  const { broker, config, url } = await testBridge(t);
  await untilOk(url);
  const { status, body } = await post(`${url}/replay`, '{"command":"seek","value":{"lap":31}}', {});
  assert.equal(status, 202);
  const { accepted, command_id: id } = body as { accepted: boolean; command_id: string };
  assert.ok(accepted);
  const ending = new AbortController();
  const topics = [{ topic: config.kafka.topics.control, start: 'earliest' as const }];
  for await (const { records } of broker.consume({ topics, signal: ending.signal })) {
    const [record] = records;
    const message = JSON.parse(Buffer.from(record!.value!).toString()) as Record<string, unknown>;
    assert.deepEqual(
      [message['command'], message['value'], message['command_id'], message['by'], message['message_type']],
      ['seek', { lap: 31 }, id, 'api', 'command'],
    );
    assert.equal(Buffer.from(record!.key!).toString(), 'command');
    assert.deepEqual({ ...record!.headers }, { v: '1' });
    break;
  }
  ending.abort();
  const answers = await Promise.all(
    Array.from({ length: 30 }, () => post(`${url}/replay`, '{"command":"pause"}', {})),
  );
  assert.ok(answers.some((answer) => answer.status === 429 && isErrorBody(answer.body)));
});

test('GET /drivers, /alerts, /alerts/summary, /replay, /sessions, /predictions: what was read', async (t) => {
  const { broker, config, url } = await testBridge(t);
  const { topics } = config.kafka;
  await untilOk(url);
  await publish(broker, topics.control, [replayState({ status: 'paused' })], { headers: { v: '1' } });
  await publishRows(broker, config, [row({ timestampMs: Date.now(), speedKmh: 281.5 })]);
  const alerts = [
    alert(),
    alert({
      alert_id: 'a2',
      driver: 'HAM',
      driver_id: 'HAM',
      severity: 'high',
      alert_type: 'high_speed',
      value: 301,
    }),
    alert({ state: 'closed', ended_at: 3605 }),
  ];
  for (const one of alerts)
    await publish(broker, topics.alerts, [one], { partition: one.severity === 'high' ? 0 : 1 });
  await until(
    async () => (await getJson<{ alerts: number }>(`${url}/stats`)).body.alerts === 2,
    'two alerts',
  );
  await until(
    async () => (await getJson<{ state: string }[]>(`${url}/alerts?driver=VER`)).body[0]?.state === 'closed',
    'closed',
  );
  await until(async () => (await getJson<unknown[]>(`${url}/drivers`)).body.length === 1, 'a driver');
  const { body: drivers } = await getJson<
    { driver: string; last: Record<string, unknown>; points: number }[]
  >(`${url}/drivers`);
  assert.equal(drivers[0]?.last['speed'], 281.5);
  assert.equal(drivers[0]?.last['compound'], 'MEDIUM');
  assert.equal(drivers[0]?.points, 1);
  assert.deepEqual((await getJson<{ by_severity: object }>(`${url}/alerts/summary`)).body.by_severity, {
    high: 1,
    medium: 1,
    low: 0,
  });
  for (const [filter, count] of [
    ['severity=high', 1],
    ['driver=VER,HAM', 2],
    ['driver=(VER|HAM)', 2],
    ['state=open', 1],
    ['type=high_speed', 1],
    ['limit=1', 1],
    ['driver=$__all', 2],
  ] as const) {
    assert.equal((await getJson<unknown[]>(`${url}/alerts?${filter}`)).body.length, count, filter);
  }
  assert.equal((await getJson<{ status: string }>(`${url}/replay`)).body.status, 'paused');
  assert.deepEqual((await getJson(`${url}/sessions`)).body, [
    { source: '2023/Monaco/R', spec: '2023/Monaco/R' },
  ]);
  assert.deepEqual((await getJson<{ predictions: [] }>(`${url}/predictions`)).body.predictions, []);
});

test('A1: the page is served under /app/ with relative addresses, a policy, and long caching of hashed files alone', async (t) => {
  const webRoot = tempDir(t);
  mkdirSync(join(webRoot, 'assets'));
  writeFileSync(join(webRoot, 'index.html'), '<!doctype html><title>page</title>');
  writeFileSync(join(webRoot, 'assets', 'index-AbCdEf12.js'), 'export {};');
  const { url } = await testBridge(t, { more: { webRoot } });
  await untilOk(url);
  const sent = await fetch(`${url}/`, { headers: { accept: 'text/html,*/*' }, redirect: 'manual' });
  assert.deepEqual([sent.status, sent.headers.get('location')], [302, 'app/']);
  const bare = await fetch(`${url}/app?x=1`, { redirect: 'manual' });
  assert.deepEqual([bare.status, bare.headers.get('location')], [302, 'app/?x=1']);
  const page = await fetch(`${url}/app/`);
  assert.equal(page.status, 200);
  assert.match(await page.text(), /page/u);
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'self'/u);
  assert.equal(page.headers.get('cache-control'), 'no-cache');
  const script = await fetch(`${url}/app/assets/index-AbCdEf12.js`);
  assert.match(script.headers.get('content-type') ?? '', /javascript/u);
  assert.match(script.headers.get('cache-control') ?? '', /immutable/u);
  for (const path of [
    '/app/../package.json',
    '/app/%2e%2e/package.json',
    '/app/..%2fpackage.json',
    '/app/nothing.js',
  ]) {
    const { status, type } = await rawGet(url, path);
    assert.ok(status === 404 || status === 403 || status === 400, `${path}: ${status}`);
    assert.match(type, /json/u);
  }
});

test('buildApp: no body, path or query makes the bridge fail', async (t) => {
  const { url, bridge } = await testBridge(t, { config: testConfig() });
  await untilOk(url);
  const paths = routes
    .filter(({ path }) => path !== '/ws' && path !== '/replay')
    .map(({ method, path }) => ({ method, path }));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...paths),
      fc.jsonValue(),
      fc.dictionary(fc.string({ maxLength: 8 }), fc.string({ maxLength: 20 })),
      async ({ method, path }, body, query) => {
        const answer = await bridge.app.inject({
          method,
          url: path,
          query,
          ...(method === 'POST' ? { payload: JSON.stringify(body) } : {}),
        });
        assert.ok(answer.statusCode < 500, `${method} ${path} ${answer.statusCode} ${answer.payload}`);
      },
    ),
    { numRuns: 200 },
  );
});

async function post(
  url: string,
  body: string,
  headers: Record<string, string>,
): Promise<{ status: number; body: unknown }> {
  // Node's fetch adds a content type of its own; a Buffer body gets none.
  const answer = await fetch(url, { method: 'POST', body: Buffer.from(body), headers });
  return { status: answer.status, body: await answer.json() };
}

function rawGet(url: string, path: string): Promise<{ status: number; type: string }> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    request({ hostname, port, path }, (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '' });
    })
      .on('error', reject)
      .end();
  });
}
