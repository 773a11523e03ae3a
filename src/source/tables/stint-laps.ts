/** A stint as a table lists it; laps inclusive. */
export interface StintRow {
  readonly stint: number;
  readonly firstLap: number;
  readonly lastLap: number;
  readonly compound: string;
  /** Laps on the set before it was fitted; null when unknown. */
  readonly ageAtStart: number | null;
}

/**
 * Stints of one driver without overlap: OpenF1 lists some that overlap or run backwards. Each begins at the later of its own
 * first lap and the lap after the one before ends; empty ones are left out; the first begins with lap 1 and the last ends with
 * the last lap driven, so that the sum is what was driven.
 */
export function stintsWithoutOverlap(rows: readonly StintRow[], drivenLaps: number): StintRow[] {
  const stints: StintRow[] = [];
  let last = 0;
  for (const row of [...rows].sort((a, b) => a.stint - b.stint)) {
    const firstLap = Math.max(row.firstLap, last + 1);
    const lastLap = Math.min(row.lastLap, drivenLaps);
    if (lastLap < firstLap) continue;
    stints.push({ ...row, firstLap, lastLap });
    last = lastLap;
  }
  return stints.map((stint, index) => ({
    ...stint,
    firstLap: index === 0 ? 1 : stint.firstLap,
    // A hole between two stints was driven on the set before it.
    lastLap: index + 1 < stints.length ? stints[index + 1]!.firstLap - 1 : drivenLaps,
  }));
}
