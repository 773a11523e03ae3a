/**
 * One `f1-telemetry` message as numbers: a scratch object that the codec reads from and writes into, so that no row
 * allocates. NaN stands for null.
 */
export interface TelemetryRow {
  /** Due (at `max`: hand-over) wall-clock time, epoch ms: wire `timestamp`. */
  timestampMs: number;
  /** UTC of the sample, epoch ms; NaN = null: wire `original_timestamp`. */
  originalMs: number;
  /** Three-letter code: wire `driver` and `driver_id`. */
  driver: string;
  /** Wire `driver_number`, a JSON number. */
  driverNumber: number;
  /** [ms] since the session's t0; wire `session_time` is seconds with up to 3 decimals. */
  sessionMs: number;
  speedKmh: number;
  rpm: number;
  throttlePct: number;
  /** 0 or 1. */
  brake: number;
  /** 0–8: wire `gear` and `n_gear`. */
  gear: number;
  drs: number;
  /** [1/10 m] */
  x: number;
  y: number;
  z: number;
  /** 0 = null. */
  lapNumber: number;
  /** Index into `compounds`; 0 = null. */
  compound: number;
  distanceM: number;
  /** Index into `originNames`: wire `source`. */
  origin: number;
}

/** An empty row: measurements NaN, texts empty, everything else 0. */
export function createTelemetryRow(): TelemetryRow {
  return {
    timestampMs: 0,
    originalMs: Number.NaN,
    driver: '',
    driverNumber: 0,
    sessionMs: 0,
    speedKmh: Number.NaN,
    rpm: Number.NaN,
    throttlePct: Number.NaN,
    brake: Number.NaN,
    gear: Number.NaN,
    drs: Number.NaN,
    x: Number.NaN,
    y: Number.NaN,
    z: Number.NaN,
    lapNumber: 0,
    compound: 0,
    distanceM: Number.NaN,
    origin: 0,
  };
}
