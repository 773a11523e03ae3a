import { LoadingState } from '@grafana/data';
import type { DataFrame } from '@grafana/data';
import { VizPanel, sceneGraph } from '@grafana/scenes';
import type { EmbeddedScene } from '@grafana/scenes';
import { lookAlikes } from './panels/register.ts';
import type { DrawnPanel } from './drawn-panel.ts';
import type { Plan } from './plan.ts';

const calmMs = 1500;

/** Sets `window.drawn` when every panel has its data and nothing has changed for a while. */
export function watch(scene: EmbeddedScene, _plan: Plan): void {
  let lastText = '';
  let sinceMs = performance.now();
  const timer = setInterval(() => {
    const panels = sceneGraph.findAllObjects(scene, (object) => object instanceof VizPanel) as VizPanel[];
    const drawn = panels.map(describe);
    if (drawn.some((panel) => panel === null)) {
      sinceMs = performance.now();
      return;
    }
    // Streams go on for ever: that they have begun is enough.
    const text = JSON.stringify(drawn.map((panel) => [panel!.key, panel!.error, panel!.rows > 0]));
    if (text !== lastText) {
      lastText = text;
      sinceMs = performance.now();
    }
    if (performance.now() - sinceMs < calmMs) return;
    Object.assign(window, { drawn });
    if (drawn.every((panel) => panel!.rows > 0 || panel!.error !== null)) clearInterval(timer);
  }, 100);
}

function describe(panel: VizPanel): DrawnPanel | null {
  const { key = '', title, pluginId, fieldConfig } = panel.state;
  const failure = panel.state as unknown as { _pluginLoadError?: string };
  const provider = sceneGraph.getData(panel);
  const data = provider.state.data;
  if (panel.state.$data !== undefined && (data === undefined || data.state === LoadingState.Loading))
    return null;
  const series = panel.state.$data === undefined ? [] : (data?.series ?? []);
  return {
    key,
    title: sceneGraph.interpolate(panel, title),
    type: pluginId,
    error:
      failure._pluginLoadError ??
      data?.errors?.[0]?.message ??
      (data?.state === LoadingState.Error ? 'error' : null),
    rows: panel.state.$data === undefined ? 1 : Math.max(0, ...series.map(({ length }) => length)),
    hasValue: panel.state.$data === undefined || series.some(hasValue),
    texts: series.flatMap(textsOf),
    noValue: fieldConfig.defaults.noValue ?? null,
    isLookAlike: lookAlikes.has(pluginId),
  };
}

function hasValue({ fields }: DataFrame): boolean {
  return fields.some(
    ({ type, values }) => type !== 'time' && values.some((value) => value !== null && value !== undefined),
  );
}

function textsOf({ name = '', fields }: DataFrame): string[] {
  const cells = fields.flatMap((field) => [
    field.name,
    ...Object.values(field.labels ?? {}),
    ...field.values.slice(0, 3),
  ]);
  return [name, ...cells].filter((value): value is string => typeof value === 'string');
}
