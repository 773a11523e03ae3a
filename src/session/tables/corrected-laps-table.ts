import type { SmallTable } from '../../domain/small-table.ts';
import type { SessionTable } from '../../domain/table.ts';

/** Our own columns beside FastF1's lap table, keyed by driver and lap number. */
export function correctedLapsTable({ timing }: Pick<SessionTable, 'timing'>): SmallTable {
  return {
    name: 'laps_corrected',
    columns: [
      { name: 'DriverNumber', kind: 'text', unit: '' },
      { name: 'Driver', kind: 'text', unit: '' },
      { name: 'LapNumber', kind: 'number', unit: '' },
      { name: 'compound', kind: 'text', unit: '' },
      { name: 'tyreAge', kind: 'integer', unit: 'laps' },
      { name: 'ageQuality', kind: 'text', unit: '' },
      { name: 'stops', kind: 'integer', unit: '' },
      { name: 'racing', kind: 'boolean', unit: '' },
      { name: 'deletedByText', kind: 'boolean', unit: '' },
      { name: 'officialLap', kind: 'integer', unit: '' },
      { name: 'repaired', kind: 'text', unit: '' },
      { name: 'generated', kind: 'boolean', unit: '' },
    ],
    rows: timing.correctedLaps.map((lap) => [
      lap.driverNumber,
      lap.driver,
      lap.lapNumber,
      lap.compound,
      lap.tyreAge,
      lap.ageQuality,
      lap.stops,
      lap.racing,
      lap.deletedByText,
      lap.officialLap,
      lap.repaired.join(' '),
      lap.generated,
    ]),
  };
}
