import { rowsOf } from './frame.ts';
import type { QueryFrame } from './frame.ts';
import type { QueryRequest } from './infinity.ts';
import { intervalOf, intervalText, parseInterval, roundInterval } from './interval.ts';
import { alternatives } from './variable-formats.ts';
import { interpolate } from './variables.ts';
import type { Scope } from './variables.ts';

/** A query of the Prometheus data source. */
export interface PrometheusTarget {
  readonly refId: string;
  readonly expr: string;
  readonly range?: boolean;
  readonly instant?: boolean;
  readonly format?: string;
  readonly legendFormat?: string;
  /** Min step. */
  readonly interval?: string;
  readonly intervalFactor?: number;
}

/** A request and what of it is needed to read the answer. */
export interface PrometheusRequest extends QueryRequest {
  readonly expr: string;
  readonly stepMs: number;
}

const defaultScrape = '15s';
/** Points a series that Prometheus answers at most. */
const maxPoints = 11_000;

/**
 * The form that the Prometheus data source posts for a target: step of range, points, min step and scrape interval; range
 * aligned to the step; `$__interval`, `$__rate_interval`, `$__range` by the backend's rules. `scrapeInterval` is
 * `jsonData.timeInterval` of the source. Throws for a target that asks for range and instant at once.
 * Source: grafana `pkg/promlib/models/query.go`, `client/client.go`.
 */
