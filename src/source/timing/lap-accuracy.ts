import type { FastF1Lap } from '../../domain/lap-table.ts';

const toleranceMs = 3;
const cleanStatus = new Set(['1', '2', '12', '21']);

/**
 * FastF1's `IsAccurate`: no pit, not generated, green or yellow only, all times present and agreeing with each other and
 * with the lap before within 3 ms, and no safety car on the whole lap before.
 */
export function isAccurate(lap: FastF1Lap, before: FastF1Lap | null): boolean {
  const { lapTimeMs, sector1Ms, sector2Ms, sector3Ms, endMs } = lap;
  if (lap.pitInMs !== null || lap.pitOutMs !== null || lap.isGenerated) return false;
  if (!cleanStatus.has(lap.trackStatus ?? '')) return false;
  if (lapTimeMs === null || sector1Ms === null || sector2Ms === null || sector3Ms === null) return false;
  if (Math.abs(sector1Ms + sector2Ms + sector3Ms - lapTimeMs) > toleranceMs) return false;
  if (before === null) return true;
  if (before.trackStatus === '4') return false;
  if (endMs === null || before.endMs === null) return true;
  return Math.abs(endMs - before.endMs - lapTimeMs) <= toleranceMs;
}
