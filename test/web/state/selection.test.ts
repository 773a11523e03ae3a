import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPreferences, isTextList } from '../../../web/state/preferences.ts';
import { defaultDrivers } from '../../../web/state/selection.ts';

const field = (codes: string, without = '') =>
  codes
    .split(' ')
    .map((code, at) => ({ code, position: at + 1, hasTelemetry: !without.split(' ').includes(code) }));

test('A3: no chart opens without a driver: VER, HAM and LEC, favourites, else the leader and the next', () => {
  assert.deepEqual(defaultDrivers(field('ALO VER LEC HAM'), []), ['VER', 'HAM', 'LEC']);
  assert.deepEqual(defaultDrivers(field('ALO VER LEC HAM'), ['LEC', 'XXX']), ['LEC']);
  assert.deepEqual(defaultDrivers(field('ALO NOR GAS'), []), ['ALO', 'NOR']);
  assert.deepEqual(defaultDrivers(field('ALO NOR GAS', 'ALO'), []), ['NOR', 'GAS']);
  assert.deepEqual(defaultDrivers(field('ALO NOR', 'ALO NOR'), []), ['ALO', 'NOR']);
  assert.deepEqual(defaultDrivers([], ['VER']), []);
});

test('createPreferences: a store that throws, is full or holds nonsense behaves like an empty one', () => {
  const throwing = createPreferences(() => {
    throw new Error('SecurityError');
  });
  throwing.write('favourites', ['VER']);
  assert.deepEqual(throwing.read('favourites', isTextList, []), []);
  const values = new Map([['slipstream.favourites', '{oops']]);
  const store = {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
  };
  const preferences = createPreferences(() => store);
  assert.deepEqual(preferences.read('favourites', isTextList, []), []);
  preferences.write('favourites', [1, 2]);
  assert.deepEqual(preferences.read('favourites', isTextList, []), []);
  preferences.write('favourites', ['LEC']);
  assert.deepEqual(preferences.read('favourites', isTextList, []), ['LEC']);
});
