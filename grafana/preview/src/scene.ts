import {
  CustomVariable,
  EmbeddedScene,
  LocalValueVariable,
  SceneDataLayerSet,
  SceneDataTransformer,
  SceneGridItem,
  SceneGridLayout,
  SceneQueryRunner,
  SceneTimeRange,
  SceneVariableSet,
  VariableValueSelectors,
  VizPanel,
  dataLayers,
} from '@grafana/scenes';
import type { SceneVariable } from '@grafana/scenes';
import type { Panel } from '../../query/dashboard.ts';
import { isAll, valuesOf } from '../../query/variable.ts';
import type { Variable } from '../../query/variable.ts';
import type { Plan } from './plan.ts';

/** A panel with its place, after repeating; `driver`-like values belong to a repeat. */
export interface PlacedPanel {
  readonly panel: Panel;
  readonly place: Panel['gridPos'];
  readonly repeat: { readonly name: string; readonly value: string } | null;
}

/** The dashboard as a scene: 24 columns, variables, annotations as data layers, a query runner for each panel. */
export function buildScene(plan: Plan): EmbeddedScene {
  const { dashboard, range } = plan;
  return new EmbeddedScene({
    $timeRange: new SceneTimeRange({
      from: new Date(range.fromMs).toISOString(),
      to: new Date(range.toMs).toISOString(),
      timeZone: 'utc',
    }),
    $variables: new SceneVariableSet({
      variables: plan.variables.map((variable) => sceneVariable(plan, variable)),
    }),
    $data: new SceneDataLayerSet({
      layers: (dashboard.annotations?.list ?? [])
        .filter(({ builtIn }) => builtIn !== 1)
        .map(
          (query) =>
            new dataLayers.AnnotationsDataLayer({
              name: query.name,
              isEnabled: query.enable !== false,
              isHidden: query.hide === true,
              query: query as never,
            }),
        ),
    }),
    controls: [new VariableValueSelectors({})],
    body: new SceneGridLayout({
      isLazy: false,
      isDraggable: false,
      isResizable: false,
      children: placePanels(plan).map(
        ({ panel, place, repeat }, index) =>
          new SceneGridItem({
            x: place.x,
            y: place.y,
            width: place.w,
            height: place.h,
            isDraggable: false,
            isResizable: false,
            body: vizPanel(panel, repeat, index),
          }),
      ),
    }),
  });
}

/** Repeated panels side by side, as many in a row as they say; what lies below moves down. */
export function placePanels({ dashboard, variables }: Plan): PlacedPanel[] {
  const placed: PlacedPanel[] = [];
  let shift = 0;
  for (const panel of [...dashboard.panels].sort(
    (a, b) => a.gridPos.y - b.gridPos.y || a.gridPos.x - b.gridPos.x,
  )) {
    const variable = variables.find(({ name }) => name === panel.repeat);
    const place = { ...panel.gridPos, y: panel.gridPos.y + shift };
    if (variable === undefined) {
      placed.push({ panel, place, repeat: null });
      continue;
    }
    const values = isAll(variable) ? (variable.options ?? []) : valuesOf(variable);
    const { maxPerRow = 4 } = panel as { maxPerRow?: number };
    const perRow = Math.min(maxPerRow, Math.max(1, values.length));
    const w = Math.floor(24 / perRow);
    values.forEach((value, i) => {
      placed.push({
        panel,
        place: { x: (i % perRow) * w, y: place.y + Math.floor(i / perRow) * place.h, w, h: place.h },
        repeat: { name: variable.name, value },
      });
    });
    shift += (Math.ceil(values.length / perRow) - 1) * place.h;
  }
  return placed;
}

function vizPanel(panel: Panel, repeat: PlacedPanel['repeat'], index: number): VizPanel {
  const queries = (panel.targets ?? []).filter(({ hide }) => hide !== true);
  const runner = new SceneQueryRunner({
    queries: queries as never,
    ...(queries[0]?.datasource === undefined ? {} : { datasource: queries[0].datasource as never }),
    ...(panel.maxDataPoints === undefined ? {} : { maxDataPoints: panel.maxDataPoints }),
    maxDataPointsFromWidth: panel.maxDataPoints === undefined,
  });
  return new VizPanel({
    key: `panel-${panel.id}-${index}`,
    pluginId: panel.type,
    pluginVersion: '13.2.3',
    title: panel.title ?? '',
    ...((panel as { description?: string }).description === undefined
      ? {}
      : { description: (panel as { description?: string }).description! }),
    options: (panel.options ?? {}) as never,
    fieldConfig: (panel.fieldConfig ?? { defaults: {}, overrides: [] }) as never,
    ...(repeat === null
      ? {}
      : {
          $variables: new SceneVariableSet({
            variables: [
              new LocalValueVariable({ name: repeat.name, value: repeat.value, text: repeat.value }),
            ],
          }),
        }),
    ...(queries.length === 0
      ? {}
      : {
          $data: new SceneDataTransformer({
            $data: runner,
            transformations: (panel.transformations ?? []) as never,
          }),
        }),
  });
}

function sceneVariable({ dashboard }: Plan, variable: Variable): SceneVariable {
  const model = dashboard.templating?.list.find(({ name }) => name === variable.name);
  return new CustomVariable({
    name: variable.name,
    label: model?.label ?? variable.name,
    hide: model?.hide ?? (model?.type === 'datasource' ? 2 : 0),
    query: (variable.options ?? []).map((option) => option.replaceAll(',', '\\,')).join(','),
    value: variable.value as never,
    text: (variable.text ?? variable.value) as never,
    isMulti: variable.multi === true,
    includeAll: variable.includeAll === true,
    ...(variable.allValue === undefined ? {} : { allValue: variable.allValue }),
    skipUrlSync: true,
  });
}
