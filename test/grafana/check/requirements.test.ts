import assert from 'node:assert/strict';
import { test } from 'node:test';
import { grafanaData, transformFrames } from '../../../grafana/check/grafana-data.ts';
import type { DataFrame } from '../../../grafana/check/grafana-data.ts';
import { requireFrames } from '../../../grafana/check/requirements.ts';

type Kind = 'time' | 'number' | 'string';
const frame = (...fields: [string, Kind, unknown[]][]): DataFrame =>
  grafanaData.toDataFrame({
    refId: 'A',
    fields: fields.map(([name, type, values]) => ({ name, type, values })),
  });
const times = Array.from({ length: 20 }, (_, index) => 1000 + index * 100);
const numbers = (missing: (row: number) => boolean): (number | null)[] =>
  times.map((_, row) => (missing(row) ? null : row));
const all = numbers(() => false);

test('requireFrames() takes what each panel type draws', () => {
  assert.deepEqual(requireFrames('timeseries', [frame(['t', 'time', times], ['a', 'number', all])]), []);
  assert.deepEqual(requireFrames('trend', [frame(['x', 'number', all], ['a', 'number', all])]), []);
  assert.deepEqual(requireFrames('xychart', [frame(['x', 'number', all], ['y', 'number', all])]), []);
  assert.deepEqual(
    requireFrames('state-timeline', [frame(['t', 'time', times], ['s', 'string', times.map(String)])]),
    [],
  );
  assert.deepEqual(requireFrames('stat', [frame(['a', 'string', ['x']])]), []);
  assert.deepEqual(requireFrames('bargauge', [frame(['a', 'number', [null, 1]])]), []);
  assert.deepEqual(requireFrames('table', [frame(['a', 'string', [null]])]), []);
});

test('requireFrames() says what a panel type lacks', () => {
  const cases: [string, DataFrame[], RegExp][] = [
    ['timeseries', [], /no rows/],
    ['table', [frame()], /no rows/],
    [
      'timeseries',
      [frame(['t', 'time', times], ['a', 'string', times.map(String)])],
      /a time and a number are needed, there are time, string/,
    ],
    [
      'timeseries',
      [frame(['t', 'time', times.toReversed()], ['a', 'number', all])],
      /times of A do not ascend at row 1/,
    ],
    [
      'timeseries',
      [frame(['t', 'time', [null, 2]], ['a', 'number', [1, 2]])],
      /field "t" of A has rows without a time/,
    ],
    [
      'timeseries',
      [frame(['t', 'time', times], ['a', 'number', numbers(() => true)])],
      /every number of A is missing/,
    ],
    ['trend', [frame(['t', 'time', times], ['a', 'number', all])], /a trend needs 2 numbers in a frame/],
    ['xychart', [frame(['x', 'number', all])], /an XY chart needs 2 numbers/],
    [
      'xychart',
      [frame(['x', 'number', [1, null]], ['y', 'number', [null, 2]])],
      /no row has both an x and a y/,
    ],
    ['state-timeline', [frame(['a', 'string', ['x']])], /a time and a value are needed/],
    ['stat', [frame(['t', 'time', times])], /a number or a text is needed/],
    ['bargauge', [frame(['a', 'number', [null, null]])], /every value is missing/],
  ];
  for (const [type, frames, text] of cases) assert.match(requireFrames(type, frames).join('; '), text, type);
});

test('requireFrames() allows a tenth of the numbers to be missing, and breaks of the whole trace (F2)', () => {
  const series = (a: (row: number) => boolean, b: (row: number) => boolean): string[] =>
    requireFrames('timeseries', [
      frame(['t', 'time', times], ['a', 'number', numbers(a)], ['b', 'number', numbers(b)]),
    ]);
  const never = (): boolean => false;
  const between = (from: number, to: number) => (row: number) => row >= from && row < to;
  assert.deepEqual(series(between(3, 7), never), [], '4 of 40');
  assert.match(series(between(3, 8), never).join(), /13 % of the numbers of A are missing, 10 % at most/);
  assert.match(
    series(
      (row) => row % 2 === 0,
      (row) => row % 2 === 1,
    ).join(),
    /47 % of the numbers/,
    'each on times of its own',
  );
  assert.deepEqual(
    series(
      (row) => row % 5 === 1,
      (row) => row % 5 === 1,
    ).length,
    1,
    '4 of 20 rows are no breaks',
  );
  assert.deepEqual(
    series(
      (row) => row % 9 === 4,
      (row) => row % 9 === 4,
    ),
    [],
    '2 breaks of all series together',
  );
  assert.match(
    requireFrames('trend', [
      frame(['x', 'number', all], ['a', 'number', numbers((row) => row % 2 === 1)]),
    ]).join(),
    /23 %/,
  );
});

test('requireFrames() takes a series that begins late or ends early, but none without a number', () => {
  const series = (a: (row: number) => boolean): string[] =>
    requireFrames('timeseries', [
      frame(['t', 'time', times], ['a', 'number', numbers(a)], ['b', 'number', all]),
    ]);
  assert.deepEqual(
    series((row) => row < 12),
    [],
  );
  assert.deepEqual(
    series((row) => row > 5),
    [],
  );
  assert.match(series(() => true).join(), /50 % of the numbers/);
});

test("transformFrames() applies Grafana's transformations with variables replaced, and passes over disabled ones", async () => {
  const given = [frame(['t', 'time', times], ['a', 'number', all], ['b', 'number', all])];
  const options = { excludeByName: { b: true }, renameByName: { a: '$driver' }, indexByName: {} };
  const [organized] = await transformFrames([{ id: 'organize', options }], given, (text) =>
    text.replace('$driver', 'VER'),
  );
  assert.deepEqual(
    organized?.fields.map((field) => grafanaData.getFieldDisplayName(field, organized)),
    ['t', 'VER'],
  );
  const [same] = await transformFrames([{ id: 'organize', options, disabled: true }], given, String);
  assert.equal(same?.fields.length, 3);
  const [reduced] = await transformFrames([{ id: 'reduce', options: { reducers: ['max'] } }], given, String);
  assert.deepEqual(
    reduced?.fields.map(({ values }) => values),
    [
      ['a', 'b'],
      [19, 19],
    ],
  );
});

test('requireFrames() wants lines: a number alone among many rows is none, one of many series may have just begun', () => {
  const one = numbers((row) => row !== 5);
  const lonely = frame(['t', 'time', times], ['a', 'number', one], ['b', 'number', one]);
  assert.match(requireFrames('timeseries', [lonely]).join(), /a, b: fewer than two numbers/);
  const others = Array.from({ length: 10 }, (_, i): [string, 'number', unknown[]] => [
    `s${i}`,
    'number',
    all,
  ]);
  assert.deepEqual(
    requireFrames('timeseries', [frame(['t', 'time', times], ...others, ['a', 'number', one])]),
    [],
  );
});
