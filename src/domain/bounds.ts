/** Index of the first value that is not below `limit` among the first `length` of a rising column; `length` when none is. O(log n). */
export function lowerBound(values: Float64Array, limit: number, length: number = values.length): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Index of the first value above `limit` in a rising column. O(log n). */
export function upperBound(values: Float64Array, limit: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Rows `[from, to)` of a rising column between two limits, both inclusive, with one more on either side where there is one. */
export function paddedRange(
  values: Float64Array,
  start: number,
  end: number,
): { readonly from: number; readonly to: number } {
  const from = Math.max(0, lowerBound(values, start) - 1);
  return { from, to: Math.min(values.length, upperBound(values, end) + 1) };
}
