import type { FastF1Lap } from '../../domain/lap-table.ts';
import type { RawSession } from '../../domain/raw-session.ts';
import type { Cell, SmallTable } from '../../domain/small-table.ts';
import { hasRaceDistance } from '../identity/session-name.ts';
import { isBeyond107, resultColumns } from '../small-tables/results-table.ts';
import { markDeleted } from '../timing/deleted-laps.ts';
import type { SessionResults } from './read-results.ts';
import type { ApiResult } from './results-answer.ts';

/**
 * A session with what the results API knows, joined as FastF1 joins it: classification in `results`, lap times of the first
 * lap, cars in the order of the results, no generated lap for a car that withdrew. The session handed in stays as it is.
 */
export function applyResults(raw: RawSession, api: SessionResults): RawSession {
  const { session, year } = raw.identity;
  const isRaceLike = hasRaceDistance(year, session);
  const found = raw.smallTables.find(({ name }) => name === 'results');
  const table: SmallTable = found ?? { name: 'results', columns: resultColumns, rows: [] };
  const report = { ...raw.report, warnings: [...raw.report.warnings, ...api.warnings] };
  if (api.results === null) return { ...raw, report };
  const results = joinResults(table, api.results, session, isRaceLike);
  const timing = { ...raw.timing };
  const withdrawn = new Set(
    api.results.filter(({ classified }) => isRaceLike && classified === 'W').map(({ number }) => number),
  );
  const laps = withFirstLaps(raw, api).filter(
    ({ driverNumber, isGenerated, lapNumber }) =>
      !(withdrawn.has(driverNumber) && isGenerated && lapNumber === 1),
  );
  // Of a practice only names come from the API: its order is worked out later than its laps.
  timing.lapTable = isRaceLike || session === 'Qualifying' ? orderLaps(laps, results) : laps;
  const corrected = new Map(
    raw.timing.correctedLaps.map((lap) => [`${lap.driverNumber} ${lap.lapNumber}`, lap]),
  );
  timing.correctedLaps = timing.lapTable.flatMap(({ driverNumber, lapNumber }) => {
    const lap = corrected.get(`${driverNumber} ${lapNumber}`);
    return lap === undefined ? [] : [lap];
  });
  const others = raw.smallTables.filter((one) => one !== found);
  const smallTables = [results, ...others];
  return { ...raw, timing, smallTables, report };
}

/** Lap times of lap 1 are the API's; a deletion that names one counts. */
function withFirstLaps({ timing }: RawSession, { results, firstLapMs }: SessionResults): FastF1Lap[] {
  if (firstLapMs === null || firstLapMs.size === 0) return [...timing.lapTable];
  const timeOf = new Map(
    (results ?? []).flatMap(({ number, driverId }) => {
      const ms = firstLapMs.get(driverId);
      return ms === undefined ? [] : [[number, ms] as const];
    }),
  );
  const laps = timing.lapTable.map((lap) => {
    if (lap.lapNumber !== 1) return lap;
    return { ...lap, lapTimeMs: timeOf.get(lap.driverNumber) ?? lap.lapTimeMs };
  });
  const firsts = laps.filter(({ lapNumber, deleted }) => lapNumber === 1 && deleted !== null);
  markDeleted(firsts, timing.raceControl);
  return laps;
}

/** FastF1 lists laps by the order of the results, or by car number as text once it has generated a last lap. */
function orderLaps(laps: readonly FastF1Lap[], { columns, rows }: SmallTable): FastF1Lap[] {
  const at = columns.findIndex(({ name }) => name === 'DriverNumber');
  const place = new Map(rows.map((row, index) => [row[at], index]));
  const byCar = [...Map.groupBy(laps, ({ driverNumber }) => driverNumber)];
  const isSorted = byCar.some(([, own]) => own.length > 1 && own.at(-1)!.isGenerated);
  if (!isSorted) byCar.sort(([a], [b]) => (place.get(a) ?? Infinity) - (place.get(b) ?? Infinity) || 0);
  return byCar.flatMap(([, own]) => own);
}

