import { Origin } from '../../domain/table.ts';
import type { ByteWriter } from './byte-writer.ts';
import { blockRows } from '../ingest/point-buffer.ts';
import type { PointBuffer, PointColumn } from '../ingest/point-buffer.ts';
import { originOf } from '../ingest/row-mark.ts';

/** Rows of one driver inside a time range, cut where the trace breaks. */
export interface RowRange {
  /** Absolute index of the first row. */
  readonly from: number;
  /** Absolute index behind the last row. */
  readonly to: number;
  /** Absolute indices of rows that begin anew after a hole, rising. */
  readonly breaks: readonly number[];
}

/** A trace breaks when the time between two rows exceeds this, or four times the median spacing if that is longer. */
export const minGapMs = 1000;
const stride = 16;

/**
 * Rows with `fromMs` ≤ time ≤ `toMs`, with the breaks of the trace; of more than `maxBreaks` the longest are kept.
 * O(rows) over one column.
 */
export function findRows(buffer: PointBuffer, fromMs: number, toMs: number, maxBreaks: number): RowRange {
  const from = buffer.lowerBound(fromMs);
  const to = buffer.lowerBound(nextAfter(toMs));
  const { capacity } = buffer;
  const gaps: number[] = [];
  let wide = 0;
  for (let i = from + 1; i < to;) {
    // Times never fall: where a whole stride is short, every spacing inside it is.
    const end = Math.min(i + stride, to);
    if (buffer.timeAt((end - 1) % capacity) - buffer.timeAt((i - 1) % capacity) > minGapMs / 4) {
      for (let j = i; j < end; j++) {
        const spacing = spacingBefore(buffer, j);
        if (spacing > minGapMs / 4) wide++;
        if (spacing > minGapMs) gaps.push(j);
      }
    }
    i = end;
  }
  // The median matters only when more than half of all spacings are wide: then the rows are few and far between.
  if (gaps.length > 0 && wide * 2 > to - from - 1) {
    const limit = Math.max(minGapMs, 4 * medianSpacing(buffer, from, to));
    return {
      from,
      to,
      breaks: longest(
        buffer,
        gaps.filter((i) => spacingBefore(buffer, i) > limit),
        maxBreaks,
      ),
    };
  }
  return { from, to, breaks: longest(buffer, gaps, maxBreaks) };
}

/** Smallest time that is after `epochMs`: times of rows are whole ms. */
function nextAfter(epochMs: number): number {
  return Math.floor(epochMs) + 1;
}

function spacingBefore(buffer: PointBuffer, index: number): number {
  return buffer.timeAt(index % buffer.capacity) - buffer.timeAt((index - 1) % buffer.capacity);
}

function medianSpacing(buffer: PointBuffer, from: number, to: number): number {
  const spacings = new Float64Array(to - from - 1);
  for (let i = 0; i < spacings.length; i++) spacings[i] = spacingBefore(buffer, from + 1 + i);
  spacings.sort();
  return spacings[Math.floor((spacings.length - 1) / 2)] ?? 0;
}

function longest(buffer: PointBuffer, gaps: readonly number[], keep: number): readonly number[] {
  if (gaps.length <= keep) return gaps;
  return gaps
    .toSorted((a, b) => spacingBefore(buffer, b) - spacingBefore(buffer, a))
    .slice(0, Math.max(0, keep))
    .sort((a, b) => a - b);
}

/** Breaks that still leave room for a bucket in every piece of an answer of `maxPoints`. */
export function maxBreaksFor(maxPoints: number): number {
  return Math.max(0, Math.floor((maxPoints - 2) / 3));
}

/**
 * Writes `[value, epochMs]` pairs of one channel: every row when there is room, else lowest and highest of equal
 * buckets (equal to a block, real values only); `[null, epochMs]` where the trace breaks. Never more than `maxPoints`
 * pairs. Returns how many. O(rows), no allocation.
 */
