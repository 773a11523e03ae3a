import type { RaceEntry } from '../../../analysis/race-state.ts';
import { createStamps, lastOfEach, ordered } from '../stamps.ts';
import type { Row } from '../stamps.ts';
import { askedDrivers } from '../table-context.ts';
import type { TableContext } from '../table-context.ts';
import { compoundCode, lapTimeText, rounded, words } from '../table.ts';
import type { Table } from '../table.ts';

type Lap = RaceEntry<'lap'>;

/** Ended laps with gaps at the line: all of the session are looked at, so that bests are right. O(laps · log). */
export function lapsTable(context: TableContext): Table {
  const { race, request } = context;
  const stamps = createStamps(context);
  const { codes } = askedDrivers(context);
  const asked = new Set(codes);
  const teams = new Map(race.drivers.map((driver) => [driver.code, driver]));
  const all = Object.entries(race.laps)
    .flatMap(([code, laps]) => laps.map((lap) => ({ code, lap })))
    .sort((a, b) => (endOf(a.lap) ?? Infinity) - (endOf(b.lap) ?? Infinity));
  /** By lap number: end of the first car and of the car that ended it last. */
  const lines = new Map<number, { firstS: number; lastS: number }>();
  const best = new Map<string, number>();
  let overall = Number.POSITIVE_INFINITY;
  const rows: Row[] = [];
  for (const { code, lap } of all) {
    const endS = endOf(lap);
    const line = endS === null ? undefined : lines.get(lap.lap_number);
    const gap = endS === null ? null : line === undefined ? 0 : endS - line.firstS;
    const interval = endS === null || line === undefined ? null : endS - line.lastS;
    if (endS !== null) lines.set(lap.lap_number, { firstS: line?.firstS ?? endS, lastS: endS });
    const isBest = lap.lap_time !== null && lap.lap_time < (best.get(code) ?? Number.POSITIVE_INFINITY);
    const isOverallBest = lap.lap_time !== null && lap.lap_time < overall;
    if (isBest) best.set(code, lap.lap_time);
    if (isOverallBest) overall = lap.lap_time;
    const t = stamps.at(endS);
    if (!asked.has(code) || t === null || !stamps.holds(t)) continue;
    const team = teams.get(code);
    rows.push([
      t,
      code,
      lap.lap_number,
      lap.lap_time,
      lapTimeText(lap.lap_time),
      lap.sector1,
      lap.sector2,
      lap.sector3,
      lap.compound,
      compoundCode(lap.compound),
      lap.tyre_age,
      lap.stint,
      lap.position,
      rounded(gap, 3),
      rounded(interval, 3),
      lap.pit_in !== null || lap.pit_out !== null,
      isBest,
      isOverallBest,
      lap.generated,
      team?.team ?? '',
      team?.team_colour ?? '',
    ]);
  }
  return {
    columns: words(
      't driver lap_number lap_time lap_time_text sector1 sector2 sector3 compound compound_code tyre_age stint position gap interval is_pit_lap is_best is_overall_best generated team team_colour',
    ),
    rows: lastOfEach(ordered(rows, request.limit)),
  };
}

function endOf(lap: Lap): number | null {
  return lap.lap_end ?? lap.session_time;
}
