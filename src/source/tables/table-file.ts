import { createReadStream } from 'node:fs';
import { readStart } from '../recordings/recording-text.ts';

/** Rows of a table by column; a column that the table lacks is absent. */
export interface Batch {
  readonly rows: number;
  readonly columns: ReadonlyMap<string, ArrayLike<unknown>>;
}

/** A CSV or Parquet file, told by its content. */
export interface TableFile {
  readonly path: string;
  /** In the file's order. */
  readonly columns: readonly string[];
  /** Hands over the wanted columns in batches, a row group or 50,000 lines at a time. */
  read(wanted: readonly string[], onBatch: (batch: Batch) => void, signal: AbortSignal): Promise<void>;
}

const batchRows = 50_000;
/** A header longer than this is no table. */
const headBytes = 64 * 1024;

/** Opens a table; null for a file that is none. Rejects with what reading it throws. */
export async function openTable(path: string): Promise<TableFile | null> {
  const start = await readStart(path, headBytes);
  if (start.subarray(0, 4).toString('latin1') === 'PAR1') return openParquet(path);
  const [head = ''] = start
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/, 1);
  const names = head.split(',').map((name) => name.trim().replaceAll('"', ''));
  return names.length > 1 && names.every((name) => /^[\w ]*$/.test(name)) ? openCsv(path, names) : null;
}

function openCsv(path: string, columns: readonly string[]): TableFile {
  return {
    path,
    columns,
    async read(wanted, onBatch, signal) {
      const { parse } = await import('csv-parse');
      const at = wanted.flatMap((name) =>
        columns.includes(name) ? [[name, columns.indexOf(name)] as const] : [],
      );
      let held = at.map((): string[] => []);
      const flush = (): void => {
        const rows = held[0]?.length ?? 0;
        if (rows > 0) onBatch({ rows, columns: new Map(at.map(([name], index) => [name, held[index]!])) });
        held = at.map(() => []);
      };
      const parser = createReadStream(path, { signal }).pipe(
        parse({
          bom: true,
          fromLine: 2,
          relaxColumnCount: true,
          relaxQuotes: true,
          skipRecordsWithError: true,
        }),
      );
      for await (const row of parser as AsyncIterable<readonly string[]>) {
        for (const [index, [, column]] of at.entries()) held[index]!.push(row[column] ?? '');
        if (held[0]?.length === batchRows) flush();
      }
      flush();
    },
  };
}

async function openParquet(path: string): Promise<TableFile> {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetRead } = await import('hyparquet');
  const { compressors } = await import('hyparquet-compressors');
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  const columns = metadata.schema.slice(1).flatMap(({ name, type }) => (type === undefined ? [] : [name]));
  return {
    path,
    columns,
    async read(wanted, onBatch, signal) {
      const present = wanted.filter((name) => columns.includes(name));
      let rowStart = 0;
      for (const group of metadata.row_groups) {
        signal.throwIfAborted();
        const rows = Number(group.num_rows);
        const found = new Map<string, unknown[]>();
        await parquetRead({
          file,
          metadata,
          compressors,
          columns: present,
          rowStart,
          rowEnd: rowStart + rows,
          // Dates as numbers: a million Date objects would cost more than the table.
          parsers: {
            timestampFromMilliseconds: Number,
            timestampFromMicroseconds: (micros) => Number(micros) / 1000,
            // Nanoseconds are beyond what a number holds exactly.
            timestampFromNanoseconds: (nanos) => Number(nanos / 1000n) / 1000,
          },
          onChunk: ({ columnName, columnData }) => {
            const held = found.get(columnName);
            if (held === undefined) found.set(columnName, Array.from(columnData as ArrayLike<unknown>));
            else for (const value of Array.from(columnData as ArrayLike<unknown>)) held.push(value);
          },
        });
        rowStart += rows;
        onBatch({ rows, columns: found });
      }
    },
  };
}
