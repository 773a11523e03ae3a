import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parseCsv } from '../../../grafana/query/csv.ts';
import { framesOfCsv, framesOfJson } from '../../../grafana/query/infinity-frames.ts';
import { buildInfinityRequest, infinityError, noticesOf } from '../../../grafana/query/infinity.ts';
import type { InfinityTarget } from '../../../grafana/query/infinity.ts';
import type { Scope } from '../../../grafana/query/variables.ts';

const { toDataFrame } = createRequire(import.meta.url)('@grafana/data') as typeof import('@grafana/data');

const scope: Scope = {
  variables: [{ name: 'driver', value: ['VER', 'HAM'], multi: true }],
  fromMs: 1_685_278_800_000,
  toMs: 1_685_279_100_000,
  intervalMs: 200,
};
/** The target of the specification's contract. */
const speed: InfinityTarget = {
  refId: 'A',
  type: 'json',
  parser: 'backend',
  source: 'url',
  format: 'timeseries',
  url: '/api/v1/telemetry',
  url_options: {
    method: 'GET',
    data: '',
    params: [
      { key: 'driver', value: '${driver:csv}' },
      { key: 'fields', value: 'speed' },
      { key: 'from', value: '${__timeFrom}' },
      { key: 'to', value: '${__timeTo:date:iso}' },
      { key: 'maxPoints', value: '1000' },
    ],
  },
  root_selector: 'rows',
  columns: [
    { selector: 't', text: 'Time', type: 'timestamp_epoch' },
    { selector: 'driver', text: 'driver', type: 'string' },
    { selector: 'speed', text: 'speed', type: 'number' },
  ],
  filterExpression: '',
  summarizeExpression: '',
  computed_columns: [],
};

test('buildInfinityRequest() sends the parameters sorted by name, with the headers of the plugin', () => {
  const request = buildInfinityRequest(speed, 'http://bridge:5001', scope);
  assert.equal(
    request.url,
    'http://bridge:5001/api/v1/telemetry?driver=VER%2CHAM&fields=speed&from=1685278800000&maxPoints=1000&to=2023-05-28T13%3A05%3A00.000Z',
  );
  assert.equal(request.method, 'GET');
  assert.deepEqual(request.headers, {
    accept: 'application/json;q=0.9,text/plain',
    'accept-encoding': 'gzip',
  });
});

test('buildInfinityRequest() writes several values as {a,b} without a format and leaves unknown variables', () => {
  const target = {
    ...speed,
    url: '/api/v1/laps?limit=5',
    url_options: {
      params: [
        { key: 'driver', value: '$driver' },
        { key: 'lap', value: '$lap' },
        { key: 'driver', value: 'ALO' },
      ],
    },
  };
  const { url } = buildInfinityRequest(target, 'http://bridge:5001', scope);
  const { searchParams, pathname } = new URL(url);
  assert.equal(pathname, '/api/v1/laps');
  assert.deepEqual(
    [...searchParams],
    [
      ['driver', '{VER,HAM}'],
      ['driver', 'ALO'],
      ['lap', '$lap'],
      ['limit', '5'],
    ],
  );
});

test('buildInfinityRequest() refuses what it does not understand, by name', () => {
  const wrong: [Partial<InfinityTarget>, RegExp][] = [
    [{ type: 'xml' }, /type is xml, must be json or csv/],
    [{ parser: 'simple' }, /parser is simple, must be backend/],
    [{ source: 'inline' }, /source is inline/],
    [{ url_options: { method: 'POST' } }, /url_options.method is POST/],
    [{ format: 'logs' }, /format is logs/],
    [{ filterExpression: 'speed > 1' }, /filterExpression is speed > 1/],
    [{ summarizeExpression: 'max(speed)' }, /summarizeExpression/],
    [{ computed_columns: [{}] }, /computed_columns/],
    [{ pagination_mode: 'page' }, /pagination_mode is page/],
  ];
  for (const [change, message] of wrong) {
    assert.throws(() => buildInfinityRequest({ ...speed, ...change }, 'http://bridge:5001', scope), message);
  }
});

