import { targetsOf } from '../query/dashboard.ts';
import type { Panel } from '../query/dashboard.ts';
import { isLiveTarget } from '../query/live.ts';
import { isAbsentPrometheus, prometheusAbsent } from './absent-source.ts';
import { faultsOfDrawn } from './check-drawn.ts';
import { columnOrder, deadOverrides } from './check-names.ts';
import { reasonOf, shows } from './lacking.ts';
import type { LackingTopic } from './lacking.ts';
import { runPanel } from './panel-run.ts';
import { sourceTypes } from '../query/run-target.ts';
import type { PanelData, QueryContext } from './panel-run.ts';
import { requireFrames } from './requirements.ts';

/** `ok` draws data; `lacks` shows why there is none; `skipped` could not be asked; `live` and `text` have no query. */
export type Verdict = 'ok' | 'lacks' | 'skipped' | 'live' | 'text' | 'failed';

/** What came of a panel. */
export interface PanelOutcome {
  readonly verdict: Verdict;
  readonly rows: number;
  /** Slowest answer [ms]. */
  readonly ms: number;
  /** What is wrong, or why it lacks data or was skipped. */
  readonly texts: readonly string[];
  readonly data?: PanelData;
}

/** What a panel is judged by. */
export interface PanelRules {
  readonly lacking: readonly LackingTopic[];
  /** Longest time that an answer may take [ms]. */
  readonly boundMs: number;
}

/**
 * Sends a panel's queries and judges what it would draw. A panel without data is right only when its answer carries a
 * reason that the session itself gives for a topic it lacks, and the panel shows that reason.
 */
export async function checkPanel(
  panel: Panel,
  context: QueryContext,
  rules: PanelRules,
): Promise<PanelOutcome> {
  const targets = targetsOf(panel);
  if (panel.type === 'text') return outcome('text', []);
  if (targets.length === 0) return outcome('failed', ['has no query']);
  if (targets.every(isLiveTarget)) return outcome('live', []);
  if (targets.some(({ datasource }) => isAbsentPrometheus(datasource, context, context.variables))) {
    return outcome('skipped', [prometheusAbsent]);
  }
  let data: PanelData;
  try {
    data = await runPanel(panel, context);
  } catch (error) {
    context.signal.throwIfAborted();
    return outcome('failed', [error instanceof Error ? error.message : String(error)]);
  }
  const faults = data.results.flatMap(({ error, fault, ms }, index) => {
    const refId = targets[index]?.refId ?? '';
    return [
      ...(error === undefined ? [] : [`target ${refId}: ${error.replaceAll('\n', ', ')}`]),
      ...(fault === undefined ? [] : [`target ${refId}: ${fault}`]),
      ...(ms > rules.boundMs
        ? [`target ${refId} took ${Math.round(ms)} ms, ${rules.boundMs} ms at most may pass`]
        : []),
    ];
  });
  const silence = silenceOf(panel, data, rules);
  if (silence !== null && faults.length === 0) return outcome('lacks', [silence], data);
  const reasons = data.results.map(reasonOf);
  const isEmpty = reasons.length > 0 && reasons.every((reason) => reason !== null);
  for (const reason of new Set(reasons)) {
    if (reason !== null) faults.push(...faultsOfReason(reason, data, rules, isEmpty));
  }
  if (!isEmpty && faults.length === 0) {
    const empty = new Set(
      targets.filter((_target, index) => reasons[index] !== null).map(({ refId }) => refId),
    );
    const drawn = data.frames.filter(({ refId }) => !empty.has(refId ?? ''));
    faults.push(
      ...requireFrames(panel.type, drawn),
      ...data.unknownNames,
      ...deadOverrides(panel, data.frames),
      ...faultsOfDrawn(panel, data.frames),
      ...columnOrder(panel, data.frames),
    );
  }
  if (faults.length > 0) return outcome('failed', faults, data);
  return isEmpty
    ? outcome(
        'lacks',
        [...new Set(reasons)].flatMap((reason) => reason ?? []),
        data,
      )
    : outcome('ok', [], data);
}

/**
 * What a panel of Prometheus says instead of data in a session without car data: metrics carry no reasons, so its own
 * `noValue` tells what it needs. Null for panels with data and for sessions that have it.
 */
function silenceOf(panel: Panel, { results }: PanelData, { lacking }: PanelRules): string | null {
  const isPrometheus = targetsOf(panel).every(
    ({ datasource }) => datasource?.type === sourceTypes.prometheus,
  );
  const { noValue } = panel.fieldConfig?.defaults ?? {};
  const isEmpty = results.every(({ rows, error }) => rows === 0 && error === undefined);
  const needsCars = lacking.some(({ topic }) => topic === 'CarData.z');
  return isPrometheus && isEmpty && needsCars && typeof noValue === 'string' ? noValue : null;
}

function faultsOfReason(
  reason: string,
  { frames }: PanelData,
  { lacking }: PanelRules,
  isEmpty: boolean,
): string[] {
  if (!lacking.some((one) => one.reason === reason)) {
    return isEmpty ? [`no data although the session lacks no topic for it: "${reason}"`] : [];
  }
  return shows(frames, reason) ? [] : [`the panel does not show why it is empty: "${reason}"`];
}

function outcome(verdict: Verdict, texts: readonly string[], data?: PanelData): PanelOutcome {
  return {
    verdict,
    rows: data === undefined ? 0 : data.results.reduce((rows, result) => rows + result.rows, 0),
    ms: data === undefined ? 0 : Math.max(0, ...data.results.map(({ ms }) => ms)),
    texts,
    ...(data === undefined ? {} : { data }),
  };
}
