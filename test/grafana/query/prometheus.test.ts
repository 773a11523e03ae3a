import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { buildPrometheusRequest, framesOfPrometheus } from '../../../grafana/query/prometheus.ts';
import type { PrometheusTarget } from '../../../grafana/query/prometheus.ts';
import type { Scope } from '../../../grafana/query/variables.ts';

const { toDataFrame } = createRequire(import.meta.url)('@grafana/data') as typeof import('@grafana/data');

const scope: Scope = { variables: [], fromMs: 1_685_278_803_000, toMs: 1_685_279_103_700, intervalMs: 1000 };
const up: PrometheusTarget = { refId: 'A', expr: 'up' };
const build = (
  target: Partial<PrometheusTarget>,
  change: Partial<Scope> = {},
  points = 300,
  scrape = '1s',
) => {
  const request = buildPrometheusRequest(
    { ...up, ...target },
    'http://prom:9090/',
    { ...scope, ...change },
    points,
    scrape,
  );
  return { ...request, form: Object.fromEntries(new URLSearchParams(request.body)) };
};

test('buildPrometheusRequest() range: the form of query_range, start and end on the step', () => {
  const request = build({});
  assert.equal(request.url, 'http://prom:9090/api/v1/query_range');
  assert.equal(request.method, 'POST');
  assert.equal(request.headers['content-type'], 'application/x-www-form-urlencoded');
  assert.deepEqual(request.form, { query: 'up', start: '1685278803', end: '1685279103', step: '1' });
  assert.deepEqual(build({ interval: '7s' }).form, {
    query: 'up',
    start: '1685278798',
    end: '1685279099',
    step: '7',
  });
  assert.equal(build({}, { intervalMs: 100 }, 3000, '100ms').form['step'], '0.1');
});

test('buildPrometheusRequest() instant: the form of query, at the end of the range', () => {
  const request = build({ instant: true });
  assert.equal(request.url, 'http://prom:9090/api/v1/query');
  assert.deepEqual(request.form, { query: 'up', time: '1685279103.7' });
  assert.throws(() => build({ instant: true, range: true }), /range and instant are both true, choose one/);
});

test('buildPrometheusRequest() asks for 11,000 points a series at most, apart from rounding', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4e9 }), fc.integer({ min: 1, max: 1e6 }), (rangeMs, points) => {
      const { stepMs, form } = build({}, { toMs: scope.fromMs + rangeMs, intervalMs: 1 }, points);
      assert.ok(rangeMs / stepMs <= 11_000 * 1.8, `${rangeMs} ms in steps of ${stepMs} ms`);
      assert.ok(Number(form['start']) * 1000 <= scope.fromMs);
      assert.equal(Math.round((Number(form['end']) - Number(form['start'])) * 1000) % stepMs, 0);
    }),
  );
});

test('buildPrometheusRequest() writes intervals by the rules of the backend', () => {
  const query = (
    target: Partial<PrometheusTarget>,
    change: Partial<Scope> = {},
    scrape?: string,
  ): string | undefined => build(target, change, 300, scrape).form['query'];
  assert.equal(query({ expr: 'rate(x[$__rate_interval])' }), 'rate(x[4s])', 'four scrapes');
  assert.equal(
    query({ expr: 'rate(x[$__rate_interval])' }, { intervalMs: 20_000 }),
    'rate(x[21s])',
    'interval and a scrape',
  );
  assert.equal(query({ expr: 'rate(x[${__rate_interval}])' }, {}, '15s'), 'rate(x[1m])');
  assert.equal(
    query({ expr: 'rate(x[$__rate_interval])', interval: '30s' }),
    'rate(x[2m])',
    'min step in place of the scrape',
  );
  assert.equal(
    query({ expr: 'a[$__interval] $__interval_ms $__range $__range_s $__range_ms' }),
    'a[1s] 1000 301s 301 300700',
  );
});

