import type { LapTelemetry } from '../../domain/lap-telemetry.ts';
import type { CarSamples, PosSamples } from '../../domain/raw-session.ts';
import { paddedRange } from '../../domain/bounds.ts';
import { SliceMerger } from '../slice-merger.ts';
import type { DriverAheadFinder } from './driver-ahead.ts';
import { fillGaps } from './fill-gaps.ts';

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
    return {
      from,
      rows,
      startMs,
      epochMs: slices.epochMs,
      rpm: slices.rpm,
      speedKmh: slices.speedKmh,
      gear: slices.gear,
      throttlePct: slices.throttlePct,
      brake: slices.brake,
      drs: slices.drs,
      origin: slices.origin,
      distanceM: slices.distanceM,
      relativeDistance: this.#relative,
      onTrack: slices.onTrack,
      x: slices.x,
      y: slices.y,
      z: slices.z,
      driverAhead: this.#ahead,
      distanceAheadM: this.#distanceAhead,
      invalid: slices.invalid,
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
    const padded = paddedRange(times, startMs + this.#t0EpochMs, endMs + this.#t0EpochMs);
    // FastF1 looks at the samples without the first and the last of the padded slice.
    const first = padded.from + 1;
    const count = padded.to - 1 - first;
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
