/** Spread of the runs of one measurement. */
export interface Spread {
  readonly runs: number;
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** Spread of at least one finite value; throws a RangeError otherwise, so that a broken run never looks measured. */
export function spreadOf(values: readonly number[]): Spread {
  if (values.length === 0)
    throw new RangeError('Cannot take the spread of no values: at least one is needed');
  const odd = values.find((value) => !Number.isFinite(value));
  if (odd !== undefined) throw new RangeError(`Cannot take the spread of values with ${odd} among them`);
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { runs: sorted.length, min: sorted[0]!, median, max: sorted.at(-1)! };
}

/**
 * Nearest-rank quantile: the smallest value with at least `share` (0–1) of all values at or below it. O(n log n);
 * NaN without values.
 */
export function quantile(values: readonly number[] | Float64Array, share: number): number {
  const sorted = Float64Array.from(values).sort();
  if (sorted.length === 0) return Number.NaN;
  const rank = Math.ceil(Math.min(1, Math.max(0, share)) * sorted.length);
  return sorted[Math.max(0, rank - 1)]!;
}

/** The quantiles a latency is reported with. */
export interface LatencySummary {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export function latencySummary(values: readonly number[]): LatencySummary {
  return {
    count: values.length,
    p50: quantile(values, 0.5),
    p99: quantile(values, 0.99),
    max: quantile(values, 1),
  };
}

/**
 * Quantile from a cumulative histogram, interpolated in a straight line inside the bucket it falls in. `bounds` are
 * rising upper bounds, `cumulative` has one count per bound and the total last; a quantile above the last bound is
 * reported as Infinity, because nothing is known but that it is above.
 */
export function bucketQuantile(
  bounds: readonly number[],
  cumulative: readonly number[],
  share: number,
): number {
  const total = cumulative.at(-1) ?? 0;
  if (total <= 0) return Number.NaN;
  const wanted = share * total;
  for (let index = 0; index < bounds.length; index++) {
    const reached = cumulative[index] ?? 0;
    if (reached < wanted) continue;
    const before = index === 0 ? 0 : (cumulative[index - 1] ?? 0);
    const low = index === 0 ? 0 : bounds[index - 1]!;
    const inside = reached - before;
    return inside === 0 ? bounds[index]! : low + ((bounds[index]! - low) * (wanted - before)) / inside;
  }
  return Number.POSITIVE_INFINITY;
}

/**
 * Drift of a series of (time, deviation) pairs: mean deviation of the last `windowMs` minus that of the first.
 * NaN when the series is shorter than two windows.
 */
export function driftOf(
  timesMs: readonly number[] | Float64Array,
  deviationsMs: readonly number[] | Float64Array,
  windowMs: number,
): number {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const time of timesMs) {
    if (time < first) first = time;
    if (time > last) last = time;
  }
  if (!(last - first >= 2 * windowMs)) return Number.NaN;
  let headSum = 0;
  let headCount = 0;
  let tailSum = 0;
  let tailCount = 0;
  for (let index = 0; index < timesMs.length; index++) {
    const time = timesMs[index]!;
    const deviation = deviationsMs[index]!;
    if (time <= first + windowMs) {
      headSum += deviation;
      headCount++;
    } else if (time >= last - windowMs) {
      tailSum += deviation;
      tailCount++;
    }
  }
  return tailSum / tailCount - headSum / headCount;
}