test('buildPrometheusRequest() writes variables escaped for PromQL', () => {
  const variables = [
    { name: 'topic', value: ['f1-telemetry', 'a.b'], multi: true },
    { name: 'one', value: ['a.b'], multi: true },
    { name: 'job', value: String.raw`it's \ me` },
    { name: 'all', value: '$__all', options: ['x', 'y'], includeAll: true },
    { name: 'any', value: '$__all', allValue: '.+', includeAll: true },
  ];
  const { form } = build(
    { expr: 'x{t=~"$topic",o=~"$one",j="$job",a=~"$all",y=~"$any",u="$unknown"}' },
    { variables },
  );
  assert.equal(
    form['query'],
    String.raw`x{t=~"(f1-telemetry|a\\.b)",o=~"a\\.b",j="it\'s \\ me",a=~"(x|y)",y=~".+",u="$unknown"}`,
  );
});

const matrix = {
  status: 'success',
  data: {
    resultType: 'matrix',
    result: [
      {
        metric: { __name__: 'f1', driver: 'VER' },
        values: [
          [1685278810, '290.93'],
          [1685278810.1, 'NaN'],
        ],
      },
      { metric: { __name__: 'f1', driver: 'HAM' }, values: [[1685278810, '+Inf']] },
    ],
  },
};

test('framesOfPrometheus() makes a frame of Time and Value for every series', () => {
  const frames = framesOfPrometheus(matrix, { ...up, legendFormat: '{{driver}} of {{ team }}' }, build({}));
  assert.deepEqual(
    frames.map(({ name, fields }) => [name, fields.map(({ values }) => values)]),
    [
      [
        'VER of ',
        [
          [1685278810000, 1685278810100],
          [290.93, NaN],
        ],
      ],
      ['HAM of ', [[1685278810000], [Infinity]]],
    ],
  );
  assert.deepEqual(frames[0]?.fields[0]?.config, { interval: 1000 });
  assert.deepEqual(frames[0]?.fields[1]?.config, { displayNameFromDS: 'VER of ' });
  assert.deepEqual(
    toDataFrame(frames[0]).fields.map(({ type, labels }) => [type, labels]),
    [
      ['time', undefined],
      ['number', { __name__: 'f1', driver: 'VER' }],
    ],
  );
});

test('framesOfPrometheus() names series by their labels, their query, or leaves it to Grafana', () => {
  const vector = (metric: Record<string, string>): unknown => ({
    status: 'success',
    data: { resultType: 'vector', result: [{ metric, value: [1, '2'] }] },
  });
  const nameOf = (metric: Record<string, string>, legendFormat?: string): string | undefined =>
    framesOfPrometheus(
      vector(metric),
      { ...up, ...(legendFormat === undefined ? {} : { legendFormat }) },
      build({}),
    )[0]?.name;
  assert.equal(nameOf({ __name__: 'f1', b: '2', a: '1' }), 'f1{a="1", b="2"}');
  assert.equal(nameOf({ __name__: 'f1' }), 'f1');
  assert.equal(nameOf({}), 'up');
  assert.equal(nameOf({ a: '1' }, '__auto'), '');
  assert.equal(nameOf({}, '__auto'), 'up');
  assert.deepEqual(
    framesOfPrometheus(
      { status: 'success', data: { resultType: 'scalar', result: [1.5, '2'] } },
      up,
      build({}),
    )[0]?.fields.map(({ values }) => values),
    [[1500], [2]],
  );
});

test('framesOfPrometheus() table: one frame with a column per label', () => {
  const target = { ...up, format: 'table' };
  const [frame] = framesOfPrometheus(matrix, target, build({}));
  assert.deepEqual(
    frame?.fields.map(({ name, type, values }) => [name, type, values]),
    [
      ['Time', 'time', [1685278810000, 1685278810100, 1685278810000]],
      ['__name__', 'string', ['f1', 'f1', 'f1']],
      ['driver', 'string', ['VER', 'VER', 'HAM']],
      ['Value', 'number', [290.93, NaN, Infinity]],
    ],
  );
  assert.equal(framesOfPrometheus(matrix, target, build({}), 2)[0]?.fields.at(-1)?.name, 'Value #A');
});

test('framesOfPrometheus() says what Prometheus said', () => {
  assert.throws(
    () => framesOfPrometheus({ status: 'error', errorType: 'bad_data', error: 'parse error' }, up, build({})),
    /bad_data: parse error/,
  );
  assert.throws(() => framesOfPrometheus({}, up, build({})), /not one of Prometheus/);
});
