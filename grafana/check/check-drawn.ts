import type { Panel } from '../query/dashboard.ts';
import { dataLinksOf } from './check-links.ts';
import { grafanaData, isKind } from './grafana-data.ts';
import type { DataFrame, Field } from './grafana-data.ts';

/** What of a panel's options names a field, a label or an order that the frames it draws do not have, in sentences. */
export function faultsOfDrawn(panel: Panel, frames: readonly DataFrame[]): string[] {
  return [
    ...faultsOfReduced(panel, frames),
    ...faultsOfTrend(panel, frames),
    ...faultsOfNames(panel, frames),
    ...faultsOfHiding(panel, frames),
  ];
}

/** A stat, gauge or pie shows the fields that a pattern matches; with one that matches none it says "No data". */
function faultsOfReduced({ options = {} }: Panel, frames: readonly DataFrame[]): string[] {
  const { fields = '' } = (options['reduceOptions'] ?? {}) as { readonly fields?: string };
  if (fields === '') return [];
  const pattern = grafanaData.stringToJsRegex(fields);
  const isShown = frames.some((frame) =>
    frame.fields.some(
      (field) =>
        pattern.test(field.name) || pattern.test(grafanaData.getFieldDisplayName(field, frame, [...frames])),
    ),
  );
  return isShown ? [] : [`its fields ${fields} match none of ${namesIn(frames)}`];
}

function faultsOfTrend({ type, options = {} }: Panel, frames: readonly DataFrame[]): string[] {
  if (type !== 'trend') return [];
  const name = options['xField'];
  const [frame] = frames;
  if (frame === undefined) return [];
  const x = frame.fields.find((field) =>
    name === undefined || name === '' ? isKind(field, 'number') : field.name === name,
  );
  if (x === undefined) return [`its x, "${String(name)}", is none of ${namesIn(frames)}`];
  const rises = x.values.every((value, i) => i === 0 || Number(value) > Number(x.values[i - 1]));
  return rises ? [] : [`its x, "${x.name}", does not rise from row to row: Grafana refuses to draw it`];
}

function faultsOfNames(panel: Panel, frames: readonly DataFrame[]): string[] {
  const { fieldConfig } = panel;
  const overridden = (id: string): string[] =>
    (fieldConfig?.overrides ?? []).flatMap(({ properties }) =>
      properties.flatMap((one) => (one.id === id && typeof one.value === 'string' ? [one.value] : [])),
    );
  const links = dataLinksOf(panel).flatMap(({ url = '', title = '' }) => [url, title]);
  const { displayName = '' } = (fieldConfig?.defaults ?? {}) as { readonly displayName?: string };
  const names = [displayName, ...overridden('displayName'), ...links];
  const fields = frames.flatMap((frame) => frame.fields);
  const known = new Set(fields.map(({ name }) => name));
  const labels = new Set(fields.flatMap((field) => Object.keys(field.labels ?? {})));
  const styles = (fieldConfig?.overrides ?? []).flatMap(({ properties }) =>
    properties.flatMap(({ id, value }) => (id === 'custom.styleField' ? [String(value)] : [])),
  );
  return [
    ...placeholders(names, /\$\{__field\.labels\.(\w+)\}/gu)
      .filter((label) => !labels.has(label))
      .map((label) => `names the label ${label}, there are ${[...labels].join(', ') || 'none'}`),
    ...[...placeholders(names, /\$\{__data\.fields\.(\w+)\}/gu), ...styles]
      .filter((name) => !known.has(name))
      .map((name) => `names the field ${name}, there are ${namesIn(frames)}`),
  ];
}

/** Series that are all hidden draw an empty chart. */
function faultsOfHiding({ fieldConfig }: Panel, frames: readonly DataFrame[]): string[] {
  const isHidden = (hideFrom: unknown): boolean => (hideFrom as { viz?: boolean } | undefined)?.viz === true;
  const hidden = (field: Field, frame: DataFrame): boolean => {
    let is = isHidden(fieldConfig?.defaults.custom?.['hideFrom']);
    for (const { matcher, properties } of fieldConfig?.overrides ?? []) {
      const found = properties.find(({ id }) => id === 'custom.hideFrom');
      const info = grafanaData.fieldMatchers.getIfExists(matcher.id);
      if (found !== undefined && info?.get(matcher.options)(field, frame, [...frames]) === true)
        is = isHidden(found.value);
    }
    return is;
  };
  const values = frames.flatMap((frame) =>
    frame.fields.flatMap((field) => (isKind(field, 'time') ? [] : [hidden(field, frame)])),
  );
  return values.length > 0 && values.every(Boolean) ? ['every series is hidden'] : [];
}

function placeholders(texts: readonly string[], pattern: RegExp): string[] {
  return [...new Set(texts.flatMap((text) => [...text.matchAll(pattern)].map(([, name = '']) => name)))];
}

function namesIn(frames: readonly DataFrame[]): string {
  return [...new Set(frames.flatMap(({ fields }) => fields.map(({ name }) => name)))].slice(0, 12).join(', ');
}
