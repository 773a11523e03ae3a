import type { CarSamples, PosSamples } from '../domain/raw-session.ts';

/**
 * The samples themselves when they are strictly rising in time (the rule); else a copy sorted by time in which, of
 * samples with one time, the last stays, and a warning that says so. Null for none. O(n) in the usual case.
 */
export function orderSamples<T extends CarSamples | PosSamples>(
  samples: T | null,
  subject: string,
  topic: string,
  warnings: string[],
): T | null {
  if (samples === null || samples.epochMs.length === 0) return null;
  const { epochMs } = samples;
  let isOrdered = true;
  for (let i = 1; i < epochMs.length && isOrdered; i++) isOrdered = epochMs[i]! > epochMs[i - 1]!;
  if (isOrdered) return samples;
  const order = Array.from(epochMs.keys())
    .sort((a, b) => epochMs[a]! - epochMs[b]! || a - b)
    .filter((index, at, all) => at === all.length - 1 || epochMs[index] !== epochMs[all[at + 1]!]);
  warnings.push(
    `${topic} of ${subject} was put in order of time; ${epochMs.length - order.length} samples with a time that occurs twice were left out`,
  );
  const columns = Object.entries(samples).map(([name, column]: [string, Float64Array]) => [
    name,
    column.map((_, at) => (at < order.length ? column[order[at]!]! : 0)).subarray(0, order.length),
  ]);
  return Object.fromEntries(columns) as T;
}
