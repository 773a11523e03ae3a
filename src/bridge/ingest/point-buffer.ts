import { channels } from '../../domain/channels.ts';
import type { Channel } from '../../domain/channels.ts';
import type { TelemetryRow } from '../../domain/telemetry-row.ts';
import { createPageTotals } from './page-totals.ts';
import { markOf } from './row-mark.ts';
import type { Totals } from './page-totals.ts';

/** One channel of a ring: whole numbers, `raw / scale` is the value, `nullRaw` stands for null. */
export interface PointColumn {
  readonly channel: Channel;
  readonly data: Uint8Array | Uint16Array | Int32Array;
  readonly scale: number;
  readonly nullRaw: number;
  /**
   * Where the lowest (low nibble) and the highest (high nibble) value of each whole block of `blockRows` rows lie, for
   * block `b` in slot `b % blocks.length`; both point at a null when the block has no value.
   */
  readonly blocks: Uint8Array;
}

/** Rows of a block of `PointColumn.blocks`: a query over minutes reads one byte instead of so many values. */
export const blockRows = 16;

/** Values that the bridge computes for a row; NaN = null. */
export interface DerivedValues {
  expectedSpeedKmh: number;
  wheelSpinPct: number;
  gearAnomaly: number;
  brakeTempModelC: number;
}

/**
 * The newest rows of one driver: a ring of typed columns, addressed by absolute index. Row `i` (0 = the first ever
 * appended) is held while `i >= first`; it lies in slot `i % capacity` of every column.
 */
export interface PointBuffer {
  readonly capacity: number;
  /** Rows ever appended; also the absolute index of the next row. */
  readonly appended: number;
  /** Absolute index of the oldest row held. */
  readonly first: number;
  /** Due wall-clock time of the row in a slot, epoch ms; never falling from row to row. O(1). */
  timeAt(slot: number): number;
  /** [ms] since the session's t0. */
  readonly sessionMs: Int32Array;
  /** 0 = null. */
  readonly lap: Uint16Array;
  /** Compound and origin: `compoundOf`, `originOf`. */
  readonly marks: Uint8Array;
  /** In the order of `channels`. */
  readonly columns: readonly PointColumn[];
  readonly bytes: number;
  /** O(1), no allocation. */
  append(row: TelemetryRow, derived: DerivedValues): void;
  /** Totals of held rows `[from, to)`; reads pages, not every row. */
  totals(from: number, to: number): Totals;
  /** Absolute index of the first row held whose time is at or after `epochMs`; `appended` when there is none. O(log n). */
  lowerBound(epochMs: number): number;
  /** Forgets every row; the memory stays. */
  clear(): void;
}

const uint16Null = 0xffff;
const uint8Null = 0xff;
const int32Null = -0x80000000;
const maxOffsetMs = 0xffff_ffff;

type Width = 'u8' | 'u16' | 'i32';

/** Storage of each channel: 44 bytes a point together with times, lap and marks. DRS needs 16 bits: 255 is a code. */
const widths: Readonly<Record<string, readonly [Width, scale: number]>> = {
  speed: ['u16', 10],
  rpm: ['u16', 1],
  throttle: ['u16', 10],
  brake: ['u8', 1],
  gear: ['u8', 1],
  drs: ['u16', 1],
  x: ['i32', 1],
  y: ['i32', 1],
  z: ['i32', 1],
  distance: ['i32', 10],
  expected_speed: ['u16', 10],
  wheel_spin: ['u16', 10],
  gear_anomaly: ['u8', 1],
  brake_temp_model: ['u16', 1],
};

const bytesOf: Readonly<Record<Width, number>> = { u8: 1, u16: 2, i32: 4 };

/** Bytes that one point takes in all columns. */
export const bytesPerPoint =
  4 + 4 + 2 + 1 + channels.reduce((sum, { wireName }) => sum + bytesOf[widthOf(wireName)[0]], 0);

