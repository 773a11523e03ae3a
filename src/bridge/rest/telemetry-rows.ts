import { Origin } from '../../domain/table.ts';
import type { PointBuffer } from '../ingest/point-buffer.ts';
import { originOf } from '../ingest/row-mark.ts';
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
  /** How fast the clock runs against the wall clock: the shortest hole is a second of wall-clock time. */
  readonly clockRate: number;
}

/** Car rows are at most this far before the row that shows their derived values. */
const derivedReach = 8;

/** Spacings that the usual spacing of a trace is taken from. */
const sampledSteps = 1000;

/** Rows `[starts[i], ends[i])` of each driver, and the spacing above which a trace breaks [ms of the clock]. */
interface Rows {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  readonly breakMs: number;
}

/**
 * Writes a plan: every row when all drivers together have at most `maxPoints` time points, else lowest and highest of equal
 * intervals. Time points are the same for all drivers. O(rows in range · log).
 */
export function writeTelemetry(plan: TelemetryPlan, sink: TelemetryWriter): void {
  const starts = plan.drivers.map(({ buffer }) => plan.clock.lowerBound(buffer, plan.fromMs));
  const ends = plan.drivers.map(({ buffer }) => plan.clock.lowerBound(buffer, Math.floor(plan.toMs) + 1));
  const most = starts.reduce((max, from, i) => Math.max(max, ends[i]! - from), 0);
  if (most === 0) return;
  const rows = { starts, ends, breakMs: breakSpacing(plan, starts, ends) };
  const times = most <= plan.maxPoints ? commonTimes(plan, rows) : null;
  if (times === null) writeBuckets(plan, sink, rows);
  else writeEvery(plan, sink, times, rows);
}

/** A trace breaks above a second of wall-clock time, and above four times the usual spacing of a driver's rows. */
function breakSpacing(
  { drivers, clock, clockRate }: TelemetryPlan,
  starts: readonly number[],
  ends: readonly number[],
): number {
  const total = starts.reduce((sum, from, i) => sum + ends[i]! - from, 0);
  // Odd, because car and position rows often alternate.
  const stride = Math.ceil(total / sampledSteps) | 1;
  const steps: number[] = [];
  drivers.forEach(({ buffer }, i) => {
    for (let row = starts[i]! + 1; row < ends[i]!; row += stride)
      steps.push(clock.at(buffer, row % buffer.capacity) - clock.at(buffer, (row - 1) % buffer.capacity));
  });
  const sorted = Float64Array.from(steps).sort();
  return Math.max(minGapMs * clockRate, 4 * (sorted[sorted.length >> 1] ?? 0));
}

/**
 * All times at which any driver has a row, rising, without doubles; null when they, and a row for each hole in them, are
 * more than `maxPoints`.
 */
function commonTimes(
  { drivers, clock, maxPoints }: TelemetryPlan,
  { starts, ends, breakMs }: Rows,
): Float64Array | null {
  const total = starts.reduce((sum, from, i) => sum + ends[i]! - from, 0);
  const all = new Float64Array(total);
  let at = 0;
  drivers.forEach(({ buffer }, i) => {
    for (let row = starts[i]!; row < ends[i]!; row++) all[at++] = clock.at(buffer, row % buffer.capacity);
  });
  all.sort();
  let kept = 0;
  let holes = 0;
  for (const time of all) {
    if (kept > 0 && time === all[kept - 1]) continue;
    if (kept > 0 && time - all[kept - 1]! > breakMs) holes++;
    all[kept++] = time;
  }
  return kept + holes <= maxPoints ? all.subarray(0, kept) : null;
}

/**
 * Rows at common times. A driver without a row of his own at a time shows the one before it while his trace goes on, so
 * that feeds whose cars report at different moments do not turn into columns of nulls.
 */
