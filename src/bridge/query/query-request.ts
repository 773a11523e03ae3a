import { badRequest, HttpError } from '../http/http-error.ts';
import { readCount, valuesOf } from '../http/request-values.ts';
import type { Values } from '../http/request-values.ts';
import { readFilters } from './filters.ts';
import type { Filters } from './filters.ts';
import { refusing, select } from './select.ts';
import { readTarget } from './selection.ts';
import type { Selection, TargetNames } from './selection.ts';
import { readRange } from './time-range.ts';
import type { TimeRange } from './time-range.ts';

export { select } from './select.ts';

/** How a target is answered: `datapoints` of each series, one table, or one data frame for each series. */
export type AnswerForm = 'series' | 'table' | 'frame';

/** One target of a query as the request has it. */
export interface RequestedTarget {
  /** As written. */
  readonly text: string;
  readonly refId: string | null;
  /** Drivers and metrics that the text names. */
  readonly parts: readonly TargetNames[];
  /** Drivers chosen beside the text; null = all. */
  readonly drivers: Selection;
  readonly filters: Filters;
  readonly form: AnswerForm;
  /** Only rows of this lap; null = any. */
  readonly lap: number | null;
  /** Of alerts: severities and types chosen; null = all. */
  readonly severities: Selection;
  readonly alertTypes: Selection;
  /** True for panels that show one value: the newest one is answered where a range up to now holds none. */
  readonly wantsNewest: boolean;
  /** Why the target cannot be answered at all; null when it can. */
  readonly fault: HttpError | null;
}

/** A query: what is asked, of which time, and when. */
export interface QueryRequest {
  readonly targets: readonly RequestedTarget[];
  readonly range: TimeRange;
  /** Most points of one series, and most rows of a driver in a table. */
  readonly maxPoints: number;
  /** When it was asked, epoch ms. */
  readonly nowMs: number;
}

/** What holds where a request says nothing. */
export interface QueryDefaults {
  readonly nowMs: number;
  readonly windowMs: number;
  readonly maxPoints: number;
}

const maxTargets = 500;
const maxPointsPerSeries = 100_000;
/** Panels that show one value of a series. */
const valuePanels: ReadonlySet<unknown> = new Set(['stat', 'gauge', 'bargauge', 'table', 'piechart']);

/**
 * Grafana's data request. Hidden targets and targets without a name are left out, as its data sources do; what is sent
 * beside is ignored.
 * @throws {HttpError} 400 for targets that are no list, a range or a number that cannot be read
 */
export function readQuery(body: Values, defaults: QueryDefaults): QueryRequest {
  const range = valuesOf(body['range']);
  checkIntervals(body);
  return {
    targets: readTargets(body),
    range: readRange(
      range['from'] ?? body['from'],
      range['to'] ?? body['to'],
      defaults.nowMs,
      defaults.windowMs,
    ),
    maxPoints: readCount('maxDataPoints', body['maxDataPoints'], {
      fallback: defaults.maxPoints,
      min: 1,
      max: maxPointsPerSeries,
    }),
    nowMs: defaults.nowMs,
  };
}

/** Nothing is computed from intervals, but a negative one tells of a broken caller. */
function checkIntervals({ interval, intervalMs }: Values): void {
  readCount('intervalMs', intervalMs, { fallback: 0, min: 0, max: Number.MAX_SAFE_INTEGER });
  const isNegativeText = typeof interval === 'string' && /^\s*-/u.test(interval);
  if (isNegativeText || (typeof interval === 'number' && interval < 0)) {
    throw badRequest(
      `interval must not be negative: current value is ${JSON.stringify(interval).slice(0, 40)}`,
      'Leave interval out, or send it as 200ms',
    );
  }
}

function readTargets(body: Values): RequestedTarget[] {
  const { targets } = body;
  if (!Array.isArray(targets)) {
    throw badRequest(
      'Cannot answer a query without targets',
      'Send {"targets": [{"target": "VER.speed"}], "range": …}',
    );
  }
  if (targets.length > maxTargets) {
    throw badRequest(
      `Cannot answer ${targets.length} targets: at most ${maxTargets} are answered at once`,
      'Ask in parts',
    );
  }
  const filters = readFilters(body);
  const isValuePanel = valuePanels.has(body['panelPluginId']);
  return targets
    .map((item) => (typeof item === 'string' ? { target: item } : valuesOf(item)))
    .filter((item) => !isLeftOut(item))
    .map((item) => readOne(item, filters, isValuePanel));
}

function isLeftOut({ target, hide }: Values): boolean {
  const isUnnamed = typeof target === 'string' && target.trim() === '';
  return hide === true || target === undefined || target === null || isUnnamed;
}

function readOne(item: Values, filters: Filters, isValuePanel: boolean): RequestedTarget {
  const { target, refId, payload, data, type, drivers, driver } = item;
  const text = typeof target === 'string' ? target : JSON.stringify(target);
  const chosen = { ...payloadOf(data), ...payloadOf(payload) };
  const rest = { text, refId: typeof refId === 'string' ? refId.slice(0, 40) : null, filters };
  try {
    const form = readForm(chosen['format'] ?? type);
    return {
      ...rest,
      form,
      parts: typeof target === 'string' ? refusing(() => readTarget(target)) : [],
      drivers: select(chosen['driver'] ?? chosen['drivers'] ?? driver ?? drivers),
      lap: readLap(chosen['lap']),
      severities: select(chosen['severity']),
      alertTypes: select(chosen['alert_type']),
      wantsNewest: form === 'table' || isValuePanel || chosen['newest'] === true,
      fault: null,
    };
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    return { ...unreadable, ...rest, fault: error };
  }
}

const unreadable = {
  form: 'series',
  parts: [],
  drivers: null,
  lap: null,
  severities: null,
  alertTypes: null,
  wantsNewest: false,
} as const;

/** A payload may be an object or the text of one; bad text counts as none, as in the data source. */
function payloadOf(payload: unknown): Values {
  if (typeof payload !== 'string') return valuesOf(payload);
  try {
    return valuesOf(JSON.parse(payload));
  } catch {
    return {};
  }
}

/** `timeserie` and `timeseries` are the words of the older data sources; so is what they do not know. */
function readForm(value: unknown): AnswerForm {
  return value === 'table' || value === 'frame' ? value : 'series';
}

function readLap(value: unknown): number | null {
  const names = select(value);
  if (names === null) return null;
  const [name = ''] = names;
  if (names.length === 1 && /^\d{1,3}$/u.test(name)) return Number(name);
  throw badRequest(
    `lap must be one lap number: current value is ${String(JSON.stringify(value)).slice(0, 60)}`,
    'Leave lap out for every lap of the range',
  );
}
