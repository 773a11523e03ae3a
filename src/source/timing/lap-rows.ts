import type { LapEvent } from './lap-events.ts';
import { walkEvents, type CountReading } from './walk-events.ts';

/** A lap while it is being assembled. Session times and spans in ms. */
export interface LapRow {
  endMs: number | null;
  lapTimeMs: number | null;
  /** The feed sent an empty lap time: it has none to give. */
  explicitlyNone: boolean;
  /** FastF1 columns whose value is not what was sent: filled in from others, or dropped because it contradicts them. */
  readonly repaired: string[];
  sectors: [number | null, number | null, number | null];
  /** When each sector time arrived. */
  sectorMs: [number | null, number | null, number | null];
  pitInMs: number | null;
  pitOutMs: number | null;
  /** Speeds at the traps I1, I2, FL and ST [km/h]. */
  speedsKmh: [number | null, number | null, number | null, number | null];
  isPersonalBest: boolean;
  /** The feed's own count when the lap ended. */
  officialLap: number | null;
  /** The car stopped on this lap: its end is an estimate. */
  isGenerated: boolean;
}

/** Values that arrive this long after a lap end still belong to the lap just ended. */
const lateMs = 5_000;
/** Longer lap times count only when the sectors confirm them: qualifying breaks look like laps. */
const slowLapMs = 150_000;

/** A lap nothing is known of yet. */
export function emptyRow(): LapRow {
  return {
    endMs: null,
    lapTimeMs: null,
    explicitlyNone: false,
    repaired: [],
    sectors: [null, null, null],
    sectorMs: [null, null, null],
    pitInMs: null,
    pitOutMs: null,
    speedsKmh: [null, null, null, null],
    isPersonalBest: false,
    officialLap: null,
    isGenerated: false,
  };
}

function lapEnds(events: readonly LapEvent[], reading: CountReading): number[] {
  const ends: number[] = [];
  let hasLeftPit = false;
  walkEvents(events, reading, (event, endsLap) => {
    if (event.inPit === false) hasLeftPit = true;
    if (endsLap && hasLeftPit) ends.push(event.sessionMs);
  });
  return ends;
}

/** True when the car ended a lap after it had left the pits for the first time. */
export function hasLapEnd(events: readonly LapEvent[]): boolean {
  return lapEnds(events, 'step').length > 0;
}

function sumOf(sectors: readonly (number | null)[]): number | null {
  let sum = 0;
  for (const sector of sectors) {
    if (sector === null) return null;
    sum += sector;
  }
  return sum;
}

function takeValues(event: LapEvent, row: LapRow, current: () => LapRow): void {
  for (const index of [0, 1, 2] as const) {
    const sector = event.sectors[index];
    if (sector === null) continue;
    row.sectors[index] = sector;
    row.sectorMs[index] = event.sessionMs;
  }
  if (event.speedsKmh !== null) {
    const [i1, i2, fl, st] = event.speedsKmh;
    if (i1 !== null) row.speedsKmh[0] = i1;
    if (i2 !== null) row.speedsKmh[1] = i2;
    if (fl !== null) row.speedsKmh[2] = fl;
    // This trap can lie early in a lap: its value is never one of the lap before.
    if (st !== null) current().speedsKmh[3] = st;
  }
  if (event.lapTimeMs === undefined) return;
  if (event.lapTimeMs === null) {
    row.lapTimeMs = null;
    row.explicitlyNone = true;
  } else if (event.lapTimeMs < slowLapMs || event.lapTimeMs === sumOf(row.sectors)) {
    row.lapTimeMs = event.lapTimeMs;
    row.explicitlyNone = false;
  }
}

function hasData(row: LapRow): boolean {
  const isKnown = (value: number | null): boolean => value !== null;
  return row.lapTimeMs !== null || row.speedsKmh.some(isKnown) || row.sectors.some(isKnown);
}

/**
 * Raw laps of one car from its events in file order (two passes, FastF1's rules 1–9 and 13): own lap numbers, values
 * sorted to the lap they belong to, pit times; the pseudo out lap and an empty last row are dropped.
 */
export function collectRows(events: readonly LapEvent[], reading: CountReading): LapRow[] {
  const ends = lapEnds(events, reading);
  const rows: LapRow[] = [];
  const rowAt = (index: number): LapRow => {
    while (rows.length <= index) rows.push(emptyRow());
    return rows[index]!;
  };
  let lap = 0;
  let hasLeftPit = false;
  walkEvents(events, reading, (event, endsLap) => {
    const previousEnd = lap > 0 ? ends[lap - 1] : undefined;
    const isLate = previousEnd !== undefined && event.sessionMs - previousEnd < lateMs;
    takeValues(event, rowAt(isLate ? lap - 1 : lap), () => rowAt(lap));
    if (event.inPit === true && hasLeftPit) rowAt(lap).pitInMs = event.sessionMs;
    if (event.inPit === false) {
      const end = ends[lap];
      const belongsToNext = endsLap || (end !== undefined && end - event.sessionMs < lateMs);
      rowAt(belongsToNext ? lap + 1 : lap).pitOutMs = event.sessionMs;
      hasLeftPit = true;
    }
    if (endsLap && hasLeftPit) {
      rowAt(lap).endMs = event.sessionMs;
      rowAt(lap).officialLap = event.numberOfLaps;
      lap += 1;
    }
  });
  if (ends.length === 0) return [];
  const next = rows[ends.length];
  rows.length = next !== undefined && hasData(next) ? ends.length + 1 : ends.length;
  if (rows.length > 0 && !hasData(rows[0]!)) rows.shift();
  return rows;
}

