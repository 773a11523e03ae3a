import { rowsOf } from './frame.ts';
import type { Notice, QueryFrame } from './frame.ts';
import { framesOfCsv, framesOfJson } from './infinity-frames.ts';
import { buildInfinityRequest, infinityError, noticesOf } from './infinity.ts';
import type { InfinityTarget, QueryRequest } from './infinity.ts';
import { buildPrometheusRequest, framesOfPrometheus } from './prometheus.ts';
import type { PrometheusTarget } from './prometheus.ts';
import { buildSimpodRequest } from './simpod.ts';
import type { Variable } from './variable.ts';

/** Plugin ids of the data sources that targets can be run against. */
export const sourceTypes = {
  infinity: 'yesoreyeram-infinity-datasource',
  simpod: 'simpod-json-datasource',
  prometheus: 'prometheus',
} as const;

/** A data source as provisioned. */
export interface DataSource {
  readonly type: string;
  readonly uid: string;
  /** What people read; the uid when absent. */
  readonly name?: string;
  /** Base address of its requests. */
  readonly url: string;
  /** `jsonData.timeInterval` of a Prometheus source: its scrape interval, `15s` by default. */
  readonly timeInterval?: string;
}

/** Everything besides the target that a query depends on. */
export interface RunOptions {
  readonly datasource: DataSource;
  readonly range: { readonly fromMs: number; readonly toMs: number };
  /** Interval that Grafana works out of range, width and the source's lower limit [ms]. */
  readonly intervalMs: number;
  readonly maxDataPoints: number;
  readonly variables: readonly Variable[];
  readonly fetch: typeof fetch;
  readonly signal?: AbortSignal;
  /** Prometheus targets with format `table` in the panel: their value fields are told apart by refId when several. */
  readonly tableTargets?: number;
  readonly panelId?: number;
  readonly dashboardUid?: string;
  /** Range as chosen, for simPod: `{from: 'now-5m', to: 'now'}`. */
  readonly rawRange?: { readonly from: string; readonly to: string };
}

/** What came of a query. */
export interface TargetResult {
  /** Frames for `toDataFrame`; of simPod the items as answered. */
  readonly frames: QueryFrame[];
  /** Remarks of the answer; of Infinity those that the plugin drops. */
  readonly notices: readonly Notice[];
  /** HTTP status, 0 when no answer came. */
  readonly status: number;
  /** From the request to the frames [ms]. */
  readonly ms: number;
  readonly rows: number;
  readonly request: QueryRequest;
  /** What Grafana shows in the panel instead of data. */
  readonly error?: string;
  /** What Grafana hides: the plugin's own error that leaves a series as rows. */
  readonly fault?: string;
}

/**
 * Sends exactly what the target's data source would send and reads the answer as it would. HTTP errors and unreadable
 * answers are in `error`; throws for targets that are not understood, for unknown data sources and when aborted.
 */
export async function runTarget(
  target: { readonly refId: string },
  options: RunOptions,
): Promise<TargetResult> {
  const { request, read } = prepare(target, options);
  const startMs = performance.now();
  let status = 0;
  let notices: readonly Notice[] = [];
  const end = (frames: QueryFrame[], more: { error?: string; fault?: string }): TargetResult => ({
    frames,
    notices,
    status,
    ms: performance.now() - startMs,
    rows: frames.reduce((rows, frame) => rows + itemRows(frame), 0),
    request,
    ...more,
  });
  try {
    const response = await options.fetch(request.url, {
      method: request.method,
      headers: request.headers,
      ...(request.body === undefined ? {} : { body: request.body }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    status = response.status;
    const text = await response.text();
    if (!response.ok && options.datasource.type !== sourceTypes.prometheus) {
      return end([], { error: infinityError(status, response.statusText, text) });
    }
    const answer = read(text, response.headers);
    notices = answer.notices;
    return end(answer.frames, answer.fault === undefined ? {} : { fault: answer.fault });
  } catch (error) {
    options.signal?.throwIfAborted();
    return end([], { error: textOf(error) });
  }
}

interface Read {
  readonly frames: QueryFrame[];
  readonly notices: readonly Notice[];
  readonly fault?: string;
}
interface Prepared {
  readonly request: QueryRequest;
  readonly read: (text: string, headers: Headers) => Read;
}

function prepare(target: { readonly refId: string }, options: RunOptions): Prepared {
  const { datasource, range, intervalMs, variables, maxDataPoints } = options;
  const scope = { variables, ...range, intervalMs };
  switch (datasource.type) {
    case sourceTypes.infinity:
      return prepareInfinity(
        target as InfinityTarget,
        buildInfinityRequest(target as InfinityTarget, datasource.url, scope),
      );
    case sourceTypes.simpod: {
      const rawRange = options.rawRange ?? {
        from: new Date(range.fromMs).toISOString(),
        to: new Date(range.toMs).toISOString(),
      };
      const context = {
        scope,
        maxDataPoints,
        panelId: options.panelId ?? 1,
        dashboardUid: options.dashboardUid ?? '',
        rawRange,
      };
      return {
        request: buildSimpodRequest([target], datasource.url, context),
        read: readSimpod,
      };
    }
    case sourceTypes.prometheus: {
      const query = target as PrometheusTarget;
      const request = buildPrometheusRequest(
        query,
        datasource.url,
        scope,
        maxDataPoints,
        datasource.timeInterval,
      );
      return {
        request,
        read: (text) => ({
          frames: framesOfPrometheus(JSON.parse(text), query, request, options.tableTargets),
          notices: [],
        }),
      };
    }
    default:
      throw new Error(
        `Cannot run target ${target.refId}: its data source ${datasource.uid} is of type ${datasource.type}, must be one of ${Object.values(sourceTypes).join(', ')}`,
      );
  }
}

function prepareInfinity(target: InfinityTarget, request: QueryRequest): Prepared {
  return {
    request,
    read(text, headers) {
      const header = headers.get('x-notices');
      if (target.type === 'csv')
        return { ...framesOfCsv(text, target), notices: noticesOf(undefined, header) };
      const answer: unknown = JSON.parse(text);
      return { ...framesOfJson(answer, target), notices: noticesOf(answer, header) };
    },
  };
}

function readSimpod(text: string): Read {
  const items: unknown = JSON.parse(text);
  if (!Array.isArray(items))
    throw new Error('response.data.map is not a function: the answer must be an array');
  const frames = items as QueryFrame[];
  return { frames, notices: frames.flatMap((item) => noticesOf(item, null)) };
}

/** Rows of a frame or of one of simPod's other shapes. */
function itemRows(item: QueryFrame & { readonly rows?: unknown[]; readonly datapoints?: unknown[] }): number {
  return item.rows?.length ?? item.datapoints?.length ?? (Array.isArray(item.fields) ? rowsOf(item) : 0);
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
