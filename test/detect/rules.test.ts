import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { defaultConfig } from '../../src/config/defaults.ts';
import { createDetector, createRules } from '../../src/detect/index.ts';
import type { AlertMessage } from '../../src/domain/messages.ts';
import { Origin } from '../../src/domain/table.ts';
import { createTelemetryRow, type TelemetryRow } from '../../src/domain/telemetry-row.ts';

function rowAt(sessionMs: number, values: Partial<TelemetryRow>): TelemetryRow {
  const row = createTelemetryRow();
  return Object.assign(row, {
    timestampMs: Date.UTC(2026, 0, 1) + sessionMs,
    originalMs: Date.UTC(2023, 4, 28) + sessionMs,
    driver: 'AAA',
    driverNumber: 7,
    sessionMs,
    speedKmh: 100,
    drs: 0,
    brake: 0,
    lapNumber: 3,
    origin: Origin.car,
    ...values,
  });
}

function detect(rows: readonly TelemetryRow[], alerts = defaultConfig.alerts): AlertMessage[] {
  const detector = createDetector(createRules(alerts));
  const out: AlertMessage[] = [];
  rows.forEach((row, offset) => detector.update(row, { run: 'r', segment: 0, partition: 1, offset }, out));
  return out;
}

const speeds = (values: readonly number[]): TelemetryRow[] =>
  values.map((speedKmh, index) => rowAt(index * 240, { speedKmh }));

test('high_speed opens above 300 km/h and closes at 295: one alert an episode', () => {
  const alerts = detect(speeds([290, 300, 301, 320, 296, 302, 295, 301, 100])).filter(
    (alert) => alert.alert_type === 'high_speed',
  );
  assert.deepEqual(
    alerts.map(({ state, value, started_at, ended_at }) => ({ state, value, started_at, ended_at })),
    [
      { state: 'open', value: 301, started_at: 0.48, ended_at: null },
      { state: 'closed', value: 320, started_at: 0.48, ended_at: 1.44 },
      { state: 'open', value: 301, started_at: 1.68, ended_at: null },
      { state: 'closed', value: 301, started_at: 1.68, ended_at: 1.92 },
    ],
  );
  const [open, closed] = alerts;
  assert.equal(open?.alert_id, closed?.alert_id);
  assert.equal(open?.severity, 'high');
  assert.equal(open?.quality, 'measured');
  assert.equal(open?.threshold, 300);
});

test('high_speed never fires at 300 or below, nor on interpolated rows', () => {
  assert.deepEqual(detect(speeds([299, 300, 300, 288])), []);
  assert.deepEqual(
    detect([
      rowAt(0, { speedKmh: 330, origin: Origin.pos }),
      rowAt(100, { speedKmh: 330, origin: Origin.interpolation }),
    ]),
    [],
  );
});

test('high_speed passes over missing speed', () => {
  const alerts = detect(speeds([310, Number.NaN, 310, 290]));
  assert.deepEqual(
    alerts.map((alert) => alert.state),
    ['open', 'closed'],
  );
});

test('drs_status_change: an episode is code 10, 12 or 14; unknown and missing codes change nothing', () => {
  const codes = [0, 8, 10, 12, 14, 2, Number.NaN, 9, 14, 8, 1, 3, 12, 0];
  const alerts = detect(codes.map((drs, index) => rowAt(index * 240, { drs })));
  assert.deepEqual(
    alerts.map(({ alert_type, state, severity, started_at }) => ({
      alert_type,
      state,
      severity,
      started_at,
    })),
    [
      { alert_type: 'drs_status_change', state: 'open', severity: 'medium', started_at: 0.48 },
      { alert_type: 'drs_status_change', state: 'closed', severity: 'medium', started_at: 0.48 },
      { alert_type: 'drs_status_change', state: 'open', severity: 'medium', started_at: 2.88 },
      { alert_type: 'drs_status_change', state: 'closed', severity: 'medium', started_at: 2.88 },
    ],
  );
});

