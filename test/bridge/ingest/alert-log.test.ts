import assert from 'node:assert/strict';
import { test } from 'node:test';
import { anyAlert, createAlertLog } from '../../../src/bridge/ingest/alert-log.ts';
import type { AlertMessage } from '../../../src/domain/messages.ts';

function alert(id: string, startedAt: number, state: 'open' | 'closed' = 'open'): AlertMessage {
  return {
    timestamp: '2026-01-01T00:00:00.000Z',
    original_timestamp: null,
    alert_id: id,
    alert_type: 'high_speed',
    severity: 'high',
    driver: 'VER',
    driver_id: 'VER',
    state,
    started_at: startedAt,
    ended_at: state === 'open' ? null : startedAt + 1,
    description: '',
    value: 310,
    threshold: 300,
    session_time: startedAt,
    lap_number: 1,
    escalated_from: null,
    quality: 'measured',
    message_type: 'alert',
  };
}

const idsOf = (alerts: readonly AlertMessage[]): string[] => alerts.map(({ alert_id: id }) => id);

test('A15: createAlertLog() lists in one order, whatever partition was read first', () => {
  const all = [alert('d', 4), alert('a', 1), alert('c', 2), alert('b', 2), alert('e', 9)];
  const lists = [all, all.toReversed()].map((order) => {
    const log = createAlertLog(10);
    for (const one of order) log.put(one);
    log.put(alert('a', 1, 'closed'));
    log.put(alert('a', 1));
    return log.list(anyAlert, 10);
  });
  assert.deepEqual(idsOf(lists[0]!), ['e', 'd', 'c', 'b', 'a']);
  assert.deepEqual(lists[1], lists[0]);
  assert.equal(lists[0]!.at(-1)!.state, 'closed', 'an opening read again does not undo the closing');
});

test('createAlertLog() gives up the oldest opening when it is full, and counts it', () => {
  const log = createAlertLog(2);
  for (const one of [alert('new', 3), alert('old', 1), alert('middle', 2)]) log.put(one);
  assert.deepEqual(idsOf(log.list(anyAlert, 10)), ['new', 'middle']);
  assert.deepEqual(idsOf(log.list(anyAlert, 1)), ['new']);
  assert.equal(log.dropped, 1);
  log.clear();
  assert.deepEqual([log.size, log.dropped, log.list(anyAlert, 10)], [0, 0, []]);
});
