import { countRows, type SessionTable } from '../domain/table.ts';
import type { ExportColumn } from './export-columns.ts';

/** Rows of a session in export order, column by column; the arrays are used again for the next block. */
export interface ExportBlock {
  readonly rows: number;
  /** One per column, at least `rows` long. */
  readonly columns: readonly Float64Array[];
}

/** The rows of all drivers, driver after driver, in blocks of `blockRows` (the last one shorter). Memory: one block. */
export function* exportBlocks(
  session: SessionTable,
  columns: readonly ExportColumn[],
  blockRows: number,
): Generator<ExportBlock> {
  const size = Math.min(blockRows, countRows(session));
  const values = columns.map(() => new Float64Array(size));
  let filled = 0;
  for (const table of session.tables) {
    let from = 0;
    while (from < table.rows) {
      const count = Math.min(table.rows - from, size - filled);
      for (const [index, column] of columns.entries())
        column.fill(table, from, count, values[index]!, filled);
      from += count;
      filled += count;
      if (filled < size) continue;
      yield { rows: filled, columns: values };
      filled = 0;
    }
  }
  if (filled > 0) yield { rows: filled, columns: values };
}
