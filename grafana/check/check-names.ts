import { targetsOf } from '../query/dashboard.ts';
import type { Panel } from '../query/dashboard.ts';
import type { InfinityTarget } from '../query/infinity.ts';
import { grafanaData } from './grafana-data.ts';
import type { DataFrame } from './grafana-data.ts';

/** Overrides of a panel that match no field of what it draws: Grafana passes over them without a word. */
export function deadOverrides({ fieldConfig }: Panel, frames: readonly DataFrame[]): string[] {
  return (fieldConfig?.overrides ?? []).flatMap(({ matcher }) => {
    const info = grafanaData.fieldMatchers.getIfExists(matcher.id);
    if (info === undefined) return [];
    const matches = info.get(matcher.options);
    const isAlive = frames.some((frame) => frame.fields.some((field) => matches(field, frame, [...frames])));
    return isAlive
      ? []
      : [
          `override ${matcher.id} ${JSON.stringify(matcher.options)} matches no field, there are ${namesIn(frames)}`,
        ];
  });
}

/** Field names in a transformation's options that none of the frames it gets has. */
export function unknownNames(
  { id, options = {} }: NonNullable<Panel['transformations']>[number],
  frames: readonly DataFrame[],
): string[] {
  const known = new Set(namesOf(frames));
  return namesAskedBy(id, options)
    .filter((name) => !known.has(name))
    .map((name) => `transformation ${id} names a field "${name}", there are ${namesIn(frames)}`);
}

/**
 * What is wrong with the order of a table's columns: Infinity's backend sorts fields by name, whatever the order of the
 * query's columns, so a table that shows them in that order has to `organize` them.
 */
export function columnOrder(panel: Panel, frames: readonly DataFrame[]): string[] {
  const [target, ...others] = targetsOf(panel) as unknown as Partial<InfinityTarget>[];
  const [frame] = frames;
  if (panel.type !== 'table' || others.length > 0 || target?.parser !== 'backend' || frame === undefined)
    return [];
  if (
    panel.transformations?.some(
      ({ id, options }) => id === 'organize' && options?.['indexByName'] !== undefined,
    )
  )
    return [];
  const shown = frame.fields.map(({ name }) => name);
  const wanted = (target.columns ?? []).map(({ text }) => text).filter((text) => shown.includes(text));
  const got = shown.filter((name) => wanted.includes(name));
  if (wanted.join('\n') === got.join('\n')) return [];
  return [
    `columns are shown in the order ${got.join(', ')}, the query has ${wanted.join(', ')}: set indexByName of organize`,
  ];
}

function namesAskedBy(id: string, options: Readonly<Record<string, unknown>>): string[] {
  switch (id) {
    case 'organize':
      return ['excludeByName', 'includeByName', 'indexByName', 'renameByName'].flatMap((key) =>
        Object.keys(options[key] ?? {}),
      );
    case 'sortBy':
      return ((options['sort'] ?? []) as { readonly field?: string }[]).flatMap(({ field }) => field ?? []);
    case 'filterFieldsByName':
      return ((options['include'] ?? {}) as { readonly names?: string[] }).names ?? [];
    case 'groupBy':
      return Object.keys(options['fields'] ?? {});
    case 'convertFieldType':
      return ((options['conversions'] ?? []) as { readonly targetField?: string }[]).flatMap(
        ({ targetField }) => targetField ?? [],
      );
    default:
      return [];
  }
}

function namesOf(frames: readonly DataFrame[]): string[] {
  return frames.flatMap((frame) =>
    frame.fields.flatMap((field) => [field.name, grafanaData.getFieldDisplayName(field, frame, [...frames])]),
  );
}

function namesIn(frames: readonly DataFrame[]): string {
  const names = [...new Set(namesOf(frames))];
  const more = names.length > 12 ? `, and ${names.length - 12} more` : '';
  return `${names.slice(0, 12).join(', ')}${more}`;
}
