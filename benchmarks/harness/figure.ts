import { spreadOf } from './statistics.ts';
import type { Spread } from './statistics.ts';

/** What a figure has to reach; judged on the median of the runs. */
export interface Bar {
  readonly is: 'at most' | 'at least';
  readonly limit: number;
}

/** A figure as a benchmark hands it in. */
export interface FigureInput {
  /** Stable name inside the benchmark, kebab-case. */
  readonly id: string;
  readonly label: string;
  /** 'ms', 's', 'MB', 'rows/s' … */
  readonly unit: string;
  /** One value per run. */
  readonly values: readonly number[];
  readonly bar?: Bar;
  /** The same work done by another program, on the same machine in the same run. */
  readonly rival?: {
    readonly name: string;
    readonly values: readonly number[];
    readonly better: 'lower' | 'higher';
  };
}

/** A figure as it is kept in the results. */
export interface Figure extends Spread {
  readonly id: string;
  readonly label: string;
  readonly unit: string;
  readonly bar: (Bar & { readonly isMet: boolean }) | null;
  /** `ratio` > 1: ours is that many times better on the medians. */
  readonly rival: (Spread & { readonly name: string; readonly ratio: number }) | null;
}

/** Works out spread, bar and ratio. Throws a RangeError for values that are not numbers. */
export function makeFigure({ id, label, unit, values, bar, rival }: FigureInput): Figure {
  const spread = roundSpread(spreadOf(values));
  const theirs = rival === undefined ? null : spreadOf(rival.values);
  return {
    id,
    label,
    unit,
    ...spread,
    bar: bar === undefined ? null : { ...bar, isMet: isBarMet(bar, spread.median) },
    rival:
      rival === undefined || theirs === null
        ? null
        : {
            name: rival.name,
            ...roundSpread(theirs),
            ratio: roundTo4(
              rival.better === 'lower' ? theirs.median / spread.median : spread.median / theirs.median,
            ),
          },
  };
}

export function isBarMet({ is, limit }: Bar, value: number): boolean {
  return is === 'at most' ? value <= limit : value >= limit;
}

function roundSpread({ runs, min, median, max }: Spread): Spread {
  return { runs, min: roundTo4(min), median: roundTo4(median), max: roundTo4(max) };
}

/** Four significant digits: more than any of these measurements carries. */
export function roundTo4(value: number): number {
  return value === 0 || !Number.isFinite(value) ? value : Number(value.toPrecision(4));
}
