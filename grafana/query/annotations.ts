import { cellText } from './frame.ts';
import type { QueryField, QueryFrame } from './frame.ts';

/** A mark on the time axis. */
export interface AnnotationEvent {
  /** Begin [epoch ms]. */
  readonly time: number;
  /** End of a region [epoch ms]; absent for a single moment. */
  readonly timeEnd?: number;
  readonly title?: string;
  readonly text?: string;
  readonly tags: readonly string[];
  readonly id?: string;
  readonly color?: string;
}

/**
 * Events in the answer to an annotation query, as Grafana's standard support reads them: the field `time` (else the first
 * time field), `timeEnd`, `title`, `text` (else the first text), `tags` (list or text with commas), `id`, `color`; rows
 * without a time are left out.
 */
export function annotationEvents(frames: readonly QueryFrame[]): AnnotationEvent[] {
  return frames.flatMap(eventsOf).sort((a, b) => a.time - b.time);
}

function eventsOf({ fields }: QueryFrame): AnnotationEvent[] {
  const named = (name: string): QueryField | undefined =>
    fields.find((field) => field.name.toLowerCase() === name.toLowerCase());
  const time = named('time') ?? fields.find(({ type }) => type === 'time');
  if (time === undefined) return [];
  const text = named('text') ?? fields.find(({ type }) => type === 'string');
  const [timeEnd, title, tags, id, color] = ['timeEnd', 'title', 'tags', 'id', 'color'].map(named);
  return time.values.flatMap((at, row): AnnotationEvent[] => {
    if (typeof at !== 'number') return [];
    const end = timeEnd?.values[row];
    return [
      {
        time: at,
        ...(typeof end === 'number' && end !== at ? { timeEnd: end } : {}),
        ...textAt('title', title, row),
        ...textAt('text', text, row),
        ...textAt('id', id, row),
        ...textAt('color', color, row),
        tags: tagsOf(tags?.values[row]),
      },
    ];
  });
}

function textAt(name: string, field: QueryField | undefined, row: number): Record<string, string> {
  const value = field?.values[row];
  return value === null || value === undefined ? {} : { [name]: cellText(value) };
}

function tagsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  return typeof value === 'string' && value !== '' ? value.split(',').map((tag) => tag.trim()) : [];
}
