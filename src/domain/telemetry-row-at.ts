import { channelByWireName, type Channel, type WireName } from './channels.ts';
import { Invalid, type DriverTable } from './table.ts';
import type { TelemetryRow } from './telemetry-row.ts';

const limitsOf = (wireName: WireName): Channel => channelByWireName(wireName)!;
const speed = limitsOf('speed');
const rpm = limitsOf('rpm');
const throttle = limitsOf('throttle');
const gear = limitsOf('gear');
const position = limitsOf('x');
const distance = limitsOf('distance');

const carless = Invalid.filled;
const noThrottle = Invalid.throttle | Invalid.filled;
const noBrake = Invalid.brake | Invalid.filled;
const noGear = Invalid.gear | Invalid.filled;
const noDrs = Invalid.drs | Invalid.filled;

const within = (limits: Channel, value: number): number =>
  value >= limits.min && value <= limits.max ? value : Number.NaN;

/**
 * Fills `row` with the cleaned values of row `index`: NaN where the `invalid` bits say the value rests on a sentinel
 * and where it is outside the channel's range. `timestampMs` is left to the caller; `originalMs` is NaN without
 * `t0EpochMs`. No allocation.
 */
export function telemetryRowAt(
  table: DriverTable,
  index: number,
  row: TelemetryRow,
  t0EpochMs: number = Number.NaN,
): void {
  const invalid = table.invalid[index]!;
  const sessionMs = table.sessionMs[index]!;
  const hasPosition = (invalid & Invalid.position) === 0;
  row.driver = table.driver.code;
  row.driverNumber = Number(table.driver.number);
  row.sessionMs = sessionMs;
  row.originalMs = t0EpochMs + sessionMs;
  row.speedKmh = invalid & carless ? Number.NaN : within(speed, table.speedKmh[index]!);
  row.rpm = invalid & carless ? Number.NaN : within(rpm, table.rpm[index]!);
  row.throttlePct = invalid & noThrottle ? Number.NaN : within(throttle, table.throttlePct[index]!);
  row.brake = invalid & noBrake ? Number.NaN : table.brake[index]!;
  row.gear = invalid & noGear ? Number.NaN : within(gear, table.gear[index]!);
  row.drs = invalid & noDrs ? Number.NaN : table.drs[index]!;
  row.x = hasPosition ? within(position, table.x[index]!) : Number.NaN;
  row.y = hasPosition ? within(position, table.y[index]!) : Number.NaN;
  row.z = hasPosition ? within(position, table.z[index]!) : Number.NaN;
  row.lapNumber = table.lap[index]!;
  row.compound = table.compound[index]!;
  row.distanceM = within(distance, table.distanceM[index]!);
  row.origin = table.origin[index]!;
}
