import { compounds } from '../domain/compound.ts';
import type { Driver } from '../domain/driver.ts';
import type { LapTelemetry } from '../domain/lap-telemetry.ts';
import { Invalid, originNames } from '../domain/table.ts';
import type { ExportType, SourceColumn } from './large-table.ts';

/** A merged slice of one driver with what its rows are labelled with. */
export interface LabelledSlice {
  readonly telemetry: LapTelemetry;
  /** Index into the drivers of the session. */
  readonly driver: number;
  readonly hasCar: boolean;
  readonly hasPositions: boolean;
  /** Lap number of each row, at the row's own index; 0 = none. */
  readonly lap: Uint16Array;
  /** Index into `compounds` of each row. */
  readonly compound: Uint8Array;
  /** 1 for rows of a lap whose end is an estimate. */
  readonly generated: Uint8Array;
}

const statusNames = ['OffTrack', 'OnTrack'] as const;

type NumberColumn =
  | 'rpm'
  | 'speedKmh'
  | 'gear'
  | 'throttlePct'
  | 'brake'
  | 'drs'
  | 'distanceM'
  | 'relativeDistance'
  | 'distanceAheadM'
  | 'x'
  | 'y'
  | 'z';

/** Byte columns cannot say "missing": without a car feed their zeros are nothing. */
const ofCar: ReadonlySet<NumberColumn> = new Set(['gear', 'brake', 'drs']);

function valueColumn(
  name: string,
  type: ExportType,
  source: NumberColumn,
  decimals: number,
  mask = 0,
): SourceColumn<LabelledSlice> {
  const isOfCar = ofCar.has(source);
  return {
    name,
    type,
    decimals,
    labels: [],
    fill: ({ telemetry, hasCar }, from, count, out, at) => {
      if (isOfCar && !hasCar) {
        out.fill(Number.NaN, at, at + count);
        return;
      }
      const values = telemetry[source];
      for (let i = 0; i < count; i++) out[at + i] = values[from + i]!;
      if (mask === 0) return;
      const { invalid } = telemetry;
      for (let i = 0; i < count; i++) if ((invalid[from + i]! & mask) !== 0) out[at + i] = Number.NaN;
    },
  };
}

function column(
  name: string,
  type: ExportType,
  decimals: number,
  labels: readonly string[],
  fill: SourceColumn<LabelledSlice>['fill'],
): SourceColumn<LabelledSlice> {
  return { name, type, decimals, labels, fill };
}

/**
 * Columns of the telemetry files: FastF1's 18 in FastF1's order with its raw values, driver and lap, then our own:
 * compound, cleaned channels (`…Clean`: empty where the sample or one it was interpolated from is a sentinel), `Filled` (no car
 * channel was measured) and `Generated` (the lap's end is an estimate).
 */
export function telemetryColumns(
  drivers: readonly Driver[],
  t0EpochMs: number,
  aheadNumbers: readonly string[],
): SourceColumn<LabelledSlice>[] {
  const byDriver: SourceColumn<LabelledSlice>['fill'] = ({ driver }, _from, count, out, at) => {
    out.fill(driver, at, at + count);
  };
  const { throttle, brake, gear, drs, position, filled } = Invalid;
  return [
    column('Date', 'TIMESTAMP', 0, [], ({ telemetry }, from, count, out, at) => {
      for (let i = 0; i < count; i++) out[at + i] = telemetry.epochMs[from + i]!;
    }),
    column('SessionTime', 'DOUBLE', 3, [], ({ telemetry }, from, count, out, at) => {
      for (let i = 0; i < count; i++) out[at + i] = (telemetry.epochMs[from + i]! - t0EpochMs) / 1000;
    }),
    column('DriverAhead', 'STRING', 0, aheadNumbers, ({ telemetry }, from, count, out, at) => {
      for (let i = 0; i < count; i++) out[at + i] = telemetry.driverAhead[from + i]!;
    }),
    valueColumn('DistanceToDriverAhead', 'DOUBLE', 'distanceAheadM', 6),
    column('Time', 'DOUBLE', 3, [], ({ telemetry }, from, count, out, at) => {
      const start = t0EpochMs + telemetry.startMs;
      for (let i = 0; i < count; i++) out[at + i] = (telemetry.epochMs[from + i]! - start) / 1000;
    }),
    valueColumn('RPM', 'DOUBLE', 'rpm', 6),
    valueColumn('Speed', 'DOUBLE', 'speedKmh', 6),
    valueColumn('nGear', 'INT32', 'gear', 0),
    valueColumn('Throttle', 'DOUBLE', 'throttlePct', 6),
    valueColumn('Brake', 'BOOLEAN', 'brake', 0),
    valueColumn('DRS', 'INT32', 'drs', 0),
    column('Source', 'STRING', 0, originNames, ({ telemetry }, from, count, out, at) => {
      for (let i = 0; i < count; i++) out[at + i] = telemetry.origin[from + i]!;
    }),
    valueColumn('Distance', 'DOUBLE', 'distanceM', 6),
    valueColumn('RelativeDistance', 'DOUBLE', 'relativeDistance', 9),
    column('Status', 'STRING', 0, statusNames, ({ telemetry, hasPositions }, from, count, out, at) => {
      for (let i = 0; i < count; i++) out[at + i] = hasPositions ? telemetry.onTrack[from + i]! : Number.NaN;
    }),
    valueColumn('X', 'DOUBLE', 'x', 6),
    valueColumn('Y', 'DOUBLE', 'y', 6),
    valueColumn('Z', 'DOUBLE', 'z', 6),
    column(
      'DriverNumber',
      'STRING',
      0,
      drivers.map(({ number }) => number),
      byDriver,
    ),
    column(
      'Driver',
      'STRING',
      0,
      drivers.map(({ code }) => code),
      byDriver,
    ),
    column('LapNumber', 'INT32', 0, [], ({ lap }, from, count, out, at) => {
      for (let i = 0; i < count; i++) out[at + i] = lap[from + i]! || Number.NaN;
    }),
    column('Compound', 'STRING', 0, compounds, ({ compound }, from, count, out, at) => {
      for (let i = 0; i < count; i++) out[at + i] = compound[from + i]! || Number.NaN;
    }),
    valueColumn('ThrottleClean', 'FLOAT', 'throttlePct', 4, throttle | filled),
    valueColumn('BrakeClean', 'BOOLEAN', 'brake', 0, brake | filled),
    valueColumn('nGearClean', 'INT32', 'gear', 0, gear | filled),
    valueColumn('DRSClean', 'INT32', 'drs', 0, drs | filled),
    valueColumn('XClean', 'FLOAT', 'x', 3, position),
    valueColumn('YClean', 'FLOAT', 'y', 3, position),
    valueColumn('ZClean', 'FLOAT', 'z', 3, position),
    column('Filled', 'BOOLEAN', 0, [], ({ telemetry }, from, count, out, at) => {
      for (let i = 0; i < count; i++) out[at + i] = (telemetry.invalid[from + i]! & filled) === 0 ? 0 : 1;
    }),
    column('Generated', 'BOOLEAN', 0, [], ({ generated }, from, count, out, at) => {
      for (let i = 0; i < count; i++) out[at + i] = generated[from + i]!;
    }),
  ];
}
