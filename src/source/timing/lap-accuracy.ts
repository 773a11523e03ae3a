import { agreeWithinMs, sectorsAgree, type FastF1Lap } from '../../domain/lap-table.ts';

const cleanStatus = new Set(['1', '2', '12', '21']);

/**
 * FastF1's `IsAccurate`: no pit, not generated, green or yellow only, all times present and agreeing with each other and
 * with the lap before within 3 ms, and no safety car on the whole lap before.
 */
export function isAccurate(lap: FastF1Lap, before: FastF1Lap | null): boolean {
  const { lapTimeMs, endMs } = lap;
  if (lap.pitInMs !== null || lap.pitOutMs !== null || lap.isGenerated) return false;
  if (!cleanStatus.has(lap.trackStatus ?? '')) return false;
  if (lapTimeMs === null || !sectorsAgree(lap)) return false;
  if (before === null) return true;
  if (before.trackStatus === '4') return false;
  if (endMs === null || before.endMs === null) return true;
  return Math.abs(endMs - before.endMs - lapTimeMs) <= agreeWithinMs;
}
