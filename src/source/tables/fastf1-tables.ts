import type { FastF1Lap } from '../../domain/lap-table.ts';
import { emptyTiming, type SessionTiming, type WeatherSample } from '../../domain/timing.ts';
import { booleanOf, epochMsOf, numberOrNull, spanMsOf, textOf } from './cell-values.ts';
import type { SampleNames } from './sample-columns.ts';
import type { Batch } from './table-file.ts';
import { lapOf } from './table-timing.ts';

/** Columns that tell FastF1's lap table, and those that are read of it. */
export const fastF1Laps = ['DriverNumber', 'LapNumber', 'LapTime', 'LapStartTime', 'Compound'] as const;
export const fastF1LapColumns: readonly string[] = [
  'Time',
  'Driver',
  'DriverNumber',
  'LapTime',
  'LapNumber',
  'Stint',
  'PitOutTime',
  'PitInTime',
  'Sector1Time',
  'Sector2Time',
  'Sector3Time',
  'Sector1SessionTime',
  'Sector2SessionTime',
  'Sector3SessionTime',
  'SpeedI1',
  'SpeedI2',
  'SpeedFL',
  'SpeedST',
  'IsPersonalBest',
  'Compound',
  'TyreLife',
  'FreshTyre',
  'Team',
  'LapStartTime',
  'LapStartDate',
  'TrackStatus',
  'Position',
  'Deleted',
  'DeletedReason',
  'FastF1Generated',
  'IsAccurate',
];
export const fastF1Weather = ['Time', 'AirTemp', 'TrackTemp'] as const;
export const fastF1WeatherColumns = [
  ...fastF1Weather,
  'Humidity',
  'Pressure',
  'Rainfall',
  'WindDirection',
  'WindSpeed',
] as const;

/** FastF1's names of samples; `Source` tells in merged telemetry which feed a row is of. */
export function fastF1Samples(columns: readonly string[]): SampleNames {
  return {
    driver: columns.includes('DriverNumber') ? 'DriverNumber' : 'Driver',
    date: 'Date',
    car: ['RPM', 'Speed', 'nGear', 'Throttle', 'Brake', 'DRS'],
    pos: ['X', 'Y', 'Z'],
    source: columns.includes('Source') ? 'Source' : null,
    status: 'Status',
  };
}

/** Rows of FastF1's tables while they are read; its times are session times already. */
export class FastF1Collector {
  readonly #laps: FastF1Lap[] = [];
  readonly #weather: WeatherSample[] = [];
  /** Date less session time of a row that has both. */
  #t0EpochMs: number | null = null;

  get t0EpochMs(): number | null {
    return this.#t0EpochMs;
  }

  /** Code and team by car number, of the laps read so far. */
  drivers(): Map<string, { readonly code: string; readonly team: string }> {
    return new Map(
      this.#laps.map(({ driverNumber, driver, team }) => [driverNumber, { code: driver, team }]),
    );
  }

