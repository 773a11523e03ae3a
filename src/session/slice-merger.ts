import type { CarSamples, PosSamples } from '../domain/raw-session.ts';
import { Invalid, Origin } from '../domain/table.ts';
import { paddedRange } from '../domain/bounds.ts';
import { markBadPositions } from '../analysis/bad-positions.ts';
import { QuadraticSpline } from './quadratic-spline.ts';

/** Rows `[from, from + rows)` of the merger's columns; valid until its next merge. */
export interface MergedRange {
  readonly from: number;
  readonly rows: number;
  /** Position samples set aside because they repeat while the car moves. */
  readonly repeats: number;
}

const invalidWithoutCar = Invalid.throttle | Invalid.brake | Invalid.gear | Invalid.drs | Invalid.filled;

/** Sentinel of throttle and brake in the feed. */
const noData = 104;

/**
 * A value interpolated between samples further apart counts as not measured. Intact recordings have spacings of up to
 * 1.3 s; holes of up to 113 s occur (2024 Italian Grand Prix), while the other feed goes on.
 */
const maxBridgeMs = 2000;

/**
 * Merges slices of car and position samples into its own Float64 and byte columns, which are kept between merges so
 * that a whole race allocates once. `mergeSlice` describes the semantics. O(rows).
 */
export class SliceMerger {
  epochMs = new Float64Array(0);
  speedKmh = new Float64Array(0);
  rpm = new Float64Array(0);
  throttlePct = new Float64Array(0);
  x = new Float64Array(0);
  y = new Float64Array(0);
  z = new Float64Array(0);
  distanceM = new Float64Array(0);
  brake = new Uint8Array(0);
  gear = new Uint8Array(0);
  drs = new Uint8Array(0);
  onTrack = new Uint8Array(0);
  origin = new Uint8Array(0);
  invalid = new Uint8Array(0);
  /** [m] at the last car sample of the padded slice of the last merge; NaN without one. */
  lastSampleDistanceM = Number.NaN;

  /** Row → last car and position sample at or before it (one less than the first when there is none). */
  #carAt = new Int32Array(0);
  #posAt = new Int32Array(0);
  #abscissa = new Float64Array(0);
  #sampleDistance = new Float64Array(0);
  #badPosition = new Uint8Array(0);
  #coefficientsX = new Float64Array(0);
  #coefficientsY = new Float64Array(0);
  #coefficientsZ = new Float64Array(0);
  readonly #spline = new QuadraticSpline();

  /** Merges samples between two session times, both inclusive; `withDistance` also fills `distanceM`. */
  merge(
    car: CarSamples | null,
    pos: PosSamples | null,
    startMs: number,
    endMs: number,
    t0EpochMs: number,
    withDistance: boolean,
  ): MergedRange {
    const start = t0EpochMs + startMs;
    const end = t0EpochMs + endMs;
    const carTimes = car?.epochMs ?? new Float64Array(0);
    const posTimes = pos?.epochMs ?? new Float64Array(0);
    const { from: carFrom, to: carTo } = paddedRange(carTimes, start, end);
    const { from: posFrom, to: posTo } = paddedRange(posTimes, start, end);
    this.#reserve(carTo - carFrom + posTo - posFrom + 2);

    const merged = this.#mergeTimes(carTimes, carFrom, carTo, posTimes, posFrom, posTo);
    let first = 1;
    while (first < merged && this.epochMs[first]! < start) first++;
    let beyond = merged;
    while (beyond > first && this.epochMs[beyond - 1]! > end) beyond--;
    if (first >= beyond) return { from: 0, rows: 0, repeats: 0 };

    this.#fillCar(car, carFrom, carTo, merged);
    const repeats = pos === null ? 0 : markBadPositions(pos, posFrom, posTo, car, this.#badPosition);
    this.#fillPosition(pos, posFrom, posTo, merged);
    if (withDistance) this.#integrateDistance(car, carFrom, carTo, start, merged);

    const needsStart = this.epochMs[first]! > start;
    const needsEnd = this.epochMs[beyond - 1]! < end;
    if (needsStart || needsEnd)
      this.#addEdges(first, beyond, merged, start, end, needsStart, needsEnd, withDistance);
    const from = needsStart ? first - 1 : first;
    return { from, rows: (needsEnd ? beyond + 1 : beyond) - from, repeats };
  }

  /** Outer join on time into rows 1… (row 0 is kept free for an edge); returns the row after the last. */
  #mergeTimes(
    carTimes: Float64Array,
    carFrom: number,
    carTo: number,
    posTimes: Float64Array,
    posFrom: number,
    posTo: number,
  ): number {
    let car = carFrom;
    let pos = posFrom;
    let row = 1;
    while (car < carTo || pos < posTo) {
      const carTime = car < carTo ? carTimes[car]! : Infinity;
      const posTime = pos < posTo ? posTimes[pos]! : Infinity;
      // On equal stamps FastF1's `pos.merge_channels(car)` keeps the position's Source.
      this.origin[row] = posTime <= carTime ? Origin.pos : Origin.car;
      this.epochMs[row] = Math.min(carTime, posTime);
      if (carTime <= posTime) car++;
      if (posTime <= carTime) pos++;
      this.#carAt[row] = car - 1;
      this.#posAt[row] = pos - 1;
      row++;
    }
    return row;
  }

