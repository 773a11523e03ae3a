import { channelByWireName, type Channel, type WireName } from './channels.ts';
import type { TelemetryRow } from './telemetry-row.ts';

const channel = (wireName: WireName): Channel => channelByWireName(wireName)!;
const speed = channel('speed');
const rpm = channel('rpm');
const throttle = channel('throttle');
const brake = channel('brake');
const gear = channel('gear');
const drs = channel('drs');
const x = channel('x');
const y = channel('y');
const z = channel('z');
const distance = channel('distance');

/** True when the value is missing (NaN), or inside the channel's range and whole where the channel is a code. */
export function isInRange(channel: Channel, value: number): boolean {
  if (value >= channel.min && value <= channel.max)
    return channel.kind === 'continuous' || Number.isInteger(value);
  return Number.isNaN(value);
}

/** Name and value of the first channel outside its possible range, for people; null when the row is plausible. */
export function implausibleReason(row: TelemetryRow): string | null {
  const bad =
    check(speed, row.speedKmh) ??
    check(rpm, row.rpm) ??
    check(throttle, row.throttlePct) ??
    check(brake, row.brake) ??
    check(gear, row.gear) ??
    check(drs, row.drs) ??
    check(x, row.x) ??
    check(y, row.y) ??
    check(z, row.z) ??
    check(distance, row.distanceM);
  if (bad !== null) return bad;
  if (!(row.driverNumber >= 1 && row.driverNumber <= 99 && Number.isInteger(row.driverNumber))) {
    return `driver_number must be a whole number from 1 to 99: current value is ${row.driverNumber}`;
  }
  if (!Number.isInteger(row.lapNumber)) return `lap_number must be whole: current value is ${row.lapNumber}`;
  return null;
}

function check(channel: Channel, value: number): string | null {
  if (isInRange(channel, value)) return null;
  return `${channel.wireName} must be in ${channel.min}–${channel.max}: current value is ${value}`;
}

/** False when a value is outside what its channel can be: such a row is set aside, counted, never alerted on. */
export function isPlausible(row: TelemetryRow): boolean {
  return implausibleReason(row) === null;
}
