import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildSimpodRequest } from '../../../grafana/query/simpod.ts';
import type { SimpodContext, SimpodTarget } from '../../../grafana/query/simpod.ts';

const context: SimpodContext = {
  scope: {
    variables: [
      { name: 'driver', value: ['VER', 'ALO'], text: ['VER', 'ALO'], multi: true },
      { name: 'metric', value: 'speed' },
      { name: 'severity', value: '$__all', options: ['high', 'low'], includeAll: true },
      { name: 'type', value: ['$__all'], allValue: '*', multi: true, includeAll: true },
    ],
    fromMs: Date.parse('2023-05-28T13:00:00.000Z'),
    toMs: Date.parse('2023-05-28T13:05:00.000Z'),
    intervalMs: 200,
  },
  maxDataPoints: 1200,
  panelId: 2,
  dashboardUid: 'f1-live',
  rawRange: { from: 'now-5m', to: 'now' },
};
const bodyOf = (...targets: SimpodTarget[]): Record<string, unknown> =>
  JSON.parse(buildSimpodRequest(targets, 'http://bridge:5001/', context).body!) as Record<string, unknown>;

test('buildSimpodRequest() sends the request of the contract', () => {
  const request = buildSimpodRequest([{ refId: 'A', target: '$metric' }], 'http://bridge:5001/', context);
  assert.equal(request.url, 'http://bridge:5001/query');
  assert.equal(request.method, 'POST');
  assert.equal(request.headers['content-type'], 'application/json');
  const { targets, scopedVars, ...rest } = JSON.parse(request.body!) as Record<string, unknown>;
  assert.deepEqual(rest, {
    app: 'dashboard',
    requestId: 'Q102',
    timezone: 'browser',
    panelId: 2,
    dashboardUID: 'f1-live',
    range: {
      from: '2023-05-28T13:00:00.000Z',
      to: '2023-05-28T13:05:00.000Z',
      raw: { from: 'now-5m', to: 'now' },
    },
    rangeRaw: { from: 'now-5m', to: 'now' },
    interval: '200ms',
    intervalMs: 200,
    maxDataPoints: 1200,
    startTime: 1_685_279_100_000,
    filters: [],
  });
  assert.deepEqual(targets, [{ refId: 'A', target: 'speed', payload: {} }]);
  assert.deepEqual(scopedVars, {
    driver: { selected: false, text: ['VER', 'ALO'], value: ['VER', 'ALO'] },
    metric: { selected: false, text: 'speed', value: 'speed' },
    severity: { selected: false, text: 'All', value: ['high', 'low'] },
    type: { selected: false, text: 'All', value: '*' },
    __interval: { text: '200ms', value: '200ms' },
    __interval_ms: { text: '200', value: 200 },
  });
});

test('buildSimpodRequest() expands targets as regex, leaves hidden and empty ones out', () => {
  const { targets } = bodyOf(
    { refId: 'A', target: '$driver.speed' },
    { refId: 'B', target: 'rpm', hide: true },
    { refId: 'C' },
  );
  assert.deepEqual(targets, [{ refId: 'A', target: '(VER|ALO).speed', payload: {} }]);
});

test('buildSimpodRequest() writes payloads of the code and of the builder editor; broken JSON is {}', () => {
  const payloadOf = (payload: unknown, editorMode?: string): unknown => {
    const body = bodyOf({
      refId: 'A',
      target: 'speed',
      payload,
      ...(editorMode === undefined ? {} : { editorMode }),
    });
    return (body['targets'] as { payload: unknown }[])[0]?.payload;
  };
  assert.deepEqual(payloadOf('{"driver": $driver, "metric": "$metric", "points": 5}'), {
    driver: ['VER', 'ALO'],
    metric: 'speed',
    points: 5,
  });
  assert.deepEqual(payloadOf({ driver: ['$driver', 'HAM'], lap: '$metric' }), {
    driver: ['(VER|ALO)', 'HAM'],
    lap: 'speed',
  });
  assert.deepEqual(payloadOf('{"driver":"$driver"}', 'builder'), { driver: '(VER|ALO)' });
  assert.deepEqual(payloadOf('{"driver":"$driver"}'), {}, 'quotes inside quotes are no JSON');
  assert.deepEqual(payloadOf('{'), {});
  assert.deepEqual(payloadOf(' '), {});
});
