/** Median of numbers; null of none. O(n log n). */
export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Value below which a share (0–1) of sorted numbers lies, linear between neighbours; null of none. */
export function quantile(sorted: readonly number[], share: number): number | null {
  if (sorted.length === 0) return null;
  const at = share * (sorted.length - 1);
  const low = Math.floor(at);
  const high = Math.min(low + 1, sorted.length - 1);
  return sorted[low]! + (at - low) * (sorted[high]! - sorted[low]!);
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface LineFit {
  readonly intercept: number;
  readonly slope: number;
  /** Standard deviation of the residuals, n − 2 degrees of freedom; null below three points. */
  readonly residualSd: number | null;
}

/** Least-squares line; null where all x are equal. O(n). */
export function leastSquares(points: readonly Point[]): LineFit | null {
  const n = points.length;
  if (n < 2) return null;
  const meanX = points.reduce((sum, { x }) => sum + x, 0) / n;
  const meanY = points.reduce((sum, { y }) => sum + y, 0) / n;
  let xx = 0;
  let xy = 0;
  for (const { x, y } of points) {
    xx += (x - meanX) ** 2;
    xy += (x - meanX) * (y - meanY);
  }
  if (xx === 0) return null;
  const slope = xy / xx;
  const intercept = meanY - slope * meanX;
  const squares = points.reduce((sum, { x, y }) => sum + (y - intercept - slope * x) ** 2, 0);
  return { intercept, slope, residualSd: n < 3 ? null : Math.sqrt(squares / (n - 2)) };
}

/** Theil–Sen slope: the median of the slopes of all pairs, not moved by a few outliers; null where all x are equal. O(n² log n). */
export function theilSen(points: readonly Point[]): number | null {
  const slopes: number[] = [];
  for (const [index, a] of points.entries())
    for (let other = index + 1; other < points.length; other++) {
      const b = points[other]!;
      if (a.x !== b.x) slopes.push((b.y - a.y) / (b.x - a.x));
    }
  return median(slopes);
}

/** Uniform numbers in [0, 1) that are the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** Bootstrap interval that holds a share (0.9 = 5–95 %) of a statistic over resampled points; the same for the same points. */
export function bootstrapInterval(
  points: readonly Point[],
  statistic: (points: readonly Point[]) => number | null,
  { share = 0.9, rounds = 400 } = {},
): Interval | null {
  const random = seededRandom(points.length);
  const found: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const value = statistic(points.map(() => points[Math.floor(random() * points.length)]!));
    if (value !== null) found.push(value);
  }
  found.sort((a, b) => a - b);
  const low = quantile(found, (1 - share) / 2);
  const high = quantile(found, (1 + share) / 2);
  return low === null || high === null ? null : { low, high };
}
