import { asciiBytes, type ByteScanner } from './byte-scanner.ts';
import {
  createFeed,
  grown,
  isObject,
  numberOf,
  rowOf,
  toColumn,
  type FeedColumns,
  type RowBuffer,
} from './feed-columns.ts';
import { readMessage, scannable, scannedRow, scanMessage } from './feed-message.ts';

/** Growing position columns; meanings as in `PosSamples`. */
export interface PosRows extends RowBuffer {
  x: Int32Array;
  y: Int32Array;
  z: Int32Array;
  onTrack: Uint8Array;
}

export type PosFeed = FeedColumns<PosRows>;

const firstRows = 4096;

/** An empty Position feed. */
export function createPosFeed(): PosFeed {
  return createFeed((number) => ({
    number,
    rows: 0,
    entry: new Uint32Array(firstRows),
    x: new Int32Array(firstRows),
    y: new Int32Array(firstRows),
    z: new Int32Array(firstRows),
    onTrack: new Uint8Array(firstRows),
  }));
}

function reserve(row: PosRows): void {
  if (row.rows < row.entry.length) return;
  row.entry = grown(row.entry);
  row.x = grown(row.x);
  row.y = grown(row.y);
  row.z = grown(row.z);
  row.onTrack = grown(row.onTrack);
}

const statusStart = asciiBytes('":{"Status":"O');
const onTrackText = asciiBytes('nTrack","X":');
const offTrackText = asciiBytes('ffTrack","X":');
const yStart = asciiBytes(',"Y":');
const zStart = asciiBytes(',"Z":');
const carEnd = asciiBytes('}');
const letterN = 110;

const message = scannable<PosRows>({
  list: 'Position',
  item: 'Position',
  time: 'Timestamp',
  cars: 'Entries',
  scanCar,
  appendCar,
});

function scanCar(scanner: ByteScanner, feed: PosFeed, number: number, entry: number): void {
  scanner.literal(statusStart);
  const onTrack = scanner.bytes[scanner.at] === letterN ? 1 : 0;
  scanner.literal(onTrack === 1 ? onTrackText : offTrackText);
  const x = scanner.signed();
  scanner.literal(yStart);
  const y = scanner.signed();
  scanner.literal(zStart);
  const z = scanner.signed();
  scanner.literal(carEnd);
  const row = scannedRow(scanner, feed, number, entry);
  if (row === null) return;
  reserve(row);
  const at = row.rows++;
  row.entry[at] = entry;
  row.x[at] = x;
  row.y[at] = y;
  row.z[at] = z;
  row.onTrack[at] = onTrack;
}

/**
 * Reads the canonical text of one Position message into the columns; false (and nothing changed) when the text is not
 * canonical. O(bytes), no allocation. `readPosJson` reads everything else with the same result.
 */
export function scanPosText(feed: PosFeed, bytes: Uint8Array, stampMs: number): boolean {
  return scanMessage(message, feed, bytes, stampMs);
}

/** Older files write the status as a number: '0' is on track, any other is off. */
function isOnTrack(status: unknown): boolean {
  return status === 'OnTrack' || status === '0' || status === 0;
}

function appendCar(feed: PosFeed, number: string, entry: number, point: unknown): boolean {
  if (!isObject(point)) {
    feed.dropped++;
    return false;
  }
  const x = numberOf(point['X']);
  const y = numberOf(point['Y']);
  const z = numberOf(point['Z']);
  if (!Number.isFinite(x + y + z)) {
    feed.dropped++;
    return false;
  }
  const row = rowOf(feed, number);
  reserve(row);
  const at = row.rows++;
  row.entry[at] = entry;
  row.x[at] = toColumn(feed, x, -2_147_483_648, 2_147_483_647);
  row.y[at] = toColumn(feed, y, -2_147_483_648, 2_147_483_647);
  row.z[at] = toColumn(feed, z, -2_147_483_648, 2_147_483_647);
  row.onTrack[at] = isOnTrack(point['Status']) ? 1 : 0;
  return true;
}

/** Reads one parsed Position message into the columns and returns why parts of it were skipped, or null. */
export function readPosJson(feed: PosFeed, value: unknown, stampMs: number): string | null {
  return readMessage(message, feed, value, stampMs);
}
