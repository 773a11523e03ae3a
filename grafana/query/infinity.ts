import type { Notice } from './frame.ts';
import { interpolate } from './variables.ts';
import type { Scope } from './variables.ts';

/** A pair of name and value in a target's request. */
export interface InfinityPair {
  readonly key: string;
  readonly value: string;
}

/** A column of a target: which value of a row, what it is called, what it is. */
export interface InfinityColumn {
  readonly selector: string;
  readonly text: string;
  readonly type: string;
}

/** A query of the Infinity data source, as far as our dashboards use it (parser `backend`, source `url`). */
export interface InfinityTarget {
  readonly refId: string;
  readonly type: string;
  readonly parser?: string;
  readonly source?: string;
  readonly format?: string;
  readonly url?: string;
  readonly url_options?: {
    readonly method?: string;
    readonly data?: string;
    readonly params?: readonly InfinityPair[];
    readonly headers?: readonly InfinityPair[];
  };
  readonly root_selector?: string;
  readonly columns?: readonly InfinityColumn[];
  readonly filterExpression?: string;
  readonly summarizeExpression?: string;
  readonly computed_columns?: readonly unknown[];
  readonly pagination_mode?: string;
}

/** An HTTP request as a data source sends it. */
export interface QueryRequest {
  readonly url: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

const accept: Readonly<Record<string, string>> = {
  json: 'application/json;q=0.9,text/plain',
  csv: 'text/csv; charset=utf-8',
};

/**
 * The request that Infinity's backend sends for a target: variables as `glob` (in the browser), then the plugin's own
 * macros, parameters sorted by name. Throws for anything of a target that is not understood here, so nothing is checked
 * wrongly. Source: grafana-infinity-datasource `src/interpolate.ts`, `pkg/infinity/request.go`, `headers.go`.
 */
export function buildInfinityRequest(target: InfinityTarget, sourceUrl: string, scope: Scope): QueryRequest {
  refuseUnknown(target);
  const written = (text: string): string => applyMacros(interpolate(text, scope), scope);
  const path = written(target.url ?? '');
  const url = new URL(path.startsWith(sourceUrl) ? path : sourceUrl + path);
  const query = [...url.searchParams];
  for (const { key, value } of target.url_options?.params ?? []) query.push([key, written(value)]);
  query.sort(([a], [b]) => (a < b ? -1 : Number(a > b)));
  url.search = new URLSearchParams(query).toString();
  const headers: Record<string, string> = { accept: accept[target.type]!, 'accept-encoding': 'gzip' };
  for (const { key, value } of target.url_options?.headers ?? []) headers[key.toLowerCase()] = written(value);
  return { url: url.href, method: 'GET', headers };
}

/** `${__timeFrom}` and `${__timeTo}`, with `:date:…`, as the plugin's backend writes them. */
function applyMacros(text: string, scope: Scope): string {
  const renamed = text
    .replaceAll(/\$\{__timeFrom(?=[:}])/g, '${__from')
    .replaceAll(/\$\{__timeTo(?=[:}])/g, '${__to');
  return interpolate(renamed, { ...scope, variables: [] }).trim();
}

function refuseUnknown(target: InfinityTarget): void {
  const refuse = (what: string, is: unknown, wanted: string): never => {
    throw new Error(
      `Cannot send the Infinity target ${target.refId}: ${what} is ${String(is)}, must be ${wanted}`,
    );
  };
  if (accept[target.type] === undefined) refuse('type', target.type, Object.keys(accept).join(' or '));
  if (target.parser !== 'backend') refuse('parser', target.parser, 'backend');
  if ((target.source ?? 'url') !== 'url') refuse('source', target.source, 'url');
  const method = target.url_options?.method ?? 'GET';
  if (method !== 'GET') refuse('url_options.method', method, 'GET');
  if (!['table', 'timeseries', 'dataframe'].includes(target.format ?? 'table')) {
    refuse('format', target.format, 'table, timeseries or dataframe');
  }
  for (const name of ['filterExpression', 'summarizeExpression'] as const) {
    if ((target[name] ?? '').trim() !== '') refuse(name, target[name], 'empty');
  }
  if ((target.computed_columns ?? []).length > 0) refuse('computed_columns', 'not empty', 'empty');
  if (!['none', ''].includes(target.pagination_mode ?? ''))
    refuse('pagination_mode', target.pagination_mode, 'none');
}

/** What Infinity shows for an answer that is not a success. Source: `pkg/infinity/http_error.go`. */
export function infinityError(status: number, statusText: string, body: string): string {
  const parts = ['unsuccessful HTTP response', `HTTP status code: ${status} ${statusText}`];
  const message = messageOf(body);
  if (message !== undefined) parts.push(`Error message from HTTP response: ${message}`);
  return parts.join('\n');
}

/** Remarks of an answer of ours: `meta.notices` of JSON, the header `x-notices` of CSV. Infinity drops both. */
export function noticesOf(answer: unknown, header: string | null): Notice[] {
  const meta = isRecord(answer) && isRecord(answer['meta']) ? answer['meta'] : {};
  const fromHeader: unknown = header === null || header === '' ? [] : JSON.parse(header);
  return [meta['notices'], fromHeader].flatMap((list) => (Array.isArray(list) ? list : [])).filter(isNotice);
}

function messageOf(body: string): string | undefined {
  try {
    const answer: unknown = JSON.parse(body);
    if (!isRecord(answer)) return undefined;
    const found = ['status', 'message', 'error']
      .map((key) => answer[key])
      .find((text) => typeof text === 'string');
    return typeof found === 'string' ? found : undefined;
  } catch {
    return undefined;
  }
}

function isNotice(value: unknown): value is Notice {
  return isRecord(value) && typeof value['text'] === 'string' && typeof value['severity'] === 'string';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
