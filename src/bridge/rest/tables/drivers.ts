import { GearAnomaly } from '../../../analysis/gear-anomaly.ts';
import { channels } from '../../../domain/channels.ts';
import { isDrsOpen } from '../../../domain/drs.ts';
import { Origin } from '../../../domain/table.ts';
import type { PointBuffer, PointColumn } from '../../ingest/point-buffer.ts';
import { newestValue } from '../newest-value.ts';
import { rowSpan } from '../row-span.ts';
import { createStamps } from '../stamps.ts';
import { askedDrivers } from '../table-context.ts';
import type { TableContext } from '../table-context.ts';
import { lapTimeText, ratio, rounded, teamStyle, words } from '../table.ts';
import type { Cell, Table } from '../table.ts';

/** From this throttle on a car is at full throttle [%]: the pedal's own scatter stays below. */
const fullThrottlePct = 98;

/** Every driver with statistics of the range; measured values on car rows only. O(rows in range). */
export function driversTable(context: TableContext): Table {
  const { codes } = askedDrivers(context);
  return {
    columns: words(
      't driver driver_number name team team_colour has_telemetry position rows rate_hz speed speed_max speed_mean rpm_max throttle_mean full_throttle_ratio brake_ratio gear_changes wheel_spin_max wheel_spin_mean gear_anomalies drs_openings alerts laps best_lap best_lap_text age_s style',
    ),
    rows: codes.map((code) => rowOf(context, code)),
  };
}

function rowOf(context: TableContext, code: string): Cell[] {
  const { race, app, nowMs } = context;
  const stamps = createStamps(context);
  const entry = race.drivers.find((driver) => driver.code === code);
  const points = app.state.points.find(code);
  const facts = points === undefined ? null : statisticsOf(context, points.buffer);
  const laps = race.laps[code] ?? [];
  const best = laps.reduce<number | null>(
    (low, { lap_time: time }) => (time !== null && (low === null || time < low) ? time : low),
    null,
  );
  const alerts = app.state.alerts
    .list({ drivers: [code], severities: null, types: null, states: null }, Number.MAX_SAFE_INTEGER)
    .filter(({ started_at: startedAt, ended_at: endedAt }) => {
      const t = stamps.at(startedAt);
      return t !== null && stamps.holds(t, endedAt === null ? null : stamps.at(endedAt));
    }).length;
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

/** Highest, sum and count of a channel over car rows. */
class Figures {
  readonly #column: PointColumn;
  max = -1;
  sum = 0;
  count = 0;

  constructor(buffer: PointBuffer, wireName: string) {
    this.#column = columnOf(buffer, wireName);
  }

  add(slot: number): number {
    const { data, nullRaw } = this.#column;
    const raw = data[slot]!;
    if (raw === nullRaw) return -1;
    if (raw > this.max) this.max = raw;
    this.sum += raw;
    this.count++;
    return raw;
  }

  get highest(): number | null {
    return this.count === 0 ? null : this.max / this.#column.scale;
  }

  get mean(): number | null {
    return this.count === 0 ? null : rounded(this.sum / this.count / this.#column.scale, 1);
  }
}

function statisticsOf(context: TableContext, buffer: PointBuffer): Statistics {
  const { from, to } = rowSpan(context, buffer);
  const speed = new Figures(buffer, 'speed');
  const rpm = new Figures(buffer, 'rpm');
  const throttle = new Figures(buffer, 'throttle');
  const brake = new Figures(buffer, 'brake');
  const spin = new Figures(buffer, 'wheel_spin');
  const gear = new Figures(buffer, 'gear');
  const drs = new Figures(buffer, 'drs');
  const anomaly = new Figures(buffer, 'gear_anomaly');
  let full = 0;
  let changes = 0;
  let anomalies = 0;
  let openings = 0;
  let lastGear = -1;
  let lastAnomaly = 0;
  let wasOpen = true;
  for (let row = from; row < to; row++) {
    const slot = row % buffer.capacity;
    if (buffer.origin[slot] !== Origin.car) continue;
    speed.add(slot);
    rpm.add(slot);
    brake.add(slot);
    spin.add(slot);
    if (throttle.add(slot) >= fullThrottlePct * 10) full++;
    const gearNow = gear.add(slot);
    if (gearNow >= 0 && lastGear >= 0 && gearNow !== lastGear) changes++;
    if (gearNow >= 0) lastGear = gearNow;
    const anomalyNow = anomaly.add(slot);
    if (anomalyNow > GearAnomaly.none && anomalyNow !== lastAnomaly) anomalies++;
    lastAnomaly = anomalyNow;
    const code = drs.add(slot);
    if (code < 0) continue;
    const isOpen = isDrsOpen(code);
    if (isOpen && !wasOpen) openings++;
    wasOpen = isOpen;
  }
  const spanMs =
    to - from < 2
      ? 0
      : buffer.sessionMs[(to - 1) % buffer.capacity]! - buffer.sessionMs[from % buffer.capacity]!;
  return {
    rows: to - from,
    rateHz: spanMs <= 0 ? null : rounded(((to - from - 1) * 1000) / spanMs, 2),
    speedMax: speed.highest,
    speedMean: speed.mean,
    rpmMax: rpm.highest,
    throttleMean: throttle.mean,
    fullThrottle: ratio(full, throttle.count),
    braking: ratio(brake.sum, brake.count),
    gearChanges: changes,
    wheelSpinMax: spin.highest,
    wheelSpinMean: spin.mean,
    gearAnomalies: anomalies,
    drsOpenings: openings,
  };
}

/** Column of a channel that is known to exist. */
export function columnOf(buffer: PointBuffer, wireName: string): PointColumn {
  const column = buffer.columns[channels.findIndex((channel) => channel.wireName === wireName)];
  if (column === undefined) throw new Error(`Cannot find the column of ${wireName}`);
  return column;
}
