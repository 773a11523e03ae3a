import type { FastF1Lap } from '../../domain/lap-table.ts';
import type { LapTelemetry } from '../../domain/lap-telemetry.ts';
import type { Cell, SmallColumn, SmallTable } from '../../domain/small-table.ts';
import { originNames } from '../../domain/table.ts';

const columns: readonly SmallColumn[] = [
  { name: 'Date', kind: 'epochMs', unit: 'UTC' },
  { name: 'SessionTime', kind: 'sessionMs', unit: 's' },
  { name: 'DriverAhead', kind: 'text', unit: '' },
  { name: 'DistanceToDriverAhead', kind: 'number', unit: 'm' },
  { name: 'Time', kind: 'durationMs', unit: 's' },
  { name: 'RPM', kind: 'number', unit: '1/min' },
  { name: 'Speed', kind: 'number', unit: 'km/h' },
  { name: 'nGear', kind: 'integer', unit: '' },
  { name: 'Throttle', kind: 'number', unit: '%' },
  { name: 'Brake', kind: 'boolean', unit: '' },
  { name: 'DRS', kind: 'integer', unit: '' },
  { name: 'Source', kind: 'text', unit: '' },
  { name: 'Distance', kind: 'number', unit: 'm' },
  { name: 'RelativeDistance', kind: 'number', unit: '' },
  { name: 'Status', kind: 'text', unit: '' },
  { name: 'X', kind: 'number', unit: '1/10 m' },
  { name: 'Y', kind: 'number', unit: '1/10 m' },
  { name: 'Z', kind: 'number', unit: '1/10 m' },
  { name: 'DriverNumber', kind: 'text', unit: '' },
  { name: 'Driver', kind: 'text', unit: '' },
  { name: 'LapNumber', kind: 'integer', unit: '' },
];

/** One lap's telemetry at full precision: FastF1's 18 columns, driver and lap. For single laps; files of whole sessions are `LargeTable`s. */
export function lapTelemetryTable(
  t: LapTelemetry,
  { driverNumber, driver, lapNumber }: FastF1Lap,
  t0EpochMs: number,
): SmallTable {
  const rows = Array.from({ length: t.rows }, (_, row): readonly Cell[] => {
    const i = t.from + row;
    const epochMs = t.epochMs[i]!;
    return [
      epochMs,
      epochMs - t0EpochMs,
      t.aheadNumbers[t.driverAhead[i]!]!,
      t.distanceAheadM[i]!,
      epochMs - t0EpochMs - t.startMs,
      t.rpm[i]!,
      t.speedKmh[i]!,
      t.gear[i]!,
      t.throttlePct[i]!,
      t.brake[i] === 1,
      t.drs[i]!,
      originNames[t.origin[i]!]!,
      t.distanceM[i]!,
      t.relativeDistance[i]!,
      t.onTrack[i] === 1 ? 'OnTrack' : 'OffTrack',
      t.x[i]!,
      t.y[i]!,
      t.z[i]!,
      driverNumber,
      driver,
      lapNumber,
    ];
  });
  return { name: 'lap_telemetry', columns, rows };
}
