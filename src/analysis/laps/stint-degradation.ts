import { bootstrapInterval, median, theilSen, type Interval, type Point } from '../statistics.ts';
import { isWetCompound } from './wet-track.ts';
import { isClean, type AnalysedLap } from './analysed-lap.ts';
import { fuelCorrectedMs, type FuelModel } from './fuel-corrected.ts';

export interface StintOptions {
  readonly fuel: FuelModel;
  /** Distance of the race; null for other sessions, which are not corrected for fuel. */
  readonly raceLaps: number | null;
  /** A lap counts only when the car before crossed the line at least so long ago [s]. */
  readonly trafficGapS: number;
  /** Fewer usable laps give no figure. */
  readonly minLaps: number;
}

/** A run on one set and what its laps say about wear. */
export interface StintDegradation {
  readonly driverNumber: string;
  readonly driver: string;
  /** 1-based, by changes of set. */
  readonly stint: number;
  readonly compound: string;
  readonly firstLap: number;
  readonly lastLap: number;
  /** Age of the set on the first lap; null when unknown. */
  readonly ageAtStart: number | null;
  /** Laps that the figures rest on. */
  readonly usedLaps: number;
  /** Median of them, fuel-corrected in a race [s]. */
  readonly paceS: number | null;
  /** Lap time per lap of age [s/lap], Theil–Sen; wear and track getting faster are not told apart. */
  readonly degradation: number | null;
  /** 90 % bootstrap interval of it. */
  readonly interval: Interval | null;
  /** Why there is no degradation. */
  readonly reason: string;
}

/** Degradation of every stint in the order of the laps. O(stints × laps²) of a stint. */
export function stintDegradations(
  laps: readonly AnalysedLap[],
  options: StintOptions,
): readonly StintDegradation[] {
  const stints = Map.groupBy(laps, ({ driverNumber, stops }) => `${driverNumber} ${stops}`);
  return [...stints.values()].map((own) => stintOf(own, options));
}

function stintOf(laps: readonly AnalysedLap[], options: StintOptions): StintDegradation {
  const first = laps[0]!;
  const isWet = laps.some(({ ownCompound }) => isWetCompound(ownCompound));
  const clean = laps.filter((lap) => isClean(lap) && (isWet || !lap.isWet));
  const free = clean.filter(
    ({ gapAtLineMs }) => gapAtLineMs === null || gapAtLineMs >= options.trafficGapS * 1000,
  );
  const points = free.map(({ lapTimeMs, lapNumber, tyreAge }): Point => {
    const { raceLaps, fuel } = options;
    const ms = raceLaps === null ? lapTimeMs! : fuelCorrectedMs(lapTimeMs!, lapNumber, raceLaps, fuel);
    return { x: tyreAge ?? lapNumber - first.lapNumber, y: ms / 1000 };
  });
  const reason = isWet
    ? 'wet track'
    : points.length < options.minLaps
      ? `${points.length} of ${laps.length} laps usable, ${options.minLaps} needed`
      : '';
  const slope = reason === '' ? theilSen(points) : null;
  return {
    driverNumber: first.driverNumber,
    driver: first.driver,
    stint: first.stops + 1,
    compound: laps.find(({ ownCompound }) => ownCompound !== '')?.ownCompound ?? '',
    firstLap: first.lapNumber,
    lastLap: laps.at(-1)!.lapNumber,
    ageAtStart: first.tyreAge,
    usedLaps: points.length,
    paceS: median(points.map(({ y }) => y)),
    degradation: slope,
    interval: slope === null ? null : bootstrapInterval(points, theilSen),
    reason,
  };
}
