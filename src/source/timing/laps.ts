import type { Lap, SessionStatusChange } from '../../domain/timing.ts';
import type { LapRow } from './lap-rows.ts';
import { setAt } from './tyres.ts';
import type { TyreSet } from './tyres.ts';

/** Laps of a car under way to the published shape. */
export interface CarLaps {
  readonly driverNumber: string;
  readonly rows: readonly LapRow[];
  readonly sets: readonly TyreSet[];
}

export interface LapContext {
  readonly raceLike: boolean;
  /** First `Started`, session ms. */
  readonly startMs: number | null;
  readonly sessionStatus: readonly SessionStatusChange[];
}

/** Restart time for a lap whose car left the pits after a red flag, by driver: first such lap of each stoppage. */
export function restartStarts(
  rows: readonly LapRow[],
  context: Pick<LapContext, 'raceLike' | 'sessionStatus'>,
): Map<LapRow, number | null> {
  const starts = new Map<LapRow, number | null>();
  let aborted = false;
  for (const change of context.sessionStatus) {
    if (change.status === 'Aborted') aborted = true;
    if (change.status !== 'Started' || !aborted) continue;
    aborted = false;
    const row = rows.find(
      (candidate) => candidate.pitOutMs !== null && candidate.pitOutMs > change.sessionMs,
    );
    if (row === undefined) continue;
    if (!context.raceLike) starts.set(row, null);
    else if (row.lapTimeMs === null) starts.set(row, change.sessionMs);
  }
  return starts;
}

/** Places by lap end for every lap number: 1 = earliest. */
export function placesByLap(cars: readonly { readonly rows: readonly LapRow[] }[]): Map<LapRow, number> {
  const places = new Map<LapRow, number>();
  const most = Math.max(0, ...cars.map((car) => car.rows.length));
  for (let index = 0; index < most; index += 1) {
    const ended = cars
      .flatMap((car) => car.rows[index] ?? [])
      .filter((row) => row.endMs !== null && !row.isGenerated);
    ended.sort((a, b) => (a.endMs ?? 0) - (b.endMs ?? 0));
    for (const [place, row] of ended.entries()) places.set(row, place + 1);
  }
  return places;
}

/** Published laps of all cars, ordered by lap end (laps without an end by their start). */
export function toLaps(cars: readonly CarLaps[], context: LapContext): Lap[] {
  const places = context.raceLike ? placesByLap(cars) : new Map<LapRow, number>();
  const laps: Lap[] = [];
  for (const { driverNumber, rows, sets } of cars) {
    const restarts = restartStarts(rows, context);
    let ageInStint = 0;
    let lastSet: TyreSet | null = null;
    let stops = 0;
    for (const [index, row] of rows.entries()) {
      const previous = index > 0 ? rows[index - 1]! : null;
      let startMs = previous === null ? (context.raceLike ? context.startMs : null) : previous.endMs;
      if (restarts.has(row)) startMs = restarts.get(row) ?? null;
      const isGridLap =
        index === 0 && context.startMs !== null && row.pitOutMs !== null && row.pitOutMs < context.startMs;
      const pitOutMs = isGridLap && context.raceLike ? null : row.pitOutMs;
      startMs ??= pitOutMs;
      if (previous !== null && row.pitOutMs !== null) stops += 1;
      const set: TyreSet | null = row.endMs === null || row.isGenerated ? lastSet : setAt(sets, row.endMs);
      ageInStint = set === lastSet ? ageInStint + 1 : 1;
      lastSet = set;
      laps.push({
        driverNumber,
        lap: index + 1,
        startMs,
        endMs: row.endMs,
        lapTimeMs: row.lapTimeMs,
        sector1Ms: row.sectors[0],
        sector2Ms: row.sectors[1],
        sector3Ms: row.sectors[2],
        pitInMs: row.pitInMs,
        pitOutMs,
        compound: set?.compound ?? '',
        tyreAge: set?.startLaps == null ? null : set.startLaps + ageInStint,
        stint: set === null ? stops + 1 : sets.indexOf(set) + 1,
        position: places.get(row) ?? null,
        ...(row.isGenerated ? { generated: true } : {}),
      });
    }
  }
  const order = (lap: Lap): number => lap.endMs ?? lap.startMs ?? 0;
  return laps.sort((a, b) => order(a) - order(b));
}
