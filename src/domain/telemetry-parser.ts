import { compoundIndex } from './compound.ts';
import { originNames } from './table.ts';
import type { TelemetryRow } from './telemetry-row.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Reads any JSON text of an `f1-telemetry` value, whatever its key order; false when it is not one. */
export function parseTelemetry(bytes: Uint8Array, row: TelemetryRow): boolean {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch {
    return false;
  }
  return (
    isObject(value) &&
    value['message_type'] === 'telemetry' &&
    takeHead(value, row) &&
    takeChannels(value, row)
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function takeHead(value: Record<string, unknown>, row: TelemetryRow): boolean {
  const { timestamp, original_timestamp: originalTimestamp = null, driver, compound = null, source } = value;
  const driverId = value['driver_id'] ?? driver;
  if (typeof timestamp !== 'string' || typeof driver !== 'string' || driver === '' || driverId !== driver)
    return false;
  if (originalTimestamp !== null && typeof originalTimestamp !== 'string') return false;
  if (compound !== null && typeof compound !== 'string') return false;
  const origin = originNames.findIndex((name) => name === source);
  if (origin < 0) return false;
  row.timestampMs = Date.parse(timestamp);
  row.originalMs = originalTimestamp === null ? Number.NaN : Date.parse(originalTimestamp);
  row.driver = driver;
  row.origin = origin;
  row.compound = compound === null ? 0 : compoundIndex(compound);
  if (originalTimestamp !== null && Number.isNaN(row.originalMs)) return false;
  return !Number.isNaN(row.timestampMs);
}

function takeChannels(value: Record<string, unknown>, row: TelemetryRow): boolean {
  const number = (name: string): number => {
    const field = value[name] ?? null;
    // Infinity stands for "not a number": JSON has none, so a field can never be that by itself.
    return field === null ? Number.NaN : typeof field === 'number' ? field : Number.POSITIVE_INFINITY;
  };
  row.driverNumber = number('driver_number');
  row.sessionMs = Math.round(number('session_time') * 1000);
  row.speedKmh = number('speed');
  row.rpm = number('rpm');
  row.throttlePct = number('throttle');
  row.brake = number('brake');
  row.gear = number('gear' in value ? 'gear' : 'n_gear');
  row.drs = number('drs');
  row.x = number('x');
  row.y = number('y');
  row.z = number('z');
  row.distanceM = number('distance');
  const lap = number('lap_number');
  row.lapNumber = Number.isNaN(lap) ? 0 : lap;
  const again = number('n_gear' in value ? 'n_gear' : 'gear');
  return (
    Number.isFinite(row.driverNumber) &&
    Number.isFinite(row.sessionMs) &&
    !(lap <= 0) &&
    lap !== Infinity &&
    (again === row.gear || (Number.isNaN(again) && Number.isNaN(row.gear))) &&
    row.speedKmh !== Infinity &&
    row.rpm !== Infinity &&
    row.throttlePct !== Infinity &&
    row.brake !== Infinity &&
    row.gear !== Infinity &&
    row.drs !== Infinity &&
    row.x !== Infinity &&
    row.y !== Infinity &&
    row.z !== Infinity &&
    row.distanceM !== Infinity
  );
}
