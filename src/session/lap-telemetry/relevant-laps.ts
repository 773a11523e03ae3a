import type { FastF1Lap } from '../../domain/lap-table.ts';

/** Lap numbers, starts and ends of one car in columns; NaN where unknown. */
export class LapTimes {
  readonly lapNumber: readonly number[];
  readonly startMs: Float64Array;
  readonly endMs: Float64Array;

  constructor(laps: readonly FastF1Lap[]) {
    this.lapNumber = laps.map((lap) => lap.lapNumber);
    this.startMs = Float64Array.from(laps, ({ startMs }) => startMs ?? Number.NaN);
    this.endMs = Float64Array.from(laps, ({ endMs }) => endMs ?? Number.NaN);
  }

  /** Number of the last lap that began by a time; null before the first. */
  lastStarted(sessionMs: number): number | null {
    for (let i = this.lapNumber.length - 1; i >= 0; i--)
      if (this.startMs[i]! <= sessionMs) return this.lapNumber[i]!;
    return null;
  }

  /** Number of the lap that a time lies in, start inclusive; null between and outside laps. */
  at(sessionMs: number): number | null {
    for (let i = this.lapNumber.length - 1; i >= 0; i--)
      if (this.startMs[i]! <= sessionMs) return sessionMs <= this.endMs[i]! ? this.lapNumber[i]! : null;
    return null;
  }
}

/** Laps of each car, by car number. */
export function lapTimesOf(laps: readonly FastF1Lap[]): Map<string, LapTimes> {
  const byCar = Map.groupBy(laps, ({ driverNumber }) => driverNumber);
  return new Map([...byCar].map(([number, own]) => [number, new LapTimes(own)]));
}

export interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * Where a car's laps that matter for a slice begin and end (FastF1's choice): from the lap it was on at the start, or
 * the next one when it had not yet begun the lap of the car asked about, to the first lap that ends after the slice.
 */
export function relevantSpan(laps: LapTimes, ownLap: number, startMs: number, endMs: number): Span | null {
  const { lapNumber } = laps;
  let first = laps.lastStarted(startMs);
  if (first === null) first = Math.min(...lapNumber);
  else if (first < ownLap) first += 1;
  let last: number | null = null;
  for (let i = 0; i < lapNumber.length && last === null; i++)
    if (laps.endMs[i]! >= endMs) last = lapNumber[i]!;
  last ??= Math.max(...lapNumber);
  // Where the start or end of these laps is unknown FastF1 takes one lap more, once.
  const range = rangeOf(laps, first, last);
  if (range === null) return null;
  if (Number.isNaN(laps.startMs[range.lastAt]!)) return spanOf(laps, rangeOf(laps, first - 1, last));
  if (Number.isNaN(laps.endMs[range.firstAt]!)) return spanOf(laps, rangeOf(laps, first, last + 1));
  return spanOf(laps, range);
}

interface Range {
  readonly firstAt: number;
  readonly lastAt: number;
}

function rangeOf({ lapNumber }: LapTimes, first: number, last: number): Range | null {
  const firstAt = lapNumber.findIndex((number) => number >= first && number <= last);
  const lastAt = lapNumber.findLastIndex((number) => number >= first && number <= last);
  return firstAt < 0 ? null : { firstAt, lastAt };
}

function spanOf(laps: LapTimes, range: Range | null): Span | null {
  if (range === null) return null;
  let startMs = Number.POSITIVE_INFINITY;
  let endMs = Number.NEGATIVE_INFINITY;
  for (let i = range.firstAt; i <= range.lastAt; i++) {
    if (laps.startMs[i]! < startMs) startMs = laps.startMs[i]!;
    if (laps.endMs[i]! > endMs) endMs = laps.endMs[i]!;
  }
  return Number.isFinite(startMs) && Number.isFinite(endMs) ? { startMs, endMs } : null;
}
