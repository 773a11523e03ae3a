import { feedEntries, feedObject, isFeedObject } from '../../domain/feed-shape.ts';
import type { Stint } from '../../domain/timing.ts';
import type { LineChange } from './driver-list.ts';
import { toCount, toFlag, toText } from './feed-values.ts';

/** A set of tyres of one car as announced, corrected by later patches. */
export interface TyreSet {
  /** 0-based stint index of the feed. */
  readonly index: number;
  firstMs: number;
  compound: string;
  fresh: boolean | null;
  startLaps: number | null;
}

/** Collects TimingAppData lines: stints and grid places. */
export interface TyreReader {
  accept(stampMs: number, data: unknown): void;
  readonly sets: ReadonlyMap<string, ReadonlyMap<number, TyreSet>>;
  readonly gridPlaces: ReadonlyMap<string, number>;
  readonly lines: readonly LineChange[];
}

/** Creates a collector of TimingAppData. A value that is not sent again stays as it was. */
export function createTyreReader(): TyreReader {
  const sets = new Map<string, Map<number, TyreSet>>();
  const gridPlaces = new Map<string, number>();
  const lines: LineChange[] = [];

  function acceptStint(stampMs: number, driverNumber: string, index: number, patch: unknown): void {
    if (!isFeedObject(patch)) return;
    let own = sets.get(driverNumber);
    if (own === undefined) sets.set(driverNumber, (own = new Map()));
    let set = own.get(index);
    if (set === undefined) {
      set = { index, firstMs: stampMs, compound: '', fresh: null, startLaps: null };
      own.set(index, set);
    }
    set.compound = toText(patch['Compound']).toUpperCase() || set.compound;
    set.fresh = toFlag(patch['New']) ?? set.fresh;
    set.startLaps = toCount(patch['StartLaps']) ?? set.startLaps;
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
    sets,
    gridPlaces,
    lines,
  };
}

const dayMs = 86_400_000;

/**
 * Sets of one car in stint order with the times from which they count. Counters that run ahead of the stops are put
 * back: in a race-like session a set announced together with an earlier one starts at the in-lap before it.
 */
export function placeSets(
  sets: ReadonlyMap<number, TyreSet>,
  inLapEndsMs: readonly number[],
  raceLike: boolean,
): readonly TyreSet[] {
  const ordered = [...sets.values()].sort((a, b) => a.index - b.index).map((set) => ({ ...set }));
  const brackets = [0, ...inLapEndsMs, dayMs];
  for (const [position, set] of ordered.entries()) {
    const previous = position > 0 ? ordered[position - 1]! : null;
    const bunched = previous !== null && set.firstMs <= previous.firstMs;
    if (bunched && raceLike) set.firstMs = Math.max(previous.firstMs + 1, (brackets[position] ?? dayMs) + 1);
  }
  return ordered;
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
