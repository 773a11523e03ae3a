import type { SmallTable } from '../../domain/small-table.ts';
import type { LapSums } from '../telemetry-tables.ts';

/** Sums of each lap's telemetry, by which two extractions are compared without comparing every row. */
export function checksumsTable(laps: readonly LapSums[]): SmallTable {
  return {
    name: 'lap_telemetry_checksums',
    columns: [
      { name: 'DriverNumber', kind: 'text', unit: '' },
      { name: 'Driver', kind: 'text', unit: '' },
      { name: 'LapNumber', kind: 'integer', unit: '' },
      { name: 'rows', kind: 'integer', unit: '' },
      { name: 'speed_sum', kind: 'number', unit: 'km/h' },
      { name: 'rpm_sum', kind: 'number', unit: '1/min' },
      { name: 'dist_last', kind: 'number', unit: 'm' },
      { name: 'x_sum', kind: 'number', unit: '1/10 m' },
      { name: 't_last', kind: 'durationMs', unit: 's' },
    ],
    rows: laps.map((lap) => [
      lap.driverNumber,
      lap.driver,
      lap.lapNumber,
      lap.rows,
      lap.speedSum,
      lap.rpmSum,
      lap.lastDistanceM,
      lap.xSum,
      lap.lastMs,
    ]),
  };
}
