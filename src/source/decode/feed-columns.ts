/** Grows a typed array to at least twice its length, keeping its content. */
export function grown<T extends Float64Array | Uint32Array | Int32Array | Uint16Array | Uint8Array>(
  column: T,
): T {
  const larger = new (column.constructor as new (length: number) => T)(column.length * 2);
  larger.set(column);
  return larger;
}

/** Rows of one car while a feed is read: `rows` are filled, the arrays are longer. */
export interface RowBuffer {
  readonly number: string;
  rows: number;
  /** Index of the row's entry in `FeedColumns.entryUs`. */
  entry: Uint32Array;
}

/** One telemetry feed while it is read: entry times once, rows by car. */
export interface FeedColumns<Row extends RowBuffer> {
  /** Sample time of each entry, epoch µs; `entries` are filled. */
  entryUs: Float64Array;
  entries: number;
  readonly cars: Map<string, Row>;
  /** The same rows by number, for the byte scanner. */
  readonly byNumber: (Row | undefined)[];
  readonly createRow: (number: string) => Row;
  /** Maximum over entries with rows of (sample time − stamp), epoch µs; −Infinity before the first. */
  maxOffsetUs: number;
  /** Samples dropped because a required channel is missing. */
  dropped: number;
  /** Values outside their column's range, stored at its end. */
  clamped: number;
}

/** A feed without entries. */
export function createFeed<Row extends RowBuffer>(createRow: (number: string) => Row): FeedColumns<Row> {
  return {
    entryUs: new Float64Array(4096),
    entries: 0,
    cars: new Map(),
    byNumber: [],
    createRow,
    maxOffsetUs: Number.NEGATIVE_INFINITY,
    dropped: 0,
    clamped: 0,
  };
}

/** Row buffer of a car, made on first use. */
export function rowOf<Row extends RowBuffer>(feed: FeedColumns<Row>, number: string): Row {
  const known = feed.cars.get(number);
  if (known !== undefined) return known;
  const made = feed.createRow(number);
  feed.cars.set(number, made);
  const asInteger = Number(number);
  if (Number.isInteger(asInteger) && asInteger >= 0 && asInteger < 1000 && String(asInteger) === number)
    feed.byNumber[asInteger] = made;
  return made;
}

/** Adds an entry and returns its index. */
export function addEntry<Row extends RowBuffer>(feed: FeedColumns<Row>, epochUs: number): number {
  if (feed.entries === feed.entryUs.length) feed.entryUs = grown(feed.entryUs);
  feed.entryUs[feed.entries] = epochUs;
  return feed.entries++;
}

/** Takes back every entry from `entries` on, with its rows. */
export function rollBack<Row extends RowBuffer>(feed: FeedColumns<Row>, entries: number): void {
  feed.entries = entries;
  for (const row of feed.cars.values())
    while (row.rows > 0 && row.entry[row.rows - 1]! >= entries) row.rows--;
}

/** A number of a JSON document: numbers and numeric text; NaN for anything else. */
export function numberOf(value: unknown): number {
  if (typeof value === 'number') return value;
  return typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
}

/** Nearest integer inside a column's range; what lies outside is counted. */
export function toColumn<Row extends RowBuffer>(
  feed: FeedColumns<Row>,
  value: number,
  min: number,
  max: number,
): number {
  const rounded = Math.round(value);
  if (rounded >= min && rounded <= max) return rounded;
  feed.clamped++;
  return rounded < min ? min : max;
}

/** True for a JSON object. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
