import type { CarSamples, PosSamples } from '../../domain/raw-session.ts';
import { lowerBound, upperBound } from '../../domain/bounds.ts';
import { markBadPositions } from '../bad-positions.ts';

/** What is not to be believed in a driver's car samples. */
export interface CarFaults {
  readonly samples: number;
  /** Throttle 104, the feed's word for "no value". */
  readonly throttle: number;
  /** Brake 104. */
  readonly brake: number;
  /** Gear above 8. */
  readonly gear: number;
  /** No DRS channel, or a code that has never been seen. */
  readonly drs: number;
  /** Engine speed 0 while the car moves. */
  readonly rpm: number;
}

/** What is not to be believed in a driver's position samples. */
export interface PosFaults {
  readonly samples: number;
  /** 0,0,0: no fix. */
  readonly zero: number;
  /** One point repeated for over 1 s above 50 km/h. */
  readonly frozen: number;
  readonly offTrack: number;
}

const invalidPct = 104;
const highestGear = 8;
const knownDrs = new Set([0, 1, 2, 3, 8, 9, 10, 12, 14]);
const movingKmh = 50;

/** Counts sentinels of measured samples in `[startMs, endMs]`, UTC epoch ms. O(samples). */
export function carFaults(car: CarSamples, startMs: number, endMs: number): CarFaults {
  const faults = { samples: 0, throttle: 0, brake: 0, gear: 0, drs: 0, rpm: 0 };
  for (let at = lowerBound(car.epochMs, startMs); at < car.epochMs.length; at++) {
    if (car.epochMs[at]! > endMs) break;
    if (car.filled[at] === 1) continue;
    faults.samples++;
    if (car.throttlePct[at] === invalidPct) faults.throttle++;
    if (car.brakePct[at] === invalidPct) faults.brake++;
    if (car.gear[at]! > highestGear) faults.gear++;
    if (!knownDrs.has(car.drs[at]!)) faults.drs++;
    if (car.rpm[at] === 0 && car.speedKmh[at]! > movingKmh) faults.rpm++;
  }
  return faults;
}

/** Counts missing fixes and repetitions of measured samples in `[startMs, endMs]`, UTC epoch ms. O(samples log samples). */
export function posFaults(
  pos: PosSamples,
  car: CarSamples | null,
  startMs: number,
  endMs: number,
): PosFaults {
  const faults = { samples: 0, zero: 0, frozen: 0, offTrack: 0 };
  const { epochMs, x, y, z, filled, onTrack } = pos;
  const from = lowerBound(epochMs, startMs);
  const to = upperBound(epochMs, endMs);
  faults.frozen = markBadPositions(pos, from, to, car, new Uint8Array(to - from));
  for (let at = from; at < to; at++) {
    if (filled[at] === 1) continue;
    faults.samples++;
    if (x[at] === 0 && y[at] === 0 && z[at] === 0) faults.zero++;
    if (onTrack[at] === 0) faults.offTrack++;
  }
  return faults;
}
