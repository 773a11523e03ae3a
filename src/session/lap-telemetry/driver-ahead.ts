import type { CarSamples } from '../../domain/raw-session.ts';
import { lowerBound } from '../../domain/bounds.ts';
import { relevantSpan, type LapTimes } from './relevant-laps.ts';

/** Car samples of one driver with the distance driven since the recording began, so that any slice of it is a difference. */
interface Track {
  readonly number: string;
  readonly times: Float64Array;
  readonly speedKmh: Uint16Array;
  /** [m] driven up to each sample. */
  readonly driven: Float64Array;
  readonly laps: LapTimes;
}

/**
 * Finds the car ahead on track as FastF1 does: every car's distance since the line it crossed (the next line for cars
 * behind), the smallest lead that is not negative. Distances are running sums, made once for a session, so a slice costs
 * its samples times the number of cars, instead of all laps of all cars again.
 */
export class DriverAheadFinder {
  /** Car numbers by the index that `find` answers; the first is ''. */
  readonly numbers: readonly string[];
  readonly #tracks: readonly Track[];
  readonly #t0EpochMs: number;

  /** `drivers`: car numbers in driver-list order; only those with samples and laps can be ahead. */
  constructor(
    drivers: readonly string[],
    car: ReadonlyMap<string, CarSamples>,
    laps: ReadonlyMap<string, LapTimes>,
    t0EpochMs: number,
  ) {
    this.#t0EpochMs = t0EpochMs;
    this.#tracks = drivers.flatMap((number) => {
      const samples = car.get(number);
      const own = laps.get(number);
      if (samples === undefined || own === undefined || own.lapNumber.length === 0) return [];
      return [
        {
          number,
          times: samples.epochMs,
          speedKmh: samples.speedKmh,
          driven: drivenMetres(samples),
          laps: own,
        },
      ];
    });
    this.numbers = ['', ...this.#tracks.map(({ number }) => number)];
  }

  /**
   * Fills `ahead` (index into `numbers`) and `distanceM` for a car's samples `[from, to)`, written from 0 on; 0 and NaN where
   * nobody is ahead. False when the car cannot be placed on a lap. Never allocates.
   */
  find(number: string, from: number, to: number, ahead: Uint8Array, distanceM: Float64Array): boolean {
    const count = to - from;
    ahead.fill(0, 0, count);
    distanceM.fill(Number.NaN, 0, count);
    const own = this.#tracks.find((track) => track.number === number);
    if (own === undefined || count <= 0) return false;
    const startMs = own.times[from]! - this.#t0EpochMs;
    const endMs = own.times[to - 1]! - this.#t0EpochMs;
    const lapNumber = own.laps.lastStarted(startMs);
    if (lapNumber === null) return false;
    const span = relevantSpan(own.laps, lapNumber, startMs, endMs);
    if (span === null) return false;
    const ownOffset = this.#offset(own, span.startMs);
    for (let index = 0; index < this.#tracks.length; index++) {
      const other = this.#tracks[index]!;
      if (other !== own)
        this.#compare(other, index + 1, own, ownOffset, lapNumber, from, to, ahead, distanceM);
    }
    return true;
  }

  #compare(
    other: Track,
    index: number,
    own: Track,
    ownOffset: number,
    lapNumber: number,
    from: number,
    to: number,
    ahead: Uint8Array,
    distanceM: Float64Array,
  ): void {
    const t0 = this.#t0EpochMs;
    const span = relevantSpan(other.laps, lapNumber, own.times[from]! - t0, own.times[to - 1]! - t0);
    if (span === null) return;
    const startEpoch = span.startMs + t0;
    const endEpoch = span.endMs + t0;
    const offset = this.#offset(other, span.startMs);
    const { times, speedKmh, driven } = other;
    let at = lowerBound(times, Math.max(own.times[from]!, startEpoch));
    let hasBefore = false;
    for (let i = from; i < to; i++) {
      const time = own.times[i]!;
      if (time < startEpoch) continue;
      if (time > endEpoch) return;
      while (at < times.length && times[at]! < time) at++;
      if (at >= times.length) return;
      if (times[at] !== time) {
        hasBefore = false;
        continue;
      }
      // A distance that stands still says that the car does, or that it has no sample: nobody to be ahead.
      const isStill = hasBefore && speedKmh[at] === 0;
      hasBefore = true;
      if (i === from || isStill) continue;
      const lead = driven[at]! - offset - (own.driven[i]! - ownOffset);
      const known = distanceM[i - from]!;
      if (lead >= 0 && !(lead >= known)) {
        distanceM[i - from] = lead;
        ahead[i - from] = index;
      }
    }
  }

  /** What `driven` says at a moment between two samples, by the speed of the later one. */
  #offset({ times, speedKmh, driven }: Track, startMs: number): number {
    const start = startMs + this.#t0EpochMs;
    const first = lowerBound(times, start);
    if (first >= times.length) return driven.at(-1) ?? 0;
    return driven[first]! - (speedKmh[first]! / 3.6) * ((times[first]! - start) / 1000);
  }
}

function drivenMetres({ epochMs, speedKmh }: CarSamples): Float64Array {
  const driven = new Float64Array(epochMs.length);
  for (let i = 1; i < epochMs.length; i++)
    driven[i] = driven[i - 1]! + (speedKmh[i]! / 3.6) * ((epochMs[i]! - epochMs[i - 1]!) / 1000);
  return driven;
}
