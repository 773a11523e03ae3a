import type { ConsumeRequest, RecordBatch, StartPosition } from '../../domain/broker.ts';
import { unpackRecords } from '../packed-records.ts';
import type { EmbeddedTopic } from './embedded-topic.ts';
import type { PartitionLog } from './partition-log.ts';

interface Cursor {
  readonly topic: string;
  readonly partition: number;
  readonly log: PartitionLog;
  position: number;
}

/** Reader of partitions of the embedded log: cursors, and a promise that producers resolve. */
export class EmbeddedConsumer {
  readonly request: ConsumeRequest;
  #cursors: Cursor[] = [];
  #turn = 0;
  #wake: (() => void) | null = null;
  #ended = false;
  #lastAskedMs: number;
  readonly #onProgress: () => void;

  constructor(request: ConsumeRequest, onProgress: () => void) {
    this.request = request;
    this.#onProgress = onProgress;
    this.#lastAskedMs = performance.now();
  }

  /** Where this consumer wants to begin in a topic, or null when it did not ask for it. */
  startOf(topic: string): StartPosition | null {
    return this.request.topics.find((wanted) => wanted.topic === topic)?.start ?? null;
  }

  /** Adds a partition at a position; one that is held already keeps its place. */
  assign(topic: EmbeddedTopic, partition: number, position: () => number): void {
    const log = topic.logs[partition];
    if (log === undefined || this.#cursors.some((cursor) => cursor.log === log)) return;
    this.#cursors.push({ topic: topic.name, partition, log, position: position() });
    this.wake();
  }

  /** Gives up every partition that `keep` does not name. */
  retain(keep: (topic: string, partition: number) => boolean): void {
    this.#cursors = this.#cursors.filter((cursor) => keep(cursor.topic, cursor.partition));
  }

  /** True when a reader that is alive has not read records below `offset` of a log. O(cursors). */
  needs(log: PartitionLog, offset: number, patienceMs: number): boolean {
    for (const cursor of this.#cursors) {
      if (cursor.log !== log || cursor.position >= offset) continue;
      return this.#wake !== null || performance.now() - this.#lastAskedMs < patienceMs;
    }
    return false;
  }

  wake(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }

  end(): void {
    this.#ended = true;
    this.wake();
  }

  /** Batches until the consumer ends, one stored batch at a time, partitions in turn. */
  async *batches(): AsyncGenerator<RecordBatch, void, undefined> {
    while (!this.#ended) {
      this.#lastAskedMs = performance.now();
      const batch = this.#next();
      if (batch !== null) {
        this.#onProgress();
        yield batch;
      } else {
        const { promise, resolve } = Promise.withResolvers<void>();
        this.#wake = resolve;
        await promise;
      }
    }
  }

  #next(): RecordBatch | null {
    const cursors = this.#cursors;
    for (let step = 0; step < cursors.length; step++) {
      this.#turn = (this.#turn + 1) % cursors.length;
      const batch = this.#read(cursors[this.#turn]!);
      if (batch !== null) return batch;
    }
    return null;
  }

  #read(cursor: Cursor): RecordBatch | null {
    const { topic, partition, log } = cursor;
    const isOut = cursor.position < log.startOffset || cursor.position > log.endOffset;
    if (isOut) {
      cursor.position = log.startOffset;
      this.request.onReset?.({ topic, partition, reason: 'offset-out-of-range' });
    }
    const stored = log.batchAt(cursor.position);
    if (stored === null) return null;
    const records = unpackRecords(stored, stored, cursor.position - stored.baseOffset);
    cursor.position = stored.baseOffset + stored.count;
    const batch = { topic, partition, records, endOffset: log.endOffset };
    return isOut ? { ...batch, reset: 'offset-out-of-range' } : batch;
  }
}