/** Laps of a long straight and a hard stop: the model's discs run hot. */
function hotLaps(count: number): TelemetryRow[] {
  const rows: TelemetryRow[] = [];
  for (let lap = 0; lap < count; lap++) {
    for (let i = 0; i < 60; i++) {
      const speedKmh = i < 40 ? 90 + i * 5.2 : i < 50 ? 300 - (i - 40) * 21 : 90;
      rows.push(
        rowAt((lap * 60 + i) * 240, { speedKmh, brake: i >= 40 && i < 50 ? 1 : 0, lapNumber: lap + 1 }),
      );
    }
  }
  return rows;
}

test('brake_temperature is labelled estimated and opens at most once in 60 s of session time', () => {
  const alerts = detect(hotLaps(30)).filter((alert) => alert.alert_type === 'brake_temperature');
  const openings = alerts.filter((alert) => alert.state === 'open');
  assert.ok(openings.length >= 2, `${openings.length} openings`);
  for (const alert of alerts) assert.equal(alert.quality, 'estimated');
  openings.slice(1).forEach((alert, index) => {
    assert.ok(
      alert.started_at - openings[index]!.started_at >= 60,
      `${openings[index]!.started_at} → ${alert.started_at}`,
    );
  });
});

test('brake_temperature escalation closes the medium episode and opens a high one that names it', () => {
  const thresholds = {
    ...defaultConfig.alerts,
    brake_temperature_medium_c: 310,
    brake_temperature_high_c: 420,
    brake_temperature_hysteresis_k: 290,
    brake_temperature_cooldown_s: 0,
  };
  const alerts = detect(hotLaps(10), thresholds).filter((alert) => alert.alert_type === 'brake_temperature');
  const high = alerts.find((alert) => alert.severity === 'high');
  const medium = alerts.find((alert) => alert.severity === 'medium');
  assert.ok(high !== undefined && medium !== undefined);
  assert.equal(high.escalated_from, medium.alert_id);
  assert.notEqual(high.alert_id, medium.alert_id);
  const closing = alerts.findIndex((alert) => alert.alert_id === medium.alert_id && alert.state === 'closed');
  assert.equal(closing + 1, alerts.indexOf(high));
  assert.equal(alerts[closing]?.severity, 'medium');
});

test('detector: every episode opens before it closes, once, with one severity, whatever the rows', () => {
  const rowArbitrary = fc.record({
    speedKmh: fc.oneof(fc.integer({ min: 0, max: 400 }), fc.constant(Number.NaN)),
    drs: fc.oneof(fc.constantFrom(0, 1, 2, 3, 8, 9, 10, 12, 14, 15), fc.constant(Number.NaN)),
    brake: fc.constantFrom(0, 1, Number.NaN),
    step: fc.integer({ min: 0, max: 3000 }),
  });
  fc.assert(
    fc.property(fc.array(rowArbitrary, { maxLength: 200 }), (steps) => {
      let sessionMs = 0;
      const rows = steps.map(({ step, ...values }) => rowAt((sessionMs += step), values));
      const open = new Map<string, AlertMessage>();
      const closed = new Set<string>();
      for (const alert of detect(rows)) {
        if (alert.state === 'open') {
          assert.ok(!open.has(alert.alert_id) && !closed.has(alert.alert_id));
          open.set(alert.alert_id, alert);
        } else {
          const start = open.get(alert.alert_id);
          assert.ok(start !== undefined);
          assert.equal(start.severity, alert.severity);
          assert.ok((alert.ended_at ?? -1) >= alert.started_at);
          open.delete(alert.alert_id);
          closed.add(alert.alert_id);
        }
      }
    }),
  );
});

test('detector: the same rows give the same alerts, ids included', () => {
  const rows = hotLaps(12).map((row, index) => Object.assign(row, { drs: index % 60 < 20 ? 12 : 8 }));
  assert.deepEqual(detect(rows), detect(rows));
});

test('detector: finish() closes what is open at the last row', () => {
  const detector = createDetector(createRules(defaultConfig.alerts));
  const out: AlertMessage[] = [];
  detector.update(rowAt(0, { drs: 12 }), { run: 'r', segment: 0, partition: 0, offset: 5 }, out);
  detector.update(rowAt(240, { drs: 12 }), { run: 'r', segment: 0, partition: 0, offset: 6 }, out);
  detector.finish(out);
  assert.deepEqual(
    out.map((alert) => [alert.state, alert.ended_at]),
    [
      ['open', null],
      ['closed', 0.24],
    ],
  );
});
