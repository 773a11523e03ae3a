import { channels } from '../../domain/channels.ts';
import type { BridgeState } from '../ingest/bridge-state.ts';
import { valueAt } from '../ingest/point-buffer.ts';
import type { DriverPoints } from '../ingest/point-store.ts';
import { overlaps } from './annotations.ts';
import type { Annotation } from './annotations.ts';
import { passes } from './filters.ts';
import { info, standsStill } from './notice.ts';
import type { Notice } from './notice.ts';
import { findDriver, unitOf } from './query-engine.ts';
import type { Series } from './query-engine.ts';
import type { QueryRequest, RequestedTarget } from './query-request.ts';

/** A table as Grafana's data sources take it. */
export interface TableAnswer {
  readonly type: 'table';
  readonly refId: string | null;
  readonly name: string;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly Cell[])[];
  readonly meta?: { readonly notices: readonly Notice[] };
}

type Cell = string | number | null;

interface TableColumn {
  readonly text: string;
  readonly type: 'time' | 'string' | 'number';
  readonly unit?: string;
}

/** Rows that the tables of one answer may still have together. */
export interface RowBudget {
  left: number;
}

const maxAnnotations = 1000;

/**
 * Newest rows of all drivers of a target, at most `maxPoints` of each, ordered by time, then driver: a column for each
 * metric, and how old the row is.
 */
export function valueTable(
  target: RequestedTarget,
  series: readonly Series[],
  { maxPoints, nowMs }: QueryRequest,
  budget: RowBudget,
): TableAnswer {
  const metrics = [...new Set(series.flatMap(({ channel }) => (channel < 0 ? [] : [channel])))];
  const rows: Cell[][] = [];
  for (const [points, own] of byDriver(series)) {
    const { buffer, driver } = points;
    const { from: first, to } = spanOf(own);
    for (let i = Math.max(first, to - maxPoints); i < to && rows.length < budget.left; i++) {
      const at = buffer.timeAt(i % buffer.capacity);
      const values = metrics.map((channel) => {
        const column = buffer.columns[channel];
        const isAsked = own.some((one) => one.channel === channel);
        return isAsked && column !== undefined ? valueAt(buffer, column, i) : null;
      });
      rows.push([at, driver, ...values, Math.round((nowMs - at) / 100) / 10]);
    }
  }
  const notices = uniqueNotices(series.flatMap((one) => one.notices));
  if (rows.length >= budget.left) notices.push(info('The table is cut: ask for fewer drivers or points'));
  budget.left -= rows.length;
  rows.sort((a, b) => Number(a[0]) - Number(b[0]) || (String(a[1]) < String(b[1]) ? -1 : 1));
  const columns: TableColumn[] = [
    { text: 'Time', type: 'time' },
    { text: 'Driver', type: 'string' },
    ...metrics.map((channel) => {
      const text = channels[channel]?.label ?? 'Value';
      return { text, type: 'number', unit: unitOf(channel) } as const;
    }),
    { text: 'Age', type: 'number', unit: 's' },
  ];
  return tableOf(target, columns, rows, notices);
}

/** Rows that any series of a driver has: those of a panel's newest values differ by channel. */
function spanOf(series: readonly Series[]): { from: number; to: number } {
  const rows = series.flatMap(({ rows: one }) => (one === null || one.to <= one.from ? [] : [one]));
  if (rows.length === 0) return { from: 0, to: 0 };
  return {
    from: rows.reduce((min, { from }) => Math.min(min, from), Number.MAX_SAFE_INTEGER),
    to: rows.reduce((max, { to }) => Math.max(max, to), 0),
  };
}

function byDriver(series: readonly Series[]): Map<DriverPoints, Series[]> {
  const groups = new Map<DriverPoints, Series[]>();
  for (const one of series) {
    if (one.points === null) continue;
    const group = groups.get(one.points);
    if (group === undefined) groups.set(one.points, [one]);
    else group.push(one);
  }
  return groups;
}

const annotationColumns: readonly TableColumn[] = [
  { text: 'time', type: 'time' },
  { text: 'timeEnd', type: 'time' },
  { text: 'title', type: 'string' },
  { text: 'text', type: 'string' },
  { text: 'tags', type: 'string' },
  { text: 'id', type: 'string' },
  { text: 'color', type: 'string' },
];

/** One table of annotations, oldest first, the newest 1,000: what an annotation query and a table panel both take. */
export function annotationTable(
  state: BridgeState,
  target: RequestedTarget,
  annotations: readonly Annotation[],
  { range, nowMs }: QueryRequest,
  budget: RowBudget,
): TableAnswer {
  const isAsked = selectionOf(state, target);
  const found = annotations.filter((one) => overlaps(one, range, nowMs) && isAsked(one));
  const rows = found
    .slice(-Math.min(maxAnnotations, Math.max(1, budget.left)))
    .map(({ time, timeEnd, title, text, tags, id, color }) => [
      time,
      timeEnd,
      title,
      text,
      tags.join(','),
      id,
      color,
    ]);
  budget.left -= rows.length;
  const notices: Notice[] = [];
  if (found.length > rows.length)
    notices.push(info(`The newest ${rows.length} of ${found.length} are shown`));
  if (found.length === 0)
    notices.push(info(range.fromMs > nowMs ? 'The range lies in the future' : 'Nothing in this range'));
  notices.push(...standsStill(state, nowMs, rows.length > 0));
  return tableOf(target, annotationColumns, rows, notices);
}

/** What target and filters choose of alerts; events of the replay are chosen by neither. */
function selectionOf(
  { points, race }: BridgeState,
  target: RequestedTarget,
): (annotation: Annotation) => boolean {
  const [part] = target.parts;
  const codeOf = (name: string): string =>
    findDriver(points, name)?.driver ??
    race.drivers.find(({ driver_number: number }) => String(number) === name)?.code ??
    name.toUpperCase();
  const drivers = (part?.drivers ?? target.drivers)?.map(codeOf) ?? null;
  const severities = target.severities?.map((name) => name.toLowerCase()) ?? null;
  const types = target.alertTypes?.map((name) => name.toLowerCase()) ?? null;
  const { driver: byDriverFilter, severity: bySeverity, alert_type: byType } = target.filters;
  return ({ alert }) =>
    alert === null ||
    ((drivers?.includes(alert.driver) ?? true) &&
      (severities?.includes(alert.severity) ?? true) &&
      (types?.includes(alert.alert_type) ?? true) &&
      passes(byDriverFilter, alert.driver) &&
      passes(bySeverity, alert.severity) &&
      passes(byType, alert.alert_type));
}

function tableOf(
  { refId, text }: RequestedTarget,
  columns: readonly TableColumn[],
  rows: readonly (readonly Cell[])[],
  notices: readonly Notice[],
): TableAnswer {
  const meta = notices.length === 0 ? {} : { meta: { notices } };
  return { type: 'table', refId, name: text.slice(0, 200), columns, rows, ...meta };
}

function uniqueNotices(notices: readonly Notice[]): Notice[] {
  const known = new Map(notices.map((notice) => [notice.text, notice]));
  return [...known.values()];
}
