import { valueAt, type LapTrace } from './lap-trace.ts';
import type { TrackLine } from './track-line.ts';

/** A corner found from the line of a lap: numbers are ours, in driving order, and may differ from the official ones. */
export interface Corner {
  readonly number: number;
  readonly direction: 'left' | 'right';
  /** Along the lap [m]. */
  readonly startM: number;
  readonly apexM: number;
  readonly endM: number;
  /** Smallest radius [m]. */
  readonly radiusM: number;
  /** Place of the apex [m], circuit frame. */
  readonly xM: number;
  readonly yM: number;
}

/** Straighter than this is no corner [1/m]. */
const minCurvature = 1 / 300;
const minLengthM = 15;
/** A bend that turns less is a kink of the straight, or of the position feed [rad]. */
const minTurnRad = 0.3;
/** Two apexes are two corners when the curvature between them falls below this share of both. */
const valleyShare = 0.4;

/** Corners of a closed line, scaled to the lap's length. O(points). */
export function corners(
  { curvature, stepM, xM, yM, lengthM }: TrackLine,
  lapLengthM: number,
): readonly Corner[] {
  const n = curvature.length;
  const scale = lapLengthM / lengthM;
  const found: Corner[] = [];
  const close = (from: number, to: number): void => {
    if ((to - from + 1) * stepM < minLengthM) return;
    let apex = from;
    let turnRad = 0;
    for (let at = from; at <= to; at++) {
      turnRad += Math.abs(curvature[at]!) * stepM;
      if (Math.abs(curvature[at]!) > Math.abs(curvature[apex]!)) apex = at;
    }
    if (turnRad < minTurnRad) return;
    found.push({
      number: found.length + 1,
      direction: curvature[apex]! > 0 ? 'left' : 'right',
      startM: from * stepM * scale,
      apexM: apex * stepM * scale,
      endM: to * stepM * scale,
      radiusM: 1 / Math.abs(curvature[apex]!),
      xM: xM[apex]!,
      yM: yM[apex]!,
    });
  };
  const isBend = (at: number): boolean => Math.abs(curvature[at]!) > minCurvature;
  let from = -1;
  for (let at = 0; at <= n; at++) {
    const goesOn = at < n && isBend(at) && (from < 0 || curvature[at]! > 0 === curvature[from]! > 0);
    if (goesOn) {
      if (from < 0) from = at;
      continue;
    }
    if (from >= 0) for (const [start, end] of splitAtValleys(curvature, from, at - 1)) close(start, end);
    from = at < n && isBend(at) ? at : -1;
  }
  return found;
}

/** Parts of a bend between the places where the curvature falls below a share of the peaks on both sides. */
function splitAtValleys(curvature: Float64Array, from: number, to: number): [number, number][] {
  const bend = (at: number): number => Math.abs(curvature[at]!);
  let start = from;
  const parts: [number, number][] = [];
  let peak = bend(from);
  let valley = from;
  for (let at = from + 1; at <= to; at++) {
    if (bend(at) < bend(valley)) valley = at;
    const isSplit = bend(valley) < valleyShare * peak && bend(valley) < valleyShare * bend(at);
    if (isSplit) {
      parts.push([start, valley]);
      start = valley + 1;
      peak = bend(at);
      valley = at;
    } else if (bend(at) > peak) {
      peak = bend(at);
      valley = at;
    }
  }
  parts.push([start, to]);
  return parts;
}

/** Slowest speed of a lap between start and end of a corner [km/h]; null where no car sample lies within 30 m of it. O(rows). */
export function apexSpeedKmh(trace: LapTrace, { startM, endM }: Corner): number | null {
  const { distanceM, speedKmh, isCar } = trace;
  let slowest = Math.min(valueAt(trace, speedKmh, startM), valueAt(trace, speedKmh, endM));
  let isMeasured = false;
  for (let row = 0; row < distanceM.length; row++) {
    if (isCar[row] !== 1) continue;
    const atM = distanceM[row]!;
    if (atM >= startM && atM <= endM) slowest = Math.min(slowest, speedKmh[row]!);
    isMeasured ||= atM >= startM - 30 && atM <= endM + 30;
  }
  return isMeasured ? slowest : null;
}
