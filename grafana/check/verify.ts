import { annotationsOf, panelsOf } from '../query/dashboard.ts';
import type { Panel } from '../query/dashboard.ts';
import { sourceTypes } from '../query/run-target.ts';
import type { DataSource } from '../query/run-target.ts';
import { checkAnnotation, checkVariables } from './check-extras.ts';
import { checkPanel } from './check-panel.ts';
import type { PanelOutcome, PanelRules } from './check-panel.ts';
import { channelsOf, compareSimpod } from './check-simpod.ts';
import { readLacking, readStopped } from './lacking.ts';
import type { LiveFacts } from './lacking.ts';
import type { QueryContext } from './panel-run.ts';
import type { Report, ReportRow } from './report.ts';
import { resolveSources } from './sources.ts';
import type { ProvisionedSource } from './sources.ts';
import { checkStatically, nameOf } from './static-checks.ts';
import type { DashboardFile } from './static-checks.ts';

/** Checks that a live panel's channels carry what it filters for; answers what is wrong, in sentences. */
export type CheckLive = (panel: Panel, context: QueryContext, facts: LiveFacts) => Promise<PanelOutcome>;

/** What is verified, and against what. */
export interface VerifyOptions {
  readonly files: readonly DashboardFile[];
  readonly provisioned: readonly ProvisionedSource[];
  readonly bridgeUrl: string;
  /** Null where Prometheus is not on this machine: its panels are skipped and counted. */
  readonly prometheusUrl: string | null;
  readonly session: string;
  /** Longest time that an answer may take [ms]. */
  readonly boundMs: number;
  readonly checkLive: CheckLive;
  readonly signal: AbortSignal;
}

/**
 * Checks dashboards by themselves, then sends every variable, annotation and panel query of theirs to a running bridge as
 * Grafana would, and judges what Grafana would draw of the answers. Rejects when aborted or when the bridge is gone.
 */
export async function verify(options: VerifyOptions): Promise<Report> {
  const { files, provisioned, bridgeUrl, prometheusUrl, session, boundMs, signal } = options;
  const sources = resolveSources(provisioned, { bridge: bridgeUrl, prometheus: prometheusUrl });
  const lacking = await readLacking(bridgeUrl, signal);
  const rules: PanelRules = { lacking, boundMs };
  const rows: ReportRow[] = [];
  for (const file of files) rows.push(...(await verifyDashboard(file, sources, rules, options)));
  return { session, boundMs, lacking, rows, faults: checkStatically(files, provisioned) };
}

async function verifyDashboard(
  { dashboard }: DashboardFile,
  sources: ReadonlyMap<string, DataSource>,
  rules: PanelRules,
  { signal, bridgeUrl, checkLive }: VerifyOptions,
): Promise<ReportRow[]> {
  const rows: ReportRow[] = [];
  const add = (panel: string, outcome: PanelOutcome): number =>
    rows.push({ dashboard: dashboard.uid, panel, outcome });
  const shared = { dashboard, sources, signal };
  const { variables, outcomes } = await checkVariables({ ...shared, nowMs: Date.now() }, rules);
  for (const { name, outcome } of outcomes) add(name, outcome);
  const context = (): QueryContext => ({ ...shared, variables, nowMs: Date.now() });
  for (const annotation of annotationsOf(dashboard)) {
    const { name, outcome } = await checkAnnotation(annotation, context(), rules);
    add(name, outcome);
  }
  const simpod = [...sources.values()].find(({ type }) => type === sourceTypes.simpod);
  for (const panel of panelsOf(dashboard)) {
    const outcome = await checkPanel(panel, context(), rules);
    if (outcome.verdict === 'live') {
      const { lacking } = rules;
      add(
        nameOf(panel),
        await checkLive(panel, context(), { lacking, stopped: await readStopped(bridgeUrl, signal) }),
      );
      continue;
    }
    add(nameOf(panel), outcome);
    if (outcome.verdict !== 'ok' || outcome.data === undefined || simpod === undefined) continue;
    if (channelsOf(panel).length === 0) continue;
    const startMs = performance.now();
    const texts = await compareSimpod(panel, outcome.data, context(), simpod);
    const ms = performance.now() - startMs;
    add(`${nameOf(panel)} by simPod`, {
      verdict: texts.length === 0 ? 'ok' : 'failed',
      rows: outcome.rows,
      ms,
      texts,
    });
  }
  return rows;
}