function joinResults(
  table: SmallTable,
  api: readonly ApiResult[],
  session: string,
  isRaceLike: boolean,
): SmallTable {
  const { columns } = table;
  const at = new Map(columns.map(({ name }, index) => [name, index]));
  const apiOf = new Map(api.map((result) => [result.number, result]));
  const hasPlaces = isRaceLike || session === 'Qualifying';
  const numberAt = at.get('DriverNumber')!;
  const rows = table.rows.map((row) => {
    const joined = [...row];
    const found = apiOf.get(String(row[numberAt]));
    if (found !== undefined) set(joined, at, valuesOf(found, session, isRaceLike));
    else if (hasPlaces)
      set(joined, at, { Position: null, ClassifiedPosition: null, Q1: null, Q2: null, Q3: null });
    return joined;
  });
  if (!hasPlaces) return { ...table, rows };
  const listed = new Set(table.rows.map((row) => String(row[numberAt])));
  for (const result of api) {
    if (listed.has(result.number)) continue;
    // Did not start: the feed lists others but no such car, and the API's places would say it had.
    const isAbsent = listed.size > 0;
    const row: Cell[] = columns.map(() => null);
    set(row, at, valuesOf(result, session, isRaceLike));
    const { code, firstName, lastName, team, number } = result;
    set(row, at, {
      DriverNumber: number,
      Abbreviation: code,
      FirstName: firstName,
      LastName: lastName,
      FullName: `${firstName} ${lastName}`,
      TeamName: team,
      ...(isAbsent ? absentValues : {}),
    });
    rows.push(row);
  }
  const placeAt = at.get('Position')!;
  const numberOf = (row: readonly Cell[]): string => String(row[numberAt]);
  // The outer join of pandas sorts by car number as text; places are sorted on top of that.
  rows.sort((a, b) => (numberOf(a) < numberOf(b) ? -1 : 1));
  rows.sort((a, b) => Number(a[placeAt] ?? Infinity) - Number(b[placeAt] ?? Infinity) || 0);
  return { ...table, rows: session === 'Qualifying' ? classifyQualifying(rows, at) : rows };
}

/** FastF1's values of a car that the feed does not list among others. */
const absentValues: Readonly<Record<string, Cell>> = {
  BroadcastName: 'nan',
  TeamColor: 'nan',
  HeadshotUrl: 'nan',
  CountryCode: 'nan',
  Position: null,
  GridPosition: null,
};

function valuesOf(result: ApiResult, session: string, isRaceLike: boolean): Record<string, Cell> {
  const ids = { DriverId: result.driverId, TeamId: result.teamId };
  if (session === 'Qualifying') {
    const [Q1, Q2, Q3] = result.partsMs;
    return { ...ids, Position: result.position, Q1, Q2, Q3 };
  }
  if (!isRaceLike) return ids;
  const { position, classified, grid, status, points, timeMs, laps } = result;
  return {
    ...ids,
    Position: position,
    ClassifiedPosition: classified,
    GridPosition: grid,
    Status: status,
    Points: points,
    Time: timeMs,
    Laps: laps,
  };
}

/** Out in the first part beyond 107 % of its best time is not classified; the API does not say so. */
function classifyQualifying(rows: Cell[][], at: ReadonlyMap<string, number>): Cell[][] {
  const numberOf = (row: readonly Cell[], name: string): number | null => {
    const cell = row[at.get(name)!];
    return typeof cell === 'number' ? cell : null;
  };
  const best = Math.min(...rows.flatMap((row) => numberOf(row, 'Q1') ?? []));
  for (const row of rows) {
    const place = numberOf(row, 'Position');
    const isOut = isBeyond107(numberOf(row, 'Q1'), numberOf(row, 'Q2'), best);
    set(row, at, { ClassifiedPosition: isOut ? 'N' : place === null ? 'nan' : `${place}.0` });
  }
  return rows;
}

function set(row: Cell[], at: ReadonlyMap<string, number>, values: Readonly<Record<string, Cell>>): void {
  for (const [name, value] of Object.entries(values)) row[at.get(name)!] = value;
}
