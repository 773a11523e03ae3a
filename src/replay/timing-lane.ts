import type { ProduceRecord } from '../domain/broker.ts';
import type { TimingEvent } from '../domain/messages.ts';
import type { Cursor } from './cursor.ts';
import { type EncodedBatch, type Lane, maxBatchBytes, maxBatchRecords } from './lane.ts';
import type { Schedule } from './schedule.ts';
import type { TimeMapping } from './time-mapping.ts';

/** Makes the value of an `f1-timing` record: the event with its two stamps (PROTOCOL §5). */
export type EncodeTimingEvent = (
  event: TimingEvent,
  timestampIso: string,
  originalIso: string | null,
) => Uint8Array;

/** The timing events of a schedule, in order, keyed by message type, on partition 0. */
export function createTimingLane(
  schedule: Schedule,
  cursor: Cursor,
  topic: string,
  encodeEvent: EncodeTimingEvent,
): Lane {
  const keys = new Map<string, Buffer>();
  const keyOf = (type: string): Buffer => {
    const key = keys.get(type) ?? Buffer.from(type);
    keys.set(type, key);
    return key;
  };
  const { t0EpochMs } = schedule;
  const originalOf = (event: TimingEvent): string | null =>
    t0EpochMs === null || event.sessionMs === null ? null : isoOf(t0EpochMs + event.sessionMs);

  function encode(end: number, mapping: TimeMapping, handOverEpochMs: number): EncodedBatch {
    const last = Math.min(end, cursor.tail + maxBatchRecords);
    const handOver = isoOf(handOverEpochMs);
    const records: ProduceRecord[] = [];
    let bytes = 0;
    let index = cursor.tail;
    for (; index < last; index++) {
      const event = schedule.events[index]!;
      const isUnpaced = mapping.speed === 0 || event.sessionMs === null;
      const timestamp = isUnpaced
        ? handOver
        : isoOf(mapping.epochMs + (cursor.dueMs[index]! - mapping.sessionMs) / mapping.speed);
      const value = encodeEvent(event, timestamp, originalOf(event));
      if (bytes + value.length > maxBatchBytes && index > cursor.tail) break;
      bytes += value.length;
      records.push({ key: keyOf(event.type), value });
    }
    return { records, end: index };
  }

  return { topic, partition: 0, cursor, encode };
}

function isoOf(epochMs: number): string {
  return new Date(Math.round(epochMs)).toISOString();
}
