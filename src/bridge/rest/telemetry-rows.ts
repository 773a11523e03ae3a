import { Origin } from '../../domain/table.ts';
import type { PointBuffer } from '../ingest/point-buffer.ts';
import type { DriverPoints } from '../ingest/point-store.ts';
import { extremes, findExtremes, minGapMs } from '../query/decimate.ts';
import type { RowClock } from './row-clock.ts';
import type { TelemetryField } from './telemetry-fields.ts';
import type { TelemetryWriter } from './telemetry-writer.ts';

/** What is written: rows of these drivers and fields in a range of the clock [ms], both ends included. */
export interface TelemetryPlan {
  readonly drivers: readonly DriverPoints[];
  readonly fields: readonly TelemetryField[];
  readonly clock: RowClock;
  readonly fromMs: number;
  readonly toMs: number;
  readonly maxPoints: number;
  /** How fast the clock runs against the wall clock: a hole is judged in wall-clock time. */
  readonly clockRate: number;
}

/** Car rows are at most this far before the row that shows their derived values. */
const derivedReach = 8;

/**
 * Writes a plan: every row when each driver has at most `maxPoints` of them and they share as many times, else lowest and
 * highest of equal intervals. Time points are the same for all drivers. O(rows in range · log).
 */
export function writeTelemetry(plan: TelemetryPlan, sink: TelemetryWriter): void {
  const starts = plan.drivers.map(({ buffer }) => plan.clock.lowerBound(buffer, plan.fromMs));
  const ends = plan.drivers.map(({ buffer }) => plan.clock.lowerBound(buffer, Math.floor(plan.toMs) + 1));
  const most = starts.reduce((max, from, i) => Math.max(max, ends[i]! - from), 0);
  if (most === 0) return;
  const times = most <= plan.maxPoints ? commonTimes(plan, starts, ends) : null;
  if (times === null) writeBuckets(plan, sink, starts, ends);
  else writeEvery(plan, sink, times, starts, ends);
}

/** All times at which any driver has a row, rising, without doubles; null when there are more than `maxPoints`. */
function commonTimes(
  { drivers, clock, maxPoints }: TelemetryPlan,
  starts: readonly number[],
  ends: readonly number[],
): Float64Array | null {
  const total = starts.reduce((sum, from, i) => sum + ends[i]! - from, 0);
  const all = new Float64Array(total);
  let at = 0;
  drivers.forEach(({ buffer }, i) => {
    for (let row = starts[i]!; row < ends[i]!; row++) all[at++] = clock.at(buffer, row);
  });
  all.sort();
  let kept = 0;
  for (const time of all) if (kept === 0 || time !== all[kept - 1]) all[kept++] = time;
  return kept <= maxPoints ? all.subarray(0, kept) : null;
}

/**
 * Rows at common times. A driver without a row of his own at a time shows the one before it while his trace goes on, so
 * that feeds whose cars report at different moments do not turn into columns of nulls.
 */
function writeEvery(
  { drivers, fields, clock, clockRate }: TelemetryPlan,
  sink: TelemetryWriter,
  times: Float64Array,
  starts: readonly number[],
  ends: readonly number[],
): void {
  const cells = new Float64Array(fields.length);
  const next = Float64Array.from(starts);
  const holdMs = Math.max(minGapMs, (4 * medianStep(times)) / clockRate) * clockRate;
  const isAlone = drivers.length === 1;
  let lastTime = Number.NaN;
  for (const time of times) {
    if (time - lastTime > holdMs)
      for (let i = 0; i < drivers.length; i++) sink.breakAt(i, (lastTime + time) / 2);
    lastTime = time;
    for (let i = 0; i < drivers.length; i++) {
      const { buffer } = drivers[i]!;
      let row = next[i]!;
      while (row < ends[i]! && clock.at(buffer, row) <= time) row++;
      next[i] = row;
      if (row === starts[i]) continue;
      const ageMs = time - clock.at(buffer, row - 1);
      if (ageMs > 0 && (isAlone || ageMs > holdMs || row === ends[i])) continue;
      fields.forEach((field, at) => {
        cells[at] = field.isDerived ? carRowBefore(buffer, row - 1) : row - 1;
      });
      sink.row(i, time, cells, 0);
    }
  }
}

