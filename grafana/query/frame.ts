/** Kinds of a field as `@grafana/data` names them. */
export type FieldKind = 'time' | 'number' | 'string' | 'boolean' | 'other';

/** One column of an answer; times are epoch ms, missing values null. */
export interface QueryField {
  name: string;
  type: FieldKind;
  values: unknown[];
  labels?: Record<string, string>;
  config?: Record<string, unknown>;
}

/** An answer as Grafana's data sources hand it to a panel; `toDataFrame` of `@grafana/data` takes it. */
export interface QueryFrame {
  refId: string;
  name: string;
  fields: QueryField[];
  meta?: Record<string, unknown>;
}

/** A remark that comes with an answer. */
export interface Notice {
  readonly severity: string;
  readonly text: string;
}

/** A cell as text; a missing one is empty. */
export function cellText(value: unknown): string {
  if (typeof value === 'string') return value;
  return value === null || value === undefined ? '' : JSON.stringify(value);
}

/** Rows of a frame: the length of its longest field. */
export function rowsOf(frame: {
  readonly fields: readonly { readonly values: ArrayLike<unknown> }[];
}): number {
  return frame.fields.reduce((rows, field) => Math.max(rows, field.values.length), 0);
}
