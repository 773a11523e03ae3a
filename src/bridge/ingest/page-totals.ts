import { isDrsOpen } from '../../domain/drs.ts';
import { Origin } from '../../domain/table.ts';
import type { PointColumn } from './point-buffer.ts';
import { originOf } from './row-mark.ts';

/** From this throttle on a car is at full throttle [%]: the pedal's own scatter stays below. */
const fullThrottlePct = 98;
/** Rows of a page: a range of tens of thousands of rows is about a hundred sums. */
const pageRows = 512;
const gears = 9;

/** Totals of a range of rows: sums and counts of raw values (`raw ÷ scale` is the value), highest values, events. */
export const totalNames = [
  'speedCount',
  'speedSum',
  'speedMax',
  'rpmMax',
  'throttleCount',
  'throttleSum',
  'fullThrottle',
  'brakeCount',
  'braking',
  'spinCount',
  'spinSum',
  'spinMax',
  'gearChanges',
  'drsOpenings',
  'carRows',
  'positionRows',
  'speedNulls',
  'positionNulls',
  'longestStepMs',
] as const;
/** Name of a total. */
export type TotalName = (typeof totalNames)[number];

const at = Object.fromEntries(totalNames.map((name, i) => [name, i])) as Readonly<Record<TotalName, number>>;
/** Where the counts by gear begin: for each gear its samples and those of each kind of anomaly. */
const gearsAt = totalNames.length;
const width = gearsAt + gears * 4;
const isMax = new Uint8Array(width);
for (const name of ['speedMax', 'rpmMax', 'spinMax', 'longestStepMs'] as const) isMax[at[name]] = 1;

/** What a range of rows adds up to; −1 for a highest value of nothing. */
export interface Totals {
  of(name: TotalName): number;
  /** Car samples in a gear, 0–8; with `kind` 1–3 those with that anomaly (`GearAnomaly`). */
  gear(gear: number, kind?: number): number;
}

/** Totals of the rows of a ring by pages, so that statistics of minutes do not read every row of them. */
export interface PageTotals {
  readonly bytes: number;
  /** Takes the row that was just written at an absolute index. O(1), no allocation. */
  add(row: number): void;
  /** Totals of held rows `[from, to)`. O(pages + rows of two pages). */
  between(from: number, to: number): Totals;
}

/** Those of a page fit into 32 bits, those of a range may not. */
type Sums = Int32Array | Float64Array;

/** Columns that totals are made of. */
export interface TotalsSource {
  readonly capacity: number;
  readonly marks: Uint8Array;
  readonly sessionMs: Int32Array;
  readonly speed: PointColumn;
  readonly rpm: PointColumn;
  readonly throttle: PointColumn;
  readonly brake: PointColumn;
  readonly gear: PointColumn;
  readonly drs: PointColumn;
  readonly x: PointColumn;
  readonly wheelSpin: PointColumn;
  readonly gearAnomaly: PointColumn;
}

