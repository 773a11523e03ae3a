import { spanToMs } from './feed-values.ts';
import type { LapRow } from './lap-rows.ts';

/** A car's gap to the leader as last written when a message about its place came. */
export interface GapSample {
  readonly sessionMs: number;
  /** Null before the car's first gap. */
  readonly gap: string | null;
}

/** What is known of one car for the alignment. */
export interface AlignCar {
  readonly driverNumber: string;
  readonly rows: readonly LapRow[];
  /** In order of time. */
  readonly gaps: readonly GapSample[];
}

/** Gap written nearest to a time, the earlier of two equally near; null without one. O(log n). */
function gapAt(gaps: readonly GapSample[], sessionMs: number): string | null {
  let low = 0;
  let high = gaps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (gaps[middle]!.sessionMs < sessionMs) low = middle + 1;
    else high = middle;
  }
  const after = gaps[low];
  const before = gaps[low - 1];
  if (after === undefined) {
    // Several samples of one stamp: the first of them.
    let first = low - 1;
    while (first > 0 && gaps[first - 1]!.sessionMs === before?.sessionMs) first--;
    return gaps[first]?.gap ?? null;
  }
  if (before === undefined || after.sessionMs - sessionMs < sessionMs - before.sessionMs) return after.gap;
  let first = low - 1;
  while (first > 0 && gaps[first - 1]!.sessionMs === before.sessionMs) first--;
  return gaps[first]!.gap;
}

function gapMs(gap: string): number | null {
  return spanToMs(gap.replace(/^\+/, ''));
}

/** Shift of each car so that its gap to the leader at the line is the one the feed states; null when that cannot be done. */
function findShifts(cars: readonly AlignCar[]): Map<AlignCar, number> | null {
  const shifts = new Map<AlignCar, number>();
  const expected = new Map<AlignCar, number>();
  const most = Math.max(0, ...cars.map((car) => car.rows.length));
  for (let index = 0; index < most; index += 1) {
    const active = cars.filter((car) => car.rows.length > index);
    let leader: AlignCar | null = null;
    for (const car of active) {
      const { endMs, pitInMs, pitOutMs } = car.rows[index]!;
      if (pitInMs !== null || pitOutMs !== null) continue;
      // A car without a gap here ends FastF1's alignment as a whole.
      const gap = endMs === null ? null : gapAt(car.gaps, endMs);
      if (gap === null) return null;
      const gapValue = gapMs(gap);
      if (gap.includes('LAP')) leader = car;
      else if (gapValue !== null && !shifts.has(car)) expected.set(car, gapValue);
    }
    if (leader === null) continue;
    const leaderEndMs = leader.rows[index]!.endMs!;
    if (!shifts.has(leader)) shifts.set(leader, 0);
    const reference = shifts.get(leader)!;
    for (const [car, gap] of expected) {
      if (shifts.has(car)) continue;
      const endMs = car.rows[index]?.endMs ?? null;
      if (endMs === null) return null;
      shifts.set(car, gap - (endMs - leaderEndMs) + reference);
    }
    if (active.length <= shifts.size) break;
  }
  return shifts.size === 0 ? null : shifts;
}

/**
 * Shifts each car's lap ends so that gaps at the line equal the gaps the feed states: stamps come with a delay of
 * their own per car. FastF1's rule: on each lap cars that did not pit are compared with the leader until every car
 * has its shift; all shifts are ≤ 0. Returns false, and changes nothing, when no leader is named or a lap cannot be compared.
 */
export function alignLaps(cars: readonly AlignCar[]): boolean {
  const shifts = findShifts(cars.filter((car) => car.rows.length > 0));
  if (shifts === null) return false;
  const largest = Math.max(0, ...shifts.values());
  for (const [car, shift] of shifts)
    for (const row of car.rows) if (row.endMs !== null) row.endMs += shift - largest;
  return true;
}
