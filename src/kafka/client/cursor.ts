import type { ResetReason } from '../../domain/broker.ts';

/** Where a reader is in one partition. */
export interface Cursor {
  readonly topic: string;
  readonly topicId: string;
  readonly partition: number;
  leader: number;
  /** Offset of the next record to ask for. */
  position: number;
  /** End of the partition at the last answer. */
  endOffset: number;
  /** Put on the next batch: what was read before is void. */
  reset: ResetReason | null;
  /** Raised when queued batches of this cursor became void. */
  generation: number;
  /** When records of it arrived last, monotonic ms. */
  arrivedMs: number;
}

export function createCursor(
  topic: string,
  topicId: string,
  partition: number,
  leader: number,
  position: number,
  reset: ResetReason | null = null,
): Cursor {
  const arrivedMs = performance.now();
  return {
    topic,
    topicId,
    partition,
    leader,
    position,
    endOffset: position,
    reset,
    generation: 0,
    arrivedMs,
  };
}
