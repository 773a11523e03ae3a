import type { ProduceRecord } from '../domain/broker.ts';
import { maxTelemetryBytes, telemetryRowAt, writeTelemetry } from '../domain/telemetry-codec.ts';
import { createTelemetryRow } from '../domain/telemetry-row.ts';
import type { Cursor } from './cursor.ts';
import { type EncodedBatch, type Lane, maxBatchBytes, maxBatchRecords } from './lane.ts';
import type { LaneOrder, Schedule } from './schedule.ts';
import type { TimeMapping } from './time-mapping.ts';

/** Buffer of one partition's batches: reused, because the next batch is encoded when the last was acknowledged. */
export interface BatchBuffer {
  bytes: Buffer;
}

/** A buffer of 64 KiB, which grows with its batches. */
export function createBatchBuffer(): BatchBuffer {
  return { bytes: Buffer.allocUnsafeSlow(64 * 1024) };
}

/** Rows of one partition of `f1-telemetry`, keyed by driver code. */
export function createTelemetryLane(
  schedule: Schedule,
  order: LaneOrder,
  cursor: Cursor,
  topic: string,
  buffer: BatchBuffer,
): Lane {
  const keys = schedule.tables.map((table) => Buffer.from(table.driver.code));
  const t0EpochMs = schedule.t0EpochMs ?? Number.NaN;
  const row = createTelemetryRow();

  function encode(end: number, mapping: TimeMapping, handOverEpochMs: number): EncodedBatch {
    const last = Math.min(end, cursor.tail + maxBatchRecords);
    const bytes = reserve(buffer, (last - cursor.tail) * maxTelemetryBytes);
    const records: ProduceRecord[] = [];
    let at = 0;
    let index = cursor.tail;
    for (; index < last && at + maxTelemetryBytes <= bytes.length; index++) {
      const driver = order.driver[index]!;
      telemetryRowAt(schedule.tables[driver]!, order.row[index]!, row, t0EpochMs);
      row.timestampMs =
        mapping.speed === 0
          ? handOverEpochMs
          : mapping.epochMs + (order.dueMs[index]! - mapping.sessionMs) / mapping.speed;
      const to = writeTelemetry(bytes, at, row);
      records.push({ key: keys[driver]!, value: bytes.subarray(at, to) });
      at = to;
    }
    return { records, end: index };
  }

  return { topic, partition: order.partition, cursor, encode };
}

/** Room for a batch; grows in doublings up to the largest batch, so that a thousand quiet partitions stay small. */
function reserve(buffer: BatchBuffer, wantedBytes: number): Buffer {
  const wanted = Math.min(maxBatchBytes, wantedBytes);
  if (buffer.bytes.length < wanted) {
    let size = buffer.bytes.length;
    while (size < wanted) size *= 2;
    buffer.bytes = Buffer.allocUnsafeSlow(Math.min(maxBatchBytes, size));
  }
  return buffer.bytes;
}
