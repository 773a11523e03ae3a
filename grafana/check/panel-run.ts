import { targetsOf, timeOf } from '../query/dashboard.ts';
import type { Dashboard, DataSourceRef, Panel, Target } from '../query/dashboard.ts';
import { intervalOf, parseInterval } from '../query/interval.ts';
import { runTarget, sourceTypes } from '../query/run-target.ts';
import type { DataSource, RunOptions, TargetResult } from '../query/run-target.ts';
import type { Variable } from '../query/variable.ts';
import { interpolate } from '../query/variables.ts';
import { unknownNames } from './check-names.ts';
import { grafanaData, transformFrames } from './grafana-data.ts';
import type { DataFrame } from './grafana-data.ts';

/** What queries of one dashboard share. */
export interface QueryContext {
  readonly dashboard: Dashboard;
  readonly sources: ReadonlyMap<string, DataSource>;
  readonly variables: readonly Variable[];
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

/** What a panel would get to draw. */
export interface PanelData {
  /** One per query that was sent, in their order. */
  readonly results: readonly TargetResult[];
  /** Frames after the panel's transformations. */
  readonly frames: readonly DataFrame[];
  /** Fields that transformations name and did not get, in sentences. */
  readonly unknownNames: readonly string[];
}

/** Width that a dashboard is taken to have on screen: points that Grafana asks for where a panel does not say [px]. */
const screenWidthPx = 1600;
const gridColumns = 24;

/** Options of the queries of a panel (or of an annotation or a variable, without one) to one data source. */
export function runOptions(context: QueryContext, datasource: DataSource, panel?: Panel): RunOptions {
  const { dashboard, nowMs, variables, signal } = context;
  const rawRange =
    panel?.timeFrom === undefined
      ? (dashboard.time ?? { from: 'now-6h', to: 'now' })
      : { from: panel.timeFrom.startsWith('now') ? panel.timeFrom : `now-${panel.timeFrom}`, to: 'now' };
  const range = { fromMs: timeOf(rawRange.from, nowMs), toMs: timeOf(rawRange.to, nowMs) };
  const width = panel === undefined ? screenWidthPx : (panel.gridPos.w / gridColumns) * screenWidthPx;
  const maxDataPoints = panel?.maxDataPoints ?? Math.round(width);
  const lowLimit =
    panel?.interval ??
    datasource.timeInterval ??
    (datasource.type === sourceTypes.prometheus ? '15s' : '1ms');
  return {
    datasource,
    range,
    rawRange,
    maxDataPoints,
    intervalMs: intervalOf(range.toMs - range.fromMs, maxDataPoints, parseInterval(lowLimit)),
    variables,
    fetch,
    signal,
    dashboardUid: dashboard.uid,
    ...(panel === undefined
      ? {}
      : {
          panelId: panel.id,
          tableTargets: (panel.targets ?? []).filter(({ format }) => format === 'table').length,
        }),
  };
}

/** The data source of a target. Throws when it is not there. */
export function sourceOf(target: Target, { sources, variables }: QueryContext): DataSource {
  const uid = sourceUid(target.datasource, variables);
  const source = sources.get(uid);
  if (source === undefined) throw new Error(`its data source "${uid}" is not there`);
  return source;
}

/** Uid of a data source, behind a variable (`${datasource}`) too. */
export function sourceUid(ref: DataSourceRef | null | undefined, variables: readonly Variable[]): string {
  return interpolate(ref?.uid ?? '', { variables, fromMs: 0, toMs: 0, intervalMs: 0 });
}

/** Sends every query of a panel, one after the other, and applies its transformations to all answers together. */
export async function runPanel(panel: Panel, context: QueryContext): Promise<PanelData> {
  const results: TargetResult[] = [];
  for (const target of targetsOf(panel)) {
    results.push(await runTarget(target, runOptions(context, sourceOf(target, context), panel)));
  }
  const { range, intervalMs } = runOptions(context, { type: '', uid: '', url: '' }, panel);
  const scope = { variables: context.variables, ...range, intervalMs };
  const unknown: string[] = [];
  let frames = results.flatMap((result) => framesOf(result.frames));
  for (const transformation of panel.transformations ?? []) {
    if (transformation.disabled === true) continue;
    unknown.push(...unknownNames(transformation, frames));
    frames = await transformFrames([transformation], frames, (text) => interpolate(text, scope));
  }
  return { results, frames, unknownNames: unknown };
}

/** Frames as Grafana makes them of what a data source answered. */
export function framesOf(answered: readonly unknown[]): DataFrame[] {
  return answered.map((one) => grafanaData.toDataFrame(one));
}
