import type { Dashboard } from '../../query/dashboard.ts';
import type { DataSource } from '../../query/run-target.ts';
import type { Variable } from '../../query/variable.ts';

/** What the drawing command hands to the page for one dashboard. */
export interface Plan {
  readonly dashboard: Dashboard;
  /** Variables with their selection and options, as Grafana would find them. */
  readonly variables: readonly Variable[];
  readonly sources: readonly DataSource[];
  readonly range: {
    readonly fromMs: number;
    readonly toMs: number;
    readonly from: string;
    readonly to: string;
  };
  readonly widthPx: number;
  readonly heightPx: number;
}

/** The plan of this page; it is served beside it. */
export async function readPlan(): Promise<Plan> {
  const name = new URLSearchParams(location.search).get('dashboard') ?? '';
  const response = await fetch(`./plan/${encodeURIComponent(name)}`);
  if (!response.ok) throw new Error(`There is no plan for the dashboard ${name}`);
  return (await response.json()) as Plan;
}
