import { zstdCompressSync } from 'node:zlib';
import type { ColumnSource, ParquetWriter as Writer } from 'hyparquet-writer';
import type { ExportOptions } from './export-csv.ts';
import type { ExportColumn, LargeTable } from './large-table.ts';
import { writeBeside, type ExportedFile } from './write-beside.ts';

/** As hyparquet-writer declares it: its own copy of hyparquet may be another version than ours. */
type SchemaElement = ConstructorParameters<typeof Writer>[0]['schema'][number];

/** Columns by whose least and greatest value readers leave out row groups; statistics of the others cost a fifth of the time. */
const searched = new Set(['Date', 'SessionTime', 'LapNumber']);

/** Rows of a row group: what is held in memory at once. */
const groupRows = 20_000;
/** hyparquet-writer's word for one page per column chunk: a chunk is 160 kB at most, and sizing pages costs a pass. */
const onePage = 0;

/**
 * Writes a large table as Parquet (zstd): columns and types as declared, all nullable, missing = null,
 * `Date` as TIMESTAMP(MILLIS, UTC). Types are declared, never guessed, so files of any two sessions have one schema.
 * Rejects with F1_SESSION_EXPORT. Memory: one row group of 20,000 rows.
 */
export async function exportParquet(
  table: LargeTable,
  path: string,
  options: ExportOptions = {},
): Promise<ExportedFile> {
  // Loaded here because every command that opens a session imports this folder and only one writes Parquet.
  const { ByteWriter, ParquetWriter } = await import('hyparquet-writer');
  const { columns } = table;
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
    for (const block of table.blocks(groupRows)) {
      options.signal?.throwIfAborted();
      const columnData = columns.map((column, i) => columnSource(column, block.columns[i]!, block.rows));
      await parquet.write({ columnData, rowGroupSize: groupRows, pageSize: onePage });
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

/**
 * Values of a block with null for missing. A column without nulls goes in as a typed array, which saves boxing every
 * number; a dictionary is asked for only where values repeat, since building one costs a look-up a row.
 */
function columnSource(column: ExportColumn, values: Float64Array, rows: number): ColumnSource {
  return {
    name: column.name,
    ...columnData(column, values.subarray(0, rows)),
    statistics: searched.has(column.name),
  };
}

function columnData(
  { type, labels }: ExportColumn,
  values: Float64Array,
): Pick<ColumnSource, 'data' | 'encoding'> {
  switch (type) {
    case 'STRING':
      return { data: mapValues(values, (value) => labels[value]!), encoding: 'RLE_DICTIONARY' };
    case 'BOOLEAN':
      return { data: mapValues(values, (value) => value === 1) };
    case 'TIMESTAMP':
      return { data: mapValues(values, BigInt), encoding: 'PLAIN' };
    case 'INT32':
      return { data: numbersOf(values, Int32Array), encoding: 'RLE_DICTIONARY' };
    case 'FLOAT':
      return { data: numbersOf(values, Float32Array), encoding: 'PLAIN' };
    case 'DOUBLE':
      return { data: numbersOf(values, Float64Array), encoding: 'PLAIN' };
  }
}

function numbersOf<T>(values: Float64Array, Column: new (values: Float64Array) => T): T | (number | null)[] {
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) return mapValues(values, (value) => value);
  }
  return new Column(values);
}

function mapValues<T>(values: Float64Array, convert: (value: number) => T): (T | null)[] {
  const out: (T | null)[] = Array(values.length).fill(null);
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    out[i] = Number.isNaN(value) ? null : convert(value);
  }
  return out;
}
