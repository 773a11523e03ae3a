import { feedEntries, feedObject, isFeedObject } from '../../domain/feed-shape.ts';
import type { Stint } from '../../domain/timing.ts';
import type { LineChange } from './driver-list.ts';
import { toCount, toFlag, toText } from './feed-values.ts';

/** One announcement about a set of tyres. Null or '' = not in the message. */
export interface TyreRow {
  readonly sessionMs: number;
  /** 0-based stint index of the feed. */
  readonly stint: number;
  readonly compound: string;
  readonly fresh: boolean | null;
  readonly startLaps: number | null;
}

/** A set of tyres of one car: what its announcements add up to. */
export interface TyreSet {
  readonly firstMs: number;
  readonly compound: string;
  readonly fresh: boolean | null;
  readonly startLaps: number | null;
}

/** Collects TimingAppData lines: stints and grid places. */
export interface TyreReader {
  accept(stampMs: number, data: unknown): void;
  /** By car number, in file order. */
  readonly rows: ReadonlyMap<string, readonly TyreRow[]>;
  readonly gridPlaces: ReadonlyMap<string, number>;
  readonly lines: readonly LineChange[];
}

/** Creates a collector of TimingAppData. */
export function createTyreReader(): TyreReader {
  const rows = new Map<string, TyreRow[]>();
  const gridPlaces = new Map<string, number>();
  const lines: LineChange[] = [];

  function acceptStint(sessionMs: number, driverNumber: string, stint: number, patch: unknown): void {
    if (!isFeedObject(patch)) return;
    let own = rows.get(driverNumber);
    if (own === undefined) rows.set(driverNumber, (own = []));
    own.push({
      sessionMs,
      stint,
      compound: toText(patch['Compound']).toUpperCase(),
      fresh: toFlag(patch['New']),
      startLaps: toCount(patch['StartLaps']),
    });
  }

  return {
    accept(stampMs, data) {
      for (const [driverNumber, patch] of feedEntries(feedObject(data)['Lines'])) {
        if (!isFeedObject(patch)) continue;
        const grid = toCount(patch['GridPos']);
        if (grid !== null && grid > 0) gridPlaces.set(driverNumber, grid);
        const line = toCount(patch['Line']);
        if (line !== null && line > 0) lines.push({ sessionMs: stampMs, driverNumber, line });
        for (const [key, stint] of feedEntries(patch['Stints'])) {
          const index = toCount(key);
          if (index !== null && index < 1000) acceptStint(stampMs, driverNumber, index, stint);
        }
      }
    },
    rows,
    gridPlaces,
    lines,
  };
}

const dayMs = 86_400_000;

export interface SetContext {
  readonly raceLike: boolean;
  readonly startMs: number | null;
  /** Ends of the car's in-laps. */
  readonly inLapEndsMs: readonly number[];
  /** End of the car's last lap; null when it has none. */
  readonly lastEndMs: number | null;
}

/** Stints all announced together at the start count from the in-laps that led to them. */
function spreadBunched(rows: readonly TyreRow[], context: SetContext): TyreRow[] {
  const { raceLike, startMs, inLapEndsMs } = context;
  const firstMs = rows[0]?.sessionMs ?? 0;
  const isEarly = startMs !== null && rows.some((row) => row.sessionMs < startMs);
  const bunched = new Set(rows.filter((row) => row.sessionMs === firstMs).map((row) => row.stint));
  if (!raceLike || inLapEndsMs.length === 0 || isEarly || bunched.size < 2) return [...rows];
  const brackets = [0, ...inLapEndsMs];
  const moved = rows.map((row) => {
    const bracket = brackets[row.stint];
    return row.sessionMs === firstMs && row.stint > 0 && bracket !== undefined
      ? { ...row, sessionMs: bracket + 1 }
      : row;
  });
  return moved.sort((a, b) => a.sessionMs - b.sessionMs);
}

/**
 * Rows whose stint runs ahead of the stops made are put back to the running one. Announcements after a car's last lap
 * for a stint it never drove are dropped: they would rewrite the tyres it finished on.
 */
function holdBack(rows: readonly TyreRow[], { inLapEndsMs, lastEndMs }: SetContext): TyreRow[] {
  const held: TyreRow[] = [];
  const brackets = [...inLapEndsMs, dayMs];
  let running = 0;
  let at = 0;
  for (const bracketEnd of brackets) {
    let hasRunning = false;
    for (; at < rows.length && rows[at]!.sessionMs <= bracketEnd; at += 1) {
      const row = rows[at]!;
      const isAhead = row.stint > running;
      if (isAhead && lastEndMs !== null && row.sessionMs > lastEndMs) continue;
      hasRunning ||= isAhead || row.stint === running;
      held.push(isAhead ? { ...row, stint: running } : row);
    }
    if (hasRunning) running += 1;
  }
  return held;
}

/** What the announcements of one stint add up to; a compound that is taken back comes back with its age and state. */
function addUp(rows: readonly TyreRow[]): TyreSet {
  let compound = '';
  let fresh: boolean | null = null;
  let startLaps: number | null = null;
  const seen = new Map<string, { fresh: boolean | null; startLaps: number | null }>();
  for (const row of rows) {
    const earlier = row.compound !== '' && row.compound !== compound ? seen.get(row.compound) : undefined;
    compound = row.compound || compound;
    fresh = row.fresh ?? earlier?.fresh ?? fresh;
    startLaps = row.startLaps ?? earlier?.startLaps ?? startLaps;
    seen.set(compound, { fresh, startLaps });
  }
  return { firstMs: rows[0]?.sessionMs ?? 0, compound, fresh, startLaps };
}

/** Sets of one car in the order driven, from its announcements in file order. */
export function toSets(rows: readonly TyreRow[], context: SetContext): TyreSet[] {
  const stints = new Set(rows.map((row) => row.stint));
  const corrected = rows.length > stints.size ? holdBack(spreadBunched(rows, context), context) : rows;
  const byStint = new Map<number, TyreRow[]>();
  for (const row of corrected) {
    const own = byStint.get(row.stint);
    if (own === undefined) byStint.set(row.stint, [row]);
    else own.push(row);
  }
  const sets = [...byStint].sort(([a], [b]) => a - b).map(([, own]) => addUp(own));
  return sets.filter((set) => set.compound !== '' || set.startLaps !== null);
}

/** Set in use at the end of a lap (the last one announced by then), or null. */
export function setAt(sets: readonly TyreSet[], sessionMs: number): TyreSet | null {
  let found: TyreSet | null = null;
  for (const set of sets) if (set.firstMs <= sessionMs) found = set;
  return found;
}

/** Stints of one car as published. */
export function toStints(driverNumber: string, sets: readonly TyreSet[]): Stint[] {
  return sets.map((set, position) => ({
    driverNumber,
    stint: position + 1,
    compound: set.compound,
    fresh: set.fresh,
    ageAtStart: set.startLaps,
    sessionMs: set.firstMs,
  }));
}