  addLaps({ rows, columns }: Batch): void {
    const cell = (name: string, row: number): unknown => columns.get(name)?.[row];
    const span = (name: string, row: number): number | null => spanMsOf(cell(name, row));
    const number = (name: string, row: number): number | null => numberOrNull(cell(name, row));
    for (let row = 0; row < rows; row++) {
      const driverNumber = textOf(cell('DriverNumber', row));
      const lapNumber = number('LapNumber', row);
      if (driverNumber === '' || lapNumber === null) continue;
      const startMs = span('LapStartTime', row);
      const startEpochMs = epochMsOf(cell('LapStartDate', row));
      if (startMs !== null && startEpochMs !== null) this.#t0EpochMs ??= startEpochMs - startMs;
      this.#laps.push({
        driverNumber,
        driver: textOf(cell('Driver', row)) || driverNumber,
        team: textOf(cell('Team', row)),
        lapNumber,
        stint: number('Stint', row),
        endMs: span('Time', row),
        lapTimeMs: span('LapTime', row),
        pitOutMs: span('PitOutTime', row),
        pitInMs: span('PitInTime', row),
        sector1Ms: span('Sector1Time', row),
        sector2Ms: span('Sector2Time', row),
        sector3Ms: span('Sector3Time', row),
        sector1SessionMs: span('Sector1SessionTime', row),
        sector2SessionMs: span('Sector2SessionTime', row),
        sector3SessionMs: span('Sector3SessionTime', row),
        speedI1Kmh: number('SpeedI1', row),
        speedI2Kmh: number('SpeedI2', row),
        speedFlKmh: number('SpeedFL', row),
        speedStKmh: number('SpeedST', row),
        isPersonalBest: booleanOf(cell('IsPersonalBest', row)),
        compound: textOf(cell('Compound', row)),
        tyreLife: number('TyreLife', row),
        freshTyre: booleanOf(cell('FreshTyre', row)) ?? false,
        startMs,
        trackStatus: textOf(cell('TrackStatus', row)) || null,
        position: number('Position', row),
        deleted: booleanOf(cell('Deleted', row)),
        deletedReason: textOf(cell('DeletedReason', row)),
        isGenerated: booleanOf(cell('FastF1Generated', row)) ?? false,
        isAccurate: booleanOf(cell('IsAccurate', row)) ?? false,
      });
    }
  }

  addWeather({ rows, columns }: Batch): void {
    const value = (name: string, row: number): number | null => numberOrNull(columns.get(name)?.[row]);
    for (let row = 0; row < rows; row++) {
      const sessionMs = spanMsOf(columns.get('Time')?.[row]);
      if (sessionMs === null) continue;
      this.#weather.push({
        sessionMs,
        airTempC: value('AirTemp', row),
        trackTempC: value('TrackTemp', row),
        humidityPct: value('Humidity', row),
        pressureMbar: value('Pressure', row),
        rainfall: booleanOf(columns.get('Rainfall')?.[row]),
        windDirectionDeg: value('WindDirection', row),
        windSpeedMs: value('WindSpeed', row),
      });
    }
  }

  /** Takes the time zero of samples that carry both clocks. */
  addClock({ rows, columns }: Batch): void {
    for (let row = 0; row < rows && this.#t0EpochMs === null; row++) {
      const epochMs = epochMsOf(columns.get('Date')?.[row]);
      const sessionMs = spanMsOf(columns.get('SessionTime')?.[row]);
      if (epochMs !== null && sessionMs !== null) this.#t0EpochMs = epochMs - sessionMs;
    }
  }

  finish(): SessionTiming {
    const made = this.#laps.map((lap) => ({
      ...lapOf({
        number: lap.driverNumber,
        lap: lap.lapNumber,
        startMs: lap.startMs,
        endMs: lap.endMs,
        lapTimeMs: lap.lapTimeMs,
        sectorsMs: [lap.sector1Ms, lap.sector2Ms, lap.sector3Ms],
        isPitOut: lap.pitOutMs !== null,
        stint: lap.stint ?? 1,
        compound: lap.compound,
        tyreAge: lap.tyreLife,
        isFresh: lap.freshTyre,
      }),
      own: lap,
    }));
    return {
      ...emptyTiming,
      startMs: this.#laps.find(({ lapNumber }) => lapNumber === 1)?.startMs ?? null,
      lapTable: this.#laps,
      laps: made.map(({ lap, own }) => ({
        ...lap,
        pitInMs: own.pitInMs,
        pitOutMs: own.pitOutMs,
        position: own.position,
        generated: own.isGenerated,
      })),
      correctedLaps: made.map(({ corrected, own }) => ({
        ...corrected,
        driver: own.driver,
        racing: own.isAccurate,
        deletedByText: own.deleted === true,
        generated: own.isGenerated,
      })),
      weather: this.#weather,
    };
  }
}