export function createPageTotals(source: TotalsSource): PageTotals {
  const { capacity, marks, sessionMs, speed, rpm, throttle, brake, gear, drs, x, wheelSpin, gearAnomaly } =
    source;
  const pages = Math.ceil(capacity / pageRows) + 2;
  const store = new Int32Array(pages * width);

  const reset = (into: Sums, offset: number): void => {
    for (let i = 0; i < width; i++) into[offset + i] = isMax[i] === 1 ? -1 : 0;
  };
  const raise = (into: Sums, index: number, value: number): void => {
    if (value > into[index]!) into[index] = value;
  };

  /** Adds the row in a slot; `before` is the slot of the row before it, −1 without one. */
  const accumulate = (slot: number, before: number, into: Sums, offset: number): void => {
    const speedRaw = speed.data[slot]!;
    const hasSpeed = speedRaw !== speed.nullRaw;
    if (hasSpeed) {
      into[offset + at.speedCount]! += 1;
      into[offset + at.speedSum]! += speedRaw;
      raise(into, offset + at.speedMax, speedRaw);
    }
    const rpmRaw = rpm.data[slot]!;
    if (rpmRaw !== rpm.nullRaw) raise(into, offset + at.rpmMax, rpmRaw);
    const throttleRaw = throttle.data[slot]!;
    if (throttleRaw !== throttle.nullRaw) {
      into[offset + at.throttleCount]! += 1;
      into[offset + at.throttleSum]! += throttleRaw;
      if (throttleRaw >= fullThrottlePct * throttle.scale) into[offset + at.fullThrottle]! += 1;
    }
    const brakeRaw = brake.data[slot]!;
    if (brakeRaw !== brake.nullRaw) {
      into[offset + at.brakeCount]! += 1;
      if (brakeRaw > 0) into[offset + at.braking]! += 1;
    }
    const spinRaw = wheelSpin.data[slot]!;
    if (spinRaw !== wheelSpin.nullRaw) {
      into[offset + at.spinCount]! += 1;
      into[offset + at.spinSum]! += spinRaw;
      raise(into, offset + at.spinMax, spinRaw);
    }
    const gearRaw = gear.data[slot]!;
    const origin = originOf(marks[slot]!);
    if (origin === Origin.car) {
      into[offset + at.carRows]! += 1;
      if (!hasSpeed) into[offset + at.speedNulls]! += 1;
      if (gearRaw < gears) {
        const base = offset + gearsAt + gearRaw * 4;
        into[base]! += 1;
        const kind = gearAnomaly.data[slot]!;
        if (kind >= 1 && kind <= 3) into[base + kind]! += 1;
      }
    } else if (origin === Origin.pos) {
      into[offset + at.positionRows]! += 1;
      if (x.data[slot] === x.nullRaw) into[offset + at.positionNulls]! += 1;
    }
    if (before < 0) return;
    raise(into, offset + at.longestStepMs, sessionMs[slot]! - sessionMs[before]!);
    const gearBefore = gear.data[before]!;
    if (gearRaw !== gearBefore && gearRaw !== gear.nullRaw && gearBefore !== gear.nullRaw)
      into[offset + at.gearChanges]! += 1;
    const drsRaw = drs.data[slot]!;
    const drsBefore = drs.data[before]!;
    if (drsRaw !== drsBefore && drsBefore !== drs.nullRaw && isDrsOpen(drsRaw) && !isDrsOpen(drsBefore))
      into[offset + at.drsOpenings]! += 1;
  };

  const addRows = (from: number, to: number, first: number, into: Sums): void => {
    for (let row = from; row < to; row++)
      accumulate(row % capacity, row > first ? (row - 1) % capacity : -1, into, 0);
  };

  return {
    bytes: store.byteLength,
    add(row) {
      const offset = (Math.floor(row / pageRows) % pages) * width;
      if (row % pageRows === 0) reset(store, offset);
      accumulate(row % capacity, row > 0 ? (row - 1) % capacity : -1, store, offset);
    },
    between(from, to) {
      const sums = new Float64Array(width);
      reset(sums, 0);
      const firstPage = Math.ceil((from + 1) / pageRows);
      const endPage = Math.floor(to / pageRows);
      if (firstPage >= endPage) addRows(from, to, from, sums);
      else {
        addRows(from, firstPage * pageRows, from, sums);
        for (let page = firstPage; page < endPage; page++) {
          const offset = (page % pages) * width;
          for (let i = 0; i < width; i++) {
            const value = store[offset + i]!;
            if (isMax[i] === 0) sums[i]! += value;
            else if (value > sums[i]!) sums[i] = value;
          }
        }
        addRows(endPage * pageRows, to, from, sums);
      }
      return {
        of: (name) => sums[at[name]]!,
        gear: (number, kind = 0) => sums[gearsAt + number * 4 + kind]!,
      };
    },
  };
}
