import type { TyreRow } from './tyres.ts';

/** A set of tyres as FastF1 adds it up; null where no announcement of the stint said so. */
export interface FastF1Set {
  readonly sessionMs: number;
  /** 0-based stint of the feed, after correction. */
  readonly stint: number;
  readonly compound: string | null;
  readonly fresh: boolean | null;
  readonly startLaps: number | null;
}

export interface FastF1TyreContext {
  readonly raceLike: boolean;
  readonly startMs: number | null;
  /** Ends of the car's in-laps, in order. */
  readonly inLapEndsMs: readonly number[];
}

const dayMs = 86_400_000;

/** Stints announced together when the data came late count from the in-laps that led to them. */
function spreadBunched(
  sets: readonly FastF1Set[],
  brackets: readonly number[],
  context: FastF1TyreContext,
): FastF1Set[] {
  const { raceLike, startMs, inLapEndsMs } = context;
  const isEarly = startMs !== null && sets.some(({ sessionMs }) => sessionMs < startMs);
  const firstMs = sets[0]!.sessionMs;
  const bunched = new Set(sets.filter(({ sessionMs }) => sessionMs === firstMs).map(({ stint }) => stint));
  if (!raceLike || inLapEndsMs.length === 0 || startMs === null || isEarly || bunched.size < 2)
    return [...sets];
  return sets.map((set) => {
    const from = set.sessionMs === firstMs ? brackets[set.stint] : undefined;
    return from === undefined ? set : { ...set, sessionMs: from + 1 };
  });
}

/** Between two in-laps the stint counter can rise once: announcements that run ahead are put back. */
function holdBack(sets: FastF1Set[], brackets: readonly number[]): void {
  let running = 0;
  for (let at = 0; at + 1 < brackets.length; at++) {
    let isSeen = false;
    for (const [index, set] of sets.entries()) {
      if (set.sessionMs < brackets[at]! || set.sessionMs > brackets[at + 1]!) continue;
      if (set.stint > running) sets[index] = { ...set, stint: running };
      isSeen ||= sets[index]!.stint === running;
    }
    if (isSeen) running += 1;
  }
}

/** First announcement of each stint, overwritten by every later value of the same stint; its first time stays. */
function addUp(sets: readonly FastF1Set[]): FastF1Set[] {
  const byStint = new Map<number, FastF1Set>();
  for (const set of sets) {
    const known = byStint.get(set.stint);
    byStint.set(
      set.stint,
      known === undefined
        ? set
        : {
            ...known,
            compound: set.compound ?? known.compound,
            fresh: set.fresh ?? known.fresh,
            startLaps: set.startLaps ?? known.startLaps,
          },
    );
  }
  return [...byStint.values()];
}

/**
 * Sets of one car as FastF1 reads them, its defects included (tyres announced for a parked car rewrite its last stint),
 * from the announcements in file order. `tyres.ts` has our own reading.
 */
export function toFastF1Sets(rows: readonly TyreRow[], context: FastF1TyreContext): FastF1Set[] {
  const sets = rows.map(({ sessionMs, stint, compound, fresh, startLaps }): FastF1Set => ({
    sessionMs,
    stint,
    compound: compound === '' ? null : compound,
    fresh,
    startLaps,
  }));
  if (sets.length === new Set(sets.map(({ stint }) => stint)).size) return sets;
  const brackets = [0, ...context.inLapEndsMs, dayMs];
  const spread = spreadBunched(sets, brackets, context);
  holdBack(spread, brackets);
  return addUp(spread);
}

/** The last set announced by a time, or null; sets in FastF1's order. */
export function fastF1SetAt(sets: readonly FastF1Set[], sessionMs: number): FastF1Set | null {
  let found: FastF1Set | null = null;
  for (const set of sets) if (set.sessionMs <= sessionMs) found = set;
  return found;
}
