import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';

const root = resolve(import.meta.dirname, '../..');
const page = readFileSync(resolve(root, 'docs/field-cases.md'), 'utf8');

/** Rows of the tables: id, what is held, cell with tests (`file` "name" …) or a reason in words. */
const rows = [...page.matchAll(/^\| ([A-F]\d+) \| (.+?) \| (.+) \|$/gm)].map((match) => ({
  id: match[1] ?? '',
  text: match[2] ?? '',
  proof: match[3] ?? '',
}));

const expected = [
  ...Array.from({ length: 15 }, (_, index) => `A${index + 1}`),
  ...Array.from({ length: 11 }, (_, index) => `B${index + 1}`),
  ...Array.from({ length: 21 }, (_, index) => `C${index + 1}`),
  ...Array.from({ length: 5 }, (_, index) => `D${index + 1}`),
  ...Array.from({ length: 26 }, (_, index) => `E${index + 1}`),
  ...Array.from({ length: 10 }, (_, index) => `F${index + 1}`),
];

test('field-cases.md has one line for every case of sections A to F', () => {
  assert.deepEqual(
    rows.map(({ id }) => id),
    expected,
  );
});

for (const { id, text, proof } of rows) {
  test(`field-cases.md ${id}: the tests it names exist`, () => {
    assert.ok(text.length > 20, 'the case is told in a line of its own');
    const named = [...proof.matchAll(/`(test\/[^`]+)` "([^"]+)"/g)];
    if (named.length === 0) {
      assert.match(proof, /^No test: .{20,}/, 'either tests are named or the reason why there is none');
      return;
    }
    for (const [, file = '', name = ''] of named) {
      const path = resolve(root, file);
      assert.ok(existsSync(path), `${file} does not exist`);
      assert.ok(readFileSync(path, 'utf8').includes(name), `${file} has no test named "${name}"`);
    }
  });
}
