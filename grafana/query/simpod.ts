import type { QueryRequest } from './infinity.ts';
import { intervalText } from './interval.ts';
import { allValues, isAll, valuesOf } from './variable.ts';
import type { Variable } from './variable.ts';
import { interpolate, variablePattern } from './variables.ts';
import type { Scope } from './variables.ts';

/** A query of simPod's JSON data source. */
export interface SimpodTarget {
  readonly refId: string;
  readonly target?: string;
  readonly payload?: unknown;
  readonly editorMode?: string;
  readonly hide?: boolean;
  readonly datasource?: unknown;
}

/** What of a panel goes along with the targets. */
export interface SimpodContext {
  readonly scope: Scope;
  readonly maxDataPoints: number;
  readonly panelId: number;
  readonly dashboardUid: string;
  /** Range as chosen, `now-5m` or ISO 8601. */
  readonly rawRange: { readonly from: string; readonly to: string };
}

/**
 * The `POST /query` of simPod's JSON data source ≥ 0.6 for the targets of one panel: hidden ones and those without a
 * metric left out, `target` expanded as regex, `payload` as JSON (broken JSON is `{}`), every variable in `scopedVars`.
 * The answer is an array whose items go through `toDataFrame`. Source: simPod/GrafanaJsonDatasource `src/DataSource.ts`.
 */
export function buildSimpodRequest(
  targets: readonly SimpodTarget[],
  sourceUrl: string,
  { scope, maxDataPoints, panelId, dashboardUid, rawRange }: SimpodContext,
): QueryRequest {
  const interval = intervalText(scope.intervalMs);
  const body = {
    app: 'dashboard',
    requestId: `Q${100 + panelId}`,
    timezone: 'browser',
    panelId,
    dashboardUID: dashboardUid,
    range: {
      from: new Date(scope.fromMs).toISOString(),
      to: new Date(scope.toMs).toISOString(),
      raw: rawRange,
    },
    rangeRaw: rawRange,
    interval,
    intervalMs: scope.intervalMs,
    maxDataPoints,
    startTime: scope.toMs,
    targets: targets
      .filter(({ hide, target }) => hide !== true && target !== undefined)
      .map((target) => ({
        ...target,
        target: interpolate(target.target ?? '', scope, 'regex'),
        payload: writePayload(target, scope),
      })),
    filters: [],
    scopedVars: {
      ...Object.fromEntries(scope.variables.map((variable) => [variable.name, scopedVariable(variable)])),
      __interval: { text: interval, value: interval },
      __interval_ms: { text: String(scope.intervalMs), value: scope.intervalMs },
    },
  };
  return {
    url: `${sourceUrl.replace(/\/$/, '')}/query`,
    method: 'POST',
    headers: { accept: 'application/json, text/plain, */*', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
}

function writePayload({ payload = '', editorMode }: SimpodTarget, scope: Scope): unknown {
  try {
    if (typeof payload === 'string' && editorMode !== 'builder') {
      return payload.trim() === ''
        ? {}
        : JSON.parse(payload.replaceAll(variablePattern, (match) => asJson(match, scope)));
    }
    const fields: unknown = typeof payload === 'string' ? JSON.parse(payload) : payload;
    const written = (value: unknown): string => interpolate(String(value), scope, 'regex');
    return Object.fromEntries(
      Object.entries(fields as Record<string, unknown>).map(([key, value]) => [
        key,
        Array.isArray(value) ? value.map(written) : written(value),
      ]),
    );
  } catch {
    return {};
  }
}

/** A variable inside a JSON text: a value that is a quoted text already loses its quotes, the payload has its own. */
function asJson(match: string, scope: Scope): string {
  const text = interpolate(match, scope, 'json');
  return text.startsWith('"') && text.endsWith('"') ? (JSON.parse(text) as string) : text;
}

function scopedVariable(variable: Variable): { selected: boolean; text: unknown; value: unknown } {
  const value = isAll(variable) ? (variable.allValue ?? valuesOf(variable)) : variable.value;
  const text = isAll(variable) ? 'All' : (variable.text ?? variable.value);
  return { selected: false, text, value: value === allValues ? [] : value };
}
