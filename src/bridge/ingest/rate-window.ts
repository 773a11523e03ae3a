/** Counts of the last seconds by key: what `records_per_s` is made of. */
export interface RateWindow {
  /** O(1). */
  note(key: string, count: number, nowMs: number): void;
  /** Mean per second over the last 10 whole seconds; 0 for a key that was never noted. */
  perSecond(key: string, nowMs: number): number;
  /** Sum of `perSecond` of every key. */
  totalPerSecond(nowMs: number): number;
}

const slots = 16;
const windowS = 10;
/** More keys than partitions that one bridge reads. */
const maxKeys = 5000;

interface Ring {
  readonly counts: Float64Array;
  /** Second of each slot. */
  readonly seconds: Float64Array;
}

/** A window that has counted nothing; 256 bytes a key. */
export function createRateWindow(): RateWindow {
  const rings = new Map<string, Ring>();

  const perSecond = (ring: Ring, nowMs: number): number => {
    const second = Math.floor(nowMs / 1000);
    let sum = 0;
    for (let slot = 0; slot < slots; slot++) {
      const age = second - ring.seconds[slot]!;
      if (age >= 1 && age <= windowS) sum += ring.counts[slot]!;
    }
    return sum / windowS;
  };

  return {
    note(key, count, nowMs) {
      let ring = rings.get(key);
      if (ring === undefined) {
        if (rings.size >= maxKeys) return;
        ring = { counts: new Float64Array(slots), seconds: new Float64Array(slots).fill(-1) };
        rings.set(key, ring);
      }
      const second = Math.floor(nowMs / 1000);
      const slot = second % slots;
      if (ring.seconds[slot] !== second) {
        ring.seconds[slot] = second;
        ring.counts[slot] = 0;
      }
      ring.counts[slot]! += count;
    },
    perSecond(key, nowMs) {
      const ring = rings.get(key);
      return ring === undefined ? 0 : perSecond(ring, nowMs);
    },
    totalPerSecond(nowMs) {
      let sum = 0;
      for (const ring of rings.values()) sum += perSecond(ring, nowMs);
      return sum;
    },
  };
}
