import type {
  ProduceResult,
  RecordHeaders,
  ResetReason,
  StartPosition,
  TopicReport,
} from '../../domain/broker.ts';
import type { BrokerDescription } from '../../domain/broker.ts';
import { F1Error, messageOf } from '../../domain/errors.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import type { TopicSpec } from '../../domain/topics.ts';

/** Bytes of batches that a reader in the other thread may have under way before the log waits for it. */
export const creditBytes = 4 * 1024 * 1024;

/** What a batch costs against the credit beside its bytes. */
export const batchCreditBytes = 256;

/** From the thread that sees the log through a port to the one that owns it. */
export type PortRequest =
  | { readonly op: 'createTopics'; readonly id: number; readonly specs: readonly TopicSpec[] }
  | {
      readonly op: 'produce';
      readonly id: number;
      readonly topic: string;
      readonly partition: number;
      readonly headers: RecordHeaders;
      readonly timestampMs: number;
      readonly count: number;
      readonly buffer: ArrayBuffer;
    }
  | {
      readonly op: 'commit';
      readonly id: number;
      readonly group: string;
      readonly offsets: readonly { topic: string; partition: number; offset: number }[];
    }
  | {
      readonly op: 'describe';
      readonly id: number;
      readonly topics?: readonly string[];
      readonly groups?: readonly string[];
      readonly timeoutMs?: number;
    }
  | {
      readonly op: 'consume';
      readonly id: number;
      readonly topics: readonly { readonly topic: string; readonly start: StartPosition }[];
      readonly group?: string;
    }
  | { readonly op: 'credit'; readonly id: number; readonly bytes: number }
  | { readonly op: 'cancel'; readonly id: number };

/** A batch on its way to the other thread; `buffer` is laid out as in `PackedRecords`. */
export interface PortBatch {
  readonly op: 'batch';
  readonly id: number;
  readonly topic: string;
  readonly partition: number;
  readonly endOffset: number;
  readonly reset: ResetReason | null;
  readonly count: number;
  readonly buffer: ArrayBuffer;
  /** Offset of each record. */
  readonly offsets: Float64Array<ArrayBuffer>;
  /** Stamp of all records, or one per record where they differ. */
  readonly timestampMs: number | Float64Array<ArrayBuffer>;
  /** Headers of all records, or one per record where they differ. */
  readonly headers: RecordHeaders | readonly RecordHeaders[];
}

/** From the thread that owns the log to the one that sees it through a port. */
export type PortAnswer =
  | {
      readonly op: 'done';
      readonly id: number;
      readonly result: TopicReport[] | ProduceResult | BrokerDescription | null;
    }
  | { readonly op: 'failed'; readonly id: number; readonly error: PortError }
  | PortBatch
  | {
      readonly op: 'reset';
      readonly id: number;
      readonly topic: string;
      readonly partition: number | null;
      readonly reason: ResetReason;
    }
  | { readonly op: 'end'; readonly id: number; readonly error: PortError | null };

/** An F1Error as plain data. */
export interface PortError {
  readonly code: ErrorCode;
  readonly message: string;
  readonly hint: string;
  readonly canRetry: boolean;
  readonly exitCode: 1 | 2;
}

/** An error as plain data for another thread; what is no `F1Error` becomes F1_INTERNAL. */
export function errorToPort(error: unknown): PortError {
  if (error instanceof F1Error) {
    const { code, message, hint, canRetry, exitCode } = error;
    return { code, message, hint, canRetry, exitCode };
  }
  return { code: 'F1_INTERNAL', message: messageOf(error), hint: '', canRetry: false, exitCode: 1 };
}

/** The error that another thread sent, as an `F1Error` again. */
export function errorFromPort({ code, message, hint, canRetry, exitCode }: PortError): F1Error {
  return new F1Error(code, message, { hint, canRetry, exitCode });
}