test('framesOfJson() timeseries: series with labels, null where a driver lacks the time', () => {
  const rows = [
    { t: 1000, driver: 'HAM', speed: 300.5 },
    { t: 1000, driver: 'VER', speed: 301.5 },
    { t: 1100, driver: 'VER', speed: null },
  ];
  const { frames, fault } = framesOfJson({ rows, meta: { notices: [] } }, speed);
  assert.equal(fault, undefined);
  const [frame] = frames;
  assert.deepEqual(frame?.fields, [
    { name: 'Time', type: 'time', values: [1000, 1100] },
    { name: 'speed', type: 'number', values: [300.5, null], labels: { driver: 'HAM' } },
    { name: 'speed', type: 'number', values: [301.5, null], labels: { driver: 'VER' } },
  ]);
  assert.equal(frame.meta?.['notices'], undefined, 'the plugin drops meta');
  const data = toDataFrame(frame);
  assert.deepEqual(
    data.fields.map(({ type, labels }) => [type, labels]),
    [
      ['time', undefined],
      ['number', { driver: 'HAM' }],
      ['number', { driver: 'VER' }],
    ],
  );
});

test('framesOfJson() timeseries: rows in driver blocks stay rows and say why (F1)', () => {
  const rows = [
    { t: 1000, driver: 'VER', speed: 1 },
    { t: 1100, driver: 'VER', speed: 2 },
    { t: 1000, driver: 'HAM', speed: 3 },
  ];
  const { frames, fault } = framesOfJson({ rows }, speed);
  assert.match(fault ?? '', /sorted ascending by time/);
  assert.deepEqual(
    frames[0]?.fields.map(({ name, type, values }) => [name, type, values.length]),
    [
      ['Time', 'time', 3],
      ['driver', 'string', 3],
      ['speed', 'number', 3],
    ],
  );
});

test('framesOfJson() timeseries: rows without a text are a series already', () => {
  const target = { ...speed, columns: speed.columns!.filter(({ text }) => text !== 'driver') };
  const { frames, fault } = framesOfJson(
    {
      rows: [
        { t: 2000, speed: 1 },
        { t: 1000, speed: 2 },
      ],
    },
    target,
  );
  assert.equal(fault, undefined);
  assert.deepEqual(
    frames[0]?.fields.map(({ values }) => values),
    [
      [2000, 1000],
      [1, 2],
    ],
  );
});

test('framesOfJson() table: fields sorted by name, whatever the order of columns', () => {
  const columns = ['position', 'driver', 'gap'].map((name) => ({
    selector: name,
    text: name,
    type: name === 'driver' ? 'string' : 'number',
  }));
  const { frames } = framesOfJson(
    { rows: [{ position: 1, driver: 'VER', gap: 0 }] },
    { ...speed, format: 'table', columns },
  );
  assert.deepEqual(
    frames[0]?.fields.map(({ name }) => name),
    ['driver', 'gap', 'position'],
  );
});

test('framesOfJson() without rows has a frame without fields; a missing root and odd selectors are errors', () => {
  assert.deepEqual(
    framesOfJson({ rows: [] }, speed).frames.map(({ fields }) => fields),
    [[]],
  );
  assert.throws(() => framesOfJson({ row: [] }, speed), /it has no "rows", check root_selector/);
  assert.throws(
    () => framesOfJson({ rows: [] }, { ...speed, root_selector: '$sum(rows.speed)' }),
    /only dotted paths/,
  );
  assert.deepEqual(
    framesOfJson({ a: [{ b: [{ t: 1, speed: 2 }] }] }, { ...speed, root_selector: 'a[0].b', columns: [] })
      .frames[0]?.fields,
    [
      { name: 'speed', type: 'number', values: [2] },
      { name: 't', type: 'number', values: [1] },
    ],
  );
});

