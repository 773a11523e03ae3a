import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { gzipSync } from 'node:zlib';
import { runTarget, sourceTypes } from '../../../grafana/query/run-target.ts';
import type { RunOptions } from '../../../grafana/query/run-target.ts';

async function serve(
  t: TestContext,
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
): Promise<string> {
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => answer(request, response, body));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const optionsFor = (type: string, url: string, more: Partial<RunOptions> = {}): RunOptions => ({
  datasource: { type, uid: 'x', url },
  range: { fromMs: 1_685_278_800_000, toMs: 1_685_279_100_000 },
  intervalMs: 1000,
  maxDataPoints: 300,
  variables: [],
  fetch,
  ...more,
});
const infinity = {
  refId: 'A',
  type: 'json',
  parser: 'backend',
  format: 'timeseries',
  url: '/rows',
  root_selector: 'rows',
  columns: [],
};
const infinityWith = (change: object): { readonly refId: string } => ({ ...infinity, ...change });

test('runTarget() Infinity: reads a compressed answer, hands its notices over and keeps them out of the frames', async (t) => {
  const notice = { severity: 'info', text: 'replay paused' };
  const url = await serve(t, (request, response) => {
    assert.equal(request.headers['accept-encoding'], 'gzip');
    assert.equal(request.headers.accept, 'application/json;q=0.9,text/plain');
    const body = JSON.stringify({ rows: [{ a: 1 }, { a: 2 }], meta: { notices: [notice] } });
    response
      .writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
      .end(gzipSync(body));
  });
  const result = await runTarget(infinity, optionsFor(sourceTypes.infinity, url));
  assert.equal(result.error, undefined);
  assert.equal(result.status, 200);
  assert.equal(result.rows, 2);
  assert.ok(result.ms > 0);
  assert.deepEqual(result.notices, [notice]);
  assert.deepEqual(result.frames[0]?.fields, [{ name: 'a', type: 'number', values: [1, 2] }]);
  assert.doesNotMatch(JSON.stringify(result.frames), /paused/);
});

test('runTarget() Infinity: CSV with notices in a header', async (t) => {
  const url = await serve(t, (request, response) => {
    assert.equal(request.headers.accept, 'text/csv; charset=utf-8');
    response
      .writeHead(200, {
        'content-type': 'text/csv',
        'x-notices': '[{"severity":"warning","text":"Gr\\u00fc\\u00dfe"}]',
      })
      .end('a,b\n1,x\n');
  });
  const result = await runTarget(infinityWith({ type: 'csv' }), optionsFor(sourceTypes.infinity, url));
  assert.deepEqual(result.notices, [{ severity: 'warning', text: 'Grüße' }]);
  assert.deepEqual(
    result.frames[0]?.fields.map(({ name }) => name),
    ['a', 'b'],
  );
});

test('runTarget() answers errors as Grafana shows them', async (t) => {
  const url = await serve(t, (request, response) => {
    if (request.url === '/bad') response.writeHead(400).end('{"error":"unknown field warp","hint":"h"}');
    else response.end('{"rows": [');
  });
  const bad = await runTarget(infinityWith({ url: '/bad' }), optionsFor(sourceTypes.infinity, url));
  assert.deepEqual([bad.status, bad.rows, bad.frames], [400, 0, []]);
  assert.match(
    bad.error ?? '',
    /HTTP status code: 400 Bad Request\nError message from HTTP response: unknown field warp/,
  );
  assert.match(
    (await runTarget(infinityWith({ url: '/cut' }), optionsFor(sourceTypes.infinity, url))).error ?? '',
    /JSON/,
  );
  const nobody = await runTarget(infinity, optionsFor(sourceTypes.infinity, 'http://127.0.0.1:9'));
  assert.equal(nobody.status, 0);
  assert.match(nobody.error ?? '', /fetch failed/);
  await assert.rejects(
    runTarget(infinity, optionsFor('graphite', url)),
    /is of type graphite, must be one of/,
  );
});

test('runTarget() simPod: posts the request, answers the items as they are', async (t) => {
  const items = [
    {
      target: 'VER',
      refId: 'A',
      datapoints: [
        [1, 1000],
        [2, 2000],
      ],
    },
    {
      type: 'table',
      refId: 'B',
      columns: [],
      rows: [[1]],
      meta: { notices: [{ severity: 'info', text: 'n' }] },
    },
  ];
  const url = await serve(t, (request, response, body) => {
    assert.equal(request.url, '/query');
    assert.equal((JSON.parse(body) as { maxDataPoints: number }).maxDataPoints, 300);
    response.end(body.includes('"speed"') ? JSON.stringify(items) : '{}');
  });
  const result = await runTarget(
    { refId: 'A', target: 'speed' } as { refId: string },
    optionsFor(sourceTypes.simpod, url),
  );
  assert.deepEqual(result.frames, items);
  assert.equal(result.rows, 3);
  assert.deepEqual(result.notices, [{ severity: 'info', text: 'n' }]);
  const wrong = await runTarget(
    { refId: 'A', target: 'rpm' } as { refId: string },
    optionsFor(sourceTypes.simpod, url),
  );
  assert.match(wrong.error ?? '', /must be an array/);
});

test('runTarget() Prometheus: posts a form, hands its own error over', async (t) => {
  const url = await serve(t, (_request, response, body) => {
    if (new URLSearchParams(body).get('query') === 'up') {
      response.end(
        '{"status":"success","data":{"resultType":"matrix","result":[{"metric":{"a":"b"},"values":[[1,"2"]]}]}}',
      );
    } else response.writeHead(400).end('{"status":"error","errorType":"bad_data","error":"parse error"}');
  });
  const result = await runTarget(
    { refId: 'A', expr: 'up' } as { refId: string },
    optionsFor(sourceTypes.prometheus, url),
  );
  assert.deepEqual(
    result.frames[0]?.fields.map(({ values }) => values),
    [[1000], [2]],
  );
  const wrong = await runTarget(
    { refId: 'A', expr: 'up{' } as { refId: string },
    optionsFor(sourceTypes.prometheus, url),
  );
  assert.deepEqual([wrong.status, wrong.error], [400, 'bad_data: parse error']);
});

test('runTarget() ends with the reason when it is aborted', async (t) => {
  const url = await serve(t, () => {});
  const abort = new AbortController();
  const running = runTarget(infinity, optionsFor(sourceTypes.infinity, url, { signal: abort.signal }));
  abort.abort(new Error('enough'));
  await assert.rejects(running, /enough/);
});
