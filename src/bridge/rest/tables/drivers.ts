import { channels } from '../../../domain/channels.ts';
import type { TotalName } from '../../ingest/page-totals.ts';
import type { PointBuffer, PointColumn } from '../../ingest/point-buffer.ts';
import { newestValue } from '../newest-value.ts';
import { rowSpan } from '../row-span.ts';
import type { RowSpan } from '../row-span.ts';
import { createStamps } from '../stamps.ts';
import type { Stamps } from '../stamps.ts';
import { askedDrivers } from '../table-context.ts';
import type { TableContext } from '../table-context.ts';
import { lapTimeText, ratio, rounded, teamStyle, words } from '../table.ts';
import type { Cell, Table } from '../table.ts';

/** Every driver with statistics of the range. O(pages in range + alerts). */
export function driversTable(context: TableContext): Table {
  const { codes } = askedDrivers(context);
  const stamps = createStamps(context);
  const alerts = countAlerts(context, stamps);
  return {
    columns: words(
      't driver driver_number name team team_colour has_telemetry position rows rate_hz speed speed_max speed_mean rpm_max throttle_mean full_throttle_ratio brake_ratio gear_changes wheel_spin_max wheel_spin_mean gear_anomalies drs_openings alerts laps best_lap best_lap_text age_s style',
    ),
    rows: codes.sort().map((code) => rowOf(context, code, stamps, alerts.get(code) ?? 0)),
  };
}

/** Number of alert episodes in the range by driver. */
function countAlerts({ app }: TableContext, stamps: Stamps): Map<string, number> {
  const counts = new Map<string, number>();
  const all = { drivers: null, severities: null, types: null, states: null };
  for (const { driver, started_at: startedAt, ended_at: endedAt } of app.state.alerts.list(
    all,
    Number.MAX_SAFE_INTEGER,
  )) {
    const t = stamps.at(startedAt);
    if (t !== null && stamps.holds(t, stamps.at(endedAt))) counts.set(driver, (counts.get(driver) ?? 0) + 1);
  }
  return counts;
}

function rowOf(context: TableContext, code: string, stamps: Stamps, alerts: number): Cell[] {
  const { race, app, nowMs } = context;
  const entry = race.drivers.find((driver) => driver.code === code);
  const points = app.state.points.find(code);
  const facts = points === undefined ? null : statisticsOf(context, points.buffer);
  const laps = race.laps[code] ?? [];
  const best = laps.reduce<number | null>(
    (low, { lap_time: time }) => (time !== null && (low === null || time < low) ? time : low),
    null,
  );
  const newestMs =
    points === undefined || points.buffer.appended === 0
      ? null
      : points.buffer.timeAt((points.buffer.appended - 1) % points.buffer.capacity);
  return [
    stamps.now ?? 0,
    code,
    entry?.driver_number ?? points?.driverNumber ?? null,
    entry?.name || code,
    entry?.team ?? '',
    entry?.team_colour ?? '',
    entry?.has_telemetry ?? points !== undefined,
    race.positions[code]?.position ?? null,
    facts?.rows ?? 0,
    facts?.rateHz ?? null,
    newestValue(points, 'speed'),
    facts?.speedMax ?? null,
    facts?.speedMean ?? null,
    facts?.rpmMax ?? null,
    facts?.throttleMean ?? null,
    facts?.fullThrottle ?? null,
    facts?.braking ?? null,
    facts?.gearChanges ?? null,
    facts?.wheelSpinMax ?? null,
    facts?.wheelSpinMean ?? null,
    facts?.gearAnomalies ?? null,
    facts?.drsOpenings ?? null,
    alerts,
    laps.length,
    best,
    lapTimeText(best),
    newestMs === null ? null : rounded(Math.max(0, nowMs - newestMs) / 1000, 1),
    teamStyle(entry?.team_colour ?? ''),
  ];
}

interface Statistics {
  readonly rows: number;
  readonly rateHz: number | null;
  readonly speedMax: number | null;
  readonly speedMean: number | null;
  readonly rpmMax: number | null;
  readonly throttleMean: number | null;
  readonly fullThrottle: number | null;
  readonly braking: number | null;
  readonly gearChanges: number;
  readonly wheelSpinMax: number | null;
  readonly wheelSpinMean: number | null;
  readonly gearAnomalies: number;
  readonly drsOpenings: number;
}

/** Statistics of merged rows: values between samples are interpolated and change neither extremes nor means. O(pages). */
function statisticsOf(context: TableContext, buffer: PointBuffer): Statistics {
  const { from, to } = rowSpan(context, buffer);
  const totals = buffer.totals(from, to);
  const scaleOf = (name: string): number => columnOf(buffer, name).scale;
  const highest = (name: TotalName, scale: number): number | null =>
    totals.of(name) < 0 ? null : totals.of(name) / scale;
  const mean = (sum: TotalName, count: TotalName, scale: number): number | null =>
    totals.of(count) === 0 ? null : rounded(totals.of(sum) / totals.of(count) / scale, 1);
  let anomalies = 0;
  for (let gear = 0; gear <= 8; gear++)
    for (let kind = 1; kind <= 3; kind++) anomalies += totals.gear(gear, kind);
  return {
    rows: to - from,
    rateHz: rateHz(buffer, { from, to }),
    speedMax: highest('speedMax', scaleOf('speed')),
    speedMean: mean('speedSum', 'speedCount', scaleOf('speed')),
    rpmMax: highest('rpmMax', scaleOf('rpm')),
    throttleMean: mean('throttleSum', 'throttleCount', scaleOf('throttle')),
    fullThrottle: ratio(totals.of('fullThrottle'), totals.of('throttleCount')),
    braking: ratio(totals.of('braking'), totals.of('brakeCount')),
    gearChanges: totals.of('gearChanges'),
    wheelSpinMax: highest('spinMax', scaleOf('wheel_spin')),
    wheelSpinMean: mean('spinSum', 'spinCount', scaleOf('wheel_spin')),
    gearAnomalies: anomalies,
    drsOpenings: totals.of('drsOpenings'),
  };
}

/** Rows a second of session time; null of fewer than two. */
export function rateHz({ sessionMs, capacity }: PointBuffer, { from, to }: RowSpan): number | null {
  if (to - from < 2) return null;
  const spanMs = sessionMs[(to - 1) % capacity]! - sessionMs[from % capacity]!;
  return spanMs <= 0 ? null : rounded(((to - from - 1) * 1000) / spanMs, 2);
}

/** Column of a channel that is known to exist. */
export function columnOf(buffer: PointBuffer, wireName: string): PointColumn {
  const column = buffer.columns[channels.findIndex((channel) => channel.wireName === wireName)];
  if (column === undefined) throw new Error(`Cannot find the column of ${wireName}`);
  return column;
}
