import type { Panel } from '../query/dashboard.ts';
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
