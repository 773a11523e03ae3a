import { channels } from '../../domain/channels.ts';
import type { Channel } from '../../domain/channels.ts';
import type { TelemetryRow } from '../../domain/telemetry-row.ts';

/** One channel of a ring: whole numbers, `raw / scale` is the value, `nullRaw` stands for null. */
export interface PointColumn {
  readonly channel: Channel;
  readonly data: Uint8Array | Uint16Array | Int32Array;
  readonly scale: number;
  readonly nullRaw: number;
}

/** Values that the bridge computes for a row; NaN = null. */
export interface DerivedValues {
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
  /** Due wall-clock time, epoch ms, never falling. */
  readonly times: Float64Array;
  /** [ms] since the session's t0. */
  readonly sessionMs: Int32Array;
  /** 0 = null. */
  readonly lap: Uint16Array;
  /** Index into `compounds`. */
  readonly compound: Uint8Array;
  /** Index into `originNames`. */
  readonly origin: Uint8Array;
  /** In the order of `channels`. */
  readonly columns: readonly PointColumn[];
  readonly bytes: number;
  /** O(1), no allocation. */
  append(row: TelemetryRow, derived: DerivedValues): void;
  /** Absolute index of the first row held whose time is at or after `epochMs`; `appended` when there is none. O(log n). */
  lowerBound(epochMs: number): number;
  /** Forgets every row; the memory stays. */
  clear(): void;
}

const uint16Null = 0xffff;
const uint8Null = 0xff;
const int32Null = -0x80000000;

type Width = 'u8' | 'u16' | 'i32';

/** Storage of each channel: 47 bytes a point together with times, lap, compound and origin. DRS needs 16 bits: 255 is a code. */
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
  wheel_spin: ['u16', 10],
  gear_anomaly: ['u8', 1],
  brake_temp_model: ['u16', 1],
};

const bytesOf: Readonly<Record<Width, number>> = { u8: 1, u16: 2, i32: 4 };

/** Bytes that one point takes in all columns. */
export const bytesPerPoint =
  8 + 4 + 2 + 1 + 1 + channels.reduce((sum, { wireName }) => sum + bytesOf[widthOf(wireName)[0]], 0);

/** An empty ring for one driver. Its memory is committed by the system as rows arrive. */
export function createPointBuffer(capacity: number): PointBuffer {
  const times = new Float64Array(capacity);
  const sessionMs = new Int32Array(capacity);
  const lap = new Uint16Array(capacity);
  const compound = new Uint8Array(capacity);
  const origin = new Uint8Array(capacity);
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
  const wheelSpin = column('wheel_spin');
  const gearAnomaly = column('gear_anomaly');
  const brakeTemp = column('brake_temp_model');
  let appended = 0;

  return {
    capacity,
    times,
    sessionMs,
    lap,
    compound,
    origin,
    columns,
    bytes: capacity * bytesPerPoint,
    get appended() {
      return appended;
    },
    get first() {
      return appended > capacity ? appended - capacity : 0;
    },
    append(row, derived) {
      const slot = appended % capacity;
      times[slot] = row.timestampMs;
      sessionMs[slot] = row.sessionMs;
      lap[slot] = row.lapNumber;
      compound[slot] = row.compound;
      origin[slot] = row.origin;
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
      put(wheelSpin, slot, derived.wheelSpinPct);
      put(gearAnomaly, slot, derived.gearAnomaly);
      put(brakeTemp, slot, derived.brakeTempModelC);
      appended++;
    },
    lowerBound(epochMs) {
      let low = appended > capacity ? appended - capacity : 0;
      let high = appended;
      while (low < high) {
        const middle = Math.floor((low + high) / 2);
        if (times[middle % capacity]! < epochMs) low = middle + 1;
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
  if (width === 'u8') return { channel, data: new Uint8Array(capacity), scale, nullRaw: uint8Null };
  if (width === 'u16') return { channel, data: new Uint16Array(capacity), scale, nullRaw: uint16Null };
  return { channel, data: new Int32Array(capacity), scale, nullRaw: int32Null };
}

function put(column: PointColumn, slot: number, value: number): void {
  column.data[slot] = Number.isNaN(value) ? column.nullRaw : Math.round(value * column.scale);
}
