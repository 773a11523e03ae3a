import { median } from '../statistics.ts';
import { isClean, type AnalysedLap } from './analysed-lap.ts';
import { fuelCorrectedMs, type FuelModel } from './fuel-corrected.ts';

/** Pace of one driver over the session. */
export interface DriverPace {
  readonly driverNumber: string;
  readonly driver: string;
  readonly laps: number;
  /** Laps that measure pace: all times agree, no flag, no stop, not deleted. */
  readonly cleanLaps: number;
  /** Clean laps on a wet track: left out of the medians unless there are no others. */
  readonly wetLaps: number;
  readonly bestMs: number | null;
  /** Of the clean laps on a dry track. */
  readonly medianMs: number | null;
  /** Of the same laps without the fuel on board, an estimate; null outside of a race. */
  readonly fuelCorrectedMs: number | null;
  /** From the first lap's start to the last lap's end: race time is never a sum of lap times. */
  readonly raceTimeMs: number | null;
}

/** Pace by driver, fastest median first. O(laps log laps). */
export function driverPaces(
  laps: readonly AnalysedLap[],
  fuel: FuelModel,
  raceLaps: number | null,
): readonly DriverPace[] {
  const paces = [...Map.groupBy(laps, ({ driverNumber }) => driverNumber).values()].map((own): DriverPace => {
    const clean = own.filter(isClean);
    const dry = clean.filter(({ isWet }) => !isWet);
    const paced = dry.length > 0 ? dry : clean;
    const times = own.filter(({ lapTimeMs, deleted }) => lapTimeMs !== null && deleted !== true);
    const first = own[0]!;
    const last = own.findLast(({ isGenerated, endMs }) => !isGenerated && endMs !== null);
    const corrected =
      raceLaps === null
        ? []
        : paced.map(({ lapTimeMs, lapNumber }) => fuelCorrectedMs(lapTimeMs!, lapNumber, raceLaps, fuel));
    return {
      driverNumber: first.driverNumber,
      driver: first.driver,
      laps: own.filter(({ isGenerated }) => !isGenerated).length,
      cleanLaps: clean.length,
      wetLaps: clean.length - dry.length,
      bestMs: times.length === 0 ? null : Math.min(...times.map(({ lapTimeMs }) => lapTimeMs!)),
      medianMs: median(paced.map(({ lapTimeMs }) => lapTimeMs!)),
      fuelCorrectedMs: median(corrected),
      raceTimeMs:
        raceLaps === null || last === undefined || first.startMs === null
          ? null
          : last.endMs! - first.startMs,
    };
  });
  return paces.sort((a, b) => (a.medianMs ?? Infinity) - (b.medianMs ?? Infinity) || 0);
}
