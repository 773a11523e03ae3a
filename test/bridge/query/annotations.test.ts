import assert from 'node:assert/strict';
import { test } from 'node:test';
import { overlaps, readAnnotationQuery } from '../../../src/bridge/query/annotations.ts';
import type { Annotation } from '../../../src/bridge/query/annotations.ts';
import { alert } from '../support.ts';

const drs: Annotation = {
  time: 1000,
  timeEnd: 2000,
  title: 'VER drs status change',
  text: 'DRS open',
  tags: ['drs_status_change', 'medium', 'VER', 'measured'],
  id: 'a1',
  color: '#ff9830',
  isOpen: false,
  alert: alert(),
};
const seek: Annotation = { ...drs, timeEnd: null, tags: ['replay', 'seek'], alert: null };

test('readAnnotationQuery: every word must match a tag, of alternatives one is enough', () => {
  for (const query of [
    '',
    '#drs',
    '#DRS #ver',
    'medium',
    '{VER,HAM}',
    '#drs VER,HAM',
    '(HAM|VER)',
    '*',
    '$__all',
  ]) {
    assert.ok(readAnnotationQuery(query)(drs), query);
  }
  for (const query of ['#brake', '#drs HAM', '#drs #high', '{HAM,LEC}', '#replay', 'V.R']) {
    assert.ok(!readAnnotationQuery(query)(drs), query);
  }
});

test('readAnnotationQuery: events of the replay are found by a word only', () => {
  assert.ok(!readAnnotationQuery('')(seek));
  assert.ok(readAnnotationQuery('#replay')(seek));
  assert.ok(readAnnotationQuery('{seek,pause}')(seek));
  assert.ok(!readAnnotationQuery('#pause')(seek));
});

test('F4: a variable in a query that was not replaced is a 400 with its name', () => {
  assert.throws(() => readAnnotationQuery('#drs ${driver}'), { status: 400, message: /\$\{driver\}/u });
});

test('overlaps: both ends of a range belong to it; what lasts ends now', () => {
  const at = (fromMs: number, toMs: number): boolean => overlaps(drs, { fromMs, toMs }, 5000);
  assert.deepEqual(
    [at(0, 999), at(0, 1000), at(1500, 1600), at(2000, 3000), at(2001, 3000)],
    [false, true, true, true, false],
  );
  const open = { ...drs, timeEnd: null, isOpen: true };
  assert.ok(overlaps(open, { fromMs: 4000, toMs: 4500 }, 5000));
  assert.ok(!overlaps(open, { fromMs: 5001, toMs: 6000 }, 5000));
  assert.ok(!overlaps(open, { fromMs: 0, toMs: 999 }, 5000));
});
