import { channels } from '../../domain/channels.ts';
import type { PointBuffer } from '../ingest/point-buffer.ts';
import type { ByteWriter } from '../query/byte-writer.ts';

/** Writes rows of one driver as Influx line protocol, one measurement a driver, no tags. */
export interface LineEncoder {
  /**
   * One line: every channel, `session_time` [s] and `lap_number`, always the same fields in the same order (Grafana breaks a
   * stream whose fields change), and a stamp in ns that is above the one before. A channel without a value shows the last one
   * for up to 2 s; then, and before the first, 0 for positions (the feed's own mark) and −1 for all others. O(fields), no
   * allocation.
   */
  write(writer: ByteWriter, buffer: PointBuffer, row: number): void;
  /** A row that is not sent still gives its values to those after it. */
  see(buffer: PointBuffer, row: number): void;
}

/** Names of the fields of every line, in order. */
export const liveFields: readonly string[] = [
  ...channels.map(({ wireName }) => wireName),
  'session_time',
  'lap_number',
];

/** How long a value stands for missing ones after it [ms]. */
const heldMs = 2000;

/** Name of a driver's measurement: what Grafana allows in a channel, and nothing that line protocol would have to escape. */
export function measurementOf(driver: string): string {
  return driver.replaceAll(/[^\w-]/gu, '_') || '_';
}

/** An encoder for one driver; `driver` is written as its measurement. */
export function createLineEncoder(driver: string): LineEncoder {
  const encoder = new TextEncoder();
  const head = encoder.encode(`${measurementOf(driver)} `);
  const keys = liveFields.map((name, i) => encoder.encode(`${i === 0 ? '' : ','}${name}=`));
  const unknown = channels.map(({ wireName }) => (/^[xyz]$/u.test(wireName) ? 0 : -1));
  const held = new Float64Array(channels.length);
  const heldAtMs = new Float64Array(channels.length).fill(Number.NEGATIVE_INFINITY);
  let stampMs = Number.NEGATIVE_INFINITY;
  let sequence = 0;

  const see = (buffer: PointBuffer, row: number): void => {
    const slot = row % buffer.capacity;
    const atMs = buffer.timeAt(slot);
    for (let i = 0; i < channels.length; i++) {
      const { data, nullRaw } = buffer.columns[i]!;
      if (data[slot] === nullRaw) continue;
      held[i] = data[slot]!;
      heldAtMs[i] = atMs;
    }
  };

  return {
    see,
    write(writer, buffer, row) {
      see(buffer, row);
      const slot = row % buffer.capacity;
      const atMs = buffer.timeAt(slot);
      writer.bytes(head);
      for (let i = 0; i < channels.length; i++) {
        writer.bytes(keys[i]!);
        if (atMs - heldAtMs[i]! <= heldMs) writer.decimal(held[i]!, buffer.columns[i]!.scale);
        else writer.integer(unknown[i]!);
      }
      writer.bytes(keys[channels.length]!);
      writer.decimal(buffer.sessionMs[slot]!, 1000);
      writer.bytes(keys[channels.length + 1]!);
      writer.integer(buffer.lap[slot]!);
      if (atMs > stampMs) {
        stampMs = atMs;
        sequence = 0;
      } else sequence++;
      writer.byte(0x20);
      writer.integer(stampMs);
      // The ns within the ms: rows of one ms stay apart and in order.
      for (let place = 100_000; place >= 1; place /= 10)
        writer.byte(0x30 + (Math.floor(sequence / place) % 10));
      writer.byte(0x0a);
    },
  };
}
