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
  readonly bestMs: number | null;
  /** Of the clean laps. */
  readonly medianMs: number | null;
  /** Of the clean laps without the fuel on board, an estimate; null outside of a race. */
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
    const times = own.filter(({ lapTimeMs, deleted }) => lapTimeMs !== null && deleted !== true);
    const first = own[0]!;
    const last = own.findLast(({ isGenerated, endMs }) => !isGenerated && endMs !== null);
    const corrected =
      raceLaps === null
        ? []
        : clean.map(({ lapTimeMs, lapNumber }) => fuelCorrectedMs(lapTimeMs!, lapNumber, raceLaps, fuel));
    return {
      driverNumber: first.driverNumber,
      driver: first.driver,
      laps: own.filter(({ isGenerated }) => !isGenerated).length,
      cleanLaps: clean.length,
      bestMs: times.length === 0 ? null : Math.min(...times.map(({ lapTimeMs }) => lapTimeMs!)),
      medianMs: median(clean.map(({ lapTimeMs }) => lapTimeMs!)),
      fuelCorrectedMs: median(corrected),
      raceTimeMs:
        raceLaps === null || last === undefined || first.startMs === null
          ? null
          : last.endMs! - first.startMs,
    };
  });
  return paces.sort((a, b) => (a.medianMs ?? Infinity) - (b.medianMs ?? Infinity) || 0);
}
