import { optionsOfFrame } from './dashboard-variables.ts';
import type { Option } from './dashboard-variables.ts';
import type { VariableModel } from './dashboard.ts';
import { runTarget, sourceTypes } from './run-target.ts';
import type { DataSource, RunOptions } from './run-target.ts';
import type { Variable } from './variable.ts';
import { interpolate } from './variables.ts';

/** What variable queries are asked with. */
export interface AskContext extends Omit<RunOptions, 'datasource' | 'variables'> {
  readonly sources: ReadonlyMap<string, DataSource>;
}

/**
 * Choices of a `datasource` variable (the sources of its type), or of a query variable from its data source: Infinity's own variable queries, `POST /variable` of simPod's,
 * `label_values(…)` of Prometheus. Throws with the source's own words when it refuses, and for other queries.
 */
export async function askOptions(
  model: VariableModel,
  known: readonly Variable[],
  context: AskContext,
): Promise<readonly Option[]> {
  if (model.type === 'datasource') return sourcesOfType(String(model.query), context);
  const uid = interpolate(model.datasource?.uid ?? '', {
    ...context.range,
    intervalMs: context.intervalMs,
    variables: known,
  });
  const datasource = context.sources.get(uid);
  if (datasource === undefined) {
    throw new Error(`Cannot ask for variable ${model.name}: its data source "${uid}" is not there`);
  }
  const options: RunOptions = { ...context, datasource, variables: known };
  switch (datasource.type) {
    case sourceTypes.infinity:
      return askInfinity(model, options);
    case sourceTypes.simpod:
      return askSimpod(model, options);
    default:
      return askPrometheus(model, options);
  }
}

function sourcesOfType(type: string, { sources }: AskContext): Option[] {
  return [...sources.values()]
    .filter((source) => source.type === type)
    .map(({ uid, name = uid }) => ({ text: name, value: uid }));
}

async function askInfinity({ name, query }: VariableModel, options: RunOptions): Promise<Option[]> {
  const { queryType, infinityQuery } = (query ?? {}) as { queryType?: string; infinityQuery?: object };
  if (queryType !== 'infinity' || infinityQuery === undefined) {
    throw new Error(`Cannot ask for variable ${name}: queryType is ${queryType ?? 'none'}, must be infinity`);
  }
  const { error, frames } = await runTarget({ refId: 'variable', ...infinityQuery }, options);
  if (error !== undefined) throw new Error(`Cannot ask for variable ${name}: ${error}`);
  return optionsOfFrame(frames[0]);
}

async function askSimpod({ name, query }: VariableModel, options: RunOptions): Promise<Option[]> {
  const { query: text = query, format } = (typeof query === 'object' ? query : {}) as {
    query?: unknown;
    format?: string;
  };
  const scope = { ...options.range, intervalMs: options.intervalMs, variables: options.variables };
  const written = interpolate(String(text), scope, format === 'json' ? 'json' : 'regex');
  const payload: unknown = format === 'json' ? JSON.parse(written) : { target: written };
  const range = {
    from: new Date(options.range.fromMs).toISOString(),
    to: new Date(options.range.toMs).toISOString(),
  };
  const answer = (await post(
    name,
    options,
    '/variable',
    JSON.stringify({ payload, range }),
    'application/json',
  )) as {
    readonly __text: string;
    readonly __value: string;
  }[];
  return answer.map(({ __text, __value }) => ({ text: __text, value: __value }));
}

async function askPrometheus({ name, query }: VariableModel, options: RunOptions): Promise<Option[]> {
  const text = typeof query === 'string' ? query : String((query as { query?: unknown } | null)?.query);
  const scope = { ...options.range, intervalMs: options.intervalMs, variables: options.variables };
  const [, metric, label] =
    /^label_values\((?:(.+),)?\s*([a-zA-Z_]\w*)\)\s*$/.exec(interpolate(text, scope)) ?? [];
  if (label === undefined) {
    throw new Error(
      `Cannot ask for variable ${name}: its query is "${text}", must be label_values(metric, label)`,
    );
  }
  const form = new URLSearchParams({
    start: String(options.range.fromMs / 1000),
    end: String(options.range.toMs / 1000),
    ...(metric === undefined ? {} : { 'match[]': metric.trim() }),
  });
  const url = `${options.datasource.url.replace(/\/$/, '')}/api/v1/label/${label}/values?${form.toString()}`;
  const response = await options.fetch(url, options.signal === undefined ? {} : { signal: options.signal });
  const answer = (await response.json()) as {
    readonly status: string;
    readonly data?: string[];
    readonly error?: string;
  };
  if (answer.status !== 'success')
    throw new Error(`Cannot ask for variable ${name}: ${answer.error ?? response.statusText}`);
  return (answer.data ?? []).map((value) => ({ text: value, value }));
}

async function post(
  name: string,
  options: RunOptions,
  path: string,
  body: string,
  type: string,
): Promise<unknown> {
  const response = await options.fetch(`${options.datasource.url.replace(/\/$/, '')}${path}`, {
    method: 'POST',
    headers: { 'content-type': type },
    body,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  const answer: unknown = await response.json();
  if (!response.ok || !Array.isArray(answer)) {
    throw new Error(
      `Cannot ask for variable ${name}: ${response.status} ${JSON.stringify(answer).slice(0, 300)}`,
    );
  }
  return answer;
}
