import type { RecordHeaders, StartPosition } from '../../domain/broker.ts';
import type { PackedRecords } from '../packed-records.ts';

/** A stored batch: packed records and what they share. */
export interface StoredBatch extends PackedRecords {
  readonly baseOffset: number;
  readonly timestampMs: number;
  readonly headers: RecordHeaders;
}

interface Segment {
  readonly baseOffset: number;
  readonly batches: StoredBatch[];
  bytes: number;
}

/** What a stored batch costs beside its bytes (objects, buffer header), an estimate. */
const batchOverheadBytes = 256;

const segmentsPerLog = 16;

/** One partition in memory: batches as they were handed over, in segments; the oldest segment goes when it is full. */
export class PartitionLog {
  readonly #maxBytes: number;
  readonly #segments: Segment[] = [];
  #bytes = 0;
  #endOffset = 0;
  #evictedRecords = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Memory held, bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  get endOffset(): number {
    return this.#endOffset;
  }

  get startOffset(): number {
    return this.#segments[0]?.baseOffset ?? this.#endOffset;
  }

  get evictedRecords(): number {
    return this.#evictedRecords;
  }

  /** Stores a batch, keeps its buffer; returns the offset of its first record. O(1), eviction included. */
  append(packed: PackedRecords, timestampMs: number, headers: RecordHeaders): number {
    const baseOffset = this.#endOffset;
    let segment = this.#segments.at(-1);
    if (segment === undefined || segment.bytes >= this.#maxBytes / segmentsPerLog) {
      segment = { baseOffset, batches: [], bytes: 0 };
      this.#segments.push(segment);
    }
    const bytes = packed.buffer.byteLength + batchOverheadBytes;
    segment.batches.push({ baseOffset, timestampMs, headers, count: packed.count, buffer: packed.buffer });
    segment.bytes += bytes;
    this.#bytes += bytes;
    this.#endOffset += packed.count;
    while (this.#bytes > this.#maxBytes && this.#segments.length > 1) this.#evict();
    return baseOffset;
  }

  #evict(): void {
    const segment = this.#segments.shift();
    if (segment === undefined) return;
    this.#bytes -= segment.bytes;
    this.#evictedRecords += this.startOffset - segment.baseOffset;
  }

  /** First offset that stays readable after `bytes` more were appended; used to hold producers back. O(segments). */
  startAfter(bytes: number): number {
    let left = this.#bytes + bytes + batchOverheadBytes;
    let index = 0;
    while (left > this.#maxBytes && index < this.#segments.length - 1) left -= this.#segments[index++]!.bytes;
    return this.#segments[index]?.baseOffset ?? this.#endOffset;
  }

  /** Batch that holds the offset, or null at the end. The offset must not lie before `startOffset`. O(log batches). */
  batchAt(offset: number): StoredBatch | null {
    if (offset >= this.#endOffset) return null;
    const segment = last(this.#segments, offset);
    return segment === null ? null : last(segment.batches, offset);
  }

  /** Offset at which a reader with this start begins. O(batches) for `sinceMs`, O(1) otherwise. */
  resolve(start: StartPosition, partition: number): number {
    if (start === 'earliest') return this.startOffset;
    if (start === 'latest') return this.#endOffset;
    if ('tail' in start) return Math.max(this.startOffset, this.#endOffset - Math.max(0, start.tail));
    if ('offsets' in start) return start.offsets.get(partition) ?? this.startOffset;
    for (const segment of this.#segments) {
      for (const batch of segment.batches) if (batch.timestampMs >= start.sinceMs) return batch.baseOffset;
    }
    return this.#endOffset;
  }
}

function last<T extends { readonly baseOffset: number }>(items: readonly T[], offset: number): T | null {
  let low = 0;
  let high = items.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (items[middle]!.baseOffset <= offset) low = middle;
    else high = middle - 1;
  }
  return items[low] ?? null;
}