  #fillCar(car: CarSamples | null, from: number, to: number, merged: number): void {
    if (car === null || from >= to) {
      this.speedKmh.fill(Number.NaN, 0, merged + 1);
      this.rpm.fill(Number.NaN, 0, merged + 1);
      this.throttlePct.fill(Number.NaN, 0, merged + 1);
      this.brake.fill(0, 0, merged + 1);
      this.gear.fill(0, 0, merged + 1);
      this.drs.fill(0, 0, merged + 1);
      this.invalid.fill(invalidWithoutCar, 0, merged + 1);
      return;
    }
    const { epochMs, speedKmh, rpm, throttlePct, brakePct, gear, drs, filled } = car;
    const last = to - 1;
    for (let row = 1; row < merged; row++) {
      const at = this.#carAt[row]!;
      const held = at < from ? from : at;
      const exact = epochMs[held] === this.epochMs[row];
      const next = exact || held === last || at < from ? held : held + 1;
      if (next === held) {
        this.speedKmh[row] = speedKmh[held]!;
        this.rpm[row] = rpm[held]!;
        this.throttlePct[row] = throttlePct[held]!;
      } else {
        // Nanoseconds as float64, like pandas: both factors are integers below 2^53, so the product is rounded
        // once, to the same float64 as Number(BigInt(epochMs) * 1000000n).
        const left = epochMs[held]! * 1e6;
        const span = epochMs[next]! * 1e6 - left;
        const offset = this.epochMs[row]! * 1e6 - left;
        this.speedKmh[row] = ((speedKmh[next]! - speedKmh[held]!) / span) * offset + speedKmh[held]!;
        this.rpm[row] = ((rpm[next]! - rpm[held]!) / span) * offset + rpm[held]!;
        this.throttlePct[row] =
          ((throttlePct[next]! - throttlePct[held]!) / span) * offset + throttlePct[held]!;
      }
      this.brake[row] = brakePct[held]! > 0 ? 1 : 0;
      this.gear[row] = gear[held]!;
      const drsCode = drs[held]!;
      this.drs[row] = drsCode === 255 ? 0 : drsCode;
      let bits = 0;
      if (throttlePct[held] === noData || throttlePct[next] === noData) bits |= Invalid.throttle;
      if (brakePct[held] === noData) bits |= Invalid.brake;
      if (gear[held]! > 8) bits |= Invalid.gear;
      if (drsCode === 255) bits |= Invalid.drs;
      // Beyond the first or last sample a value is held, not measured; likewise inside a hole.
      const isBridged = next !== held && epochMs[next]! - epochMs[held]! > maxBridgeMs;
      if (filled[held] === 1 || filled[next] === 1 || (next === held && !exact) || isBridged)
        bits |= Invalid.filled;
      this.invalid[row] = bits;
    }
  }

  #fillPosition(pos: PosSamples | null, from: number, to: number, merged: number): void {
    if (pos === null || from >= to) {
      this.x.fill(Number.NaN, 0, merged + 1);
      this.y.fill(Number.NaN, 0, merged + 1);
      this.z.fill(Number.NaN, 0, merged + 1);
      this.onTrack.fill(0, 0, merged + 1);
      for (let row = 0; row <= merged; row++) this.invalid[row]! |= Invalid.position;
      return;
    }
    const spline = this.#spline;
    const count = to - from;
    const abscissa = this.#abscissa;
    for (let i = 0; i < count; i++) abscissa[i] = pos.epochMs[from + i]! * 1e6;
    const fits = spline.fit(abscissa, 0, count);
    if (fits) {
      spline.solve(pos.x, from, this.#coefficientsX);
      spline.solve(pos.y, from, this.#coefficientsY);
      spline.solve(pos.z, from, this.#coefficientsZ);
    }
    const bad = this.#badPosition;
    const last = to - 1;
    for (let row = 1; row < merged; row++) {
      const at = this.#posAt[row]!;
      const time = this.epochMs[row]!;
      const held = at < from ? from : at;
      this.onTrack[row] = pos.onTrack[held]!;
      if (at >= from && pos.epochMs[at] === time) {
        this.x[row] = pos.x[at]!;
        this.y[row] = pos.y[at]!;
        this.z[row] = pos.z[at]!;
        if (bad[at - from] === 1) this.invalid[row]! |= Invalid.position;
        continue;
      }
      // FastF1 leaves rows before the first sample empty and extrapolates after the last.
      if (at < from || !fits) {
        this.x[row] = Number.NaN;
        this.y[row] = Number.NaN;
        this.z[row] = Number.NaN;
        this.invalid[row]! |= Invalid.position;
        continue;
      }
      spline.seek(time * 1e6);
      this.x[row] = spline.value(this.#coefficientsX);
      this.y[row] = spline.value(this.#coefficientsY);
      this.z[row] = spline.value(this.#coefficientsZ);
      if (at === last || bad[at - from] === 1 || bad[at + 1 - from] === 1)
        this.invalid[row]! |= Invalid.position;
    }
  }

  /** FastF1's `Distance`: right-rectangle sum over the padded car slice, spline between car samples. */
  #integrateDistance(car: CarSamples | null, from: number, to: number, start: number, merged: number): void {
    this.lastSampleDistanceM = Number.NaN;
    if (car === null || from >= to) {
      this.distanceM.fill(Number.NaN, 0, merged + 1);
      return;
    }
    const count = to - from;
    const spline = this.#spline;
    let previous = start;
    let distance = 0;
    for (let i = 0; i < count; i++) {
      const time = car.epochMs[from + i]!;
      distance += (car.speedKmh[from + i]! / 3.6) * ((time - previous) / 1000);
      previous = time;
      this.#sampleDistance[i] = distance;
      this.#abscissa[i] = time * 1e6;
    }
    this.lastSampleDistanceM = distance;
    const fits = spline.fit(this.#abscissa, 0, count);
    if (fits) spline.solve(this.#sampleDistance, 0, this.#coefficientsX);
    for (let row = 1; row < merged; row++) {
      const at = this.#carAt[row]!;
      if (at >= from && car.epochMs[at] === this.epochMs[row]) {
        this.distanceM[row] = this.#sampleDistance[at - from]!;
      } else if (at < from || !fits) {
        this.distanceM[row] = Number.NaN;
      } else {
        spline.seek(this.epochMs[row]! * 1e6);
        this.distanceM[row] = spline.value(this.#coefficientsX);
      }
    }
  }

  /**
   * Rows at exactly `start` and `end`, merged in the way of FastF1's `interpolate_edges`: a second fill over the rows
   * merged so far. They take the places of the padding samples, which are not needed any more.
   */
  #addEdges(
    first: number,
    beyond: number,
    merged: number,
    start: number,
    end: number,
    needsStart: boolean,
    needsEnd: boolean,
    withDistance: boolean,
  ): void {
    const abscissa = this.#abscissa;
    const edge = { start: this.#blankEdge(), end: this.#blankEdge() };
    const splined = [this.x, this.y, this.z] as const;
    const coefficients = [this.#coefficientsX, this.#coefficientsY, this.#coefficientsZ] as const;
    let known = 1;
    while (known < merged && Number.isNaN(this.x[known]!)) known++;
    for (let row = known; row < merged; row++) abscissa[row] = this.epochMs[row]! * 1e6;
    if (this.#spline.fit(abscissa, known, merged - known)) {
      for (let i = 0; i < 3; i++) this.#spline.solve(splined[i]!, known, coefficients[i]!);
      for (const [time, target] of [
        [start, edge.start],
        [end, edge.end],
      ] as const) {
        if (time < this.epochMs[known]!) continue;
        this.#spline.seek(time * 1e6);
        for (let i = 0; i < 3; i++) target.splined[i] = this.#spline.value(coefficients[i]!);
      }
    }
    if (withDistance) {
      known = 1;
      while (known < merged && Number.isNaN(this.distanceM[known]!)) known++;
      for (let row = known; row < merged; row++) abscissa[row] = this.epochMs[row]! * 1e6;
      if (this.#spline.fit(abscissa, known, merged - known)) {
        this.#spline.solve(this.distanceM, known, this.#coefficientsX);
        for (const [time, target] of [
          [start, edge.start],
          [end, edge.end],
        ] as const) {
          if (time < this.epochMs[known]!) continue;
          this.#spline.seek(time * 1e6);
          target.splined[3] = this.#spline.value(this.#coefficientsX);
        }
      }
    }
    if (needsEnd)
      this.#writeEdge(beyond, beyond - 1, beyond < merged ? beyond : beyond - 1, end, edge.end.splined);
    if (needsStart)
      this.#writeEdge(first - 1, first > 1 ? first - 1 : first, first, start, edge.start.splined);
  }

  #blankEdge(): { splined: [number, number, number, number] } {
    return { splined: [Number.NaN, Number.NaN, Number.NaN, Number.NaN] };
  }

  #writeEdge(row: number, left: number, right: number, time: number, splined: readonly number[]): void {
    const leftNs = this.epochMs[left]! * 1e6;
    const span = this.epochMs[right]! * 1e6 - leftNs;
    const offset = time * 1e6 - leftNs;
    for (const column of [this.speedKmh, this.rpm, this.throttlePct]) {
      const value = column[left]!;
      column[row] = left === right ? value : ((column[right]! - value) / span) * offset + value;
    }
    // Of the row after the edge only what is interpolated matters; brake, gear and DRS are held from the row before.
    const held = Invalid.brake | Invalid.gear | Invalid.drs;
    let bits = this.invalid[left]! | (this.invalid[right]! & ~held);
    const isBridged = this.epochMs[right]! - this.epochMs[left]! > maxBridgeMs;
    if (left === right || isBridged) bits |= Invalid.filled | Invalid.position;
    if (Number.isNaN(splined[0]!)) bits |= Invalid.position;
    this.brake[row] = this.brake[left]!;
    this.gear[row] = this.gear[left]!;
    this.drs[row] = this.drs[left]!;
    this.onTrack[row] = this.onTrack[left]!;
    this.x[row] = splined[0]!;
    this.y[row] = splined[1]!;
    this.z[row] = splined[2]!;
    this.distanceM[row] = splined[3]!;
    this.origin[row] = Origin.interpolation;
    this.invalid[row] = bits;
    this.epochMs[row] = time;
  }

  #reserve(rows: number): void {
    if (this.epochMs.length >= rows) return;
    const size = rows + (rows >> 2) + 16;
    this.epochMs = new Float64Array(size);
    this.speedKmh = new Float64Array(size);
    this.rpm = new Float64Array(size);
    this.throttlePct = new Float64Array(size);
    this.x = new Float64Array(size);
    this.y = new Float64Array(size);
    this.z = new Float64Array(size);
    this.distanceM = new Float64Array(size);
    this.brake = new Uint8Array(size);
    this.gear = new Uint8Array(size);
    this.drs = new Uint8Array(size);
    this.onTrack = new Uint8Array(size);
    this.origin = new Uint8Array(size);
    this.invalid = new Uint8Array(size);
    this.#carAt = new Int32Array(size);
    this.#posAt = new Int32Array(size);
    this.#abscissa = new Float64Array(size);
    this.#sampleDistance = new Float64Array(size);
    this.#badPosition = new Uint8Array(size);
    this.#coefficientsX = new Float64Array(size);
    this.#coefficientsY = new Float64Array(size);
    this.#coefficientsZ = new Float64Array(size);
  }
}
