import { channels } from '../../domain/channels.ts';
import { HttpError } from '../http/http-error.ts';
import type { DriverPoints, PointStore } from '../ingest/point-store.ts';
import { annotationSources } from './annotations.ts';
import type { AnnotationSource } from './annotations.ts';
import { passes } from './filters.ts';
import type { Filter } from './filters.ts';
import { unknownNotice, warning } from './notice.ts';
import type { Notice } from './notice.ts';
import { channelIndex, findDriver, metricNames } from './query-engine.ts';
import type { Series } from './query-engine.ts';
import type { QueryRequest, RequestedTarget } from './query-request.ts';
import type { Selection } from './selection.ts';

/** A target with what it is answered from: series, or one table of annotations. */
export type PlannedTarget =
  | { readonly target: RequestedTarget; readonly annotations: AnnotationSource }
  | {
      readonly target: RequestedTarget;
      readonly annotations: null;
      /** One for each driver and metric, none twice; where nothing is known one that is empty. */
      readonly series: readonly Series[];
    };

const maxSeries = 2000;
const maxPointsInAll = 4_000_000;

/**
 * What each target is answered from, in target order.
 * @throws {HttpError} 400 F1_BRIDGE_QUERY when no target can be answered, or when too much is asked
 */
export function planQuery(store: PointStore, { targets, maxPoints }: QueryRequest): PlannedTarget[] {
  const planned: PlannedTarget[] = [];
  const faults: HttpError[] = [];
  let count = 0;
  for (const target of targets) {
    const annotations = annotationsOf(target);
    if (annotations !== null) {
      planned.push({ target, annotations });
      continue;
    }
    const { series, fault } = planTarget(store, target, maxSeries - count);
    if (fault !== null) faults.push(fault);
    count += series.length;
    planned.push({ target, annotations, series });
  }
  if (faults[0] !== undefined && faults.length === targets.length) throw faults[0];
  if (count * maxPoints > maxPointsInAll) {
    throw tooMuch(`${count} series of ${maxPoints} points`, `${maxPointsInAll} points in all`);
  }
  return planned;
}

function annotationsOf({ parts }: RequestedTarget): AnnotationSource | null {
  const [name, ...others] = parts.flatMap(({ metrics }) => metrics ?? []);
  return name === undefined || others.length > 0 ? null : (annotationSources.get(name.toLowerCase()) ?? null);
}

interface TargetPlan {
  readonly series: Series[];
  /** Why the target cannot be answered at all. */
  readonly fault: HttpError | null;
}

function planTarget(store: PointStore, target: RequestedTarget, room: number): TargetPlan {
  if (target.fault !== null) return wrong(target, target.fault);
  const found = new Map<string, Series>();
  const metrics = new Set<string>();
  const unknownMetrics = new Set<string>();
  const unknownDrivers = new Set<string>();
  const filter = resolved(store, target.filters.driver);
  const driversIn = (selection: Selection): DriverPoints[] =>
    driversOf(store, selection, unknownDrivers).filter(({ driver }) => passes(filter, driver));
  let beside: readonly DriverPoints[] | null = null;
  for (const part of target.parts) {
    const drivers = part.drivers === null ? (beside ??= driversIn(target.drivers)) : driversIn(part.drivers);
    for (const name of part.metrics ?? channels.map(({ wireName }) => wireName)) {
      const metric = name.toLowerCase();
      const channel = channelIndex(metric);
      if (channel < 0) unknownMetrics.add(name);
      else metrics.add(metric);
      if (channel >= 0) addSeries(found, target, drivers, metric, channel);
      if (found.size > room) throw tooMuch(`more than ${maxSeries} series`, `${maxSeries} series`);
    }
  }
  if (metrics.size === 0) return wrong(target, notMetrics(target, unknownMetrics));
  for (const name of unknownDrivers) if (!passes(filter, name)) unknownDrivers.delete(name);
  const notices: Notice[] = [];
  if (unknownMetrics.size > 0) notices.push(unknownNotice('No metric', [...unknownMetrics]));
  if (unknownDrivers.size > 0) notices.push(unknownNotice('No telemetry of driver', [...unknownDrivers]));
  const [first, ...others] = found.values();
  if (first !== undefined) return { series: [{ ...first, notices }, ...others], fault: null };
  if (notices.length === 0) notices.push(warning(whyNothing(store)));
  return { series: [nothing(target, metrics, unknownDrivers, notices)], fault: null };
}

function addSeries(
  found: Map<string, Series>,
  { refId }: RequestedTarget,
  drivers: readonly DriverPoints[],
  metric: string,
  channel: number,
): void {
  for (const points of drivers) {
    const { driver } = points;
    const name = `${driver}.${metric}`;
    if (!found.has(name)) found.set(name, { name, refId, points, channel, driver, rows: null, notices: [] });
  }
}

/** Drivers of a selection in its order, all of them by code; names that nobody has are noted. */
function driversOf(store: PointStore, wanted: Selection, unknown: Set<string>): readonly DriverPoints[] {
  if (wanted === null) return store.drivers.toSorted((a, b) => (a.driver < b.driver ? -1 : 1));
  const known: DriverPoints[] = [];
  for (const name of wanted) {
    const points = findDriver(store, name);
    if (points === undefined) unknown.add(name.toUpperCase());
    else known.push(points);
  }
  return known;
}

/** A filter whose car numbers are codes. */
function resolved(store: PointStore, { only, without }: Filter): Filter {
  const codeOf = (name: string): string => findDriver(store, name)?.driver ?? name.toUpperCase();
  return {
    only: only === null ? null : new Set([...only].map(codeOf)),
    without: new Set([...without].map(codeOf)),
  };
}

/** An empty series in place of a target's; of one unknown driver it has the name that his would have. */
function nothing(
  { text, refId }: RequestedTarget,
  metrics: ReadonlySet<string>,
  drivers: ReadonlySet<string>,
  notices: readonly Notice[],
): Series {
  const [metric = ''] = metrics;
  const [driver = ''] = drivers;
  const empty = { refId, points: null, rows: null, notices };
  if (metrics.size !== 1) return { ...empty, name: text.slice(0, 200), channel: -1, driver: null };
  const channel = channelIndex(metric);
  if (drivers.size !== 1) return { ...empty, name: text.slice(0, 200), channel, driver: null };
  const code = driver.slice(0, 20);
  return { ...empty, name: `${code}.${metric}`, channel, driver: code };
}

function whyNothing(store: PointStore): string {
  return store.drivers.length === 0
    ? 'No driver has telemetry yet'
    : 'The filter on driver leaves nothing of this target';
}

function notMetrics({ text }: RequestedTarget, unknown: ReadonlySet<string>): HttpError {
  const [name] = unknown;
  const why = name === undefined ? 'it names no metric' : `${shown(name)} is not a metric`;
  return new HttpError(
    400,
    'F1_BRIDGE_QUERY',
    `Cannot answer target ${shown(text)}: ${why}`,
    `Metrics are: ${[...metricNames, ...annotationSources.keys()].join(', ')}`,
  );
}

function wrong({ text, refId }: RequestedTarget, fault: HttpError): TargetPlan {
  const notices = [warning(fault.message)];
  const empty = { points: null, channel: -1, driver: null, rows: null, notices };
  return { series: [{ ...empty, name: text.slice(0, 200), refId }], fault };
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
