import type { BrokerRecord } from '../domain/broker.ts';
import type { AlertMessage } from '../domain/messages.ts';
import { isPlausible, readTelemetry } from '../domain/telemetry-codec.ts';
import { createTelemetryRow } from '../domain/telemetry-row.ts';

export interface DriverStats {
  readonly driver: string;
  readonly rows: number;
  readonly lap: number | null;
  /** Newest speed and the highest and mean of the interval [km/h]. */
  readonly speedKmh: number | null;
  readonly maxSpeedKmh: number | null;
  readonly meanSpeedKmh: number | null;
  readonly maxRpm: number | null;
}

export interface ConsumeReport {
  readonly seconds: number;
  readonly records: number;
  readonly perSecond: number;
  readonly byTopic: Readonly<Record<string, number>>;
  readonly unreadable: number;
  readonly alertsOpened: Readonly<Record<string, number>>;
  readonly drivers: readonly DriverStats[];
}

interface Tally {
  rows: number;
  lap: number;
  speed: number;
  maxSpeed: number;
  speedSum: number;
  speedRows: number;
  maxRpm: number;
}

export interface ConsumeStats {
  /** Counts a record; returns the alert when it is one. Never throws. */
  accept(topic: string, partition: number, record: BrokerRecord): AlertMessage | null;
  /** Report since the last `take`, and a new interval. */
  take(): ConsumeReport;
  /** Report since the start. */
  total(): ConsumeReport;
}

/** Counts, rates, per-driver figures and alerts of what is read; two sets: this interval and all. */
export function createConsumeStats(now: () => number = () => performance.now()): ConsumeStats {
  const all = createCounts(now);
  let interval = createCounts(now);
  const row = createTelemetryRow();
  return {
    accept(topic, _partition, record) {
      const alert = record.value === null ? null : parseAlert(record.value);
      const isRow =
        alert === null && record.value !== null && readTelemetry(record.value, row) && isPlausible(row);
      for (const counts of [all, interval]) {
        counts.records += 1;
        counts.byTopic[topic] = (counts.byTopic[topic] ?? 0) + 1;
        if (alert !== null && alert.state === 'open') {
          counts.alertsOpened[alert.alert_type] = (counts.alertsOpened[alert.alert_type] ?? 0) + 1;
        }
        if (isRow) tally(counts.drivers, row);
        else if (alert === null && !isJson(record.value)) counts.unreadable += 1;
      }
      return alert;
    },
    take() {
      const report = reportOf(interval, now());
      interval = createCounts(now);
      return report;
    },
    total: () => reportOf(all, now()),
  };
}

function createCounts(now: () => number) {
  return {
    since: now(),
    records: 0,
    unreadable: 0,
    byTopic: {} as Record<string, number>,
    alertsOpened: {} as Record<string, number>,
    drivers: new Map<string, Tally>(),
  };
}

function tally(drivers: Map<string, Tally>, row: ReturnType<typeof createTelemetryRow>): void {
  let own = drivers.get(row.driver);
  if (own === undefined) {
    own = {
      rows: 0,
      lap: 0,
      speed: Number.NaN,
      maxSpeed: Number.NaN,
      speedSum: 0,
      speedRows: 0,
      maxRpm: Number.NaN,
    };
    drivers.set(row.driver, own);
  }
  own.rows += 1;
  own.lap = row.lapNumber;
  if (!Number.isNaN(row.speedKmh)) {
    own.speed = row.speedKmh;
    own.maxSpeed = Number.isNaN(own.maxSpeed) ? row.speedKmh : Math.max(own.maxSpeed, row.speedKmh);
    own.speedSum += row.speedKmh;
    own.speedRows += 1;
  }
  if (!Number.isNaN(row.rpm)) own.maxRpm = Number.isNaN(own.maxRpm) ? row.rpm : Math.max(own.maxRpm, row.rpm);
}

function reportOf(counts: ReturnType<typeof createCounts>, nowMs: number): ConsumeReport {
  const seconds = Math.max(0.001, (nowMs - counts.since) / 1000);
  const drivers = [...counts.drivers].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    seconds: Math.round(seconds * 1000) / 1000,
    records: counts.records,
    perSecond: Math.round((counts.records / seconds) * 10) / 10,
    byTopic: counts.byTopic,
    unreadable: counts.unreadable,
    alertsOpened: counts.alertsOpened,
    drivers: drivers.map(([driver, own]) => ({
      driver,
      rows: own.rows,
      lap: own.lap === 0 ? null : own.lap,
      speedKmh: orNull(own.speed),
      maxSpeedKmh: orNull(own.maxSpeed),
      meanSpeedKmh: own.speedRows === 0 ? null : Math.round((own.speedSum / own.speedRows) * 10) / 10,
      maxRpm: orNull(own.maxRpm),
    })),
  };
}

function orNull(value: number): number | null {
  return Number.isNaN(value) ? null : value;
}

/** The report as a table for people. */
export function formatStats(report: ConsumeReport): string {
  const topics = Object.entries(report.byTopic).map(([topic, count]) => `${topic} ${count}`);
  const head = `${report.records} records in ${report.seconds.toFixed(1)} s (${report.perSecond}/s)${topics.length > 0 ? `: ${topics.join(', ')}` : ''}`;
  const alerts = Object.entries(report.alertsOpened).map(([type, count]) => `${type} ${count}`);
  const lines = [head];
  if (alerts.length > 0) lines.push(`alerts opened: ${alerts.join(', ')}`);
  if (report.unreadable > 0) lines.push(`unreadable: ${report.unreadable}`);
  if (report.drivers.length > 0) lines.push('driver   rows  lap  km/h now   max   mean    max rpm');
  for (const { driver, rows, lap, speedKmh, maxSpeedKmh, meanSpeedKmh, maxRpm } of report.drivers) {
    const cells = [
      driver.padEnd(6),
      String(rows).padStart(7),
      show(lap).padStart(5),
      show(speedKmh).padStart(10),
      show(maxSpeedKmh).padStart(6),
      show(meanSpeedKmh).padStart(7),
      show(maxRpm).padStart(11),
    ];
    lines.push(cells.join(''));
  }
  return lines.join('\n');
}

function show(value: number | null): string {
  return value === null ? '–' : String(value);
}

const decoder = new TextDecoder();

function parseAlert(bytes: Uint8Array): AlertMessage | null {
  const text = decoder.decode(bytes);
  if (!text.includes('"message_type":"alert"')) return null;
  try {
    const value = JSON.parse(text) as Partial<AlertMessage> | null;
    return value?.message_type === 'alert' && typeof value.session_time === 'number'
      ? (value as AlertMessage)
      : null;
  } catch {
    // Counted as unreadable by the caller.
    return null;
  }
}

function isJson(value: Uint8Array | null): boolean {
  if (value === null) return true;
  try {
    JSON.parse(decoder.decode(value));
    return true;
  } catch {
    return false;
  }
}