test('framesOfJson() converts each type of column as the backend does', () => {
  const values = [1_685_278_800_100.9, '1685278800100', 'VER', true, null, undefined, '', 1e6, 0.00001, 12.5];
  const kinds: [string, unknown[]][] = [
    ['timestamp_epoch', [1_685_278_800_100, 1_685_278_800_100, null, null, null, null, null, 1e6, 0, 12]],
    [
      'timestamp_epoch_s',
      [1_685_278_800_100_000, 1_685_278_800_100_000, null, null, null, null, null, 1e9, 0, 12_000],
    ],
    ['number', [1_685_278_800_100.9, 1_685_278_800_100, null, null, null, null, null, 1e6, 0.00001, 12.5]],
    [
      'string',
      ['1.6852788001009e+12', '1685278800100', 'VER', 'true', null, null, '', '1e+06', '1e-05', '12.5'],
    ],
    ['boolean', [null, null, null, true, null, null, null, null, null, null]],
  ];
  for (const [type, expected] of kinds) {
    const target = { ...speed, format: 'table', columns: [{ selector: 'v', text: '', type }] };
    const { frames } = framesOfJson({ rows: values.map((v) => ({ v })) }, target);
    assert.deepEqual(frames[0]?.fields[0]?.values, expected, type);
  }
  const iso = { ...speed, format: 'table', columns: [{ selector: 'v', text: '', type: 'timestamp' }] };
  assert.deepEqual(
    framesOfJson({ rows: [{ v: '2023-05-28T13:00:00.100Z' }, { v: 'soon' }] }, iso).frames[0]?.fields[0]
      ?.values,
    [1_685_278_800_100, null],
  );
  assert.throws(
    () =>
      framesOfJson({ rows: [{ v: 1 }] }, { ...iso, columns: [{ selector: 'v', text: 'v', type: 'date' }] }),
    /type is date, must be one of/,
  );
});

test('framesOfCsv() answers the frames of the same rows as JSON', () => {
  const cell = fc.oneof(
    fc.constant(null),
    fc.integer({ min: -1e5, max: 1e5 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  );
  const row = fc.record({
    step: fc.nat(2),
    driver: fc.string({ minLength: 1, unit: fc.constantFrom('V', ',', '"', ' ', '\n', 'é') }),
    speed: cell,
  });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 30 }), (given) => {
      let t = 1000;
      const rows = given.map(({ step, driver, speed: value }) => ({ t: (t += step), driver, speed: value }));
      const quote = (text: string): string => `"${text.replaceAll('"', '""')}"`;
      const csv = [
        't,driver,speed',
        ...rows.map((one) => `${one.t},${quote(one.driver)},${one.speed ?? ''}`),
      ].join('\r\n');
      const fromCsv = framesOfCsv(`${csv}\r\n`, { ...speed, type: 'csv' }).frames[0]!;
      const fromJson = framesOfJson({ rows }, speed).frames[0]!;
      assert.deepEqual(
        fromCsv.fields.map(({ name, labels, values }) => [
          name,
          labels,
          values.map((value) => (value === null ? null : Number(value))),
        ]),
        fromJson.fields.map(({ name, labels, values }) => [name, labels, values]),
      );
    }),
  );
});

test('framesOfCsv() passes over columns that the heading lacks and refuses an empty text', () => {
  const csv = { ...speed, type: 'csv', format: 'table' };
  assert.deepEqual(
    framesOfCsv('t,speed\n1,\n', csv).frames[0]?.fields.map(({ name, values }) => [name, values]),
    [
      ['Time', [1]],
      ['speed', [null]],
    ],
  );
  assert.deepEqual(framesOfCsv('t,driver,speed\n', csv).frames[0]?.fields, []);
  assert.throws(() => framesOfCsv('', csv), /the CSV is empty/);
  assert.deepEqual(parseCsv('a;"b;""c"""\n\n;d', ';'), [
    ['a', 'b;"c"'],
    ['', 'd'],
  ]);
});

test('infinityError() and noticesOf() read errors and remarks of an answer', () => {
  assert.equal(
    infinityError(400, 'Bad Request', '{"error":"unknown field","code":"F1_X","hint":"h"}'),
    'unsuccessful HTTP response\nHTTP status code: 400 Bad Request\nError message from HTTP response: unknown field',
  );
  assert.equal(
    infinityError(502, 'Bad Gateway', '<html>'),
    'unsuccessful HTTP response\nHTTP status code: 502 Bad Gateway',
  );
  const notice = { severity: 'info', text: 'no weather' };
  assert.deepEqual(noticesOf({ rows: [], meta: { notices: [notice, 3] } }, null), [notice]);
  assert.deepEqual(noticesOf(undefined, JSON.stringify([notice])), [notice]);
  assert.deepEqual(noticesOf([], ''), []);
});
