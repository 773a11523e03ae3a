import { createStamps, ordered } from '../stamps.ts';
import type { Row } from '../stamps.ts';
import { askedDrivers } from '../table-context.ts';
import type { TableContext } from '../table-context.ts';
import { oneOf } from '../table-request.ts';
import { rounded, words } from '../table.ts';
import type { Cell, Table } from '../table.ts';

/** Readings of the weather station; the newest one before the range too, so that a short range is not empty. */
export function weatherTable(context: TableContext): Table {
  const { race, request, sessionNowMs } = context;
  const stamps = createStamps(context);
  const rows: Row[] = [];
  let before: Row | null = null;
  for (const sample of race.weather) {
    const t = stamps.at(sample.session_time);
    if (t === null) continue;
    const ageS =
      sessionNowMs === null || sample.session_time === null
        ? null
        : sessionNowMs / 1000 - sample.session_time;
    const row = [
      t,
      sample.air_temp,
      sample.track_temp,
      sample.humidity,
      sample.pressure,
      sample.rainfall,
      sample.wind_direction,
      sample.wind_speed,
      sample.rainfall === null ? null : sample.rainfall ? 'rain' : 'dry',
      race.session?.circuit ?? '',
      rounded(ageS, 1),
    ];
    if (stamps.precedes(t)) before = row;
    else if (stamps.holds(t)) rows.push(row);
  }
  return {
    columns: words(
      't air_temp track_temp humidity pressure rainfall wind_direction wind_speed condition place age_s',
    ),
    reasonColumn: ['condition', 'place'],
    rows: ordered(before === null ? rows : [before, ...rows], request.limit),
  };
}

/** What race control told; with drivers named only what is about them. */
export function raceControlTable(context: TableContext): Table {
  const { race, request } = context;
  const stamps = createStamps(context);
  const asked = request.drivers === null ? null : new Set(askedDrivers(context).codes);
  const rows: Row[] = [];
  for (const entry of race.race_control) {
    const t = stamps.at(entry.session_time);
    if (t === null || !stamps.holds(t)) continue;
    const { category, flag, message, driver, scope, sector, lap_number: lap, foreign } = entry;
    if (asked !== null && (driver === null || !asked.has(driver))) continue;
    const tags = [category, flag, driver].filter((tag) => tag !== null && tag !== '').join(',');
    rows.push([
      t,
      driver,
      lap,
      category,
      flag,
      message,
      scope,
      sector,
      foreign,
      flag ?? category,
      message,
      tags,
    ]);
  }
  return {
    columns: words('t driver lap_number category flag message scope sector foreign title text tags'),
    reasonColumn: 'message',
    rows: ordered(rows, request.limit),
  };
}

const statusTexts: Readonly<Record<string, string>> = {
  '1': 'Track clear',
  '2': 'Yellow flag',
  '4': 'Safety car',
  '5': 'Red flag',
  '6': 'Virtual safety car',
  '7': 'Virtual safety car ends',
};

/** Stretches under one status of the track; `fill=previous` says the last one again at the range's end. */
export function trackStatusTable(context: TableContext): Table {
  const { race, request } = context;
  const stamps = createStamps(context);
  const isCautionOnly = oneOf('caution', request.values['caution'], ['false', 'true'] as const) === 'true';
  const changes = race.track_status.filter(({ status }, i, all) => i === 0 || all[i - 1]!.status !== status);
  const rows: Row[] = [];
  changes.forEach((change, i) => {
    const t = stamps.at(change.session_time);
    const next = changes[i + 1];
    const end = next === undefined ? null : stamps.at(next.session_time);
    if (t === null || !stamps.holds(t, end)) return;
    const { status, message } = change;
    if (isCautionOnly && status === '1') return;
    const text = statusTexts[status] ?? `Track status ${status}`;
    rows.push(statusRow(t, end, status, message, text));
  });
  const last = rows.at(-1);
  // A state timeline draws the last state up to its last time.
  if (request.fill && last !== undefined && stamps.end !== null) {
    const [from, to] = [Number(last[0]), last[1] === null ? Infinity : Number(last[1])];
    if (from < stamps.end && stamps.end < to) rows.push([stamps.end, ...last.slice(1)]);
  }
  return {
    columns: words('t t_end time timeEnd status status_code message title text tags'),
    reasonColumn: 'title',
    rows: ordered(rows, request.limit),
  };
}

function statusRow(t: number, end: number | null, status: string, message: string, text: string): Cell[] {
  const code = /^\d+$/u.test(status) ? Number(status) : null;
  return [t, end, t, end, status, code, message, text, message === '' ? text : message, `track,${status}`];
}
