import { valueAt, type LapTrace } from './lap-trace.ts';

/** Times of one part of the lap, one entry a lap compared. */
export interface MiniSector {
  /** 1-based. */
  readonly number: number;
  readonly fromM: number;
  readonly toM: number;
  /** Null where a lap has fewer than two car samples in the part: nothing was measured there. */
  readonly timesMs: readonly (number | null)[];
  /** Index of the fastest lap; null when one has no time. */
  readonly fastest: number | null;
}

const minSamples = 2;

/** Splits the lap into equal parts and times each lap in each of them. O(laps × rows). */
export function miniSectors(traces: readonly LapTrace[], parts: number): readonly MiniSector[] {
  const lengthM = traces[0]?.distanceM.at(-1) ?? 0;
  return Array.from({ length: parts }, (_, part): MiniSector => {
    const fromM = (lengthM * part) / parts;
    const toM = (lengthM * (part + 1)) / parts;
    const timesMs = traces.map((trace) =>
      carSamplesIn(trace, fromM, toM) < minSamples
        ? null
        : valueAt(trace, trace.timeMs, toM) - valueAt(trace, trace.timeMs, fromM),
    );
    const known = timesMs.filter((ms) => ms !== null);
    const fastest = known.length < timesMs.length ? null : timesMs.indexOf(Math.min(...known));
    return { number: part + 1, fromM, toM, timesMs, fastest };
  });
}

function carSamplesIn({ distanceM, isCar }: LapTrace, fromM: number, toM: number): number {
  let samples = 0;
  for (let row = 0; row < distanceM.length; row++)
    if (isCar[row] === 1 && distanceM[row]! >= fromM && distanceM[row]! < toM) samples++;
  return samples;
}
