import type { CarSamples, PosSamples } from '../domain/raw-session.ts';
import { lowerBound } from '../domain/bounds.ts';

/** A point repeated for longer than this … */
const repeatMs = 1000;
/** … while the car is faster than this is the feed standing still, not the car. */
const movingKmh = 50;

/**
 * Writes 1 to `bad[i − from]` for every position sample of `[from, to)` that is no fix: 0,0,0, made by the outer join,
 * or the repetition of one point for over 1 s above 50 km/h (its first sample is kept). Returns the repetitions.
 */
export function markBadPositions(
  pos: PosSamples,
  from: number,
  to: number,
  car: CarSamples | null,
  bad: Uint8Array,
): number {
  const { x, y, z, filled } = pos;
  let repeats = 0;
  let runStart = from;
  for (let i = from; i < to; i++) {
    const isZero = x[i] === 0 && y[i] === 0 && z[i] === 0;
    bad[i - from] = isZero || filled[i] === 1 ? 1 : 0;
    const isRepeat = i > from && x[i] === x[i - 1] && y[i] === y[i - 1] && z[i] === z[i - 1];
    if (!isRepeat) {
      repeats += markRun(pos, runStart, i, from, car, bad);
      runStart = i;
    }
  }
  return repeats + markRun(pos, runStart, to, from, car, bad);
}

function markRun(
  pos: PosSamples,
  start: number,
  end: number,
  from: number,
  car: CarSamples | null,
  bad: Uint8Array,
): number {
  if (car === null || end - start < 2 || pos.epochMs[end - 1]! - pos.epochMs[start]! <= repeatMs) return 0;
  let marked = 0;
  for (let i = start + 1; i < end; i++) {
    if (bad[i - from] === 1) continue;
    const at = Math.min(lowerBound(car.epochMs, pos.epochMs[i]!), car.epochMs.length - 1);
    if (at < 0 || car.speedKmh[at]! <= movingKmh) continue;
    bad[i - from] = 1;
    marked++;
  }
  return marked;
}
