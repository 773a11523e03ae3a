import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { rowsOf } from '../../../grafana/query/frame.ts';
import type { QueryField, QueryFrame } from '../../../grafana/query/frame.ts';
import { widen } from '../../../grafana/query/long-to-wide.ts';

const { toDataFrame } = createRequire(import.meta.url)('@grafana/data') as typeof import('@grafana/data');

const long = (...fields: QueryField[]): QueryFrame => ({ refId: 'A', name: 'A', fields });
const time = (...values: (number | null)[]): QueryField => ({ name: 't', type: 'time', values });
const driver = (...values: (string | null)[]): QueryField => ({ name: 'driver', type: 'string', values });
const speed = (...values: (number | null)[]): QueryField => ({ name: 'speed', type: 'number', values });

function wideOf(frame: QueryFrame): QueryFrame {
  const widened = widen(frame);
  assert.ok('frame' in widened, 'fault' in widened ? widened.fault : '');
  return widened.frame;
}

test('widen() makes a field per label and number, null where a series lacks the time, sorted by name and label', () => {
  const wide = wideOf(
    long(
      driver('VER', 'HAM', 'VER', 'HAM'),
      { name: 'gear', type: 'number', values: [7, 6, 8, null] },
      speed(1, 2, 3, 4),
      time(10, 10, 20, 30),
    ),
  );
  assert.deepEqual(wide.fields, [
    { name: 't', type: 'time', values: [10, 20, 30] },
    { name: 'gear', type: 'number', values: [6, null, null], labels: { driver: 'HAM' } },
    { name: 'gear', type: 'number', values: [7, 8, null], labels: { driver: 'VER' } },
    { name: 'speed', type: 'number', values: [2, null, 4], labels: { driver: 'HAM' } },
    { name: 'speed', type: 'number', values: [1, 3, null], labels: { driver: 'VER' } },
  ]);
  assert.equal(wide.meta?.['type'], 'timeseries-wide');
});

test('widen() keeps the last of rows with one time and one set of labels', () => {
  const wide = wideOf(long(time(10, 10), driver('VER', 'VER'), speed(1, 2)));
  assert.deepEqual(wide.fields[1]?.values, [2]);
});

test('widen() makes labels of texts and booleans, a missing text is the empty label; other times become series', () => {
  const wide = wideOf(
    long(
      time(10, 20),
      driver('VER', null),
      { name: 'pit', type: 'boolean', values: [true, false] },
      { name: 't_end', type: 'time', values: [15, 25] },
    ),
  );
  assert.deepEqual(
    wide.fields.slice(1).map(({ name, type, labels, values }) => ({ name, type, labels, values })),
    [
      { name: 't_end', type: 'time', labels: { driver: '', pit: 'false' }, values: [null, 25] },
      { name: 't_end', type: 'time', labels: { driver: 'VER', pit: 'true' }, values: [15, null] },
    ],
  );
});

test('widen() refuses what LongToWide refuses: rows in driver blocks, a row without time, no rows, no series', () => {
  const faults: [QueryFrame, RegExp][] = [
    [
      long(time(10, 20, 10, 20), driver('VER', 'VER', 'HAM', 'HAM'), speed(1, 2, 3, 4)),
      /sorted ascending by time: row 2 is at 10/,
    ],
    [long(time(10, null), driver('VER', 'VER'), speed(1, 2)), /row 1 has no time/],
    [long(time(), driver(), speed()), /not a series in long form/],
    [long(time(1), speed(1)), /not a series in long form/],
    [long(time(1), driver('VER')), /not a series in long form/],
  ];
  for (const [frame, fault] of faults) {
    const widened = widen(frame);
    assert.ok('fault' in widened);
    assert.match(widened.fault, fault);
  }
});

test('widen() loses no value of rows in order of time, and toDataFrame() takes the frame', () => {
  const row = fc.record({
    step: fc.nat(3),
    driver: fc.constantFrom('VER', 'HAM', 'ALO'),
    speed: fc.option(fc.integer()),
  });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 60 }), (rows) => {
      let at = 1e12;
      const times = rows.map(({ step }) => (at += step));
      const frame = long(
        time(...times),
        driver(...rows.map((one) => one.driver)),
        speed(...rows.map((one) => one.speed)),
      );
      const wide = wideOf(frame);
      const expected = new Map(rows.map((one, index) => [`${times[index]} ${one.driver}`, one.speed]));
      const found = new Map<string, unknown>();
      for (const field of wide.fields.slice(1)) {
        for (const [index, value] of field.values.entries()) {
          const key = `${String(wide.fields[0]!.values[index])} ${field.labels!['driver']!}`;
          if (expected.has(key)) found.set(key, value);
          else assert.equal(value, null);
        }
      }
      assert.deepEqual(new Map([...found].sort()), new Map([...expected].sort()));
      assert.deepEqual(wide.fields[0]!.values, [...new Set(times)]);
      const data = toDataFrame(wide);
      assert.equal(data.length, rowsOf(wide));
      assert.deepEqual(
        data.fields.map(({ type }) => type),
        wide.fields.map(({ type }) => type),
      );
    }),
  );
});
