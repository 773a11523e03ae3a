/** Index of the first of the first `length` rising `values` that is ≥ `wanted`; `length` when none is. O(log n). */
export function lowerBound(values: Float64Array, wanted: number, length: number = values.length): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
