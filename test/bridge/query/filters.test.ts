import assert from 'node:assert/strict';
import { test } from 'node:test';
import { passes, readFilters } from '../../../src/bridge/query/filters.ts';

const filter = (operator: unknown, value: unknown, values?: unknown): object => ({
  key: 'driver',
  operator,
  value,
  values,
});
const left = (...filters: object[]): string[] => {
  const { driver } = readFilters({ filters });
  return ['VER', 'HAM', 'LEC'].filter((name) => passes(driver, name));
};

test('readFilters: operators of Grafana, values in every form', () => {
  assert.deepEqual(left(), ['VER', 'HAM', 'LEC']);
  assert.deepEqual(left(filter('=', 'ver')), ['VER']);
  assert.deepEqual(left(filter('!=', 'VER')), ['HAM', 'LEC']);
  assert.deepEqual(left(filter('=~', '(VER|HAM)')), ['VER', 'HAM']);
  assert.deepEqual(left(filter('!~', 'VER|HAM')), ['LEC']);
  assert.deepEqual(left(filter('=|', 'VER', ['VER', 'LEC'])), ['VER', 'LEC']);
  assert.deepEqual(left(filter('!=|', 'VER', ['VER', 'LEC'])), ['HAM']);
  assert.deepEqual(left(filter('=~', '.*')), ['VER', 'HAM', 'LEC']);
  assert.deepEqual(left(filter('=', 'V.R')), [], 'never a pattern');
});

test('readFilters: several filters hold together, in both lists; other keys are left alone', () => {
  assert.deepEqual(left(filter('=~', 'VER|HAM'), filter('=~', 'HAM|LEC')), ['HAM']);
  assert.deepEqual(left(filter('=~', 'VER|HAM'), filter('!=', 'VER')), ['HAM']);
  const { driver, severity } = readFilters({
    filters: [filter('=', 'VER')],
    adhocFilters: [filter('=', 'HAM'), { key: 'severity', operator: '=', value: 'high' }, { key: 'City' }, 5],
  });
  assert.ok(!passes(driver, 'VER') && !passes(driver, 'HAM'));
  assert.ok(passes(severity, 'high') && !passes(severity, 'low'));
});

test('readFilters: an operator for numbers and a variable that was not replaced are 400', () => {
  assert.throws(() => left(filter('>', 'VER')), { status: 400 });
  assert.throws(() => left(filter('=', '$driver')), { status: 400, message: /\$driver/u });
});