export function buildPrometheusRequest(
  target: PrometheusTarget,
  sourceUrl: string,
  scope: Scope,
  maxDataPoints: number,
  scrapeInterval = defaultScrape,
): PrometheusRequest {
  const isInstant = target.instant === true;
  if (isInstant && target.range === true) {
    throw new Error(
      `Cannot send the Prometheus target ${target.refId}: range and instant are both true, choose one`,
    );
  }
  const stepMs = stepOf(target, scope, maxDataPoints);
  const expr = writeExpression(target, scope, stepMs, scrapeInterval);
  const aligned = (ms: number): string => String((Math.floor(ms / stepMs) * stepMs) / 1000);
  const form = isInstant
    ? { query: expr, time: String(scope.toMs / 1000) }
    : { query: expr, start: aligned(scope.fromMs), end: aligned(scope.toMs), step: String(stepMs / 1000) };
  return {
    url: `${sourceUrl.replace(/\/$/, '')}/api/v1/${isInstant ? 'query' : 'query_range'}`,
    method: 'POST',
    headers: { accept: '*/*', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(form).toString(),
    expr,
    stepMs,
  };
}

/**
 * Frames of an answer: one per series with Time and Value, or with format `table` one frame of Time, labels and Value
 * (`tableTargets` tables in one panel: `Value #A`). Throws with Prometheus' own words when it refused the query.
 */
export function framesOfPrometheus(
  answer: unknown,
  target: PrometheusTarget,
  request: PrometheusRequest,
  tableTargets = 1,
): QueryFrame[] {
  const body = answer as Partial<Answer>;
  if (body.status !== 'success' || body.data === undefined) {
    throw new Error(`${body.errorType ?? 'error'}: ${body.error ?? 'the answer is not one of Prometheus'}`);
  }
  const series = seriesOf(body.data);
  const frames = series.map(({ metric, samples }) => seriesFrame(metric, samples, target, request));
  return target.format === 'table' ? [tableFrame(frames, target.refId, tableTargets)] : frames;
}

type Sample = readonly [number, string];
interface Answer {
  status: string;
  error: string;
  errorType: string;
  data: { resultType: string; result: unknown };
}

function seriesOf({
  resultType,
  result,
}: Answer['data']): { metric: Record<string, string>; samples: Sample[] }[] {
  if (resultType === 'scalar') return [{ metric: {}, samples: [result as Sample] }];
  const list = result as { metric: Record<string, string>; values?: Sample[]; value?: Sample }[];
  return list.map(({ metric, values, value }) => ({
    metric,
    samples: values ?? (value === undefined ? [] : [value]),
  }));
}

function seriesFrame(
  labels: Record<string, string>,
  samples: readonly Sample[],
  target: PrometheusTarget,
  { expr, stepMs }: PrometheusRequest,
): QueryFrame {
  const name = legendOf(labels, target.legendFormat ?? '', expr);
  return {
    refId: target.refId,
    name,
    fields: [
      {
        name: 'Time',
        type: 'time',
        values: samples.map(([seconds]) => Math.round(seconds * 1000)),
        ...(target.instant === true ? {} : { config: { interval: stepMs } }),
      },
      {
        name: 'Value',
        type: 'number',
        values: samples.map(([, text]) => sampleValue(text)),
        labels,
        config: name === '' ? {} : { displayNameFromDS: name },
      },
    ],
    meta: { type: target.instant === true ? 'numeric-multi' : 'timeseries-multi', typeVersion: [0, 1] },
  };
}

function tableFrame(series: readonly QueryFrame[], refId: string, tableTargets: number): QueryFrame {
  const labelNames: string[] = [];
  for (const { fields } of series) {
    for (const label of Object.keys(fields[1]!.labels ?? {}).sort()) {
      if (!labelNames.includes(label)) labelNames.push(label);
    }
  }
  return {
    refId,
    name: refId,
    fields: [
      { name: 'Time', type: 'time', values: series.flatMap(({ fields }) => fields[0]!.values) },
      ...labelNames.map((label) => ({
        name: label,
        type: 'string' as const,
        values: series.flatMap((frame) =>
          Array<unknown>(rowsOf(frame)).fill(frame.fields[1]!.labels?.[label] ?? ''),
        ),
        config: { filterable: true },
      })),
      {
        name: tableTargets > 1 ? `Value #${refId}` : 'Value',
        type: 'number',
        values: series.flatMap(({ fields }) => fields[1]!.values),
      },
    ],
    meta: { preferredVisualisationType: 'table' },
  };
}

function legendOf(labels: Readonly<Record<string, string>>, format: string, expr: string): string {
  const { __name__: metric = '', ...rest } = labels;
  if (format === '__auto') return Object.keys(labels).length > 0 ? '' : expr;
  if (format !== '')
    return format.replaceAll(/\{\{\s*(.+?)\s*\}\}/g, (_match, label: string) => labels[label] ?? '');
  const inner = Object.keys(rest)
    .sort()
    .map((label) => `${label}="${rest[label]}"`)
    .join(', ');
  const legend = inner === '' && metric !== '' ? metric : `${metric}{${inner}}`;
  return legend === '{}' ? expr : legend;
}

function sampleValue(text: string): number {
  if (text === '+Inf') return Infinity;
  return text === '-Inf' ? -Infinity : Number(text);
}

function stepOf(
  { interval = '', intervalFactor = 1 }: PrometheusTarget,
  scope: Scope,
  maxDataPoints: number,
): number {
  const rangeMs = scope.toMs - scope.fromMs;
  const isOwn = interval !== '' && !interval.includes('$');
  const minMs = isOwn ? parseInterval(interval) : scope.intervalMs;
  const stepMs = Math.max(intervalOf(rangeMs, maxDataPoints, minMs), roundInterval(rangeMs / maxPoints));
  return stepMs * Math.max(1, intervalFactor);
}

function writeExpression(
  { expr, interval = '' }: PrometheusTarget,
  scope: Scope,
  stepMs: number,
  scrapeInterval: string,
): string {
  const rangeS = Math.round((scope.toMs - scope.fromMs) / 1000);
  const scrapeMs = parseInterval(interval === '' || interval.includes('$') ? scrapeInterval : interval);
  const rateMs = Math.max(scope.intervalMs + scrapeMs, 4 * scrapeMs);
  const own: Readonly<Record<string, string>> = {
    __interval: intervalText(stepMs),
    __interval_ms: String(stepMs),
    __range: `${rangeS}s`,
    __range_ms: String(scope.toMs - scope.fromMs),
    __range_s: String(rangeS),
    __rate_interval: intervalText(rateMs),
    __rate_interval_ms: String(rateMs),
  };
  const withOwn = expr.replaceAll(/\$(?:\{(__\w+)\}|(__\w+))/g, (match, braced?: string, plain?: string) => {
    return own[braced ?? plain ?? ''] ?? match;
  });
  return interpolate(withOwn, scope, (value, variable) =>
    variable.multi === true || variable.includeAll === true
      ? alternatives(value, escapeInRegex)
      : escapeInText(String(value)),
  );
}

/** Inside a quoted label value. */
function escapeInText(text: string): string {
  return text.replaceAll('\\', String.raw`\\`).replaceAll("'", String.raw`\'`);
}

/** Inside a quoted pattern of label values. */
function escapeInRegex(text: string): string {
  return text.replaceAll('\\', String.raw`\\\\`).replaceAll(/[$^*{}[\]'+?.()|]/g, String.raw`\\$&`);
}
