import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeFolder } from '../../src/util/make-folder.ts';

test('makeFolder: makes parents, accepts what is there, refuses a file in the way', (t) => {
  const root = mkdtempSync(join(tmpdir(), 'make-folder-'));
  t.after(() => rmSync(root, { recursive: true }));
  const deep = join(root, 'a', 'b', 'c');
  makeFolder(deep);
  makeFolder(deep);
  assert.ok(statSync(deep).isDirectory());
  writeFileSync(join(root, 'file'), '');
  assert.throws(() => makeFolder(join(root, 'file')), { code: 'EEXIST' });
  assert.throws(() => makeFolder(join(root, 'file', 'below')), { code: 'ENOTDIR' });
});

test(
  'makeFolder: a file system that refuses folders is an error at once, not an endless loop',
  { skip: process.platform === 'linux' ? false : '/proc exists on Linux only' },
  () => {
    assert.throws(() => makeFolder('/proc/slipstream'), { code: 'ENOENT' });
    assert.throws(() => makeFolder('/proc/slipstream/deeper'), { code: 'ENOENT' });
  },
);
