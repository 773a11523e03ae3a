import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { readSelection, readTarget, UnreplacedVariable } from '../../../src/bridge/query/selection.ts';

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

test('F4: a variable that was not replaced is refused', () => {
  for (const value of ['$driver', '${driver}', '${driver:csv}', '[[driver]]', ['VER', '$driver']]) {
    assert.throws(() => readSelection(value), UnreplacedVariable, JSON.stringify(value));
  }
  assert.throws(() => readTarget('$driver.speed'), UnreplacedVariable);
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
          assert.ok(error instanceof UnreplacedVariable);
        }
      }
    }),
  );
  const evil = `(${'a'.repeat(50_000)}+)+$`;
  const began = performance.now();
  readSelection(evil);
  assert.ok(performance.now() - began < 1000);
});
