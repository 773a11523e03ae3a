import type { FastF1Lap } from '../../domain/lap-table.ts';

export interface BestTime {
  readonly ms: number;
  readonly lap: number;
}

/** Best sectors of a driver and the lap they would make together. */
export interface SectorBests {
  readonly driverNumber: string;
  readonly driver: string;
  readonly sectors: readonly [BestTime | null, BestTime | null, BestTime | null];
  /** Sum of the best sectors [ms]: never driven in one lap. */
  readonly idealMs: number | null;
  readonly best: BestTime | null;
}

/** Best sectors, ideal lap and best lap by driver, fastest ideal lap first; deleted laps do not count. O(laps). */
export function sectorBests(laps: readonly FastF1Lap[]): readonly SectorBests[] {
  const valid = laps.filter(({ deleted, isGenerated }) => deleted !== true && !isGenerated);
  const bests = [...Map.groupBy(valid, ({ driverNumber }) => driverNumber).values()].map(
    (own): SectorBests => {
      const sectors = [
        bestOf(own, ({ sector1Ms }) => sector1Ms),
        bestOf(own, ({ sector2Ms }) => sector2Ms),
        bestOf(own, ({ sector3Ms }) => sector3Ms),
      ] as const;
      const [first, second, third] = sectors;
      const isWhole = first !== null && second !== null && third !== null;
      const { driverNumber, driver } = own[0]!;
      return {
        driverNumber,
        driver,
        sectors,
        idealMs: isWhole ? first.ms + second.ms + third.ms : null,
        best: bestOf(own, ({ lapTimeMs }) => lapTimeMs),
      };
    },
  );
  return bests.sort((a, b) => (a.idealMs ?? Infinity) - (b.idealMs ?? Infinity) || 0);
}

function bestOf(laps: readonly FastF1Lap[], timeOf: (lap: FastF1Lap) => number | null): BestTime | null {
  let best: BestTime | null = null;
  for (const lap of laps) {
    const ms = timeOf(lap);
    if (ms !== null && (best === null || ms < best.ms)) best = { ms, lap: lap.lapNumber };
  }
  return best;
}
