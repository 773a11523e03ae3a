import type { Panel } from '@grafana/grafana-foundation-sdk/dashboard';

/**
 * Lets a table show its columns in the order of its query: Infinity's backend answers fields sorted by name, whatever the
 * order in which the query has them.
 */
export function orderColumns(panel: Panel): void {
  const [target, ...others] = (panel.targets ?? []) as {
    readonly columns?: readonly { readonly text: string }[];
  }[];
  if (panel.type !== 'table' || others.length > 0 || target?.columns === undefined) return;
  const indexByName = Object.fromEntries(target.columns.map(({ text }, index) => [text, index]));
  panel.transformations = [
    ...(panel.transformations ?? []),
    { id: 'organize', options: { indexByName, excludeByName: {}, renameByName: {} } },
  ];
}
