import { channelByWireName, channels } from '../../domain/channels.ts';
import { createByteWriter } from './byte-writer.ts';
import type { ByteWriter } from './byte-writer.ts';
import { findRows, maxBreaksFor, writePoints } from './decimate.ts';
import type { RowRange } from './decimate.ts';
import { HttpError } from '../http/http-error.ts';
import type { DriverPoints, PointStore } from '../ingest/point-store.ts';
import { readTarget, UnreplacedVariable } from './selection.ts';
import type { Selection } from './selection.ts';
import type { TimeRange } from './time-range.ts';

/** One target of a query as the request has it. */
export interface QueryTarget {
  readonly target: string;
  readonly refId: string | null;
  /** Drivers chosen beside the target (payload, filters); null = all. */
  readonly drivers: Selection;
  /** Drivers that filters leave, also of those that the target names; null = all. */
  readonly only: Selection;
  /** Drivers that a filter excludes. */
  readonly without: readonly string[];
}

export interface Query {
  readonly targets: readonly QueryTarget[];
  readonly range: TimeRange;
  /** Most points of one series. */
  readonly maxPoints: number;
}

/** One answer item before its points are written. */
export interface Series {
  /** `VER.speed` */
  readonly name: string;
  readonly refId: string | null;
  /** Null when there is nothing to read; `notice` says why. */
  readonly points: DriverPoints | null;
  /** Index into `channels`; −1 when unknown. */
  readonly channel: number;
  readonly driver: string | null;
  readonly notice: string | null;
}

const maxSeries = 2000;
const maxPointsInAll = 4_000_000;
/** Units as Grafana names them. */
const grafanaUnits: Readonly<Record<string, string>> = {
  'km/h': 'velocitykmh',
  rpm: 'rotrpm',
  '%': 'percent',
  m: 'lengthm',
  '°C': 'celsius',
};

/** Metric names, `n_gear` among them. */
export const metricNames: readonly string[] = [...channels.map(({ wireName }) => wireName), 'n_gear'];

/**
 * Series of a query, in target order: one for each driver and metric, at least one for each target.
 * @throws {HttpError} 400 F1_BRIDGE_QUERY when no target can be answered, or when too much is asked
 */
export function planQuery(store: PointStore, query: Query): Series[] {
  const series: Series[] = [];
  let wrong = 0;
  let firstFault: string | null = null;
  for (const target of query.targets) {
    const before = series.length;
    const fault = planTarget(store, target, series);
    if (series.length === before) series.push(nothing(target, fault ?? whyEmpty(target)));
    if (fault !== null) {
      wrong++;
      firstFault ??= fault;
    }
    if (series.length > maxSeries) throw tooMuch(`${series.length} series`, `${maxSeries} series`);
  }
  if (firstFault !== null && wrong === query.targets.length) {
    throw new HttpError(400, 'F1_BRIDGE_QUERY', firstFault, `Metrics are: ${metricNames.join(', ')}`);
  }
  if (series.length * query.maxPoints > maxPointsInAll) {
    throw tooMuch(`${series.length} series of ${query.maxPoints} points`, `${maxPointsInAll} points in all`);
  }
  return series;
}

/** Adds the series of one target; returns why it cannot be answered, or null. */
function planTarget(store: PointStore, target: QueryTarget, series: Series[]): string | null {
  let fault: string | null = null;
  let known = 0;
  try {
    for (const { drivers, metrics } of readTarget(target.target)) {
      for (const metric of metrics ?? channels.map(({ wireName }) => wireName)) {
        const channel = channelIndex(metric);
        if (channel < 0) {
          fault ??= `Cannot answer target ${shown(target.target)}: ${shown(metric)} is not a metric`;
          continue;
        }
        known++;
        planMetric(store, target, drivers, metric, channel, series);
      }
    }
  } catch (error) {
    if (!(error instanceof UnreplacedVariable)) throw error;
    return `Cannot answer target ${shown(target.target)}: the variable in it was not replaced`;
  }
  return known > 0 ? null : (fault ?? `Cannot answer target ${shown(target.target)}: it names no metric`);
}

