/**
 * The merged telemetry of one slice (a lap, or all laps of a driver) with FastF1's 18 channels: columns of which rows
 * `[from, from + rows)` count, ordered by time. The columns belong to the merger and are valid until its next merge.
 */
export interface LapTelemetry {
  readonly from: number;
  readonly rows: number;
  /** Start of the slice, session ms: `Time` is measured from here. */
  readonly startMs: number;
  /** UTC epoch ms (`Date`); minus the session's t0 it is `SessionTime`. */
  readonly epochMs: Float64Array;
  /** [1/min] */
  readonly rpm: Float64Array;
  /** [km/h] */
  readonly speedKmh: Float64Array;
  readonly gear: Uint8Array;
  /** [%] 104 = invalid, as the feed has it. */
  readonly throttlePct: Float64Array;
  /** 0 or 1. */
  readonly brake: Uint8Array;
  readonly drs: Uint8Array;
  /** Index into `originNames`. */
  readonly origin: Uint8Array;
  /** [m] since the start of the slice. */
  readonly distanceM: Float64Array;
  /** 0–1 of the distance at the last car sample of the padded slice. */
  readonly relativeDistance: Float64Array;
  /** 1 = OnTrack, 0 = OffTrack. */
  readonly onTrack: Uint8Array;
  /** [1/10 m] */
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
  /** Index into `aheadNumbers`; 0 = nobody. */
  readonly driverAhead: Uint8Array;
  /** [m]; NaN when nobody was ahead in the whole slice. */
  readonly distanceAheadM: Float64Array;
  /** Bits of `Invalid`. */
  readonly invalid: Uint8Array;
  /** Car numbers that `driverAhead` points to; the first is ''. */
  readonly aheadNumbers: readonly string[];
}
