import type { FastF1Lap } from '../../domain/lap-table.ts';

/** Pairs of cars that changed order between the end of one lap and the end of the next. */
export interface OrderChange {
  /** The lap at whose end the new order stands. */
  readonly lap: number;
  readonly pairs: number;
}

/** Changes of order by lap, of cars with both lap ends; generated laps do not count. O(laps × cars). */
export function orderChanges(laps: readonly FastF1Lap[]): readonly OrderChange[] {
  const byLap = new Map<number, Map<string, number>>();
  for (const { lapNumber, driverNumber, endMs, isGenerated } of laps) {
    if (endMs === null || isGenerated) continue;
    const ends = byLap.get(lapNumber) ?? new Map<string, number>();
    byLap.set(lapNumber, ends.set(driverNumber, endMs));
  }
  const changes: OrderChange[] = [];
  for (const [lap, ends] of [...byLap].sort(([a], [b]) => a - b)) {
    const before = byLap.get(lap - 1);
    if (before === undefined) continue;
    const cars = [...ends.keys()].filter((car) => before.has(car));
    let pairs = 0;
    for (const [index, a] of cars.entries())
      for (const b of cars.slice(index + 1))
        if (before.get(a)! < before.get(b)! !== ends.get(a)! < ends.get(b)!) pairs++;
    if (pairs > 0) changes.push({ lap, pairs });
  }
  return changes;
}
