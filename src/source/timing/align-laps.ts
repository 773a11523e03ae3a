import type { LapRow } from './lap-rows.ts';

/** A car's gap to the leader as last written when a message about its place came. */
export interface GapSample {
  readonly sessionMs: number;
  readonly gap: string;
}

/** What is known of one car for the alignment. */
export interface AlignCar {
  readonly driverNumber: string;
  readonly rows: readonly LapRow[];
  /** In order of time. */
  readonly gaps: readonly GapSample[];
}

/** Gap written nearest to a time; '' without samples. O(log n). */
function gapAt(gaps: readonly GapSample[], sessionMs: number): string {
  let low = 0;
  let high = gaps.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (gaps[middle]!.sessionMs < sessionMs) low = middle + 1;
    else high = middle;
  }
  const after = gaps[low];
  const before = gaps[low - 1];
  if (before === undefined) return after?.gap ?? '';
  if (after === undefined) return before.gap;
  return after.sessionMs - sessionMs < sessionMs - before.sessionMs ? after.gap : before.gap;
}

function gapMs(gap: string): number | null {
  return /^[+-]?\d+(\.\d+)?$/.test(gap) ? Math.round(Number(gap) * 1000) : null;
}

/**
 * Shifts each car's lap ends so that gaps at the line equal the gaps the feed states: stamps come with a delay of
 * their own per car. FastF1's rule: on each lap cars that did not pit are compared with the leader until every car
 * has its shift; all shifts are ≤ 0. Returns false, and changes nothing, when no leader is named.
 */
export function alignLaps(cars: readonly AlignCar[]): boolean {
  const shifts = new Map<string, number>();
  const expected = new Map<string, number>();
  const driven = cars.filter((car) => car.rows.length > 0);
  const most = Math.max(0, ...driven.map((car) => car.rows.length));
  for (let index = 0; index < most && shifts.size < driven.length; index += 1) {
    const active = driven.filter((car) => {
      const row = car.rows[index];
      return row !== undefined && row.endMs !== null && row.pitInMs === null && row.pitOutMs === null;
    });
    let leader: AlignCar | null = null;
    for (const car of active) {
      const gap = gapAt(car.gaps, car.rows[index]!.endMs ?? 0);
      const gapValue = gapMs(gap);
      if (gap.includes('LAP')) leader = car;
      else if (gapValue !== null && !shifts.has(car.driverNumber)) expected.set(car.driverNumber, gapValue);
    }
    if (leader === null) continue;
    if (shifts.size === 0) shifts.set(leader.driverNumber, 0);
    const reference = shifts.get(leader.driverNumber);
    if (reference === undefined) continue;
    const leaderEndMs = leader.rows[index]!.endMs ?? 0;
    for (const car of active) {
      const gap = expected.get(car.driverNumber);
      if (gap === undefined || shifts.has(car.driverNumber)) continue;
      shifts.set(car.driverNumber, gap - ((car.rows[index]!.endMs ?? 0) - leaderEndMs) + reference);
    }
  }
  if (shifts.size === 0) return false;
  const largest = Math.max(0, ...shifts.values());
  for (const { driverNumber, rows } of driven) {
    const shift = (shifts.get(driverNumber) ?? 0) - largest;
    for (const row of rows) if (row.endMs !== null) row.endMs += shift;
  }
  return true;
}
