import type { LapTrace } from './lap-trace.ts';

/** A closed line around the circuit, evenly spaced by arc length, with its curvature. */
export interface TrackLine {
  readonly stepM: number;
  /** [m] */
  readonly xM: Float64Array;
  readonly yM: Float64Array;
  /** Signed curvature [1/m], positive to the left. */
  readonly curvature: Float64Array;
  /** Along the line [m]. */
  readonly lengthM: number;
}

/** Distinct positions a lap must have to be taken for the track. */
const minPositions = 200;

/**
 * Line of the circuit from the position samples of one lap: cubic between the samples, resampled by arc length, smoothed over
 * ± 15 m, curvature from three points 15 m apart. Null for a lap with too few distinct positions. O(samples + length).
 */
export function trackLine({ xM, yM, isPosition }: LapTrace, stepM = 5): TrackLine | null {
  const x: number[] = [];
  const y: number[] = [];
  for (let row = 0; row < xM.length; row++) {
    if (isPosition[row] !== 1) continue;
    if (x.length > 0 && Math.hypot(xM[row]! - x.at(-1)!, yM[row]! - y.at(-1)!) < 1) continue;
    x.push(xM[row]!);
    y.push(yM[row]!);
  }
  return x.length < minPositions ? null : closedLine(x, y, stepM);
}

/** The same for the corners of any closed line, at least four. */
export function closedLine(x: readonly number[], y: readonly number[], stepM: number): TrackLine {
  const dense = catmullRom(x, y);
  const even = resample(dense.x, dense.y, stepM);
  const xM = smooth(even.x);
  const yM = smooth(even.y);
  return { stepM: even.stepM, xM, yM, curvature: curvatureOf(xM, yM), lengthM: even.stepM * xM.length };
}

const partsBetween = 8;

/** Closed Catmull–Rom curve through the points, knots by chord length, so that uneven samples do not overshoot. */
function catmullRom(x: readonly number[], y: readonly number[]): { x: number[]; y: number[] } {
  const n = x.length;
  const denseX: number[] = [];
  const denseY: number[] = [];
  for (let at = 0; at < n; at++) {
    const index = [at - 1, at, at + 1, at + 2].map((one) => (one + n) % n);
    const [x0, x1, x2, x3] = index.map((one) => x[one]!) as [number, number, number, number];
    const [y0, y1, y2, y3] = index.map((one) => y[one]!) as [number, number, number, number];
    const d1 = Math.max(1e-6, Math.hypot(x1 - x0, y1 - y0));
    const d2 = Math.max(1e-6, Math.hypot(x2 - x1, y2 - y1));
    const d3 = Math.max(1e-6, Math.hypot(x3 - x2, y3 - y2));
    const slope = (a: number, b: number, c: number, before: number, after: number): number =>
      (((b - a) / before) * after + ((c - b) / after) * before) / (before + after);
    const [mx1, mx2] = [slope(x0, x1, x2, d1, d2) * d2, slope(x1, x2, x3, d2, d3) * d2];
    const [my1, my2] = [slope(y0, y1, y2, d1, d2) * d2, slope(y1, y2, y3, d2, d3) * d2];
    for (let part = 0; part < partsBetween; part++) {
      const t = part / partsBetween;
      const [h00, h10] = [(1 + 2 * t) * (1 - t) ** 2, t * (1 - t) ** 2];
      const [h01, h11] = [t * t * (3 - 2 * t), t * t * (t - 1)];
      denseX.push(h00 * x1 + h10 * mx1 + h01 * x2 + h11 * mx2);
      denseY.push(h00 * y1 + h10 * my1 + h01 * y2 + h11 * my2);
    }
  }
  return { x: denseX, y: denseY };
}

function resample(
  x: readonly number[],
  y: readonly number[],
  wantedStepM: number,
): { x: Float64Array; y: Float64Array; stepM: number } {
  const n = x.length;
  const along = new Float64Array(n + 1);
  for (let at = 0; at < n; at++) {
    const next = (at + 1) % n;
    along[at + 1] = along[at]! + Math.hypot(x[next]! - x[at]!, y[next]! - y[at]!);
  }
  const count = Math.max(8, Math.round(along[n]! / wantedStepM));
  const stepM = along[n]! / count;
  const evenX = new Float64Array(count);
  const evenY = new Float64Array(count);
  let at = 0;
  for (let point = 0; point < count; point++) {
    const wanted = point * stepM;
    while (at + 1 < n && along[at + 1]! <= wanted) at++;
    const span = along[at + 1]! - along[at]!;
    const share = span === 0 ? 0 : (wanted - along[at]!) / span;
    const next = (at + 1) % n;
    evenX[point] = x[at]! + share * (x[next]! - x[at]!);
    evenY[point] = y[at]! + share * (y[next]! - y[at]!);
  }
  return { x: evenX, y: evenY, stepM };
}

/** Savitzky–Golay, order 2, seven points: keeps the bend of a corner, where a mean would cut it. */
const weights = [-2, 3, 6, 7, 6, 3, -2].map((weight) => weight / 21);

function smooth(values: Float64Array): Float64Array {
  const n = values.length;
  return values.map((_, at) =>
    weights.reduce((sum, weight, offset) => sum + weight * values[(at + offset - 3 + n) % n]!, 0),
  );
}

/** Points to either side that a curvature is taken over. */
const reach = 3;

function curvatureOf(x: Float64Array, y: Float64Array): Float64Array {
  const n = x.length;
  return x.map((qx, at) => {
    const p = (at - reach + n) % n;
    const r = (at + reach) % n;
    const [ax, ay] = [qx - x[p]!, y[at]! - y[p]!];
    const [bx, by] = [x[r]! - qx, y[r]! - y[at]!];
    const sides = Math.hypot(ax, ay) * Math.hypot(bx, by) * Math.hypot(ax + bx, ay + by);
    return sides === 0 ? 0 : (2 * (ax * by - ay * bx)) / sides;
  });
}
