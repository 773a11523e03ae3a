import type { PointBuffer } from '../ingest/point-buffer.ts';
import type { ByteWriter } from '../query/byte-writer.ts';
import type { TimeKind } from './table-request.ts';

/** What time a telemetry row has in an answer: one of the three clocks of `time`, in ms. */
export interface RowClock {
  /** Time of the row in a slot of the ring. */
  at(buffer: PointBuffer, slot: number): number;
  /** Absolute index of the first row held at or after a time; `appended` when there is none. O(log n). */
  lowerBound(buffer: PointBuffer, ms: number): number;
  /** Writes a time in the unit of the answer. */
  write(writer: ByteWriter, ms: number): void;
}

const epoch = (writer: ByteWriter, ms: number): void => writer.integer(Math.round(ms));

const published: RowClock = {
  at: (buffer, slot) => buffer.timeAt(slot),
  lowerBound: (buffer, ms) => buffer.lowerBound(ms),
  write: epoch,
};

function bySession(offsetMs: number, write: RowClock['write']): RowClock {
  return {
    at: ({ sessionMs }, slot) => sessionMs[slot]! + offsetMs,
    lowerBound({ sessionMs, capacity, first, appended }, ms) {
      let low = first;
      let high = appended;
      while (low < high) {
        const middle = Math.floor((low + high) / 2);
        if (sessionMs[middle % capacity]! + offsetMs < ms) low = middle + 1;
        else high = middle;
      }
      return low;
    },
    write,
  };
}

const session = bySession(0, (writer, ms) => writer.decimal(Math.round(ms), 1000));

/** The clock of a request; null where the session has no t0 (`original`). */
export function rowClock(time: TimeKind, t0EpochMs: number | null): RowClock | null {
  if (time === 'published') return published;
  if (time === 'session') return session;
  return t0EpochMs === null ? null : bySession(t0EpochMs, epoch);
}
