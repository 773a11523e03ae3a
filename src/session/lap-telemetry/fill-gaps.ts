/**
 * Replaces NaN in the first `count` values by the line between their known neighbours in time (`times` from `first` on, epoch ms; ns as
 * float64 in the arithmetic, as in pandas); before the first known value and after the last by that one.
 */
export function fillGaps(values: Float64Array, times: Float64Array, first: number, count: number): void {
  let before = -1;
  for (let i = 0; i < count; i++) {
    if (Number.isNaN(values[i]!)) continue;
    if (before < 0) values.fill(values[i]!, 0, i);
    else {
      const left = times[first + before]! * 1e6;
      const slope = (values[i]! - values[before]!) / (times[first + i]! * 1e6 - left);
      for (let j = before + 1; j < i; j++)
        values[j] = slope * (times[first + j]! * 1e6 - left) + values[before]!;
    }
    before = i;
  }
  if (before >= 0) values.fill(values[before]!, before + 1, count);
}
