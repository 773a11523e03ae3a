import type { Cell, SmallColumn, SmallTable } from '../../domain/small-table.ts';

/** A row of cells while a table is collected. */
export type Row = readonly Cell[];

/** One column of collected rows. */
export function columnOf(rows: readonly Row[], index: number): Cell[] {
  return rows.map((row) => row[index] ?? null);
}

/** A column of values as the feed sends them: with its kind decided from the values, as pandas decides it. */
export interface LooseColumn {
  readonly name: string;
  readonly unit: string;
  readonly values: readonly Cell[];
}

/**
 * A column of whole numbers is written with a point (`78.0`) when a value is missing, without when none is: pandas has no
 * missing value among integers, and FastF1's files are its files.
 */
export function looseColumn({ name, unit, values }: LooseColumn): SmallColumn {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) return { name, unit, kind: 'text' };
  if (known.every((value) => typeof value === 'boolean')) return { name, unit, kind: 'boolean' };
  if (!known.every((value) => typeof value === 'number')) return { name, unit, kind: 'text' };
  const isWhole = known.every((value) => Number.isInteger(value));
  return { name, unit, kind: isWhole && known.length === values.length ? 'integer' : 'number' };
}

/** A table from columns of declared kinds and columns whose kind follows from their values. */
export function tableOf(
  name: string,
  columns: readonly (LooseColumn | (SmallColumn & { readonly values: readonly Cell[] }))[],
): SmallTable {
  const rows = columns[0]?.values.length ?? 0;
  return {
    name,
    columns: columns.map((column) =>
      'kind' in column ? { name: column.name, unit: column.unit, kind: column.kind } : looseColumn(column),
    ),
    rows: Array.from({ length: rows }, (_, row) => columns.map(({ values }) => values[row] ?? null)),
  };
}
