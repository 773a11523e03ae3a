import type { SmallTable } from '../domain/small-table.ts';
import { csvField } from '../session/csv-bytes.ts';

/** Column of a table: numbers as Float64Array with NaN for what is missing, anything else as a list with null. */
export type Column<Value> = [Value] extends [number] ? Float64Array : readonly Value[];

/** Rows of one shape as columns of equal length; `Row` documents what each column holds and its unit. */
export interface Table<Row> {
  readonly rows: number;
  readonly columns: { readonly [Name in keyof Row]: Column<Row[Name]> };
}

/** One row of a table as an object. Throws RangeError for a row that is not there. */
export function rowAt<Row>({ rows, columns }: Table<Row>, row: number): Row {
  if (!Number.isInteger(row) || row < 0 || row >= rows)
    throw new RangeError(`Cannot read row ${row}: the table has rows 0 to ${rows - 1}`);
  return Object.fromEntries(
    Object.entries<ArrayLike<unknown>>(columns).map(([name, column]) => [name, column[row]]),
  ) as Row;
}

/** Every row as an object, in order. */
export function* rowsOf<Row>(table: Table<Row>): Generator<Row> {
  for (let row = 0; row < table.rows; row++) yield rowAt(table, row);
}

/** The rows at some places, in the order given, as a table of their own. */
export function takeRows<Row>(table: Table<Row>, places: readonly number[]): Table<Row> {
  const columns = Object.fromEntries(
    Object.entries<Float64Array | readonly unknown[]>(table.columns).map(([name, column]) => [
      name,
      column instanceof Float64Array
        ? Float64Array.from(places, (place) => column[place]!)
        : places.map((place) => column[place]),
    ]),
  );
  return { rows: places.length, columns: columns as Table<Row>['columns'] };
}

/** The rows for which a test holds. O(rows). */
export function filterRows<Row>(table: Table<Row>, test: (row: number) => boolean): Table<Row> {
  const places: number[] = [];
  for (let row = 0; row < table.rows; row++) if (test(row)) places.push(row);
  return takeRows(table, places);
}

/** A table of the session in the shape of `Row`: times and spans in seconds, dates in UTC epoch ms; `texts` are texts whatever they hold. */
export function tableFrom<Row>({ columns, rows }: SmallTable, texts: readonly string[] = []): Table<Row> {
  const made = columns.map(({ name, kind }, at) => {
    if (kind === 'text' || texts.includes(name))
      return [name, rows.map((row) => (row[at] == null ? null : String(row[at])))] as const;
    if (kind === 'boolean') return [name, rows.map((row) => row[at] ?? null)] as const;
    const scale = kind === 'sessionMs' || kind === 'durationMs' ? 1000 : 1;
    const numbers = Float64Array.from(rows, (row) => {
      const cell = row[at];
      return typeof cell === 'number' ? cell / scale : Number.NaN;
    });
    return [name, numbers] as const;
  });
  return { rows: rows.length, columns: Object.fromEntries(made) as Table<Row>['columns'] };
}

/** A table as CSV with a header line; missing values empty, dates as numbers. */
export function toCsv<Row>(table: Table<Row>): string {
  const columns = Object.entries<ArrayLike<unknown>>(table.columns);
  const lines = [columns.map(([name]) => field(name)).join(',')];
  for (let row = 0; row < table.rows; row++)
    lines.push(columns.map(([, column]) => field(column[row])).join(','));
  return `${lines.join('\n')}\n`;
}

function field(cell: unknown): string {
  if (cell === null || cell === undefined || Number.isNaN(cell)) return '';
  return csvField(typeof cell === 'string' ? cell : JSON.stringify(cell));
}
