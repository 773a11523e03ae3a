import { build, type Histogram } from 'hdr-histogram-js';
import { scheduleErrorBucketsMs } from '../domain/messages.ts';

export interface ErrorSummary {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Times in ms ≥ 0 with quantiles to three digits and the fixed buckets of the metric. 24 bytes per bucket, no growth. */
export class ErrorHistogram {
  #histogram: Histogram = build({
    bitBucketSize: 32,
    lowestDiscernibleValue: 1,
    highestTrackableValue: 3_600_000_000,
    numberOfSignificantValueDigits: 3,
    useWebAssembly: false,
  });
  #buckets = new Float64Array(scheduleErrorBucketsMs.length + 1);
  #sumMs = 0;
  #count = 0;
  #maxMs = 0;

  /** Negative values count as 0: a row is never handed over before it is due. */
  record(ms: number): void {
    const value = ms > 0 ? ms : 0;
    this.#histogram.recordValue(Math.min(3_600_000_000, Math.round(value * 1000)));
    let bucket = 0;
    while (bucket < scheduleErrorBucketsMs.length && value > scheduleErrorBucketsMs[bucket]!) bucket++;
    this.#buckets[bucket]! += 1;
    this.#sumMs += value;
    this.#count++;
    if (value > this.#maxMs) this.#maxMs = value;
  }

  get count(): number {
    return this.#count;
  }

  get sumMs(): number {
    return this.#sumMs;
  }

  /** Cumulative counts for the upper bounds of `scheduleErrorBucketsMs`. */
  cumulative(): number[] {
    let sum = 0;
    return scheduleErrorBucketsMs.map((_, index) => (sum += this.#buckets[index]!));
  }

  /** Null before the first value. */
  summary(): ErrorSummary | null {
    if (this.#count === 0) return null;
    const quantile = (percentile: number): number => this.#histogram.getValueAtPercentile(percentile) / 1000;
    return { p50: quantile(50), p99: quantile(99), max: Math.round(this.#maxMs * 1000) / 1000 };
  }
}