export function writePoints(
  writer: ByteWriter,
  buffer: PointBuffer,
  column: PointColumn,
  range: RowRange,
  maxPoints: number,
): number {
  const { from, to, breaks } = range;
  const rows = to - from;
  if (rows <= 0) return 0;
  const start = writer.length;
  const all = rows + breaks.length <= maxPoints;
  const pieces = breaks.length + 1;
  const buckets = Math.floor((maxPoints - breaks.length) / 2);
  let written = 0;
  for (let piece = 0; piece < pieces; piece++) {
    const a = piece === 0 ? from : breaks[piece - 1]!;
    const b = piece === breaks.length ? to : breaks[piece]!;
    if (piece > 0) {
      const middle = Math.round(
        (buffer.timeAt((a - 1) % buffer.capacity) + buffer.timeAt(a % buffer.capacity)) / 2,
      );
      writePair(writer, start, Number.NaN, 1, middle);
      written++;
    }
    if (all) written += writeEvery(writer, start, buffer, column, a, b);
    else if (buckets < pieces) written += writeNewest(writer, start, buffer, column, a, b);
    else {
      const share = 1 + Math.floor(((buckets - pieces) * (b - a)) / rows);
      written += writeBuckets(writer, start, buffer, column, a, b, share);
    }
  }
  return written;
}

function writeEvery(
  w: ByteWriter,
  start: number,
  buffer: PointBuffer,
  column: PointColumn,
  a: number,
  b: number,
): number {
  const { marks, capacity } = buffer;
  const { data, scale, nullRaw, channel } = column;
  let written = 0;
  let slot = a % capacity;
  for (let i = a; i < b; i++) {
    const raw = data[slot]!;
    if (raw !== nullRaw) {
      writePair(w, start, raw, scale, buffer.timeAt(slot));
      written++;
    } else if (!channel.derived || originOf(marks[slot]!) === Origin.car) {
      // Derived channels exist on car rows only: other rows are no break of theirs.
      writePair(w, start, Number.NaN, scale, buffer.timeAt(slot));
      written++;
    }
    if (++slot === capacity) slot = 0;
  }
  return written;
}

function writeNewest(
  w: ByteWriter,
  start: number,
  buffer: PointBuffer,
  column: PointColumn,
  a: number,
  b: number,
): number {
  const { capacity } = buffer;
  for (let i = b - 1; i >= a; i--) {
    const raw = column.data[i % capacity]!;
    if (raw === column.nullRaw) continue;
    writePair(w, start, raw, column.scale, buffer.timeAt(i % capacity));
    return 1;
  }
  return 0;
}

function writeBuckets(
  w: ByteWriter,
  start: number,
  buffer: PointBuffer,
  column: PointColumn,
  a: number,
  b: number,
  buckets: number,
): number {
  const { capacity, marks } = buffer;
  const { scale, channel } = column;
  const size = (b - a) / buckets;
  // Buckets of several blocks end with a block: then their extremes are those of the blocks, known already.
  const step = size >= 2 * blockRows ? blockRows : 1;
  let written = 0;
  let next = a;
  for (let bucket = 1; bucket <= buckets; bucket++) {
    const end = bucket === buckets ? b : Math.round((a + bucket * size) / step) * step;
    if (end <= next) continue;
    findExtremes(column, next, end, capacity);
    const { low, high, lowAt, highAt } = extremes;
    if (lowAt < 0) {
      if (!channel.derived || hasCarRow(marks, next, end, capacity)) {
        writePair(w, start, Number.NaN, scale, buffer.timeAt(next % capacity));
        written++;
      }
    } else if (lowAt === highAt || low === high) {
      writePair(w, start, low, scale, buffer.timeAt(lowAt % capacity));
      written++;
    } else {
      const isLowFirst = lowAt < highAt;
      writePair(
        w,
        start,
        isLowFirst ? low : high,
        scale,
        buffer.timeAt((isLowFirst ? lowAt : highAt) % capacity),
      );
      writePair(
        w,
        start,
        isLowFirst ? high : low,
        scale,
        buffer.timeAt((isLowFirst ? highAt : lowAt) % capacity),
      );
      written += 2;
    }
    next = end;
  }
  return written;
}

/** Result of `findExtremes`; one object, because a returned one would be allocated for every bucket. */
export const extremes = { low: 0, high: 0, lowAt: -1, highAt: -1 };

