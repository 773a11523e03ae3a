import type { DataSourceRef } from '../query/dashboard.ts';
import { sourceTypes } from '../query/run-target.ts';
import type { Variable } from '../query/variable.ts';
import { sourceUid } from './panel-run.ts';
import type { QueryContext } from './panel-run.ts';

/** Why what needs Prometheus is skipped. */
export const prometheusAbsent = 'Prometheus is not on this machine';

/** True for a reference to Prometheus (by its type alone, too) on a machine without it. */
export function isAbsentPrometheus(
  ref: DataSourceRef | null | undefined,
  { sources }: Pick<QueryContext, 'sources'>,
  variables: readonly Variable[],
): boolean {
  if (ref?.type !== sourceTypes.prometheus) return false;
  return ref.uid === undefined
    ? ![...sources.values()].some(({ type }) => type === ref.type)
    : !sources.has(sourceUid(ref, variables));
}
