import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AlertMessage } from '../../../src/domain/messages.ts';
import { AlertList } from '../../../web/state/alert-list.ts';

const alert = (id: string, startedAt: number, state: 'open' | 'closed'): AlertMessage =>
  ({
    alert_id: id,
    alert_type: 'high_speed',
    severity: 'high',
    driver: 'VER',
    state,
    started_at: startedAt,
  }) as AlertMessage;

test('AlertList: open episodes first, newest on top, one entry per episode', () => {
  const list = new AlertList();
  list.add([alert('a', 1, 'open'), alert('b', 2, 'open'), alert('c', 3, 'open')]);
  list.add([alert('c', 3, 'closed'), alert('a', 1, 'closed')]);
  assert.deepEqual(
    list.list().map((item) => item.alert_id),
    ['b', 'c', 'a'],
  );
});

test('AlertList: an opening record that comes late does not reopen a closed episode', () => {
  const list = new AlertList();
  list.add([alert('a', 1, 'closed'), alert('a', 1, 'open')]);
  assert.equal(list.list()[0]?.state, 'closed');
});

test('AlertList is bounded and counts what it forgets', () => {
  const list = new AlertList();
  list.add([alert('first', 0, 'open')]);
  for (let at = 1; at <= 2_500; at++) list.add([alert(`n${at}`, at, 'closed')]);
  assert.equal(list.size, 2_000);
  assert.equal(list.forgotten, 501);
  assert.equal(list.list()[0]?.alert_id, 'first');
});
