import { FieldColorModeId, FieldConfigProperty, PanelPlugin, identityOverrideProcessor } from '@grafana/data';
import type { PanelProps } from '@grafana/data';
import { registerRuntimePanelPlugin } from '@grafana/scenes';
import type { ComponentType } from 'react';
import { BarGaugePanel } from './bar-gauge-panel.tsx';
import { StatPanel } from './stat-panel.tsx';
import { StateTimelinePanel } from './state-timeline-panel.tsx';
import { TablePanel } from './table-panel.tsx';
import { TextPanel } from './text-panel.tsx';
import { TimeSeriesPanel } from './time-series-panel.tsx';
import { TrendPanel } from './trend-panel.tsx';
import { XyChartPanel } from './xy-chart-panel.tsx';

type Defaults = Readonly<Record<string, unknown>>;

const hideFrom = { tooltip: false, viz: false, legend: false };
const axis: Defaults = {
  axisPlacement: 'auto',
  axisLabel: '',
  axisColorMode: 'text',
  axisBorderShow: false,
  axisCenteredZero: false,
  axisGridShow: undefined,
  axisWidth: undefined,
  axisSoftMin: undefined,
  axisSoftMax: undefined,
  scaleDistribution: { type: 'linear' },
};
/** Settings of a graph's fields with what Grafana's panels begin with. */
const graph: Defaults = {
  ...axis,
  hideFrom,
  drawStyle: 'line',
  lineInterpolation: 'linear',
  lineWidth: 1,
  lineColor: undefined,
  lineStyle: { fill: 'solid' },
  fillOpacity: 0,
  fillColor: undefined,
  fillBelowTo: undefined,
  gradientMode: 'none',
  spanNulls: false,
  insertNulls: false,
  showPoints: 'auto',
  pointSize: 5,
  pointColor: undefined,
  barAlignment: 0,
  barWidthFactor: 0.6,
  stacking: { mode: 'none', group: 'A' },
  thresholdsStyle: { mode: 'off' },
  transform: undefined,
};
const table: Defaults = {
  hideFrom,
  align: 'auto',
  cellOptions: { type: 'auto' },
  styleField: undefined,
  width: undefined,
  minWidth: 50,
  inspect: false,
  filterable: undefined,
  sortable: undefined,
  wrapText: undefined,
  hideHeader: undefined,
  tooltip: undefined,
  footer: { reducers: [] },
};
const timeline: Defaults = {
  ...axis,
  hideFrom,
  lineWidth: 0,
  fillOpacity: 70,
  spanNulls: false,
  insertNulls: false,
};
const points: Defaults = {
  ...axis,
  hideFrom,
  show: 'points',
  pointSize: { fixed: 5 },
  pointShape: 'circle',
  pointStrokeWidth: 1,
  fillOpacity: 50,
  lineWidth: 2,
  lineStyle: { fill: 'solid' },
};

const types: readonly (readonly [
  id: string,
  component: ComponentType<PanelProps<never>>,
  fields: Defaults,
  bySeries: boolean,
])[] = [
  ['timeseries', TimeSeriesPanel, graph, true],
  ['trend', TrendPanel, graph, true],
  ['stat', StatPanel, {}, false],
  ['bargauge', BarGaugePanel, {}, false],
  ['table', TablePanel, table, false],
  ['text', TextPanel, {}, false],
  ['state-timeline', StateTimelinePanel, timeline, false],
  ['xychart', XyChartPanel, points, true],
];

/** Panel types that are drawn by us because Grafana's own are not published: each of their panels carries a caption. */
export const lookAlikes: ReadonlySet<string> = new Set(['state-timeline', 'xychart']);

/** Makes the panel types known to scenes, with the settings of their fields: what is not registered cannot be set. */
export function registerPanels(): void {
  for (const [pluginId, component, fields, bySeries] of types) {
    const plugin = new PanelPlugin(component as never);
    plugin.useFieldConfig({
      standardOptions: {
        [FieldConfigProperty.Color]: {
          settings: { byValueSupport: true, bySeriesSupport: bySeries, preferThresholdsMode: !bySeries },
          defaultValue: { mode: bySeries ? FieldColorModeId.PaletteClassic : FieldColorModeId.Thresholds },
        },
      },
      useCustomConfig: (builder) => {
        for (const [path, defaultValue] of Object.entries(fields))
          builder.addCustomEditor({
            id: path,
            path: path as never,
            name: path,
            defaultValue: defaultValue as never,
            editor: () => null,
            override: () => null,
            process: identityOverrideProcessor,
            shouldApply: () => true,
          } as never);
      },
    });
    plugin.setDataSupport({ annotations: true, alertStates: false });
    registerRuntimePanelPlugin({ pluginId, plugin: plugin as never });
  }
}
