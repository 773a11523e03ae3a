import { valueAt, type LapTrace } from './lap-trace.ts';

/** Time of one lap against another along the lap: positive where the first one is behind. */
export interface LapDelta {
  /** From 0 to the lap's length, evenly spaced [m]. */
  readonly distanceM: Float64Array;
  /** [ms] */
  readonly deltaMs: Float64Array;
  /** What the end-point correction took out at the end of the lap [ms]. */
  readonly correctionMs: number;
}

/**
 * Lap delta on distance with end-point correction: the times at which both laps pass a place are subtracted, and what is
 * left over against the difference of the official lap times is taken out in proportion to the distance, so that the last
 * value is exactly that difference. O(points log rows).
 */
export function lapDelta(
  own: LapTrace,
  reference: LapTrace,
  lapTimeDifferenceMs: number,
  stepM = 10,
): LapDelta {
  const lengthM = reference.distanceM.at(-1)!;
  const points = Math.max(2, Math.round(lengthM / stepM) + 1);
  const distanceM = new Float64Array(points);
  const deltaMs = new Float64Array(points);
  for (let point = 0; point < points; point++) {
    const atM = (lengthM * point) / (points - 1);
    distanceM[point] = atM;
    deltaMs[point] = valueAt(own, own.timeMs, atM) - valueAt(reference, reference.timeMs, atM);
  }
  const correctionMs = lapTimeDifferenceMs - deltaMs[points - 1]!;
  for (let point = 0; point < points; point++) deltaMs[point]! += (correctionMs * point) / (points - 1);
  deltaMs[points - 1] = lapTimeDifferenceMs;
  return { distanceM, deltaMs, correctionMs };
}
