import type { AgeQuality } from '../../../domain/lap-table.ts';
import type { LapRow } from '../lap-rows.ts';
import type { TyreSet } from '../tyres.ts';

/** Tyres of one lap as we believe them. */
export interface LapTyres {
  readonly compound: string;
  readonly tyreAge: number | null;
  readonly ageQuality: AgeQuality;
  /** Changes of set before this lap. */
  readonly stops: number;
}

/**
 * Follows a car's sets from lap to lap. Another announcement is a change of set when it names another compound, a fresh set, or an age below
 * the one driven; a field led through the pit lane announces the same tyres again. An age below the laps since the last pit exit cannot be
 * and is not given.
 */
export function tyreHistory(rows: readonly LapRow[], setOf: (row: LapRow) => TyreSet | null): LapTyres[] {
  const history: LapTyres[] = [];
  let set: TyreSet | null = null;
  let age: number | null = null;
  let stops = 0;
  let sinceExit = 0;
  for (const [index, row] of rows.entries()) {
    sinceExit = row.pitOutMs !== null && index > 0 ? 1 : sinceExit + 1;
    const next: TyreSet | null = setOf(row) ?? set;
    if (next !== set && next !== null) {
      const isFirst = set === null;
      const isChange: boolean = !isFirst && isOtherSet(set!, age, next);
      if (isChange) stops += 1;
      age = isFirst || isChange || age === null ? next.startLaps : age;
      set = next;
    }
    age = age === null ? null : age + 1;
    const isBelow = age !== null && age < sinceExit;
    const tyreAge = isBelow ? null : age;
    history.push({
      compound: set === null || set.compound === 'UNKNOWN' ? '' : set.compound,
      tyreAge,
      ageQuality: tyreAge === null ? 'unknown' : next?.startLaps === null ? 'counted' : 'announced',
      stops,
    });
  }
  return history;
}

function isOtherSet(set: TyreSet, age: number | null, next: TyreSet): boolean {
  const isKnown = set.compound !== '' && next.compound !== '' && next.compound !== 'UNKNOWN';
  if (isKnown && set.compound !== 'UNKNOWN' && next.compound !== set.compound) return true;
  if (next.startLaps === null) return next.fresh === true;
  return age !== null && next.startLaps < age;
}
