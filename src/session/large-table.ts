/** Type of an exported column; `STRING` columns hold indices into `labels`. */
export type ExportType = 'TIMESTAMP' | 'DOUBLE' | 'FLOAT' | 'INT32' | 'BOOLEAN' | 'STRING';

/** A column of a file with many rows. */
export interface ExportColumn {
  readonly name: string;
  readonly type: ExportType;
  /** Most decimal places in CSV; trailing zeros are not written. */
  readonly decimals: number;
  readonly labels: readonly string[];
}

/** Rows of a table, column by column; NaN = missing. The arrays are used again for the next block. */
export interface ExportBlock {
  readonly rows: number;
  /** One per column, at least `rows` long: epoch ms, a number, 0 or 1, or a label's index by type. */
  readonly columns: readonly Float64Array[];
}

/** A table that is written block by block and never held whole. */
export interface LargeTable {
  /** Last part of the file's name: 'telemetry', 'telemetry_by_lap', 'car_data' … */
  readonly name: string;
  readonly columns: readonly ExportColumn[];
  /** The rows in blocks of `blockRows` (the last one shorter), from the beginning on every call. Memory: one block. */
  blocks(blockRows: number): Iterable<ExportBlock>;
}

/** Writes rows `[from, from + count)` of a source to `out[at…]`. */
export type Fill<Source> = (
  source: Source,
  from: number,
  count: number,
  out: Float64Array,
  at: number,
) => void;

export interface SourceColumn<Source> extends ExportColumn {
  readonly fill: Fill<Source>;
}

/** A part of a source whose rows follow those of the part before. */
export interface Piece<Source> {
  readonly source: Source;
  readonly from: number;
  readonly rows: number;
}

/** Cuts the rows of pieces into blocks. A piece is read before the next one is asked for. */
export function* blocksOf<Source>(
  pieces: Iterable<Piece<Source>>,
  columns: readonly SourceColumn<Source>[],
  blockRows: number,
): Generator<ExportBlock> {
  const values = columns.map(() => new Float64Array(blockRows));
  let filled = 0;
  for (const { source, from, rows } of pieces) {
    for (let done = 0; done < rows;) {
      const count = Math.min(rows - done, blockRows - filled);
      for (let i = 0; i < columns.length; i++)
        columns[i]!.fill(source, from + done, count, values[i]!, filled);
      done += count;
      filled += count;
      if (filled < blockRows) continue;
      yield { rows: filled, columns: values };
      filled = 0;
    }
  }
  if (filled > 0) yield { rows: filled, columns: values };
}
