import type { TelemetryRow } from '../../domain/telemetry-row.ts';
import { createDerivation } from './derived-channels.ts';
import type { Derivation } from './derived-channels.ts';
import { createPointBuffer } from './point-buffer.ts';
import type { PointBuffer } from './point-buffer.ts';

/** What is held of one driver. */
export interface DriverPoints {
  /** Place in `PointStore.drivers`; stays the same until the store is cleared. */
  readonly index: number;
  readonly driver: string;
  readonly driverNumber: number;
  /** Partition of `f1-telemetry` that the rows came from. */
  readonly partition: number;
  readonly buffer: PointBuffer;
  readonly derivation: Derivation;
}

export type AppendOutcome = 'kept' | 'out-of-order' | 'too-many-drivers';

/** Rolling telemetry of every driver of the current (run, segment). */
export interface PointStore {
  /** In order of first appearance. */
  readonly drivers: readonly DriverPoints[];
  find(driver: string): DriverPoints | undefined;
  /** Keeps a row; O(1), allocates only at a driver's first row. */
  append(row: TelemetryRow, partition: number): AppendOutcome;
  /** Bytes of all columns, full size of every ring. */
  bytes(): number;
  /** Rows held of all drivers. */
  points(): number;
  /** Forgets every driver, or those whose rows came from one partition. */
  clear(partition?: number | null): void;
  /** Context of derived channels: true under yellow, safety car, virtual safety car, red. */
  setCaution(caution: boolean): void;
  /** Season of the session: from 2026 on the prior gear ratios do not apply. */
  setYear(year: number | null): void;
}

/** More cars than any session has; whatever claims more is noise. */
const maxDrivers = 40;

/** A store without drivers; `capacity` rows are kept of each. */
export function createPointStore(capacity: number): PointStore {
  const drivers: DriverPoints[] = [];
  const byCode = new Map<string, DriverPoints>();
  /** Rings of the segment before, to be used again: a seek must not double the memory. */
  const spare: PointBuffer[] = [];
  let caution = false;
  let year: number | null = null;

  return {
    drivers,
    find: (driver) => byCode.get(driver),
    append(row, partition) {
      let points = byCode.get(row.driver);
      if (points === undefined) {
        if (drivers.length >= maxDrivers) return 'too-many-drivers';
        points = {
          index: drivers.length,
          driver: row.driver,
          driverNumber: row.driverNumber,
          partition,
          buffer: spare.pop() ?? createPointBuffer(capacity),
          derivation: createDerivation(),
        };
        drivers.push(points);
        byCode.set(row.driver, points);
      }
      const { buffer } = points;
      if (buffer.appended > 0 && row.timestampMs < buffer.timeAt((buffer.appended - 1) % capacity)) {
        return 'out-of-order';
      }
      buffer.append(row, points.derivation.next(row, caution, year));
      return 'kept';
    },
    bytes: () =>
      [...drivers.map(({ buffer }) => buffer), ...spare].reduce((sum, { bytes }) => sum + bytes, 0),
    points: () => drivers.reduce((sum, { buffer }) => sum + buffer.appended - buffer.first, 0),
    clear(partition = null) {
      // Indices must stay without holes, so one partition's drivers keep their place and lose their rows.
      if (partition !== null) {
        for (const points of drivers) if (points.partition === partition) points.buffer.clear();
        return;
      }
      for (const points of drivers) spare.push(points.buffer);
      for (const buffer of spare) buffer.clear();
      drivers.length = 0;
      byCode.clear();
    },
    setCaution(value) {
      caution = value;
    },
    setYear(value) {
      year = value;
    },
  };
}
