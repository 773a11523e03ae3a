import { channelByWireName, channels } from '../../domain/channels.ts';
import { createByteWriter } from './byte-writer.ts';
import type { ByteWriter } from './byte-writer.ts';
import { writePoints } from './decimate.ts';
import type { RowRange } from './decimate.ts';
import type { DriverPoints, PointStore } from '../ingest/point-store.ts';
import type { Notice } from './notice.ts';

/** One answer item before its points are written. */
export interface Series {
  /** `VER.speed` */
  readonly name: string;
  readonly refId: string | null;
  /** Null when there is nothing to read; a notice says why. */
  readonly points: DriverPoints | null;
  /** Index into `channels`; −1 when unknown. */
  readonly channel: number;
  readonly driver: string | null;
  /** Rows that it is answered from; null = none. */
  readonly rows: RowRange | null;
  readonly notices: readonly Notice[];
}

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

/** A driver by code (any case) or car number. */
export function findDriver(store: PointStore, name: string): DriverPoints | undefined {
  return (
    store.find(name) ??
    store.find(name.toUpperCase()) ??
    (/^\d{1,3}$/u.test(name)
      ? store.drivers.find(({ driverNumber }) => driverNumber === Number(name))
      : undefined)
  );
}

/** Index into `channels` of a metric's name, any case; −1 when it is none. */
export function channelIndex(metric: string): number {
  const channel = channelByWireName(metric.toLowerCase());
  return channel === undefined ? -1 : channels.findIndex(({ wireName }) => wireName === channel.wireName);
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
export function writeAnswer(series: readonly Series[], maxPoints: number): Answer {
  const writer = idleWriters.pop() ?? createByteWriter(64 * 1024);
  writer.reset();
  writer.byte(0x5b);
  series.forEach((item, index) => {
    if (index > 0) writer.byte(comma);
    writeHead(writer, item);
    const { points, rows, channel } = item;
    const column = points?.buffer.columns[channel];
    if (points !== null && rows !== null && column !== undefined)
      writePoints(writer, points.buffer, column, rows, maxPoints);
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

function writeHead(writer: ByteWriter, series: Series): void {
  const { refId, driver, notices, name } = series;
  const head = {
    target: name,
    refId,
    title: titleOf(series),
    unit: unitOf(series.channel),
    tags: driver === null ? {} : { driver },
    ...(notices.length === 0 ? {} : { meta: { notices } }),
  };
  writer.text(`${JSON.stringify(head).slice(0, -1)},"datapoints":[`);
}

/** `VER Speed`: what a legend shows. */
export function titleOf({ name, channel, driver }: Series): string {
  const known = channels[channel];
  return known === undefined || driver === null ? name : `${driver} ${known.label}`;
}

/** Unit of a channel (by index) as Grafana names it. */
export function unitOf(channel: number): string {
  const known = channels[channel];
  return known === undefined ? 'none' : (grafanaUnits[known.unit] ?? 'none');
}
