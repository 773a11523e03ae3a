import type { Driver } from './driver.ts';
import type { ReadReport, SessionIdentity } from './raw-session.ts';
import type { SessionTiming } from './timing.ts';

/** Origin of a merged row, as stored in the `origin` column. */
export const Origin = { car: 0, pos: 1, interpolation: 2 } as const;
/** Names of the origins, by their number. */
export const originNames = ['car', 'pos', 'interpolation'] as const;

/** Bits of the `invalid` column: the channel of this row rests on a sentinel (or on nothing) and is null on the wire. */
export const Invalid = {
  /** Throttle sample, or one of the two it was interpolated from, is 104. */
  throttle: 1,
  /** Brake sample is 104. */
  brake: 2,
  /** Gear above 8. */
  gear: 4,
  /** Position 0,0,0, repeated while the car moves, or none within 2 s, in this sample or in one of the two that bracket it. */
  position: 8,
  /** No DRS channel in the record. */
  drs: 16,
  /** No car channel was measured: made by the outer join over drivers, or no car sample within 2 s to interpolate from. */
  filled: 32,
} as const;

/**
 * The merged telemetry of one driver: columns of equal length `rows`, ordered by `sessionMs` (strictly rising).
 * Raw values as FastF1 has them; `invalid` says which of them are not to be believed.
 */
export interface DriverTable {
  readonly driver: Driver;
  readonly rows: number;
  /** [ms] since the session's t0. */
  readonly sessionMs: Float64Array;
  /** [km/h] */
  readonly speedKmh: Float32Array;
  /** [1/min] */
  readonly rpm: Float32Array;
  /** [%] 104 = invalid; values between 100 and 104 are interpolated from one. */
  readonly throttlePct: Float32Array;
  /** 0 or 1; FastF1 reads 104 as 1. */
  readonly brake: Uint8Array;
  readonly gear: Uint8Array;
  /** DRS code; 0 where absent (see `Invalid.drs`). */
  readonly drs: Uint8Array;
  /** [1/10 m]; NaN where there is nothing to interpolate from. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly z: Float32Array;
  /** [m] since the start of the lap the row belongs to; right-rectangle integral of speed, reset at each lap. */
  readonly distanceM: Float32Array;
  /** Index into `originNames`. */
  readonly origin: Uint8Array;
  /** 1 = OnTrack, 0 = OffTrack. */
  readonly onTrack: Uint8Array;
  /** Bits of `Invalid`. */
  readonly invalid: Uint8Array;
  /** 1-based lap number; 0 where no lap is known. */
  readonly lap: Uint16Array;
  /** Index into `compounds`. */
  readonly compound: Uint8Array;
}

/** A session ready for replay and export. */
export interface SessionTable {
  readonly identity: SessionIdentity;
  readonly t0EpochMs: number | null;
  /** Every driver of the session, in driver-list order. */
  readonly drivers: readonly Driver[];
  /** Drivers that have telemetry; empty for a session without it. */
  readonly tables: readonly DriverTable[];
  readonly timing: SessionTiming;
  readonly report: ReadReport;
}

/** Rows of all drivers together. */
export function countRows(table: SessionTable): number {
  let rows = 0;
  for (const driver of table.tables) rows += driver.rows;
  return rows;
}
