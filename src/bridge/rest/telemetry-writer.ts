import type { DriverPoints } from '../ingest/point-store.ts';
import { createByteWriter } from '../query/byte-writer.ts';
import type { ByteWriter } from '../query/byte-writer.ts';
import type { RowClock } from './row-clock.ts';
import type { TelemetryField } from './telemetry-fields.ts';
import { csvCell } from './write-table.ts';

/** Writes rows of the telemetry table one after the other, as JSON objects or CSV lines. */
export interface TelemetryWriter {
  readonly rows: number;
  /**
   * One row at a time [ms of the answer's clock]: for field `i` the value of slot `cells[at + i]` of the ring, null where that
   * is −1. Rows of nulls are left out, but for the first one behind a value: it breaks the trace. No allocation.
   */
  row(driver: number, ms: number, cells: Int32Array, at: number): void;
  /** A row of nulls for a driver whose trace breaks at a time. */
  breakAt(driver: number, ms: number): void;
}

const comma = 0x2c;
const newline = 0x0a;
const closeBrace = 0x7d;
const encoder = new TextEncoder();

export function createTelemetryWriter(
  writer: ByteWriter,
  drivers: readonly DriverPoints[],
  fields: readonly TelemetryField[],
  clock: RowClock,
  isCsv: boolean,
): TelemetryWriter {
  const keys = fields.map(({ name }) => (isCsv ? ',' : `,${JSON.stringify(name)}:`));
  /** Driver and name of the first field: one copy for both. */
  const names = drivers.map(({ driver }) =>
    encoder.encode((isCsv ? `,${csvCell(driver)}` : `,"driver":${JSON.stringify(driver)}`) + (keys[0] ?? '')),
  );
  const laterKeys = keys.map((key) => encoder.encode(key));
  const head = encoder.encode(isCsv ? '' : '{"t":');
  /** The time of the rows that are written now, which all drivers share. */
  const timeWriter = createByteWriter(64);
  let timeMs = Number.NaN;
  let time: Uint8Array = head;
  /** 1 while the driver's last row had a value. */
  const isShown = new Uint8Array(drivers.length);
  let rows = 0;

  const write = (driver: number, ms: number, cells: Int32Array | null, at: number): void => {
    if (ms !== timeMs) {
      timeWriter.reset();
      timeWriter.bytes(head);
      clock.write(timeWriter, ms);
      timeMs = ms;
      time = timeWriter.view();
    }
    if (!isCsv && rows > 0) writer.byte(comma);
    writer.bytes(time);
    writer.bytes(names[driver]!);
    const { buffer } = drivers[driver]!;
    for (let i = 0; i < fields.length; i++) {
      if (i > 0) writer.bytes(laterKeys[i]!);
      const slot = cells === null ? -1 : cells[at + i]!;
      if (slot >= 0) fields[i]!.write(writer, buffer, slot, isCsv);
      else if (!isCsv) writer.null();
    }
    writer.byte(isCsv ? newline : closeBrace);
    rows++;
  };

  return {
    get rows() {
      return rows;
    },
    row(driver, ms, cells, at) {
      const { buffer } = drivers[driver]!;
      let hasValue = 0;
      for (let i = 0; i < fields.length; i++) {
        const slot = cells[at + i]!;
        if (slot >= 0 && !fields[i]!.isNull(buffer, slot)) {
          hasValue = 1;
          break;
        }
      }
      if (hasValue === 0 && isShown[driver] === 0) return;
      isShown[driver] = hasValue;
      write(driver, ms, hasValue === 1 ? cells : null, at);
    },
    breakAt(driver, ms) {
      if (isShown[driver] === 0) return;
      isShown[driver] = 0;
      write(driver, ms, null, 0);
    },
  };
}
