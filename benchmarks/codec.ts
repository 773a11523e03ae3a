import assert from 'node:assert/strict';
import { defaultConfig } from '../src/config/defaults.ts';
import { compoundName } from '../src/domain/compound.ts';
import { noLog } from '../src/domain/log.ts';
import { originNames } from '../src/domain/table.ts';
import { maxTelemetryBytes, readTelemetry, writeTelemetry } from '../src/domain/telemetry-codec.ts';
import { parseTelemetry } from '../src/domain/telemetry-parser.ts';
import { telemetryRowAt } from '../src/domain/telemetry-row-at.ts';
import { createTelemetryRow } from '../src/domain/telemetry-row.ts';
import type { TelemetryRow } from '../src/domain/telemetry-row.ts';
import { openSession } from '../src/commands/load-session.ts';
import { prepareSession } from './harness/bench-session.ts';
import type { Benchmark } from './harness/context.ts';

const rowCount = 20_000;

/** Telemetry values as bytes and back, beside `JSON.stringify` and `JSON.parse`. */
export const codec: Benchmark = {
  name: 'codec',
  title: 'Telemetry values to bytes and back',
  limitS: 120,
  async run(context) {
    const { folder, cacheDir } = await prepareSession(context);
    const { table } = await openSession({
      spec: folder,
      config: { ...defaultConfig, source: { ...defaultConfig.source, cache_dir: cacheDir } },
      log: noLog,
      signal: context.signal,
    });
    const rows: TelemetryRow[] = [];
    // Rows of all drivers in turn from the middle of the session, as a partition holds them.
    for (let n = 0; rows.length < rowCount; n++) {
      const driver = table.tables[n % table.tables.length]!;
      const row = createTelemetryRow();
      const index = (Math.floor(driver.rows / 2) + Math.floor(n / table.tables.length)) % driver.rows;
      telemetryRowAt(driver, index, row, table.t0EpochMs ?? Number.NaN);
      row.timestampMs = Date.UTC(2026, 0, 1, 12) + n * 7;
      rows.push(row);
    }
    const buffer = new Uint8Array(maxTelemetryBytes);
    const values = rows.map((row) => buffer.slice(0, writeTelemetry(buffer, 0, row)));
    const objects = rows.map(wireObject);
    const encoder = new TextEncoder();
    const decoder = new TextDecoder();
    for (const [n, value] of values.entries()) {
      assert.equal(decoder.decode(value), JSON.stringify(objects[n]), `row ${n} differs from JSON.stringify`);
    }
    const bytes = values.reduce((sum, value) => sum + value.length, 0) / values.length;
    context.method(
      `${rowCount.toLocaleString('en')} rows of the session, ${bytes.toFixed(0)} bytes each on average, in one process after a warm-up of three passes; every run takes the mean over passes of half a second or more. The bytes of both sides are equal for every row, checked before.`,
    );
    const runs = context.runs(5);
    const passMs = context.options.quick ? 50 : 500;
    const scratch = createTelemetryRow();
    const write = measure(runs, passMs, (n) => writeTelemetry(buffer, 0, rows[n]!));
    const stringify = measure(
      runs,
      passMs,
      (n) => encoder.encode(JSON.stringify(wireObject(rows[n]!))).length,
    );
    const stringifyReady = measure(runs, passMs, (n) => encoder.encode(JSON.stringify(objects[n])).length);
    const read = measure(runs, passMs, (n) => Number(readTelemetry(values[n]!, scratch)));
    const parse = measure(runs, passMs, (n) => Number(parseTelemetry(values[n]!, scratch)));
    const parseOnly = measure(
      runs,
      passMs,
      (n) => (JSON.parse(decoder.decode(values[n])) as { speed: number }).speed,
    );
    const unit = 'ns/row';
    context.figure({
      id: 'write',
      label: 'Row to bytes',
      unit,
      values: write,
      rival: { name: 'object, JSON.stringify, TextEncoder', values: stringify, better: 'lower' },
    });
    context.figure({
      id: 'write-ready',
      label: 'Row to bytes, the rival with its object ready made',
      unit,
      values: write,
      rival: { name: 'JSON.stringify, TextEncoder', values: stringifyReady, better: 'lower' },
    });
    context.figure({
      id: 'read',
      label: 'Bytes to row',
      unit,
      values: read,
      rival: { name: 'JSON.parse, checks and copy to a row', values: parse, better: 'lower' },
    });
    context.figure({
      id: 'read-object',
      label: 'Bytes to row, the rival stopping at the object',
      unit,
      values: read,
      rival: { name: 'TextDecoder, JSON.parse', values: parseOnly, better: 'lower' },
    });
    context.caveat(
      'Our writer and reader know this one message; JSON.stringify and JSON.parse know every one. Readers fall back to JSON.parse for any other key order.',
    );
  },
};

/** The message as an object in wire order, as a program without a writer of its own would make it. */
function wireObject(row: TelemetryRow): object {
  const orNull = (value: number, scale: number): number | null =>
    Number.isNaN(value) ? null : Math.round(value * scale) / scale;
  const iso = (ms: number): string | null =>
    Number.isNaN(ms) ? null : new Date(Math.round(ms)).toISOString();
  return {
    timestamp: iso(row.timestampMs),
    original_timestamp: iso(row.originalMs),
    driver: row.driver,
    driver_id: row.driver,
    driver_number: row.driverNumber,
    session_time: Math.round(row.sessionMs) / 1000,
    speed: orNull(row.speedKmh, 10),
    rpm: orNull(row.rpm, 1),
    throttle: orNull(row.throttlePct, 10),
    brake: orNull(row.brake, 1),
    gear: orNull(row.gear, 1),
    n_gear: orNull(row.gear, 1),
    drs: orNull(row.drs, 1),
    x: orNull(row.x, 1),
    y: orNull(row.y, 1),
    z: orNull(row.z, 1),
    lap_number: row.lapNumber > 0 ? row.lapNumber : null,
    compound: compoundName(row.compound),
    distance: orNull(row.distanceM, 10),
    source: originNames[row.origin],
    message_type: 'telemetry',
  };
}

/** Nanoseconds per row, one value per run. The sum keeps the work from being optimised away. */
function measure(runs: number, passMs: number, step: (n: number) => number): number[] {
  let sink = 0;
  const pass = (): void => {
    for (let n = 0; n < rowCount; n++) sink += step(n);
  };
  for (let n = 0; n < 3; n++) pass();
  const results: number[] = [];
  for (let run = 0; run < runs; run++) {
    const startedMs = performance.now();
    let passes = 0;
    do {
      pass();
      passes++;
    } while (performance.now() - startedMs < passMs);
    results.push(((performance.now() - startedMs) * 1e6) / (passes * rowCount));
  }
  if (Number.isNaN(sink)) throw new Error('A step of the codec gave no number');
  return results;
}