/**
 * Lowest and highest raw value of rows `from`…`to` with their absolute indices, −1 when all are null. The null marks
 * lie at the end of each type's range, so that one of the two comparisons rejects them already.
 */
export function findExtremes(column: PointColumn, from: number, to: number, capacity: number): void {
  extremes.low = 0x7fffffff;
  extremes.high = -0x80000000;
  extremes.lowAt = -1;
  extremes.highAt = -1;
  const firstBlock = Math.ceil(from / blockRows);
  const endBlock = Math.floor(to / blockRows);
  if (firstBlock >= endBlock) {
    scanRows(column, from, to, capacity);
    return;
  }
  scanRows(column, from, firstBlock * blockRows, capacity);
  readBlocks(column, firstBlock, endBlock, capacity);
  scanRows(column, endBlock * blockRows, to, capacity);
}

function readBlocks(column: PointColumn, firstBlock: number, endBlock: number, capacity: number): void {
  const { data, nullRaw, blocks } = column;
  let { low, high, lowAt, highAt } = extremes;
  let blockSlot = firstBlock % blocks.length;
  let slot = (firstBlock * blockRows) % capacity;
  for (let block = firstBlock; block < endBlock; block++) {
    const packed = blocks[blockSlot]!;
    const lowOffset = packed & 15;
    const highOffset = packed >> 4;
    let lowSlot = slot + lowOffset;
    if (lowSlot >= capacity) lowSlot -= capacity;
    let highSlot = slot + highOffset;
    if (highSlot >= capacity) highSlot -= capacity;
    const lowRaw = data[lowSlot]!;
    const highRaw = data[highSlot]!;
    if (lowRaw < low && lowRaw !== nullRaw) {
      low = lowRaw;
      lowAt = block * blockRows + lowOffset;
    }
    if (highRaw > high && highRaw !== nullRaw) {
      high = highRaw;
      highAt = block * blockRows + highOffset;
    }
    if (++blockSlot === blocks.length) blockSlot = 0;
    slot += blockRows;
    if (slot >= capacity) slot -= capacity;
  }
  extremes.low = low;
  extremes.high = high;
  extremes.lowAt = lowAt;
  extremes.highAt = highAt;
}

function scanRows({ data, nullRaw }: PointColumn, from: number, to: number, capacity: number): void {
  const count = to - from;
  if (count <= 0) return;
  const first = from % capacity;
  const before = Math.min(count, capacity - first);
  scanFor(data)(data, first, first + before, from - first, nullRaw);
  if (before < count) scanFor(data)(data, 0, count - before, from + before, nullRaw);
}

type Scan = (data: PointColumn['data'], from: number, to: number, offset: number, nullRaw: number) => void;

/** One copy of the loop for each type of column: a loop that meets several types is slower by half. */
function scanFor(data: PointColumn['data']): Scan {
  if (data instanceof Uint16Array) return scanUint16;
  return data instanceof Uint8Array ? scanUint8 : scanInt32;
}

const scanUint16 = createScan();
const scanUint8 = createScan();
const scanInt32 = createScan();

function createScan(): Scan {
  return (data, from, to, offset, nullRaw) => {
    let { low, high, lowAt, highAt } = extremes;
    for (let slot = from; slot < to; slot++) {
      const raw = data[slot]!;
      if (raw < low && raw !== nullRaw) {
        low = raw;
        lowAt = offset + slot;
      }
      if (raw > high && raw !== nullRaw) {
        high = raw;
        highAt = offset + slot;
      }
    }
    extremes.low = low;
    extremes.high = high;
    extremes.lowAt = lowAt;
    extremes.highAt = highAt;
  };
}

function hasCarRow(marks: Uint8Array, from: number, to: number, capacity: number): boolean {
  for (let i = from; i < to; i++) if (originOf(marks[i % capacity]!) === Origin.car) return true;
  return false;
}

function writePair(w: ByteWriter, start: number, raw: number, scale: number, epochMs: number): void {
  w.pair(raw, Number.isNaN(raw), scale, epochMs, w.length === start);
}
