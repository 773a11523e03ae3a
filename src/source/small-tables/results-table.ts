import { splitQualifying } from '../../analysis/qualifying-parts.ts';
import type { FastF1Lap } from '../../domain/lap-table.ts';
import type { Cell, SmallColumn, SmallTable } from '../../domain/small-table.ts';

/** What the driver list says of one car, as text; null where it says nothing. */
export interface DriverInfo {
  readonly number: string;
  readonly broadcastName: string | null;
  readonly code: string | null;
  readonly team: string | null;
  readonly teamColour: string | null;
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly headshotUrl: string | null;
  readonly countryCode: string | null;
}

export interface ResultsInput {
  /** In driver-list order. */
  readonly drivers: readonly DriverInfo[];
  readonly laps: readonly FastF1Lap[];
  readonly kind: 'race' | 'qualifying' | 'practice' | 'other';
  /** The session's own name: FastF1 treats "Qualifying" apart from the other kinds of qualifying. */
  readonly session: string;
  /** Starts of the parts of a qualifying, session ms. */
  readonly partStartsMs: readonly number[];
  /** Time of the last session status; null without one. */
  readonly lastStatusMs: number | null;
}

interface Result {
  position: number | null;
  classified: string | null;
  readonly parts: [number | null, number | null, number | null];
  timeMs: number | null;
}

const names = ['Q1', 'Q2', 'Q3'] as const;
const text = (name: string): SmallColumn => ({ name, kind: 'text', unit: '' });

/** Columns of FastF1's `SessionResults`. */
export const resultColumns: readonly SmallColumn[] = [
  ...['DriverNumber', 'BroadcastName', 'Abbreviation', 'DriverId', 'TeamName', 'TeamColor', 'TeamId'].map(
    text,
  ),
  ...['FirstName', 'LastName', 'FullName', 'HeadshotUrl', 'CountryCode'].map(text),
  { name: 'Position', kind: 'number', unit: '' },
  text('ClassifiedPosition'),
  { name: 'GridPosition', kind: 'number', unit: '' },
  ...names.map((name): SmallColumn => ({ name, kind: 'durationMs', unit: 's' })),
  { name: 'Time', kind: 'durationMs', unit: 's' },
  text('Status'),
  { name: 'Points', kind: 'number', unit: '' },
  { name: 'Laps', kind: 'number', unit: '' },
];

/**
 * FastF1's session results without the results API: the driver list, and places worked out from the laps. What only the API
 * knows (grid, status, points) is empty. Sorted by place, cars without one last.
 */
export function resultsTable(input: ResultsInput): SmallTable {
  const results = new Map<string, Result>(
    input.drivers.map(({ number }) => [
      number,
      {
        position: null,
        // Made from an empty place before the laps are looked at.
        classified: input.session === 'Qualifying' ? 'nan' : null,
        parts: [null, null, null],
        timeMs: null,
      },
    ]),
  );
  if (input.kind === 'race') placeRace(input.laps, results);
  if (input.kind === 'qualifying') placeQualifying(input, results);
  if (input.kind === 'practice') placePractice(input.laps, results);
  const order = input.drivers.toSorted(
    (a, b) =>
      (results.get(a.number)!.position ?? Infinity) - (results.get(b.number)!.position ?? Infinity) || 0,
  );
  const rows = order.map((driver) => rowOf(driver, results.get(driver.number)!));
  return {
    name: 'results',
    columns: resultColumns,
    rows: rows.map((row) => row.map((cell, at) => asText(cell, at, rows))),
  };
}

const listed = new Set([
  'BroadcastName',
  'Abbreviation',
  'TeamName',
  'TeamColor',
  'FirstName',
  'LastName',
  'HeadshotUrl',
  'CountryCode',
]);

/** A text that only some drivers lack is 'None' in FastF1's table; one that all lack is empty. */
function asText(cell: Cell, at: number, rows: readonly (readonly Cell[])[]): Cell {
  if (cell !== null || !listed.has(resultColumns[at]!.name)) return cell;
  return rows.every((row) => row[at] === null) ? null : 'None';
}

