import type { FigureInput } from './figure.ts';
import type { BenchOptions } from './options.ts';
import type { Processes } from './processes.ts';
import type { ResultTable, SessionFacts } from './result.ts';

/** What a benchmark gets: where to work, and where to hand in what it finds. Its functions need no `this`. */
export interface BenchContext {
  readonly options: BenchOptions;
  /** Runs of a measurement: `--runs`, else `normal`, else (with `--quick`) 1. */
  readonly runs: (normal: number) => number;
  /** A folder of its own, removed at the end. */
  readonly dir: string;
  /** The n-th of the ports of this run, 0–39. */
  readonly port: (n: number) => number;
  readonly signal: AbortSignal;
  readonly processes: Processes;
  /** One line of progress. */
  readonly say: (line: string) => void;
  /** Hands in a figure; the table shows them in this order. */
  readonly figure: (input: FigureInput) => void;
  readonly table: (table: ResultTable) => void;
  /** A sentence about how it is measured. */
  readonly method: (sentence: string) => void;
  /** A sentence about what the figures do not show. */
  readonly caveat: (sentence: string) => void;
  /** A part that is not possible here, with its reason. */
  readonly skip: (what: string, reason: string) => void;
  readonly session: (facts: SessionFacts) => void;
  /** Called at the end, the last one first, whatever happened. */
  readonly onEnd: (close: () => Promise<void> | void) => void;
}

/** One benchmark: a file of `benchmarks/`. */
export interface Benchmark {
  readonly name: string;
  readonly title: string;
  /** What it takes at most; then it is ended and counted as failed [s]. */
  readonly limitS: number;
  run(context: BenchContext): Promise<void>;
}

/** Thrown by a benchmark that is not possible on this machine: counted as skipped, not as failed. */
export class SkipError extends Error {
  override readonly name = 'SkipError';
}