/** Fills lap times from sectors and back, and drops lap times that contradict their sectors (rules 10, 11). */
function repairTimes(rows: readonly LapRow[]): void {
  for (const [index, row] of rows.entries()) {
    const known = row.sectors.reduce<number>((sum, sector) => sum + (sector ?? 0), 0);
    const sentMs = row.lapTimeMs;
    if (row.lapTimeMs !== null && known > row.lapTimeMs) row.lapTimeMs = null;
    else if (row.lapTimeMs === null && row.explicitlyNone) row.lapTimeMs = sumOf(row.sectors);
    const previous = index > 0 ? rows[index - 1]! : null;
    if (previous !== null) repairFromLapBefore(row, previous, known);
    if (row.lapTimeMs !== sentMs) row.repaired.push('LapTime');
  }
}

/** Takes values that were not sent again because they are those of the lap before (rule 11). */
function repairFromLapBefore(row: LapRow, previous: LapRow, known: number): void {
  if (row.lapTimeMs === null && previous.lapTimeMs !== null && sumOf(row.sectors) === previous.lapTimeMs) {
    row.lapTimeMs = previous.lapTimeMs;
  }
  const missing = row.sectors.filter((sector) => sector === null).length;
  if (missing !== 1 || row.lapTimeMs === null) return;
  const at = row.sectors.indexOf(null);
  const candidate = row.lapTimeMs - known;
  if (candidate !== previous.sectors[at]) return;
  row.sectors[at] = candidate;
  row.repaired.push(`Sector${at + 1}Time`);
}

/** Moves lap ends to their least delayed trigger (rule 12); an end before the end of the lap before is no trigger. */
function syncWithSectors(rows: readonly LapRow[]): void {
  for (const [index, row] of rows.entries()) {
    const [s1, s2, s3] = row.sectorMs;
    const [, time2, time3] = row.sectors;
    let end = row.endMs;
    let sum = 0;
    const take = (sectorMs: number | null, stillToDrive: number | null): boolean => {
      if (sectorMs === null) return true;
      if (stillToDrive === null) return false;
      sum += stillToDrive;
      if (end === null || sectorMs + sum < end) end = sectorMs + sum;
      return true;
    };
    if (take(s3, 0) && take(s2, time3)) take(s1, time2);
    const before = index > 0 ? rows[index - 1]!.endMs : null;
    if (end !== null && before !== null && end < before) continue;
    row.endMs = end;
  }
}

/** Makes ends and lap times agree between neighbours, backwards and forwards (rules 14, 15). */
function syncWithNeighbours(rows: readonly LapRow[]): void {
  for (let index = rows.length - 1; index > 0; index -= 1) {
    const { endMs, lapTimeMs } = rows[index]!;
    const previous = rows[index - 1]!;
    if (endMs === null || lapTimeMs === null || previous.endMs === null) continue;
    const start = endMs - lapTimeMs;
    const before = index > 1 ? rows[index - 2]!.endMs : null;
    if (start < previous.endMs && !(before !== null && start < before)) previous.endMs = start;
  }
  for (let index = 0; index + 1 < rows.length; index += 1) {
    const { endMs } = rows[index]!;
    const next = rows[index + 1]!;
    if (endMs === null || next.lapTimeMs === null) continue;
    if (next.endMs !== null) next.endMs = Math.min(next.endMs, endMs + next.lapTimeMs);
    let sum = endMs;
    for (const sector of [0, 1, 2] as const) {
      const time = next.sectors[sector];
      if (time === null) break;
      sum += time;
      const sectorMs = next.sectorMs[sector];
      if (sectorMs !== null) next.sectorMs[sector] = Math.min(sectorMs, sum);
    }
  }
}

/** Laps of one car, lap 1 first: collected, repaired, ends synchronised; a last row without an end ends at its pit entry. */
export function assembleRows(events: readonly LapEvent[], reading: CountReading = 'step'): LapRow[] {
  const rows = collectRows(events, reading);
  repairTimes(rows);
  syncWithSectors(rows);
  const last = rows.at(-1);
  if (last !== undefined && last.endMs === null) {
    if (last.pitInMs === null) rows.pop();
    else last.endMs = last.pitInMs;
  }
  syncWithNeighbours(rows);
  const first = rows[0];
  if (
    first !== undefined &&
    first.pitInMs !== null &&
    first.pitOutMs !== null &&
    first.pitInMs < first.pitOutMs
  ) {
    first.pitInMs = null;
  }
  return rows;
}
