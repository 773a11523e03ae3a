import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  readSelection,
  readTarget,
  TooManyNames,
  UnreplacedVariable,
} from '../../../src/bridge/query/selection.ts';

test('F4: every form of several values is read alike', () => {
  for (const value of [
    '(VER|HAM)',
    '{VER,HAM}',
    'VER,HAM',
    'VER|HAM',
    ['VER', 'HAM'],
    ['VER|HAM'],
    ['VER', 'HAM', 'VER'],
    ' VER , HAM ',
    '"VER","HAM"',
    '[VER,HAM]',
  ]) {
    assert.deepEqual(readSelection(value), ['VER', 'HAM'], JSON.stringify(value));
  }
});

test('F4: all comes as $__all, empty, absent, star or an empty list', () => {
  for (const value of [
    '$__all',
    '',
    undefined,
    null,
    '*',
    '.*',
    '.+',
    '(.*)',
    'All',
    [],
    [''],
    ['$__all'],
    '($__all)',
    '{}',
  ]) {
    assert.equal(readSelection(value), null, JSON.stringify(value));
  }
});

test('F4: a variable that was not replaced is refused by its name', () => {
  for (const [value, variable] of [
    ['$driver', '$driver'],
    ['${driver}', '${driver}'],
    ['${driver:csv}', '${driver:csv}'],
    ['[[driver]]', '[[driver]]'],
    [['VER', '$driver_2'], '$driver_2'],
    ['VER,$driver', '$driver'],
  ]) {
    assert.throws(
      () => readSelection(value),
      { name: 'UnreplacedVariable', variable },
      JSON.stringify(value),
    );
  }
  assert.throws(() => readTarget('$driver.speed'), { name: 'UnreplacedVariable', variable: '$driver' });
});

test('readSelection, readTarget: a thousand names are read, more than 2,000 refused, doubles count once', () => {
  const names = (count: number): string => Array.from({ length: count }, (_, i) => `X${i}`).join('|');
  assert.equal(readSelection(names(1000))?.length, 1000);
  assert.equal(readSelection(`${names(1000)}|${names(1000)}`)?.length, 1000);
  assert.throws(() => readSelection(names(2001)), TooManyNames);
  const targets = (count: number): string => names(count).replaceAll('|', '.speed,').concat('.speed');
  assert.equal(readTarget(targets(200)).length, 200);
  assert.throws(() => readTarget(targets(201)), TooManyNames);
  assert.equal(readTarget(Array.from({ length: 500 }, () => 'VER.speed').join(',')).length, 1);
});

test('readTarget: drivers and metrics in every form', () => {
  assert.deepEqual(readTarget('speed'), [{ drivers: null, metrics: ['speed'] }]);
  assert.deepEqual(readTarget('VER.speed'), [{ drivers: ['VER'], metrics: ['speed'] }]);
  assert.deepEqual(readTarget('(VER|HAM).speed'), [{ drivers: ['VER', 'HAM'], metrics: ['speed'] }]);
  assert.deepEqual(readTarget('VER,HAM.speed'), [{ drivers: ['VER', 'HAM'], metrics: ['speed'] }]);
  assert.deepEqual(readTarget('{VER,HAM}.{speed,rpm}'), [
    { drivers: ['VER', 'HAM'], metrics: ['speed', 'rpm'] },
  ]);
  assert.deepEqual(readTarget('VER\\.speed'), [{ drivers: ['VER'], metrics: ['speed'] }]);
  assert.deepEqual(readTarget('$__all.speed'), [{ drivers: null, metrics: ['speed'] }]);
  assert.deepEqual(readTarget('(VER.speed|HAM.rpm)'), [
    { drivers: ['VER'], metrics: ['speed'] },
    { drivers: ['HAM'], metrics: ['rpm'] },
  ]);
  assert.deepEqual(readTarget('VER.speed,HAM.rpm'), [
    { drivers: ['VER'], metrics: ['speed'] },
    { drivers: ['HAM'], metrics: ['rpm'] },
  ]);
});

test('readSelection, readTarget: any text is read or refused, never run as a pattern', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), (text) => {
      for (const read of [readSelection, readTarget]) {
        try {
          read(text);
        } catch (error) {
          assert.ok(error instanceof UnreplacedVariable || error instanceof TooManyNames);
        }
      }
    }),
  );
  const evil = `(${'a'.repeat(50_000)}+)+$`;
  const began = performance.now();
  readSelection(evil);
  assert.ok(performance.now() - began < 1000);
});
