import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createBridgeState } from '../../../src/bridge/ingest/bridge-state.ts';
import type { BridgeState } from '../../../src/bridge/ingest/bridge-state.ts';
import type { BrokerRecord } from '../../../src/domain/broker.ts';
import type { TopicRole } from '../../../src/domain/topics.ts';
import { alert, headers, replayState, row, runA, runB, telemetryValue, timing } from '../support.ts';

const encoder = new TextEncoder();
const startMs = 1_700_000_000_000;
let offset = 0;

function give(
  state: BridgeState,
  role: TopicRole,
  value: object | Uint8Array | string,
  identity: { run?: string; segment?: number },
): void {
  const bytes =
    value instanceof Uint8Array
      ? value
      : encoder.encode(typeof value === 'string' ? value : JSON.stringify(value));
  const record: BrokerRecord = {
    offset: offset++,
    timestampMs: startMs + offset,
    key: null,
    value: bytes,
    headers: headers(identity),
  };
  state.ingest(
    role,
    { topic: `f1-${role}`, partition: 0, records: [record], endOffset: offset },
    startMs + offset,
  );
}

const points = (state: BridgeState): number =>
  state.points.drivers.reduce((sum, { buffer }) => sum + buffer.appended, 0);
const shown = (state: BridgeState): [string | null, number] => [state.tracker.run, state.tracker.segment];

test('E6: a record that cannot be read never replaces the run or segment that is shown', () => {
  const state = createBridgeState(100);
  give(state, 'telemetry', telemetryValue(row({ timestampMs: startMs })), { run: runA });
  for (const role of ['telemetry', 'timing', 'alerts', 'predictions'] as const) {
    for (const identity of [{ run: 'foreign' }, { run: runA, segment: 999_999 }]) {
      for (const odd of ['', 'x', '{}', '[]', 'null', '{"driver":"VER"}']) give(state, role, odd, identity);
    }
  }
  const implausible = telemetryValue(row({ timestampMs: startMs, speedKmh: 902 }));
  give(state, 'telemetry', implausible, { run: 'foreign' });
  assert.deepEqual(shown(state), [runA, 0]);
  assert.equal(points(state), 1);
  assert.equal(state.counters.setAside.implausible, 1);
});

test('A4: alerts of a run long over, written now by a processor that catches up, replace nothing', () => {
  const state = createBridgeState(100);
  state.seed(replayState({ run: runB }), startMs);
  give(state, 'telemetry', telemetryValue(row({ timestampMs: startMs })), { run: runB });
  give(state, 'alerts', alert({ alert_id: 'old' }), { run: runA, segment: 3 });
  give(state, 'telemetry', telemetryValue(row({ timestampMs: startMs + 100 })), { run: runB });
  give(state, 'alerts', alert({ alert_id: 'own' }), { run: runB });
  assert.deepEqual(shown(state), [runB, 0]);
  assert.equal(points(state), 2);
  assert.equal(state.alerts.size, 1);
  assert.equal(state.counters.stale, 0);
});

test('A15: an alert read before the telemetry of its run and segment is shown with it', () => {
  const state = createBridgeState(100);
  give(state, 'alerts', alert({ alert_id: 'first' }), { run: runA, segment: 0 });
  give(state, 'timing', timing('track_status', { status: '1', message: '' }), { run: runA });
  assert.equal(state.alerts.size, 1);
  give(state, 'alerts', alert({ alert_id: 'second' }), { run: runA, segment: 1 });
  give(state, 'alerts', alert({ alert_id: 'third' }), { run: runB, segment: 0 });
  assert.equal(state.alerts.size, 1);
  give(state, 'telemetry', telemetryValue(row({ timestampMs: startMs })), { run: runA, segment: 1 });
  assert.deepEqual([state.alerts.size, state.alertEvents.next - state.alertEvents.first], [1, 1]);
  give(state, 'control', replayState({ run: runB }), {});
  assert.deepEqual([...shown(state), state.alerts.size], [runB, 0, 1]);
  give(state, 'alerts', alert({ alert_id: 'late' }), { run: runA, segment: 1 });
  assert.equal(state.alerts.size, 1);
  assert.equal(state.counters.stale, 1);
});