function writeEvery(
  { drivers, fields, clock }: TelemetryPlan,
  sink: TelemetryWriter,
  times: Float64Array,
  { starts, ends, breakMs }: Rows,
): void {
  const cells = new Int32Array(fields.length);
  const next = Float64Array.from(starts);
  let lastTime = Number.NaN;
  for (const time of times) {
    if (time - lastTime > breakMs)
      for (let i = 0; i < drivers.length; i++) sink.breakAt(i, (lastTime + time) / 2);
    lastTime = time;
    for (let i = 0; i < drivers.length; i++) {
      const { buffer } = drivers[i]!;
      let row = next[i]!;
      while (row < ends[i]! && clock.at(buffer, row % buffer.capacity) <= time) row++;
      next[i] = row;
      if (row === starts[i]) continue;
      const lastMs = clock.at(buffer, (row - 1) % buffer.capacity);
      if (lastMs < time) {
        if (row === ends[i]) continue;
        if (clock.at(buffer, row % buffer.capacity) - lastMs > breakMs) {
          sink.breakAt(i, time);
          continue;
        }
      }
      fields.forEach((field, at) => {
        const shown = field.isDerived ? carRowBefore(buffer, row - 1) : row - 1;
        cells[at] = shown < 0 ? -1 : shown % buffer.capacity;
      });
      sink.row(i, time, cells, 0);
    }
  }
}

/** The newest car row at or before a row: where derived channels have their value; −1 when none is near. */
function carRowBefore({ marks, capacity, first }: PointBuffer, row: number): number {
  for (let i = row; i >= first && i > row - derivedReach; i--)
    if (originOf(marks[i % capacity]!) === Origin.car) return i;
  return -1;
}

const niceFactors = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10] as const;

/** The next round number of ms that is not below a length: steps that stay the same while a range moves. */
export function niceStep(ms: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, ms)));
  const factor = niceFactors.find((candidate) => power * candidate >= ms) ?? 10;
  return Math.ceil(power * factor);
}

/** Time between two points of a thinned answer [ms]: an interval has two. */
export function halfStepMs(rangeMs: number, maxPoints: number): number {
  const intervals = Math.max(1, Math.floor(maxPoints / 2) - 1);
  return niceStep(rangeMs / intervals / 2);
}

/** Below this many points there is one interval: two would have more. */
const leastPoints = 4;

/**
 * Two time points for each interval, at its start and its middle. Continuous channels: its lowest and highest value in
 * the order in which they came; others: the last value of each half. Intervals begin at multiples of their length, so that
 * they stay while a range moves; one without a row shows the value before it while the trace goes on. A single point is
 * the last of the two.
 */
function writeBuckets(
  { drivers, fields, clock, fromMs, toMs, maxPoints }: TelemetryPlan,
  sink: TelemetryWriter,
  { starts, ends, breakMs }: Rows,
): void {
  const spans = drivers.map(({ buffer }, i) => createSpan(buffer, clock, starts[i]!, ends[i]!));
  const firstMs = Math.min(...spans.map(({ firstMs: ms }) => ms));
  const lastMs = Math.max(...spans.map(({ lastMs: ms }) => ms));
  const isSingle = maxPoints < leastPoints;
  const halfMs = isSingle
    ? Math.ceil((lastMs - firstMs + 1) / 2)
    : halfStepMs(Math.min(lastMs, toMs) - Math.max(firstMs, fromMs), maxPoints);
  const stepMs = 2 * halfMs;
  const beginMs = isSingle ? firstMs : Math.floor(firstMs / stepMs) * stepMs;
  const count = Math.floor((lastMs - beginMs) / stepMs) + 1;
  const width = drivers.length * fields.length;
  const early = new Int32Array(count * width).fill(-1);
  const late = new Int32Array(count * width).fill(-1);
  const hasDiscrete = fields.some(({ isContinuous }) => !isContinuous);
  // One driver after the other: his columns are read in one direction, which is what caches are made for.
  for (let i = 0; i < spans.length; i++) {
    const span = spans[i]!;
    for (let bucket = 0; bucket < count && span.next < span.rows; bucket++) {
      const startMs = beginMs + bucket * stepMs;
      const from = span.next;
      const to = rowsBefore(span, clock, startMs + stepMs, span.reach);
      const at = bucket * width + i * fields.length;
      if (to === from) {
        if (from > 0 && stepBefore(span, clock, from) <= breakMs)
          holdCells(early, late, at, fields.length, width);
        continue;
      }
      const middle = hasDiscrete ? rowsBefore(span, clock, startMs + halfMs, (to - from) >> 1) : from;
      for (let f = 0; f < fields.length; f++)
        fillCells(span, fields[f]!, from, middle, to, early, late, at + f);
      span.next = to;
      span.reach = to - from;
    }
  }
  for (let bucket = 0; bucket < count; bucket++) {
    const startMs = beginMs + bucket * stepMs;
    for (const [ms, cells] of [
      [startMs, early],
      [startMs + halfMs, late],
    ] as const) {
      if (maxPoints === 1 && cells === early) continue;
      // A trace that ended is no trace that breaks.
      for (let i = 0; i < spans.length; i++)
        if (startMs <= spans[i]!.lastMs) sink.row(i, ms, cells, bucket * width + i * fields.length);
    }
  }
}

