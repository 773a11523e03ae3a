import type { CarSamples, PosSamples } from '../domain/raw-session.ts';
import { SliceMerger } from './slice-merger.ts';

/** Merged rows of one slice, columns of equal length `rows` in Float64, ordered by time. */
export interface MergedSlice {
  readonly rows: number;
  /** [ms] since the session's t0. */
  readonly sessionMs: Float64Array;
  readonly speedKmh: Float64Array;
  readonly rpm: Float64Array;
  readonly throttlePct: Float64Array;
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly z: Float64Array;
  /** [m] since the start of the slice, as FastF1's `Distance`. */
  readonly distanceM: Float64Array;
  readonly brake: Uint8Array;
  readonly gear: Uint8Array;
  readonly drs: Uint8Array;
  readonly onTrack: Uint8Array;
  readonly origin: Uint8Array;
  readonly invalid: Uint8Array;
}

/**
 * Merges car and position samples of one driver between two session times (both inclusive) exactly as FastF1's
 * `get_telemetry()` does: slices padded by one sample, outer merge on time, linear for speed, engine speed and throttle,
 * one quadratic spline over the slice for x, y, z and distance, forward then backward fill for the rest, and a row
 * interpolated at exactly `startMs` and `endMs` where no sample lies there. No rows when no sample lies between them.
 * Source: fastf1/core.py 3.9.0, `merge_channels`, `fill_missing`, `slice_by_time`, `Laps.get_telemetry`.
 */
export function mergeSlice(
  car: CarSamples | null,
  pos: PosSamples | null,
  startMs: number,
  endMs: number,
  t0EpochMs: number,
): MergedSlice {
  const merger = new SliceMerger();
  const { from, rows } = merger.merge(car, pos, startMs, endMs, t0EpochMs, true);
  const to = from + rows;
  return {
    rows,
    sessionMs: merger.epochMs.slice(from, to).map((epochMs) => epochMs - t0EpochMs),
    speedKmh: merger.speedKmh.slice(from, to),
    rpm: merger.rpm.slice(from, to),
    throttlePct: merger.throttlePct.slice(from, to),
    x: merger.x.slice(from, to),
    y: merger.y.slice(from, to),
    z: merger.z.slice(from, to),
    distanceM: merger.distanceM.slice(from, to),
    brake: merger.brake.slice(from, to),
    gear: merger.gear.slice(from, to),
    drs: merger.drs.slice(from, to),
    onTrack: merger.onTrack.slice(from, to),
    origin: merger.origin.slice(from, to),
    invalid: merger.invalid.slice(from, to),
  };
}
