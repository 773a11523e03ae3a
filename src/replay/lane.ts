import type { ProduceRecord } from '../domain/broker.ts';
import type { Cursor } from './cursor.ts';
import type { TimeMapping } from './time-mapping.ts';

/** Records of the rows [tail, end) of a lane, encoded for one produce call. */
export interface EncodedBatch {
  readonly records: readonly ProduceRecord[];
  readonly end: number;
}

/** Rows of one partition of one segment: the position in them and how to encode them. */
export interface Lane {
  readonly topic: string;
  readonly partition: number;
  readonly cursor: Cursor;
  /**
   * Encodes rows from `cursor.tail` up to `end` at most, as many as fit into one batch (one at least). Due times come
   * from the mapping; where that is not paced, `handOverEpochMs` stands in.
   */
  encode(end: number, mapping: TimeMapping, handOverEpochMs: number): EncodedBatch;
}

/** Bytes of values in one produce call at most: below the broker's 1 MiB, with room for keys, headers and framing. */
export const maxBatchBytes = 900 * 1024;
/** Records in one produce call at most. */
export const maxBatchRecords = 1000;
