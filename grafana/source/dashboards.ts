import type { DashboardBuilder } from '@grafana/grafana-foundation-sdk/dashboard';
import { orderColumns } from './column-order.ts';
import { consolidated } from './consolidated.ts';
import { dataQuality } from './data-quality.ts';
import { driverCompare } from './driver-compare.ts';
import { kafka } from './kafka.ts';
import { live } from './live.ts';
import { pitWall } from './pit-wall.ts';

/** Every dashboard by the name of its file in `grafana/dashboards`. */
export const dashboards: Readonly<Record<string, () => DashboardBuilder>> = {
  f1_consolidated: consolidated,
  f1_pit_wall: pitWall,
  f1_driver_compare: driverCompare,
  f1_live: live,
  f1_kafka: kafka,
  f1_data_quality: dataQuality,
};

/** JSON of a dashboard as it is checked in: Grafana's v1 model, panels numbered in order. */
export function dashboardJson(build: () => DashboardBuilder): string {
  const dashboard = build().build();
  // The SDK puts links and switches of annotations into a menu; they belong above the panels.
  for (const one of [...(dashboard.links ?? []), ...(dashboard.annotations?.list ?? [])])
    delete one.placement;
  dashboard.panels?.forEach((panel, index) => {
    if ('gridPos' in panel || 'type' in panel) panel.id = index + 1;
    if (panel.type !== 'row') orderColumns(panel);
  });
  // Null lets Grafana give its own number; a number would take the place of another dashboard.
  return `${JSON.stringify({ ...dashboard, id: null }, null, 2)}\n`;
}
