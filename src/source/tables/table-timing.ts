import { sectorsAgree, type CorrectedLap, type FastF1Lap } from '../../domain/lap-table.ts';
import type { Lap } from '../../domain/timing.ts';

/** What a table says of a lap; session ms. */
export interface TableLap {
  readonly number: string;
  readonly lap: number;
  readonly startMs: number | null;
  readonly endMs: number | null;
  readonly lapTimeMs: number | null;
  readonly sectorsMs: readonly [number | null, number | null, number | null];
  readonly isPitOut: boolean;
  readonly stint: number;
  readonly compound: string;
  readonly tyreAge: number | null;
  readonly isFresh: boolean;
}

/** One lap in the shapes of the session; what the table does not say is null, and accuracy is what its own times tell. */
export function lapOf(row: TableLap): { lap: Lap; fastF1: FastF1Lap; corrected: CorrectedLap } {
  const [sector1Ms, sector2Ms, sector3Ms] = row.sectorsMs;
  const isAccurate =
    !row.isPitOut && sectorsAgree({ lapTimeMs: row.lapTimeMs, sector1Ms, sector2Ms, sector3Ms });
  const { number: driverNumber, startMs, endMs, lapTimeMs, compound, tyreAge, stint } = row;
  const afterMs = (...parts: (number | null)[]): number | null =>
    parts.reduce((at, part) => (at === null || part === null ? null : at + part), startMs);
  return {
    lap: {
      driverNumber,
      lap: row.lap,
      startMs,
      endMs,
      lapTimeMs,
      sector1Ms,
      sector2Ms,
      sector3Ms,
      pitInMs: null,
      pitOutMs: null,
      compound,
      tyreAge,
      stint,
      position: null,
    },
    fastF1: {
      driverNumber,
      driver: driverNumber,
      team: '',
      lapNumber: row.lap,
      stint,
      endMs,
      lapTimeMs,
      pitOutMs: null,
      pitInMs: null,
      sector1Ms,
      sector2Ms,
      sector3Ms,
      sector1SessionMs: afterMs(sector1Ms),
      sector2SessionMs: afterMs(sector1Ms, sector2Ms),
      sector3SessionMs: afterMs(sector1Ms, sector2Ms, sector3Ms),
      speedI1Kmh: null,
      speedI2Kmh: null,
      speedFlKmh: null,
      speedStKmh: null,
      isPersonalBest: null,
      compound,
      tyreLife: tyreAge,
      freshTyre: row.isFresh,
      startMs,
      trackStatus: null,
      position: null,
      deleted: null,
      deletedReason: '',
      isGenerated: false,
      isAccurate,
    },
    corrected: {
      driverNumber,
      driver: driverNumber,
      lapNumber: row.lap,
      compound,
      tyreAge,
      ageQuality: tyreAge === null ? 'unknown' : 'announced',
      stops: stint - 1,
      racing: isAccurate,
      deletedByText: false,
      officialLap: row.lap,
      repaired: [],
      generated: false,
    },
  };
}
