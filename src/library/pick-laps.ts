import type { LapRow } from './rows.ts';
import { filterRows, rowAt, type Table } from './table.ts';

type Laps = Table<LapRow>;

/** Laps of drivers, by code or car number. */
export function pickDrivers(laps: Laps, ...names: readonly string[]): Laps {
  const wanted = new Set(names.map((name) => name.toUpperCase()));
  const { Driver, DriverNumber } = laps.columns;
  return filterRows(laps, (row) => wanted.has(Driver[row]!.toUpperCase()) || wanted.has(DriverNumber[row]!));
}

/** Laps of teams, by a part of their name in any case. */
export function pickTeams(laps: Laps, ...names: readonly string[]): Laps {
  const wanted = names.map((name) => name.toLowerCase());
  return filterRows(laps, (row) =>
    wanted.some((name) => laps.columns.Team[row]?.toLowerCase().includes(name) === true),
  );
}

/** Laps by number. */
export function pickLapNumbers(laps: Laps, ...numbers: readonly number[]): Laps {
  return filterRows(laps, (row) => numbers.includes(laps.columns.LapNumber[row]!));
}

/**
 * The fastest lap that counted as a personal best, FastF1's `pick_fastest()`; null when there is none. With `onlyByTime` the
 * fastest of all laps with a time.
 */
export function pickFastest(laps: Laps, { onlyByTime = false } = {}): LapRow | null {
  const { LapTime, IsPersonalBest } = laps.columns;
  let fastest = -1;
  for (let row = 0; row < laps.rows; row++) {
    if ((!onlyByTime && IsPersonalBest[row] !== true) || Number.isNaN(LapTime[row]!)) continue;
    if (fastest < 0 || LapTime[row]! < LapTime[fastest]!) fastest = row;
  }
  return fastest < 0 ? null : rowAt(laps, fastest);
}

/** Laps faster than `threshold` × the fastest of them all, FastF1's 107 % rule. */
export function pickQuickLaps(laps: Laps, threshold = 1.07): Laps {
  const times = laps.columns.LapTime;
  const best = times.reduce((least, time) => (time < least ? time : least), Infinity);
  return filterRows(laps, (row) => times[row]! < best * threshold);
}

/** Laps on tyre compounds. */
export function pickCompounds(laps: Laps, ...compounds: readonly string[]): Laps {
  return filterRows(laps, (row) => compounds.includes(laps.columns.Compound[row] ?? ''));
}

export function pickAccurate(laps: Laps): Laps {
  return filterRows(laps, (row) => laps.columns.IsAccurate[row] === true);
}

/** Laps whose time was not deleted. Throws without race control messages, as nothing is known then. */
export function pickNotDeleted(laps: Laps): Laps {
  const { Deleted } = laps.columns;
  if (laps.rows > 0 && Deleted.every((deleted) => deleted === null))
    throw new Error('Cannot tell deleted laps: the session has no race control messages');
  return filterRows(laps, (row) => Deleted[row] !== true);
}

/** Laps by track status: exactly these codes, all of them, none of them, any of them, or not exactly these. */
export function pickTrackStatus(
  laps: Laps,
  status: string,
  how: 'equals' | 'contains' | 'excludes' | 'any' | 'none' = 'equals',
): Laps {
  const codes = status.split('');
  return filterRows(laps, (row) => {
    const own = laps.columns.TrackStatus[row] ?? '';
    if (how === 'equals') return own === status;
    if (how === 'contains') return own.includes(status);
    if (how === 'excludes') return !own.includes(status);
    const hasAny = codes.some((code) => own.includes(code));
    return how === 'any' ? hasAny : !hasAny;
  });
}

/** In-laps, out-laps, or laps that are either. */
export function pickBoxLaps(laps: Laps, which: 'in' | 'out' | 'both' = 'both'): Laps {
  return filterRows(laps, (row) => isBoxLap(laps, row, which));
}

/** Laps without a pit entry or exit. */
export function pickWithoutBox(laps: Laps): Laps {
  return filterRows(laps, (row) => !isBoxLap(laps, row, 'both'));
}

function isBoxLap({ columns }: Laps, row: number, which: 'in' | 'out' | 'both'): boolean {
  const isIn = !Number.isNaN(columns.PitInTime[row]!);
  const isOut = !Number.isNaN(columns.PitOutTime[row]!);
  return (which !== 'out' && isIn) || (which !== 'in' && isOut);
}
