/** Priors of the fuel correction; labelled as estimates wherever a value rests on them. */
export interface FuelModel {
  /** At the start of a race [kg]. */
  readonly loadKg: number;
  /** Lap time of one kilogram [s/kg]. */
  readonly secondsPerKg: number;
}

/**
 * Lap time without the fuel still on board [ms]: time − s·b·(N − n), fuel burnt evenly over N laps. Sources of the priors:
 * 110 kg by the rules, 0.031 s/kg the median of the TUM race simulation's parameters (0.017–0.045 by circuit).
 */
export function fuelCorrectedMs(
  lapTimeMs: number,
  lap: number,
  raceLaps: number,
  { loadKg, secondsPerKg }: FuelModel,
): number {
  const leftKg = loadKg * Math.max(0, 1 - lap / raceLaps);
  return lapTimeMs - leftKg * secondsPerKg * 1000;
}
