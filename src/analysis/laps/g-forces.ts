import { leastSquares, quantile } from '../statistics.ts';
import type { LapTrace } from './lap-trace.ts';
import type { TrackLine } from './track-line.ts';

const standardGravity = 9.80665;
/** No Formula 1 car leaves these: beyond them is noise of the feed. */
const longitudinalBounds = { min: -6.5, max: 2.2 } as const;
const lateralBound = 6.5;
/** Car samples that a slope is fitted to, ≈ 1.1 s. */
const fitSamples = 5;

/** Accelerations of one lap, estimated from speed and the line of the track. */
export interface GForces {
  /** At car samples [m]. */
  readonly distanceM: readonly number[];
  /** [g], negative = braking. */
  readonly longitudinal: readonly number[];
  /** [g], positive = to the left; NaN without a line. */
  readonly lateral: readonly number[];
  /** 99th and 1st percentile of the longitudinal and 99th of the size of the lateral one [g]; null of none. */
  readonly traction: number | null;
  readonly braking: number | null;
  readonly cornering: number | null;
  /** Share of values that were cut to what is possible. */
  readonly clippedShare: number;
}

/**
 * Longitudinal from a line fitted to five car samples (the merged rows between them are interpolated and would give stairs),
 * lateral as v²κ of the track's line. All values are estimates. O(rows).
 */
export function gForces(trace: LapTrace, line: TrackLine | null): GForces {
  const rows = [...trace.isCar.keys()].filter((row) => trace.isCar[row] === 1);
  const lengthM = trace.distanceM.at(-1) ?? 0;
  const distanceM: number[] = [];
  const longitudinal: number[] = [];
  const lateral: number[] = [];
  let clipped = 0;
  const clip = (value: number, min: number, max: number): number => {
    if (value < min || value > max) clipped++;
    return Math.min(max, Math.max(min, value));
  };
  const half = fitSamples >> 1;
  for (let at = half; at + half < rows.length; at++) {
    const points = rows
      .slice(at - half, at + half + 1)
      .map((row) => ({ x: trace.timeMs[row]! / 1000, y: trace.speedKmh[row]! / 3.6 }));
    const fit = leastSquares(points);
    if (fit === null) continue;
    const row = rows[at]!;
    const { min, max } = longitudinalBounds;
    distanceM.push(trace.distanceM[row]!);
    longitudinal.push(clip(fit.slope / standardGravity, min, max));
    const curvature = line === null ? Number.NaN : curvatureAt(line, trace.distanceM[row]! / lengthM);
    lateral.push(clip(lateralG(trace.speedKmh[row]!, 1 / curvature), -lateralBound, lateralBound));
  }
  const sorted = [...longitudinal].sort((a, b) => a - b);
  const sizes = lateral
    .filter((value) => !Number.isNaN(value))
    .map(Math.abs)
    .sort((a, b) => a - b);
  const values = longitudinal.length + sizes.length;
  return {
    distanceM,
    longitudinal,
    lateral,
    traction: quantile(sorted, 0.99),
    braking: quantile(sorted, 0.01),
    cornering: quantile(sizes, 0.99),
    clippedShare: values === 0 ? 0 : clipped / values,
  };
}

function curvatureAt({ curvature }: TrackLine, share: number): number {
  const n = curvature.length;
  return curvature[Math.min(n - 1, Math.max(0, Math.round(share * n) % n))]!;
}

/** Sideways acceleration of a car at a speed on a radius [g]. */
export function lateralG(speedKmh: number, radiusM: number): number {
  return (speedKmh / 3.6) ** 2 / radiusM / standardGravity;
}