/** Rows of one driver in the range. Places in it count from its first row: 32-bit integers, which absolute indices outgrow. */
interface Span {
  readonly buffer: PointBuffer;
  /** Absolute index of the first row. */
  readonly base: number;
  readonly firstSlot: number;
  readonly rows: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** The first row that is not written yet. */
  next: number;
  /** Rows of the interval before: the next one has about as many. */
  reach: number;
}

function createSpan(buffer: PointBuffer, clock: RowClock, from: number, to: number): Span {
  const isEmpty = to <= from;
  return {
    buffer,
    base: from,
    firstSlot: from % buffer.capacity,
    rows: Math.max(0, to - from),
    firstMs: isEmpty ? Number.POSITIVE_INFINITY : clock.at(buffer, from % buffer.capacity),
    lastMs: isEmpty ? Number.NEGATIVE_INFINITY : clock.at(buffer, (to - 1) % buffer.capacity),
    next: 0,
    reach: 0,
  };
}

function slotOf({ firstSlot, buffer }: Span, row: number): number {
  const slot = firstSlot + row;
  return slot < buffer.capacity ? slot : slot - buffer.capacity;
}

/** Time between a row and the one before it [ms]. */
function stepBefore(span: Span, clock: RowClock, row: number): number {
  return clock.at(span.buffer, slotOf(span, row)) - clock.at(span.buffer, slotOf(span, row - 1));
}

/** Shows in both halves of an interval what the one before it ended with. */
function holdCells(early: Int32Array, late: Int32Array, at: number, fields: number, width: number): void {
  for (let f = at; f < at + fields; f++) early[f] = late[f] = late[f - width]!;
}

/** Number of rows before a time, from `span.next` on; looks around `next + guess` first. O(log distance to it). */
function rowsBefore(span: Span, clock: RowClock, ms: number, guess: number): number {
  const { buffer, rows, next } = span;
  let low = next;
  let high = Math.min(rows, next + guess);
  // Rows below `low` are before the time, those from `high` on are not: both move in doubling steps.
  if (high < rows && clock.at(buffer, slotOf(span, high)) < ms) {
    for (let step = 1; high < rows && clock.at(buffer, slotOf(span, high)) < ms; step *= 2) {
      low = high + 1;
      high = Math.min(rows, high + step);
    }
  } else {
    for (let step = 1; high > low; step *= 2) {
      const below = Math.max(low, high - step);
      if (clock.at(buffer, slotOf(span, below)) < ms) {
        low = below + 1;
        break;
      }
      high = below;
    }
  }
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (clock.at(buffer, slotOf(span, middle)) < ms) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Slots whose values stand for the two halves of an interval, into `early[at]` and `late[at]`. */
function fillCells(
  span: Span,
  field: TelemetryField,
  from: number,
  middle: number,
  to: number,
  early: Int32Array,
  late: Int32Array,
  at: number,
): void {
  if (field.isContinuous) {
    const { buffer, base } = span;
    findExtremes(buffer.columns[field.channel]!, base + from, base + to, buffer.capacity);
    const { lowAt, highAt } = extremes;
    early[at] = lowAt < 0 ? -1 : slotOf(span, Math.min(lowAt, highAt) - base);
    late[at] = lowAt < 0 ? -1 : slotOf(span, Math.max(lowAt, highAt) - base);
    return;
  }
  const first = lastValue(span, field, from, middle);
  const last = lastValue(span, field, middle, to);
  early[at] = first >= 0 ? first : last;
  late[at] = last >= 0 ? last : first;
}

/** Slot of the last row of `[from, to)` that has a value; −1 without one. */
function lastValue(span: Span, field: TelemetryField, from: number, to: number): number {
  for (let row = to - 1; row >= from; row--) {
    const slot = slotOf(span, row);
    if (!field.isNull(span.buffer, slot)) return slot;
  }
  return -1;
}
