import type { Driver } from '../../domain/driver.ts';
import type { FastF1Lap } from '../../domain/lap-table.ts';
import type { RaceControlMessage, SessionStatusChange, TrackStatusChange } from '../../domain/timing.ts';
import { markDeleted } from './deleted-laps.ts';
import { fastF1SetAt, toFastF1Sets, type FastF1Set } from './fastf1-tyres.ts';
import { isAccurate } from './lap-accuracy.ts';
import type { LapRow } from './lap-rows.ts';
import { placesByLap, restartStarts } from './laps.ts';
import { fillSpeeds } from './speed-fill.ts';
import { trackStatusOf } from './lap-track-status.ts';
import type { TyreRow } from './tyres.ts';

/** A lap of the table while it is being completed. */
export type OpenLap = { -readonly [Key in keyof FastF1Lap]: FastF1Lap[Key] };

/** One car with its rows (the generated ones last) and what was announced about its tyres. */
export interface TableCar {
  readonly driver: Driver;
  readonly rows: readonly LapRow[];
  readonly tyreRows: readonly TyreRow[];
}

export interface LapTableContext {
  readonly raceLike: boolean;
  /** First `Started`, session ms. */
  readonly startMs: number | null;
  /** Every message of its topic, repeats included. */
  readonly sessionStatus: readonly SessionStatusChange[];
  /** Empty when the topic is missing. */
  readonly trackStatus: readonly TrackStatusChange[];
  /** Null when the topic is missing. */
  readonly raceControl: readonly RaceControlMessage[] | null;
}

/** FastF1 turns what is missing into text: 'nan' before the first announcement, 'None' where it names no compound. */
function compoundText(set: FastF1Set | null): string {
  return set === null ? 'nan' : (set.compound ?? 'None');
}

function lapsOf(car: TableCar, places: ReadonlyMap<LapRow, number>, context: LapTableContext): OpenLap[] {
  const { driver, rows, tyreRows } = car;
  const inLapEndsMs = rows.flatMap(({ pitInMs, endMs }) =>
    pitInMs !== null && endMs !== null ? [endMs] : [],
  );
  const sets = toFastF1Sets(tyreRows, { ...context, inLapEndsMs });
  const restarts = restartStarts(rows, context);
  const inStint = new Map<number, number>();
  const laps: OpenLap[] = [];
  for (const [index, row] of rows.entries()) {
    const before = laps.at(-1) ?? null;
    const isLate = context.startMs === null || row.pitOutMs === null || row.pitOutMs >= context.startMs;
    const pitOutMs = index > 0 || isLate ? row.pitOutMs : null;
    let startMs = before === null ? (context.raceLike ? context.startMs : null) : before.endMs;
    if (restarts.has(row)) startMs = restarts.get(row) ?? null;
    const isLast = row.isGenerated && before !== null;
    const set: FastF1Set | null = isLast
      ? null
      : row.isGenerated
        ? (sets[0] ?? null)
        : row.endMs === null
          ? null
          : fastF1SetAt(sets, row.endMs);
    let tyreLife: number | null = null;
    if (set !== null) {
      const driven = (inStint.get(set.stint) ?? 0) + 1;
      inStint.set(set.stint, driven);
      tyreLife = set.startLaps === null ? null : set.startLaps + driven;
    }
    const hasTyres = tyreRows.length > 0;
    laps.push({
      driverNumber: driver.number,
      driver: driver.code,
      team: driver.team,
      lapNumber: index + 1,
      stint: isLast ? before.stint : hasTyres ? (set === null ? null : set.stint + 1) : 1,
      endMs: row.endMs,
      lapTimeMs: row.lapTimeMs,
      pitOutMs,
      pitInMs: row.pitInMs,
      sector1Ms: row.sectors[0],
      sector2Ms: row.sectors[1],
      sector3Ms: row.sectors[2],
      sector1SessionMs: row.sectorMs[0],
      sector2SessionMs: row.sectorMs[1],
      sector3SessionMs: row.sectorMs[2],
      speedI1Kmh: row.speedsKmh[0],
      speedI2Kmh: row.speedsKmh[1],
      speedFlKmh: row.speedsKmh[2],
      speedStKmh: row.speedsKmh[3],
      isPersonalBest: isLast ? null : row.isPersonalBest,
      compound: isLast ? before.compound : hasTyres ? compoundText(set) : '',
      tyreLife: isLast ? (before.tyreLife === null ? null : before.tyreLife + 1) : tyreLife,
      freshTyre: isLast ? before.freshTyre : hasTyres && (set === null || set.fresh === true),
      startMs: startMs ?? pitOutMs,
      trackStatus: null,
      position: places.get(row) ?? null,
      deleted: null,
      deletedReason: '',
      isGenerated: row.isGenerated,
      isAccurate: false,
    });
  }
  return laps;
}

/** FastF1's lap table of all cars, in driver-list order; by car number as text once a lap was generated, as FastF1 sorts. */
export function toLapTable(cars: readonly TableCar[], context: LapTableContext): FastF1Lap[] {
  const places = context.raceLike ? placesByLap(cars) : new Map<LapRow, number>();
  const byCar = cars.map((car) => lapsOf(car, places, context)).filter((laps) => laps.length > 0);
  for (const laps of byCar) {
    if (context.trackStatus.length > 0)
      for (const lap of laps) lap.trackStatus = trackStatusOf(lap, context.trackStatus);
    fillSpeeds(laps);
    for (const [index, lap] of laps.entries()) lap.isAccurate = isAccurate(lap, laps[index - 1] ?? null);
  }
  const isSorted = byCar.some((laps) => laps.length > 1 && laps.at(-1)!.isGenerated);
  if (isSorted) byCar.sort(([a], [b]) => (a!.driverNumber < b!.driverNumber ? -1 : 1));
  const table = byCar.flat();
  if (context.raceControl !== null) markDeleted(table, context.raceControl);
  return table;
}
