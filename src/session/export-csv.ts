import { CsvBytes, csvField } from './csv-bytes.ts';
import type { ExportColumn, LargeTable } from './large-table.ts';
import { writeBeside, type ExportedFile } from './write-beside.ts';

export interface ExportOptions {
  readonly signal?: AbortSignal;
  /** Told the rows written so far. */
  readonly onRows?: (rows: number) => void;
}

const blockRows = 8192;
const bufferBytes = 8 << 20;
/** No row is longer: 40 fields of at most 32 bytes, driver codes included. */
const maxRowBytes = 2048;

/**
 * Writes a large table as CSV: a header, then one line per row; times in UTC (`Date`) and seconds, `True`/`False`,
 * nothing for a missing value. Numbers are rounded to the column's places and written without trailing zeros. Rejects with F1_SESSION_EXPORT. Memory: one buffer of 8 MiB.
 */
export async function exportCsv(
  table: LargeTable,
  path: string,
  options: ExportOptions = {},
): Promise<ExportedFile> {
  const { columns } = table;
  let rows = 0;
  const bytes = await writeBeside(path, async (file) => {
    const out = new CsvBytes(bufferBytes);
    out.bytes(Buffer.from(`${columns.map((column) => column.name).join(',')}\n`));
    const writers = columns.map((column) => fieldWriter(column, out));
    for (const block of table.blocks(blockRows)) {
      options.signal?.throwIfAborted();
      for (let row = 0; row < block.rows; row++) {
        for (let i = 0; i < writers.length; i++) {
          const value = block.columns[i]![row]!;
          // NaN is the only value that differs from itself.
          if (value === value) writers[i]!(value);
          out.comma();
        }
        out.endLine();
        if (out.length > bufferBytes - maxRowBytes) {
          await file.writeFile(out.buffer.subarray(0, out.length));
          out.length = 0;
        }
      }
      rows += block.rows;
      options.onRows?.(rows);
    }
    await file.writeFile(out.buffer.subarray(0, out.length));
  });
  return { path, rows, bytes };
}

function fieldWriter(column: ExportColumn, out: CsvBytes): (value: number) => void {
  const { type, decimals } = column;
  if (type === 'TIMESTAMP') return (value) => out.timestamp(value);
  if (type === 'STRING' || type === 'BOOLEAN') {
    const labels = (type === 'STRING' ? column.labels : ['False', 'True']).map((label) =>
      Buffer.from(csvField(label)),
    );
    return (value) => out.bytes(labels[value]!);
  }
  return (value) => out.number(value, decimals);
}