/** The newest car row at or before a row: where derived channels have their value; −1 when none is near. */
function carRowBefore({ origin, capacity, first }: PointBuffer, row: number): number {
  for (let i = row; i >= first && i > row - derivedReach; i--)
    if (origin[i % capacity] === Origin.car) return i;
  return -1;
}

function medianStep(times: Float64Array): number {
  if (times.length < 2) return 0;
  const steps = new Float64Array(times.length - 1);
  for (let i = 0; i < steps.length; i++) steps[i] = times[i + 1]! - times[i]!;
  steps.sort();
  return steps[steps.length >> 1]!;
}

const niceFactors = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10] as const;

/** The next round number of ms that is not below a length: steps that stay the same while a range moves. */
export function niceStep(ms: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, ms)));
  const factor = niceFactors.find((candidate) => power * candidate >= ms) ?? 10;
  return Math.ceil(power * factor);
}

/**
 * Two time points for each interval, at its start and its middle. Continuous channels: its lowest and highest value in
 * the order in which they came; others: the last value of each half. Intervals begin at multiples of their length.
 */
function writeBuckets(
  { drivers, fields, clock, fromMs, toMs, maxPoints }: TelemetryPlan,
  sink: TelemetryWriter,
  starts: readonly number[],
  ends: readonly number[],
): void {
  let firstMs = Number.POSITIVE_INFINITY;
  let lastMs = Number.NEGATIVE_INFINITY;
  drivers.forEach(({ buffer }, i) => {
    if (starts[i] === ends[i]) return;
    firstMs = Math.min(firstMs, clock.at(buffer, starts[i]!));
    lastMs = Math.max(lastMs, clock.at(buffer, ends[i]! - 1));
  });
  const buckets = Math.max(1, Math.floor(maxPoints / 2) - 1);
  const halfMs = Math.max(1, niceStep((Math.min(lastMs, toMs) - Math.max(firstMs, fromMs)) / buckets / 2));
  const stepMs = 2 * halfMs;
  const early = new Float64Array(drivers.length * fields.length);
  const late = new Float64Array(drivers.length * fields.length);
  const next = Float64Array.from(starts);
  for (let startMs = Math.floor(firstMs / stepMs) * stepMs; startMs <= lastMs; startMs += stepMs) {
    for (let i = 0; i < drivers.length; i++) {
      const { buffer } = drivers[i]!;
      const from = next[i]!;
      const to = Math.min(ends[i]!, clock.lowerBound(buffer, startMs + stepMs));
      next[i] = Math.max(from, to);
      const at = i * fields.length;
      if (to <= from) {
        early.fill(-1, at, at + fields.length);
        late.fill(-1, at, at + fields.length);
        continue;
      }
      const middle = Math.min(to, Math.max(from, clock.lowerBound(buffer, startMs + halfMs)));
      for (let f = 0; f < fields.length; f++)
        fillCells(buffer, fields[f]!, from, middle, to, early, late, at + f);
    }
    for (let i = 0; i < drivers.length; i++) sink.row(i, startMs, early, i * fields.length);
    for (let i = 0; i < drivers.length; i++) sink.row(i, startMs + halfMs, late, i * fields.length);
  }
}

/** Rows whose values stand for the two halves of an interval, into `early[at]` and `late[at]`. */
function fillCells(
  buffer: PointBuffer,
  field: TelemetryField,
  from: number,
  middle: number,
  to: number,
  early: Float64Array,
  late: Float64Array,
  at: number,
): void {
  if (field.isContinuous) {
    findExtremes(buffer.columns[field.channel]!, from, to, buffer.capacity);
    const { lowAt, highAt } = extremes;
    early[at] = Math.min(lowAt, highAt);
    late[at] = Math.max(lowAt, highAt);
    return;
  }
  const first = lastValue(buffer, field, from, middle);
  const last = lastValue(buffer, field, middle, to);
  early[at] = first >= 0 ? first : last;
  late[at] = last >= 0 ? last : first;
}

function lastValue(buffer: PointBuffer, field: TelemetryField, from: number, to: number): number {
  for (let row = to - 1; row >= from; row--) if (!field.isNull(buffer, row)) return row;
  return -1;
}
