import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parseFeedJson, replaceBareNumbers } from '../../../src/source/decode/json-text.ts';

test('B2: a bare NaN or Infinity is read as null and counted, text that spells it is kept', () => {
  const text = '{"a":NaN,"b":[Infinity,-Infinity,1],"c":"NaN \\" Infinity","NaN":-NaN}';
  const { value, repaired } = parseFeedJson(text);
  assert.deepEqual(value, { a: null, b: [null, null, 1], c: 'NaN " Infinity', NaN: null });
  assert.equal(repaired, true);
});

test('B2: replaceBareNumbers() restores any JSON document whose nulls were written as bare numbers', () => {
  const tokens = fc.constantFrom('NaN', 'Infinity', '-Infinity');
  fc.assert(
    fc.property(fc.json(), tokens, (text, token) => {
      let isInString = false;
      let python = '';
      for (let at = 0; at < text.length; at++) {
        const char = text[at]!;
        if (isInString && char === '\\') python += char + text[++at]!;
        else if (!isInString && text.startsWith('null', at)) {
          python += token;
          at += 3;
        } else {
          if (char === '"') isInString = !isInString;
          python += char;
        }
      }
      assert.deepEqual(JSON.parse(replaceBareNumbers(python)), JSON.parse(text));
    }),
  );
});

test('parseFeedJson() leaves sound text alone and throws for what is broken otherwise', () => {
  assert.deepEqual(parseFeedJson('{"a":1}'), { value: { a: 1 }, repaired: false });
  for (const text of ['{"a":', '{"a":nan}', "{'a':1}", '{"a":NaN', ''])
    assert.throws(() => parseFeedJson(text), SyntaxError);
});
