import { parseGap } from '../../../analysis/gaps.ts';
import type { RaceEntry } from '../../../analysis/race-state.ts';
import { newestValue } from '../newest-value.ts';
import { createStamps } from '../stamps.ts';
import { askedDrivers } from '../table-context.ts';
import type { TableContext } from '../table-context.ts';
import { compoundCode, lapTimeText, rounded, teamStyle, words } from '../table.ts';
import type { Cell, Table } from '../table.ts';

/** A car is shown in the pits for at most this long after it came in [s]: the feed tells of the way out a lap later. */
const longestStopS = 90;
/** Speed limits of pit lanes end here [km/h]. */
const pitSpeedKmh = 85;

/** The timing tower: one row a car, in order of place; cars without one last. */
export function positionsTable(context: TableContext): Table {
  const { race } = context;
  const { codes } = askedDrivers(context);
  const placed = codes
    .map((code) => ({ code, place: race.positions[code] }))
    .sort((a, b) => (a.place?.position ?? 1000) - (b.place?.position ?? 1000));
  const gapAt = new Map<number, number>();
  for (const { position, gap } of Object.values(race.positions)) {
    const parsed = parseGap(gap);
    if (position === 1 || parsed?.kind === 'leader') gapAt.set(position, 0);
    else if (parsed?.kind === 'time') gapAt.set(position, parsed.seconds);
  }
  return {
    columns: words(
      't driver driver_number name team team_colour position gap_text gap interval lap_number last_lap last_lap_text best_lap best_lap_text sector1 sector2 sector3 compound compound_code tyre_age stops status speed x y age_s style',
    ),
    reasonColumn: 'driver',
    rows: placed.map(({ code, place }) => rowOf(context, code, place, gapAt)),
  };
}

function rowOf(
  context: TableContext,
  code: string,
  place: RaceEntry<'position'> | undefined,
  gapAt: ReadonlyMap<number, number>,
): Cell[] {
  const { race, app, sessionNowMs } = context;
  const stamps = createStamps(context);
  const driver = race.drivers.find((one) => one.code === code);
  const laps = race.laps[code] ?? [];
  const last = laps.at(-1);
  const best = laps.reduce<number | null>(
    (low, { lap_time: time }) => (time !== null && (low === null || time < low) ? time : low),
    null,
  );
  const stint = race.stints[code]?.at(-1);
  // A new set is known before the first lap on it ends.
  const isNewSet = stint !== undefined && (last === undefined || stint.stint > last.stint);
  const compound = (isNewSet ? stint.compound : (last?.compound ?? stint?.compound)) ?? null;
  const points = app.state.points.find(code);
  const speed = newestValue(points, 'speed');
  const position = place?.position ?? null;
  const gap = position === null ? undefined : gapAt.get(position);
  const ahead = position === null ? undefined : gapAt.get(position - 1);
  const t = stamps.at(place?.session_time ?? last?.session_time ?? null) ?? stamps.now;
  const ageS =
    place?.session_time == null || sessionNowMs === null ? null : sessionNowMs / 1000 - place.session_time;
  return [
    t,
    code,
    driver?.driver_number ?? points?.driverNumber ?? null,
    driver?.name || code,
    driver?.team ?? '',
    driver?.team_colour ?? '',
    position,
    gapText(place, gap),
    gap ?? null,
    rounded(gap === undefined || ahead === undefined || gap < ahead ? null : gap - ahead, 3),
    last?.lap_number ?? null,
    last?.lap_time ?? null,
    lapTimeText(last?.lap_time ?? null),
    best,
    lapTimeText(best),
    last?.sector1 ?? null,
    last?.sector2 ?? null,
    last?.sector3 ?? null,
    compound,
    compoundCode(compound),
    (isNewSet ? stint.age_at_start : last?.tyre_age) ?? null,
    stopsOf(context, code),
    statusOf(context, code, speed),
    speed,
    newestValue(points, 'x'),
    newestValue(points, 'y'),
    rounded(ageS, 1),
    teamStyle(driver?.team_colour ?? ''),
  ];
}

/** What a timing tower writes: the feed's own text, `leader` for the first. */
function gapText(place: RaceEntry<'position'> | undefined, gap: number | undefined): string | null {
  if (place === undefined) return null;
  if (gap === 0) return 'leader';
  return place.gap === '' ? null : place.gap;
}

/** Ways into the pits that a stop followed or may follow: the last one of a car that gave up is none. */
function stopsOf({ race }: TableContext, code: string): number {
  const laps = race.laps[code] ?? [];
  return laps.filter(({ pit_in: pitIn }, i) => pitIn !== null && laps[i + 1]?.pit_out != null).length;
}

function statusOf({ race, sessionNowMs }: TableContext, code: string, speedKmh: number | null): string {
  const laps = race.laps[code] ?? [];
  const last = laps.at(-1);
  if (last === undefined) {
    // A car that never started has a place too, and no lap while others have two.
    const isLeft = Object.values(race.laps).some((others) => (others?.at(-1)?.lap_number ?? 0) >= 2);
    return race.positions[code] === undefined || isLeft ? 'unknown' : 'running';
  }
  if (last.generated) return 'stopped';
  const finished = race.session_status.find(({ status }) => status === 'Finished' || status === 'Finalised');
  if (finished?.session_time != null && (last.lap_end ?? 0) >= finished.session_time - 1) return 'finished';
  if (last.pit_in !== null && sessionNowMs !== null) {
    const sinceS = sessionNowMs / 1000 - last.pit_in;
    const isSlow = speedKmh === null || speedKmh <= pitSpeedKmh;
    if (sinceS >= 0 && isSlow && (sinceS <= longestStopS || speedKmh === 0)) return 'pit';
  }
  return 'running';
}
