import { zstdCompressSync } from 'node:zlib';
import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter, type ColumnSource } from 'hyparquet-writer';
import type { SessionTable } from '../domain/table.ts';
import { exportBlocks } from './export-blocks.ts';
import { exportColumns, type ExportColumn } from './export-columns.ts';
import type { ExportOptions } from './export-csv.ts';
import { writeBeside, type ExportedFile } from './write-beside.ts';

/** Rows of a row group: what is held in memory at once. */
const groupRows = 100_000;

/**
 * Writes every telemetry row as Parquet (zstd): columns and types from `exportColumns`, all nullable, missing = null,
 * `Date` as TIMESTAMP(MILLIS, UTC). Types are declared, never guessed, so files of any two sessions have one schema.
 * Rejects with F1_SESSION_EXPORT. Memory: one row group of 100,000 rows.
 */
export async function exportParquet(
  session: SessionTable,
  path: string,
  options: ExportOptions = {},
): Promise<ExportedFile> {
  const columns = exportColumns(session);
  let rows = 0;
  const bytes = await writeBeside(path, async (file) => {
    const out = new ByteWriter(1 << 20);
    const drain = async (): Promise<void> => {
      await file.writeFile(out.getBytes());
      out.index = 0;
    };
    const parquet = new ParquetWriter({
      writer: out,
      schema: schemaOf(columns),
      codec: 'ZSTD',
      compressors: { ZSTD: (input) => zstdCompressSync(input) },
      createdBy: 'slipstream',
    });
    for (const block of exportBlocks(session, columns, groupRows)) {
      options.signal?.throwIfAborted();
      const columnData = columns.map((column, i) => columnSource(column, block.columns[i]!, block.rows));
      await parquet.write({ columnData, rowGroupSize: groupRows });
      await drain();
      rows += block.rows;
      options.onRows?.(rows);
    }
    await parquet.finish();
    await drain();
  });
  return { path, rows, bytes };
}

function schemaOf(columns: readonly ExportColumn[]): SchemaElement[] {
  return [{ name: 'root', num_children: columns.length }, ...columns.map(schemaElement)];
}

function schemaElement({ name, type }: ExportColumn): SchemaElement {
  const common = { name, repetition_type: 'OPTIONAL' } as const;
  if (type === 'STRING') return { ...common, type: 'BYTE_ARRAY', converted_type: 'UTF8' };
  if (type !== 'TIMESTAMP') return { ...common, type };
  return {
    ...common,
    type: 'INT64',
    converted_type: 'TIMESTAMP_MILLIS',
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
  };
}

/** Values of a block with null for missing; a dictionary only where values repeat, since building one costs a look-up a row. */
function columnSource(column: ExportColumn, values: Float64Array, rows: number): ColumnSource {
  const { name, type, labels } = column;
  if (type === 'STRING')
    return {
      name,
      data: mapValues(values, rows, (value) => labels[value]!),
      encoding: 'RLE_DICTIONARY',
      statistics: false,
    };
  if (type === 'BOOLEAN')
    return { name, data: mapValues(values, rows, (value) => value === 1), statistics: false };
  if (type === 'TIMESTAMP') return { name, data: mapValues(values, rows, BigInt), encoding: 'PLAIN' };
  const data = mapValues(values, rows, (value) => value);
  return type === 'INT32' ? { name, data, encoding: 'RLE_DICTIONARY' } : { name, data, encoding: 'PLAIN' };
}

function mapValues<T>(values: Float64Array, rows: number, convert: (value: number) => T): (T | null)[] {
  const out = Array.from<T | null>({ length: rows });
  for (let i = 0; i < rows; i++) {
    const value = values[i]!;
    out[i] = Number.isNaN(value) ? null : convert(value);
  }
  return out;
}
