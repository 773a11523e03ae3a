import type { CorrectedLap, FastF1Lap } from '../../domain/lap-table.ts';
import {
  emptyTiming,
  type Lap,
  type SessionTiming,
  type Stint,
  type WeatherSample,
} from '../../domain/timing.ts';
import { booleanOf, epochMsOf, numberOrNull, textOf } from './cell-values.ts';
import type { SampleNames } from './sample-columns.ts';
import { stintsWithoutOverlap, type StintRow } from './stint-laps.ts';
import type { Batch } from './table-file.ts';
import { lapOf } from './table-timing.ts';

/** OpenF1's column names of samples. */
export const openF1Samples: SampleNames = {
  driver: 'driver_number',
  date: 'date',
  car: ['rpm', 'speed', 'n_gear', 'throttle', 'brake', 'drs'],
  pos: ['x', 'y', 'z'],
  source: null,
  status: null,
};

/** Columns that tell OpenF1's tables of laps, stints and weather. */
export const openF1Laps = ['driver_number', 'lap_number', 'date_start', 'lap_duration'] as const;
export const openF1Stints = ['driver_number', 'stint_number', 'lap_start', 'lap_end', 'compound'] as const;
export const openF1Weather = ['date', 'air_temperature', 'track_temperature'] as const;

/** What else is read of a table of laps. */
export const openF1LapColumns = [
  ...openF1Laps,
  'duration_sector_1',
  'duration_sector_2',
  'duration_sector_3',
  'i1_speed',
  'i2_speed',
  'st_speed',
  'is_pit_out_lap',
] as const;
export const openF1StintColumns = [...openF1Stints, 'tyre_age_at_start'] as const;
export const openF1WeatherColumns = [
  ...openF1Weather,
  'humidity',
  'pressure',
  'rainfall',
  'wind_direction',
  'wind_speed',
] as const;

function roundedMs(cell: unknown): number | null {
  const ms = epochMsOf(cell);
  return ms === null ? null : Math.round(ms);
}

interface LapRow {
  readonly number: string;
  readonly lap: number;
  readonly startMs: number | null;
  readonly lapTimeMs: number | null;
  readonly sectorsMs: readonly [number | null, number | null, number | null];
  readonly speedsKmh: readonly [number | null, number | null, number | null];
  readonly isPitOut: boolean;
}

/** Rows of OpenF1's tables while they are read, instants as UTC epoch ms. */
export class OpenF1Collector {
  readonly #laps: LapRow[] = [];
  readonly #stints = new Map<string, StintRow[]>();
  readonly #weather: (Omit<WeatherSample, 'sessionMs'> & { readonly epochMs: number })[] = [];