/** An empty ring for one driver. Its memory is committed by the system as rows arrive. */
export function createPointBuffer(capacity: number): PointBuffer {
  /** Times as ms since `originMs`: half the memory of epoch times. */
  const offsets = new Uint32Array(capacity);
  let originMs = 0;
  const sessionMs = new Int32Array(capacity);
  const lap = new Uint16Array(capacity);
  const marks = new Uint8Array(capacity);
  const columns = channels.map((channel) => createColumn(channel, capacity));
  const column = (wireName: string): PointColumn => {
    const found = columns.find((candidate) => candidate.channel.wireName === wireName);
    if (found === undefined) throw new Error(`Cannot find the column of ${wireName}`);
    return found;
  };
  const speed = column('speed');
  const rpm = column('rpm');
  const throttle = column('throttle');
  const brake = column('brake');
  const gear = column('gear');
  const drs = column('drs');
  const x = column('x');
  const y = column('y');
  const z = column('z');
  const distance = column('distance');
  const expectedSpeed = column('expected_speed');
  const wheelSpin = column('wheel_spin');
  const gearAnomaly = column('gear_anomaly');
  const brakeTemp = column('brake_temp_model');
  const totals = createPageTotals({
    capacity,
    marks,
    sessionMs,
    speed,
    rpm,
    throttle,
    brake,
    gear,
    drs,
    x,
    wheelSpin,
    gearAnomaly,
  });
  let appended = 0;

  /** Makes room for `newestMs`, once in 49 days: counts from the oldest row held, or from 49 days before the newest. */
  const moveOrigin = (newestMs: number): void => {
    const first = Math.max(0, appended - capacity);
    const shift = Math.max(offsets[first % capacity]!, newestMs - originMs - maxOffsetMs);
    for (let i = first; i < appended; i++)
      offsets[i % capacity] = Math.max(0, offsets[i % capacity]! - shift);
    originMs += shift;
  };

  return {
    capacity,
    timeAt: (slot) => originMs + offsets[slot]!,
    sessionMs,
    lap,
    marks,
    columns,
    bytes:
      capacity * bytesPerPoint + columns.reduce((sum, { blocks }) => sum + blocks.length, 0) + totals.bytes,
    get appended() {
      return appended;
    },
    get first() {
      return appended > capacity ? appended - capacity : 0;
    },
    append(row, derived) {
      const slot = appended % capacity;
      if (appended === 0) originMs = row.timestampMs;
      else if (row.timestampMs - originMs > maxOffsetMs) moveOrigin(row.timestampMs);
      offsets[slot] = row.timestampMs - originMs;
      sessionMs[slot] = row.sessionMs;
      lap[slot] = row.lapNumber;
      marks[slot] = markOf(row.compound, row.origin);
      put(speed, slot, row.speedKmh);
      put(rpm, slot, row.rpm);
      put(throttle, slot, row.throttlePct);
      put(brake, slot, row.brake);
      put(gear, slot, row.gear);
      put(drs, slot, row.drs);
      put(x, slot, row.x);
      put(y, slot, row.y);
      put(z, slot, row.z);
      put(distance, slot, row.distanceM);
      put(expectedSpeed, slot, derived.expectedSpeedKmh);
      put(wheelSpin, slot, derived.wheelSpinPct);
      put(gearAnomaly, slot, derived.gearAnomaly);
      put(brakeTemp, slot, derived.brakeTempModelC);
      totals.add(appended);
      appended++;
      if (appended % blockRows === 0)
        for (const each of columns) closeBlock(each, appended - blockRows, capacity);
    },
    totals: totals.between,
    lowerBound(epochMs) {
      let low = appended > capacity ? appended - capacity : 0;
      let high = appended;
      while (low < high) {
        const middle = Math.floor((low + high) / 2);
        if (originMs + offsets[middle % capacity]! < epochMs) low = middle + 1;
        else high = middle;
      }
      return low;
    },
    clear() {
      appended = 0;
    },
  };
}

/** Value of a column at an absolute index; null where it is missing. */
export function valueAt(buffer: PointBuffer, column: PointColumn, index: number): number | null {
  const raw = column.data[index % buffer.capacity];
  return raw === undefined || raw === column.nullRaw ? null : raw / column.scale;
}

function widthOf(wireName: string): readonly [Width, number] {
  const width = widths[wireName];
  if (width === undefined) throw new Error(`Cannot store channel ${wireName}: it has no width`);
  return width;
}

function createColumn(channel: Channel, capacity: number): PointColumn {
  const [width, scale] = widthOf(channel.wireName);
  const blocks = new Uint8Array(Math.ceil(capacity / blockRows) + 1);
  const rest = { channel, scale, blocks };
  if (width === 'u8') return { ...rest, data: new Uint8Array(capacity), nullRaw: uint8Null };
  if (width === 'u16') return { ...rest, data: new Uint16Array(capacity), nullRaw: uint16Null };
  return { ...rest, data: new Int32Array(capacity), nullRaw: int32Null };
}

/** Notes where lowest and highest of the `blockRows` rows from absolute index `from` lie. */
function closeBlock({ data, nullRaw, blocks }: PointColumn, from: number, capacity: number): void {
  let low = 0x7fffffff;
  let high = -0x80000000;
  let lowAt = 0;
  let highAt = 0;
  let slot = from % capacity;
  for (let i = 0; i < blockRows; i++) {
    const raw = data[slot]!;
    if (raw !== nullRaw) {
      if (raw < low) {
        low = raw;
        lowAt = i;
      }
      if (raw > high) {
        high = raw;
        highAt = i;
      }
    }
    if (++slot === capacity) slot = 0;
  }
  // Without any value both stay at row 0, which is null then.
  blocks[(from / blockRows) % blocks.length] = lowAt | (highAt << 4);
}

function put(column: PointColumn, slot: number, value: number): void {
  column.data[slot] = Number.isNaN(value) ? column.nullRaw : Math.round(value * column.scale);
}
