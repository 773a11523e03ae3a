import { upperBound } from '../../domain/bounds.ts';
import type { LapTelemetry } from '../../domain/lap-telemetry.ts';
import { Invalid, Origin } from '../../domain/table.ts';

/** One lap's merged telemetry as the analyses take it: columns of equal length with a place on the lap from 0 to its length. */
export interface LapTrace {
  /** Since the lap's start [ms]; the last row is its end. */
  readonly timeMs: Float64Array;
  /** Since the lap's start, stretched so that the lap has its nominal length [m]. */
  readonly distanceM: Float64Array;
  readonly speedKmh: Float64Array;
  /** [m], circuit frame; NaN where the position is not to be believed. */
  readonly xM: Float64Array;
  readonly yM: Float64Array;
  /** 1 where the row is a car sample that was measured. */
  readonly isCar: Uint8Array;
  /** 1 where the row is a position sample that is to be believed. */
  readonly isPosition: Uint8Array;
}

/**
 * Copies a lap out of the merger. Integrated speed drifts by up to a percent from lap to lap: distances are stretched to
 * `lengthM`, the same for all laps that are compared. Null for a lap without rows or distance.
 */
export function lapTrace(telemetry: LapTelemetry, lengthM: number): LapTrace | null {
  const { from, rows, epochMs, distanceM, speedKmh, x, y, origin, invalid } = telemetry;
  if (rows < 2) return null;
  const to = from + rows;
  const first = distanceM[from]!;
  const driven = distanceM[to - 1]! - first;
  if (!(driven > 0)) return null;
  const trace: LapTrace = {
    timeMs: epochMs.slice(from, to),
    distanceM: distanceM.slice(from, to),
    speedKmh: speedKmh.slice(from, to),
    xM: new Float64Array(rows),
    yM: new Float64Array(rows),
    isCar: new Uint8Array(rows),
    isPosition: new Uint8Array(rows),
  };
  const startMs = trace.timeMs[0]!;
  const scale = lengthM / driven;
  for (let row = 0; row < rows; row++) {
    trace.timeMs[row]! -= startMs;
    trace.distanceM[row] = (trace.distanceM[row]! - first) * scale;
    const bits = invalid[from + row]!;
    const isPlace = (bits & Invalid.position) === 0;
    trace.xM[row] = isPlace ? x[from + row]! / 10 : Number.NaN;
    trace.yM[row] = isPlace ? y[from + row]! / 10 : Number.NaN;
    trace.isCar[row] = origin[from + row] === Origin.car && (bits & Invalid.filled) === 0 ? 1 : 0;
    trace.isPosition[row] = origin[from + row] === Origin.pos && isPlace ? 1 : 0;
  }
  return trace;
}

/** Value of a column at a distance, linear between rows; `distanceM` must not fall. O(log rows). */
export function valueAt({ distanceM }: LapTrace, column: Float64Array, atM: number): number {
  const high = Math.min(distanceM.length - 1, Math.max(1, upperBound(distanceM, atM)));
  const low = high - 1;
  const span = distanceM[high]! - distanceM[low]!;
  const share = span === 0 ? 0 : Math.min(1, Math.max(0, (atM - distanceM[low]!) / span));
  return column[low]! + share * (column[high]! - column[low]!);
}