function planMetric(
  store: PointStore,
  target: QueryTarget,
  drivers: Selection,
  metric: string,
  channel: number,
  series: Series[],
): void {
  const { refId } = target;
  const wanted = drivers ?? target.drivers;
  if (wanted === null) {
    for (const points of store.drivers) {
      if (target.without.includes(points.driver)) continue;
      series.push({
        name: `${points.driver}.${metric}`,
        refId,
        points,
        channel,
        driver: points.driver,
        notice: null,
      });
    }
    return;
  }
  const only = target.only?.map((name) => findDriver(store, name)?.driver ?? name.toUpperCase());
  for (const name of wanted) {
    const points = findDriver(store, name);
    const driver = points?.driver ?? name.toUpperCase().slice(0, 20);
    if (target.without.includes(driver) || only?.includes(driver) === false) continue;
    const notice = points === undefined ? `No telemetry of driver ${driver}` : null;
    series.push({ name: `${driver}.${metric}`, refId, points: points ?? null, channel, driver, notice });
  }
}

function whyEmpty({ only, without }: QueryTarget): string {
  return only === null && without.length === 0
    ? 'No driver has telemetry yet'
    : 'The filter on driver leaves nothing of this target';
}

/** A driver by code (any case) or car number. */
export function findDriver(store: PointStore, name: string): DriverPoints | undefined {
  return (
    store.find(name) ??
    store.find(name.toUpperCase()) ??
    store.drivers.find(({ driverNumber }) => String(driverNumber) === name)
  );
}

function channelIndex(metric: string): number {
  const channel = channelByWireName(metric.toLowerCase());
  return channel === undefined ? -1 : channels.findIndex(({ wireName }) => wireName === channel.wireName);
}

function nothing({ target, refId }: QueryTarget, notice: string): Series {
  return { name: target.slice(0, 200), refId, points: null, channel: -1, driver: null, notice };
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}

function tooMuch(current: string, allowed: string): HttpError {
  return new HttpError(
    400,
    'F1_BRIDGE_QUERY',
    `Cannot answer a query of ${current}: at most ${allowed} are answered at once`,
    'Ask for fewer drivers, metrics or points',
  );
}

const closeBrace = 0x7d;
const comma = 0x2c;

/** Bytes of an answer; they are written over once `release` was called. */
export interface Answer {
  readonly bytes: Buffer;
  release(): void;
}

/** Writers between two answers: an answer of 2 MB each second must not become garbage each second. */
const idleWriters: ByteWriter[] = [];
const maxIdleWriters = 2;
/** A buffer that one large answer grew is not kept. */
const maxIdleBytes = 8_000_000;

/**
 * Answer of a query as JSON bytes: `[{target, refId, title, unit, tags, datapoints: [[value, epochMs], …]}, …]`.
 * O(rows in range) once for each series; nothing is allocated for a point.
 */
export function writeAnswer(series: readonly Series[], range: TimeRange, maxPoints: number): Answer {
  const writer = idleWriters.pop() ?? createByteWriter(64 * 1024);
  writer.reset();
  const rowsOf = new Map<DriverPoints, RowRange>();
  writer.byte(0x5b);
  series.forEach((item, index) => {
    if (index > 0) writer.byte(comma);
    writeHead(writer, item);
    const { points } = item;
    if (points !== null && item.channel >= 0) {
      let rows = rowsOf.get(points);
      if (rows === undefined) {
        rows = findRows(points.buffer, range.fromMs, range.toMs, maxBreaksFor(maxPoints));
        rowsOf.set(points, rows);
      }
      writePoints(writer, points.buffer, points.buffer.columns[item.channel]!, rows, maxPoints);
    }
    writer.byte(0x5d);
    writer.byte(closeBrace);
  });
  writer.byte(0x5d);
  const bytes = writer.view();
  let isReleased = false;
  return {
    bytes,
    release() {
      if (isReleased) return;
      isReleased = true;
      if (idleWriters.length < maxIdleWriters && bytes.buffer.byteLength <= maxIdleBytes)
        idleWriters.push(writer);
    },
  };
}

function writeHead(writer: ByteWriter, { name, refId, channel, driver, notice }: Series): void {
  const known = channels[channel];
  const head = {
    target: name,
    refId,
    title: known === undefined || driver === null ? name : `${driver} ${known.label}`,
    unit: known === undefined ? 'none' : (grafanaUnits[known.unit] ?? 'none'),
    tags: driver === null ? {} : { driver },
    ...(notice === null ? {} : { meta: { notices: [{ severity: 'warning', text: notice }] } }),
  };
  writer.text(`${JSON.stringify(head).slice(0, -1)},"datapoints":[`);
}
