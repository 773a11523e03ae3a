import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { mergeState } from '../../../src/source/timing/index.ts';

test('mergeState patches a list by index and appends', () => {
  const merged = mergeState({ Stints: [{ a: 1 }] }, { Stints: { 0: { b: 2 }, 1: { c: 3 } } });
  assert.deepEqual(merged, { Stints: [{ a: 1, b: 2 }, { c: 3 }] });
});

test('mergeState removes deleted keys and keeps no markers', () => {
  const merged = mergeState(
    { BestLapTime: { Value: '1:15.0', Lap: 5 } },
    { BestLapTime: { Value: '', _deleted: ['Lap'] }, _kf: true },
  );
  assert.deepEqual(merged, { BestLapTime: { Value: '' } });
});

test('mergeState pads a list with null, replaces by null, lists and scalars', () => {
  assert.deepEqual(mergeState([1], { 3: 'x' }), [1, null, null, 'x']);
  assert.deepEqual(mergeState({ a: { b: 1 }, c: [1], d: 2 }, { a: null, c: [2, 3], d: [4] }), {
    a: null,
    c: [2, 3],
    d: [4],
  });
  assert.deepEqual(mergeState([1], { 999999999: 'x' }), [1]);
});

test('mergeState cannot reach a prototype', () => {
  const merged = mergeState({}, JSON.parse('{"__proto__":{"polluted":true},"a":1}'));
  assert.deepEqual(Object.keys(Object(merged)), ['a']);
  assert.equal(Reflect.get({}, 'polluted'), undefined);
});

const json = fc.jsonValue({ maxDepth: 4 }).map((value): unknown => JSON.parse(JSON.stringify(value)));

test('mergeState never changes the patch, shares nothing with it and gives the same when applied twice', () => {
  fc.assert(
    fc.property(json, json, (target, patch) => {
      const before = JSON.stringify(patch);
      const once = mergeState(structuredClone(target), patch);
      const twice = mergeState(structuredClone(once), patch);
      assert.equal(JSON.stringify(patch), before);
      assert.deepEqual(twice, once);
      if (typeof once === 'object' && once !== null && typeof patch === 'object')
        assert.notEqual(once, patch);
    }),
  );
});

test('mergeState of a list in pieces equals the list', () => {
  fc.assert(
    fc.property(
      fc.array(fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.integer()), { maxLength: 8 }),
      (items) => {
        let state: unknown = { Items: [] };
        for (const [index, item] of items.entries()) {
          for (const [key, value] of Object.entries(item))
            state = mergeState(state, { Items: { [index]: { [key]: value } } });
          state = mergeState(state, { Items: { [index]: {} } });
        }
        assert.deepEqual(state, { Items: items.map((item) => ({ ...item })) });
      },
    ),
  );
});