  addLaps({ rows, columns }: Batch): void {
    const cell = (name: string, row: number): unknown => columns.get(name)?.[row];
    const ms = (name: string, row: number): number | null => {
      const seconds = numberOrNull(cell(name, row));
      return seconds === null ? null : Math.round(seconds * 1000);
    };
    for (let row = 0; row < rows; row++) {
      const lap = numberOrNull(cell('lap_number', row));
      const number = textOf(cell('driver_number', row));
      if (lap === null || number === '') continue;
      this.#laps.push({
        number,
        lap,
        startMs: roundedMs(cell('date_start', row)),
        lapTimeMs: ms('lap_duration', row),
        sectorsMs: [ms('duration_sector_1', row), ms('duration_sector_2', row), ms('duration_sector_3', row)],
        speedsKmh: [
          numberOrNull(cell('i1_speed', row)),
          numberOrNull(cell('i2_speed', row)),
          numberOrNull(cell('st_speed', row)),
        ],
        isPitOut: booleanOf(cell('is_pit_out_lap', row)) === true,
      });
    }
  }

  addStints({ rows, columns }: Batch): void {
    const cell = (name: string, row: number): unknown => columns.get(name)?.[row];
    for (let row = 0; row < rows; row++) {
      const number = textOf(cell('driver_number', row));
      const stint = numberOrNull(cell('stint_number', row));
      const firstLap = numberOrNull(cell('lap_start', row));
      const lastLap = numberOrNull(cell('lap_end', row));
      if (number === '' || stint === null || firstLap === null || lastLap === null) continue;
      const own = this.#stints.get(number) ?? [];
      own.push({
        stint,
        firstLap,
        lastLap,
        compound: textOf(cell('compound', row)),
        ageAtStart: numberOrNull(cell('tyre_age_at_start', row)),
      });
      this.#stints.set(number, own);
    }
  }

  addWeather({ rows, columns }: Batch): void {
    const value = (name: string, row: number): number | null => numberOrNull(columns.get(name)?.[row]);
    for (let row = 0; row < rows; row++) {
      const epochMs = roundedMs(columns.get('date')?.[row]);
      if (epochMs === null) continue;
      this.#weather.push({
        epochMs,
        airTempC: value('air_temperature', row),
        trackTempC: value('track_temperature', row),
        humidityPct: value('humidity', row),
        pressureMbar: value('pressure', row),
        rainfall: booleanOf(columns.get('rainfall')?.[row]),
        windDirectionDeg: value('wind_direction', row),
        windSpeedMs: value('wind_speed', row),
      });
    }
  }

  /** Earliest instant of laps and weather, UTC epoch ms; null without either. */
  firstMs(): number | null {
    const times = [
      ...this.#laps.flatMap(({ startMs }) => startMs ?? []),
      ...this.#weather.map(({ epochMs }) => epochMs),
    ];
    return times.length === 0 ? null : times.reduce((least, ms) => Math.min(least, ms), Infinity);
  }

  /** Everything in session time. A lap ends where it began plus its time, else where the next one begins. */
  finish(t0EpochMs: number): SessionTiming {
    const laps: Lap[] = [];
    const lapTable: FastF1Lap[] = [];
    const correctedLaps: CorrectedLap[] = [];
    const stints: Stint[] = [];
    const byDriver = Map.groupBy(this.#laps, ({ number }) => number);
    for (const [number, rows] of [...byDriver].sort(([a], [b]) => Number(a) - Number(b))) {
      const own = rows.sort((a, b) => a.lap - b.lap);
      const driven = own.at(-1)!.lap;
      const sets = stintsWithoutOverlap(this.#stints.get(number) ?? [], driven);
      for (const [index, row] of own.entries()) {
        const startMs = row.startMs === null ? null : row.startMs - t0EpochMs;
        const nextMs = own[index + 1]?.startMs ?? null;
        const endMs =
          startMs !== null && row.lapTimeMs !== null
            ? startMs + row.lapTimeMs
            : nextMs === null
              ? null
              : nextMs - t0EpochMs;
        const at = sets.findIndex(({ firstLap, lastLap }) => row.lap >= firstLap && row.lap <= lastLap);
        const set = sets[at];
        const age =
          set === undefined || set.ageAtStart === null ? null : set.ageAtStart + row.lap - set.firstLap + 1;
        const made = lapOf({
          number,
          lap: row.lap,
          startMs,
          endMs,
          lapTimeMs: row.lapTimeMs,
          sectorsMs: row.sectorsMs,
          isPitOut: row.isPitOut,
          stint: at < 0 ? 1 : at + 1,
          compound: set?.compound ?? '',
          tyreAge: age,
          isFresh: set?.ageAtStart === 0,
        });
        const [speedI1Kmh, speedI2Kmh, speedStKmh] = row.speedsKmh;
        laps.push(made.lap);
        lapTable.push({ ...made.fastF1, speedI1Kmh, speedI2Kmh, speedStKmh });
        correctedLaps.push(made.corrected);
      }
      for (const [index, set] of sets.entries()) {
        const first = own.find(({ lap }) => lap >= set.firstLap)?.startMs;
        if (first == null) continue;
        stints.push({
          driverNumber: number,
          stint: index + 1,
          compound: set.compound,
          fresh: set.ageAtStart === null ? null : set.ageAtStart === 0,
          ageAtStart: set.ageAtStart,
          sessionMs: first - t0EpochMs,
        });
      }
    }
    const weather = this.#weather
      .map(({ epochMs, ...sample }): WeatherSample => ({ sessionMs: epochMs - t0EpochMs, ...sample }))
      .sort((a, b) => a.sessionMs - b.sessionMs);
    stints.sort((a, b) => a.sessionMs - b.sessionMs);
    return { ...emptyTiming, laps, lapTable, correctedLaps, stints, weather };
  }
}
