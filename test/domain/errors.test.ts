import assert from 'node:assert/strict';
import { test } from 'node:test';
import { F1Error, messageOf } from '../../src/domain/errors.ts';

test('messageOf() adds the cause once, also where the message quotes it already', () => {
  const cause = new Error('ENOENT: no such file');
  const plain = new F1Error('F1_INTERNAL', 'Cannot read the file', { cause });
  assert.equal(messageOf(plain), 'Cannot read the file: ENOENT: no such file');
  const quoting = new F1Error('F1_INTERNAL', `Cannot read x.yaml: ${cause.message}`, { cause });
  assert.equal(messageOf(quoting), 'Cannot read x.yaml: ENOENT: no such file');
});

test('messageOf() quotes the first line of a cause that is told in part already', () => {
  const cause = new Error('Tabs are not allowed at line 2:\n\nrace:\n\tyear: 2023\n^\n');
  const quoting = new F1Error('F1_INTERNAL', 'Cannot read x.yaml: Tabs are not allowed at line 2:', {
    cause,
  });
  assert.equal(messageOf(quoting), 'Cannot read x.yaml: Tabs are not allowed at line 2:');
});
