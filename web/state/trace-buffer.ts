/** Channels the page keeps, by wire name. */
export const keptChannels = ['speed', 'rpm', 'throttle', 'brake', 'gear', 'drs'] as const;
export type KeptChannel = (typeof keptChannels)[number];

/** Telemetry of one driver as the socket carries it: columns of equal length. */
export type TelemetryColumns = Readonly<Record<string, ArrayLike<number | null>>>;

/** A trace is broken where two neighbours are further apart than this many median spacings, and than one second. */
const gapSpacings = 4;
const minGapS = 1;
const spacingSamples = 64;

/**
 * Ring of one driver's newest rows, one column per channel, ordered by session time. Rows are addressed by a running
 * index: `first` (oldest kept) ≤ index < `end`. NaN = no value.
 */
export class TraceBuffer {
  /** Power of two. */
  readonly capacity: number;
  /** Rows ever written. */
  end = 0;
  /** Rows refused because they were not newer than the newest. */
  refused = 0;
  readonly #mask: number;
  readonly #sessionS: Float64Array;
  readonly #columns: Record<KeptChannel, Float32Array>;
  readonly #spacings = new Float64Array(spacingSamples);
  #gapS = minGapS;
  #gapAt = 0;

  constructor(capacity = 4096) {
    this.capacity = 2 ** Math.ceil(Math.log2(capacity));
    this.#mask = this.capacity - 1;
    this.#sessionS = new Float64Array(this.capacity);
    const column = () => new Float32Array(this.capacity);
    this.#columns = {
      speed: column(),
      rpm: column(),
      throttle: column(),
      brake: column(),
      gear: column(),
      drs: column(),
    };
  }

  get first(): number {
    return Math.max(0, this.end - this.capacity);
  }

  /** Session time of the newest row [s]; −Infinity when empty. */
  get newestS(): number {
    return this.end === 0 ? Number.NEGATIVE_INFINITY : this.#sessionS[(this.end - 1) & this.#mask]!;
  }

  /** Session time of a row [s]. */
  sessionS(index: number): number {
    return this.#sessionS[index & this.#mask]!;
  }

  value(channel: KeptChannel, index: number): number {
    return this.#columns[channel][index & this.#mask]!;
  }

  /** Appends rows that are newer than the newest; returns how many. Columns that are missing are filled with NaN. */
  append(columns: TelemetryColumns): number {
    const times = columns['s'];
    if (times === undefined || typeof times.length !== 'number') return 0;
    let added = 0;
    let newest = this.newestS;
    for (let row = 0; row < times.length; row++) {
      const sessionS = times[row];
      if (typeof sessionS !== 'number' || !(sessionS > newest)) {
        this.refused++;
        continue;
      }
      const at = this.end & this.#mask;
      this.#sessionS[at] = sessionS;
      for (const channel of keptChannels) {
        const value = columns[channel]?.[row];
        this.#columns[channel][at] = typeof value === 'number' ? value : Number.NaN;
      }
      newest = sessionS;
      this.end++;
      added++;
    }
    return added;
  }

  /** Index of the first row at or after a session time; `end` when there is none. O(log n). */
  lowerBound(sessionS: number): number {
    let low = this.first;
    let high = this.end;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.sessionS(middle) < sessionS) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Index of the last row at or before a session time, −1 when there is none or a gap lies between. */
  rowAt(sessionS: number): number {
    const after = this.lowerBound(sessionS);
    const index = after < this.end && this.sessionS(after) === sessionS ? after : after - 1;
    if (index < this.first) return -1;
    return sessionS - this.sessionS(index) > this.gapS ? -1 : index;
  }

  /** Distance in time [s] above which two neighbours are not joined: max(1.0 s, 4 × the median spacing of the newest rows). */
  get gapS(): number {
    if (this.end - this.#gapAt < spacingSamples / 2 && this.#gapAt !== 0) return this.#gapS;
    const from = Math.max(this.first, this.end - 1 - spacingSamples);
    const count = this.end - 1 - from;
    if (count < 2) return minGapS;
    for (let at = 0; at < count; at++)
      this.#spacings[at] = this.sessionS(from + at + 1) - this.sessionS(from + at);
    const sorted = this.#spacings.subarray(0, count).sort();
    this.#gapS = Math.max(minGapS, gapSpacings * sorted[count >> 1]!);
    this.#gapAt = this.end;
    return this.#gapS;
  }
}
