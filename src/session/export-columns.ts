import { wireChannels, type Channel } from '../domain/channels.ts';
import { compounds } from '../domain/compound.ts';
import { Invalid, originNames, type DriverTable, type SessionTable } from '../domain/table.ts';

/** Type of an exported column; `STRING` columns hold indices into `labels`. */
export type ExportType = 'TIMESTAMP' | 'DOUBLE' | 'FLOAT' | 'INT32' | 'BOOLEAN' | 'STRING';

export interface ExportColumn {
  readonly name: string;
  readonly type: ExportType;
  /** Most decimal places in CSV; trailing zeros are not written. */
  readonly decimals: number;
  readonly labels: readonly string[];
  /**
   * Writes rows `[from, from + count)` of a driver's table to `out[at…]`: epoch ms, a number, 0 or 1, or a label's
   * index by type; NaN = missing.
   */
  fill(table: DriverTable, from: number, count: number, out: Float64Array, at: number): void;
}

const statusNames = ['OffTrack', 'OnTrack'] as const;

/** What takes the value of a channel away when it is cleaned. Speed and engine speed have column `Filled` instead. */
const cleaningMask: Partial<Record<string, number>> = {
  throttlePct: Invalid.throttle | Invalid.filled,
  brake: Invalid.brake | Invalid.filled,
  gear: Invalid.gear | Invalid.filled,
  drs: Invalid.drs | Invalid.filled,
  x: Invalid.position,
  y: Invalid.position,
  z: Invalid.position,
};

/** Float32 carries seven digits: no more decimals than it can hold for the sizes that occur. */
const csvDecimals: Partial<Record<string, number>> = { speedKmh: 4, throttlePct: 4 };

type TableColumn =
  | 'speedKmh'
  | 'rpm'
  | 'throttlePct'
  | 'brake'
  | 'gear'
  | 'drs'
  | 'x'
  | 'y'
  | 'z'
  | 'distanceM';

/**
 * Columns of the telemetry export in file order: time, driver, lap, FastF1's raw channels under FastF1's names, then
 * cleaned ones (`…Clean`: null where the sample or one it was interpolated from is a sentinel) and `Filled` (the car
 * sample was made up by the outer join).
 */
export function exportColumns(session: SessionTable): ExportColumn[] {
  const t0EpochMs = session.t0EpochMs ?? Number.NaN;
  const numbers = session.drivers.map((driver) => driver.number);
  const driverIndex = new Map(numbers.map((number, index) => [number, index]));
  const exported = wireChannels.filter((channel) => channel.fastf1Name !== null);
  const fillDriver: ExportColumn['fill'] = (table, _from, count, out, at) => {
    out.fill(driverIndex.get(table.driver.number) ?? Number.NaN, at, at + count);
  };
  return [
    {
      name: 'Date',
      type: 'TIMESTAMP',
      decimals: 0,
      labels: [],
      fill: (table, from, count, out, at) => {
        for (let i = 0; i < count; i++) out[at + i] = table.sessionMs[from + i]! + t0EpochMs;
      },
    },
    {
      name: 'SessionTime',
      type: 'DOUBLE',
      decimals: 3,
      labels: [],
      fill: (table, from, count, out, at) => {
        for (let i = 0; i < count; i++) out[at + i] = table.sessionMs[from + i]! / 1000;
      },
    },
    {
      name: 'Driver',
      type: 'STRING',
      decimals: 0,
      labels: session.drivers.map((driver) => driver.code),
      fill: fillDriver,
    },
    { name: 'DriverNumber', type: 'STRING', decimals: 0, labels: numbers, fill: fillDriver },
    {
      name: 'LapNumber',
      type: 'INT32',
      decimals: 0,
      labels: [],
      fill: (table, from, count, out, at) => {
        for (let i = 0; i < count; i++) out[at + i] = table.lap[from + i]! || Number.NaN;
      },
    },
    {
      name: 'Compound',
      type: 'STRING',
      decimals: 0,
      labels: compounds,
      fill: (table, from, count, out, at) => {
        for (let i = 0; i < count; i++) out[at + i] = table.compound[from + i]! || Number.NaN;
      },
    },
    ...exported.map((channel) => rawColumn(channel)),
    {
      name: 'Source',
      type: 'STRING',
      decimals: 0,
      labels: originNames,
      fill: (table, from, count, out, at) => {
        for (let i = 0; i < count; i++) out[at + i] = table.origin[from + i]!;
      },
    },
    {
      name: 'Status',
      type: 'STRING',
      decimals: 0,
      labels: statusNames,
      fill: (table, from, count, out, at) => {
        const hasPositions = !Number.isNaN(table.x[table.rows - 1]);
        for (let i = 0; i < count; i++) out[at + i] = hasPositions ? table.onTrack[from + i]! : Number.NaN;
      },
    },
    ...exported
      .filter((channel) => cleaningMask[channel.name] !== undefined)
      .map((channel) => cleanColumn(channel)),
    {
      name: 'Filled',
      type: 'BOOLEAN',
      decimals: 0,
      labels: [],
      fill: (table, from, count, out, at) => {
        for (let i = 0; i < count; i++)
          out[at + i] = (table.invalid[from + i]! & Invalid.filled) === 0 ? 0 : 1;
      },
    },
  ];
}

function rawColumn(channel: Channel): ExportColumn {
  return createColumn(channel, channel.fastf1Name!, 0);
}

function cleanColumn(channel: Channel): ExportColumn {
  return createColumn(channel, `${channel.fastf1Name}Clean`, cleaningMask[channel.name]!);
}

function createColumn(channel: Channel, name: string, mask: number): ExportColumn {
  const source = channel.name as TableColumn;
  const isDiscrete = channel.kind === 'discrete';
  return {
    name,
    type: channel.parquetType,
    decimals: isDiscrete ? 0 : (csvDecimals[source] ?? 3),
    labels: [],
    fill: (table, from, count, out, at) => {
      // Byte columns cannot say "missing"; without a car feed the speed beside them is NaN in every row.
      if (isDiscrete && Number.isNaN(table.speedKmh[from])) {
        out.fill(Number.NaN, at, at + count);
        return;
      }
      const values = table[source];
      for (let i = 0; i < count; i++) out[at + i] = values[from + i]!;
      if (mask === 0) return;
      const { invalid } = table;
      for (let i = 0; i < count; i++) if ((invalid[from + i]! & mask) !== 0) out[at + i] = Number.NaN;
    },
  };
}