function rowOf(driver: DriverInfo, { position, classified, parts, timeMs }: Result): readonly Cell[] {
  const full =
    driver.firstName === null && driver.lastName === null ? null : `${driver.firstName} ${driver.lastName}`;
  return [
    driver.number,
    driver.broadcastName,
    driver.code,
    null,
    driver.team,
    driver.teamColour,
    null,
    driver.firstName,
    driver.lastName,
    full,
    driver.headshotUrl,
    driver.countryCode,
    position,
    classified,
    null,
    ...parts,
    timeMs,
    null,
    null,
    null,
  ];
}

/** More laps first, then the earlier end of the last lap. */
function placeRace(laps: readonly FastF1Lap[], results: Map<string, Result>): void {
  const last = [...Map.groupBy(laps, ({ driverNumber }) => driverNumber).values()].map((own) =>
    own.reduce((a, b) => (b.lapNumber > a.lapNumber ? b : a)),
  );
  last.sort((a, b) => b.lapNumber - a.lapNumber || (a.endMs ?? Infinity) - (b.endMs ?? Infinity) || 0);
  for (const [index, { driverNumber }] of last.entries()) {
    const result = results.get(driverNumber);
    if (result !== undefined) result.position = index + 1;
  }
}

function placePractice(laps: readonly FastF1Lap[], results: Map<string, Result>): void {
  if (laps.some(({ deleted }) => deleted === null)) return;
  const best = bestTimes(laps);
  const order = [...best].sort(([a, timeA], [b, timeB]) => timeA - timeB || (a < b ? -1 : 1));
  for (const [index, [number, timeMs]] of order.entries()) {
    const result = results.get(number);
    if (result === undefined) continue;
    result.position = index + 1;
    result.timeMs = timeMs;
  }
}

/** True for a car that is out in the first part of a qualifying, beyond 107 % of its best time. */
export function isBeyond107(firstMs: number | null, secondMs: number | null, bestMs: number): boolean {
  return firstMs !== null && firstMs > bestMs * 1.07 && secondMs === null;
}

/** Q3, then Q2, then Q1, cars without a time last; beyond 107 % of the best in the first part a car is not classified. */
function placeQualifying(input: ResultsInput, results: Map<string, Result>): void {
  const { laps, partStartsMs, lastStatusMs } = input;
  if (lastStatusMs === null || laps.some(({ deleted }) => deleted === null)) return;
  const accurate = laps.filter(({ isAccurate }) => isAccurate);
  const parts = splitQualifying(accurate, partStartsMs, lastStatusMs);
  for (const [index, part] of parts.entries()) {
    if (part === null || index > 2) continue;
    for (const [number, timeMs] of bestTimes(part)) {
      const result = results.get(number);
      if (result !== undefined) result.parts[index] = timeMs;
    }
  }
  const numbers = [...new Set(laps.map(({ driverNumber }) => driverNumber))].filter((number) =>
    results.has(number),
  );
  const timeOf = (number: string, part: 0 | 1 | 2): number => results.get(number)!.parts[part] ?? Infinity;
  numbers.sort((a, b) => {
    for (const part of [2, 1, 0] as const) {
      const [timeA, timeB] = [timeOf(a, part), timeOf(b, part)];
      if (timeA !== timeB) return timeA - timeB;
    }
    return 0;
  });
  const fastest = Math.min(...numbers.map((number) => timeOf(number, 0)));
  for (const [index, number] of numbers.entries()) {
    const result = results.get(number)!;
    result.position = index + 1;
    const [first, second] = result.parts;
    const isOut = isBeyond107(first, second, fastest);
    result.classified = isOut ? 'N' : `${index + 1}.0`;
  }
}

function bestTimes(laps: readonly FastF1Lap[]): Map<string, number> {
  const best = new Map<string, number>();
  for (const { driverNumber, lapTimeMs, deleted } of laps) {
    if (lapTimeMs === null || deleted === true) continue;
    best.set(driverNumber, Math.min(best.get(driverNumber) ?? Infinity, lapTimeMs));
  }
  return best;
}
