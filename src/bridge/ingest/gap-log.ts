import { parseGap } from '../../analysis/gaps.ts';

/** Places and gaps as the feed sent them, of all drivers, in order of session time: typed columns that grow to a bound. */
export interface GapLog {
  readonly size: number;
  /** Oldest entries given up because the log was full. */
  readonly dropped: number;
  readonly drivers: readonly string[];
  sessionMs(index: number): number;
  /** Index into `drivers`. */
  driver(index: number): number;
  position(index: number): number;
  /** Behind the leader [ms]; 0 for the leader, null where the feed gives no time. */
  gapMs(index: number): number | null;
  /** Laps behind the leader; 0 where the gap is a time. */
  lapsBehind(index: number): number;
  /** Amortised O(1). Entries before the newest are left out: a segment sends them in order. */
  push(sessionMs: number, driver: string, position: number, gap: string | null): void;
  clear(): void;
}

const maxEntries = 400_000;
const maxDrivers = 250;
const none = -1;

/** An empty log; at most 400,000 entries of 10 bytes. */
export function createGapLog(): GapLog {
  let capacity = 1024;
  let times = new Int32Array(capacity);
  let who = new Uint8Array(capacity);
  let places = new Uint8Array(capacity);
  let gaps = new Int32Array(capacity);
  let laps = new Uint8Array(capacity);
  let size = 0;
  let dropped = 0;
  const drivers: string[] = [];
  const indices = new Map<string, number>();

  const grow = (): void => {
    if (capacity < maxEntries) {
      capacity = Math.min(maxEntries, capacity * 2);
      const larger = <T extends Int32Array | Uint8Array>(column: T, into: T): T => (into.set(column), into);
      times = larger(times, new Int32Array(capacity));
      who = larger(who, new Uint8Array(capacity));
      places = larger(places, new Uint8Array(capacity));
      gaps = larger(gaps, new Int32Array(capacity));
      laps = larger(laps, new Uint8Array(capacity));
      return;
    }
    // The older half at once, so that a full log does not shift on every entry.
    const cut = size >> 1;
    for (const column of [times, who, places, gaps, laps]) column.copyWithin(0, cut, size);
    size -= cut;
    dropped += cut;
  };

  return {
    get size() {
      return size;
    },
    get dropped() {
      return dropped;
    },
    drivers,
    sessionMs: (index) => times[index]!,
    driver: (index) => who[index]!,
    position: (index) => places[index]!,
    gapMs: (index) => (gaps[index] === none ? null : gaps[index]!),
    lapsBehind: (index) => laps[index]!,
    push(sessionMs, driver, position, gap) {
      let index = indices.get(driver);
      if (index === undefined) {
        if (drivers.length >= maxDrivers) return;
        index = drivers.push(driver) - 1;
        indices.set(driver, index);
      }
      if (size > 0 && sessionMs < times[size - 1]!) return;
      if (size === capacity) grow();
      const parsed = parseGap(gap);
      times[size] = sessionMs;
      who[size] = index;
      places[size] = Math.min(255, position);
      const isLeader = position === 1 || parsed?.kind === 'leader';
      gaps[size] = isLeader ? 0 : parsed?.kind === 'time' ? Math.round(parsed.seconds * 1000) : none;
      laps[size] = parsed?.kind === 'laps' ? Math.min(255, parsed.laps) : 0;
      size++;
    },
    clear() {
      size = 0;
      dropped = 0;
      drivers.length = 0;
      indices.clear();
    },
  };
}
