import type { LapTelemetry } from '../../domain/lap-telemetry.ts';
import type { CarSamples, PosSamples } from '../../domain/raw-session.ts';
import { lowerBound, upperBound } from '../bounds.ts';
import { SliceMerger } from '../slice-merger.ts';
import type { DriverAheadFinder } from './driver-ahead.ts';

export interface LapMergeRequest {
  readonly number: string;
  readonly car: CarSamples | null;
  readonly pos: PosSamples | null;
  /** Session ms, both inclusive. */
  readonly startMs: number;
  readonly endMs: number;
}

/**
 * Merges slices as FastF1's `get_telemetry()` does, with distance and, when a finder is given, the car ahead. Columns are
 * kept between merges: nothing is allocated for a lap once the longest was seen. O(samples × cars) with the finder.
 */
export class LapMerger {
  readonly #slices = new SliceMerger();
  readonly #finder: DriverAheadFinder | null;
  readonly #t0EpochMs: number;
  #relative = new Float64Array(0);
  #ahead = new Uint8Array(0);
  #distanceAhead = new Float64Array(0);
  #sampleAhead = new Uint8Array(0);
  #sampleLead = new Float64Array(0);

  constructor(t0EpochMs: number, finder: DriverAheadFinder | null) {
    this.#t0EpochMs = t0EpochMs;
    this.#finder = finder;
  }

  /** The slice's columns, valid until the next merge; no rows where there are no samples. */
  merge({ number, car, pos, startMs, endMs }: LapMergeRequest): LapTelemetry {
    const slices = this.#slices;
    const { from, rows } = slices.merge(car, pos, startMs, endMs, this.#t0EpochMs, true);
    if (this.#relative.length < slices.epochMs.length) {
      this.#relative = new Float64Array(slices.epochMs.length);
      this.#ahead = new Uint8Array(slices.epochMs.length);
      this.#distanceAhead = new Float64Array(slices.epochMs.length);
    }
    const last = slices.lastSampleDistanceM;
    for (let row = from; row < from + rows; row++) this.#relative[row] = slices.distanceM[row]! / last;
    this.#fillAhead(number, car, startMs, endMs, from, rows);
    const {
      epochMs,
      rpm,
      speedKmh,
      gear,
      throttlePct,
      brake,
      drs,
      origin,
      distanceM,
      onTrack,
      x,
      y,
      z,
      invalid,
    } = slices;
    return {
      from,
      rows,
      startMs,
      epochMs,
      rpm,
      speedKmh,
      gear,
      throttlePct,
      brake,
      drs,
      origin,
      distanceM,
      relativeDistance: this.#relative,
      onTrack,
      x,
      y,
      z,
      driverAhead: this.#ahead,
      distanceAheadM: this.#distanceAhead,
      invalid,
      aheadNumbers: this.#finder?.numbers ?? [''],
    };
  }

  /** Car ahead of each row: held from the car sample before it; the distance linear between car samples. */
  #fillAhead(
    number: string,
    car: CarSamples | null,
    startMs: number,
    endMs: number,
    from: number,
    rows: number,
  ): void {
    this.#ahead.fill(0, from, from + rows);
    this.#distanceAhead.fill(Number.NaN, from, from + rows);
    if (this.#finder === null || car === null) return;
    const times = car.epochMs;
    const padFrom = Math.max(0, lowerBound(times, startMs + this.#t0EpochMs) - 1);
    const padTo = Math.min(times.length, upperBound(times, endMs + this.#t0EpochMs) + 1);
    // FastF1 looks at the samples without the first and the last of the padded slice.
    const first = padFrom + 1;
    const count = padTo - 1 - first;
    if (count <= 0) return;
    if (this.#sampleAhead.length < count) {
      this.#sampleAhead = new Uint8Array(count + (count >> 2));
      this.#sampleLead = new Float64Array(count + (count >> 2));
    }
    const ahead = this.#sampleAhead;
    const lead = this.#sampleLead;
    this.#finder.find(number, first, first + count, ahead, lead);
    fillGaps(lead, times, first, count);
    let at = 0;
    const epochMs = this.#slices.epochMs;
    for (let row = from; row < from + rows; row++) {
      const time = epochMs[row]!;
      while (at + 1 < count && times[first + at + 1]! <= time) at++;
      this.#ahead[row] = ahead[at]!;
      const left = times[first + at]!;
      const next = at + 1 < count ? at + 1 : at;
      const right = times[first + next]!;
      this.#distanceAhead[row] =
        time <= left || next === at
          ? lead[at]!
          : ((lead[next]! - lead[at]!) / (right * 1e6 - left * 1e6)) * (time * 1e6 - left * 1e6) + lead[at]!;
    }
  }
}

/** Replaces NaN by the line between its known neighbours in time; before the first and after the last by that one. */
function fillGaps(values: Float64Array, times: Float64Array, first: number, count: number): void {
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
