import { asciiBytes, ByteScanner } from './byte-scanner.ts';
import {
  addEntry,
  createFeed,
  grown,
  isObject,
  numberOf,
  rollBack,
  rowOf,
  toColumn,
  type FeedColumns,
  type RowBuffer,
} from './feed-columns.ts';
import { epochUsFromText } from './instant.ts';

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

const scanner = new ByteScanner();
const documentStart = asciiBytes('{"Position":[');
const documentEnd = asciiBytes(']}');
const entryStart = asciiBytes('{"Timestamp":"');
const carsStart = asciiBytes('","Entries":{');
const quoteBytes = asciiBytes('"');
const statusStart = asciiBytes('":{"Status":"O');
const onTrackText = asciiBytes('nTrack","X":');
const offTrackText = asciiBytes('ffTrack","X":');
const yStart = asciiBytes(',"Y":');
const zStart = asciiBytes(',"Z":');
const carEnd = asciiBytes('}');
const entryEnd = asciiBytes('}}');
const letterN = 110;
const comma = 44;
const closingBrace = 125;

function scanCar(feed: PosFeed, entry: number): void {
  scanner.literal(quoteBytes);
  const number = scanner.unsigned();
  scanner.literal(statusStart);
  const onTrack = scanner.bytes[scanner.at] === letterN ? 1 : 0;
  scanner.literal(onTrack === 1 ? onTrackText : offTrackText);
  const x = scanner.signed();
  scanner.literal(yStart);
  const y = scanner.signed();
  scanner.literal(zStart);
  const z = scanner.signed();
  scanner.literal(carEnd);
  if (scanner.failed || number > 999) {
    scanner.failed = true;
    return;
  }
  const row = feed.byNumber[number] ?? rowOf(feed, String(number));
  const at = row.rows;
  if (at > 0 && row.entry[at - 1] === entry) {
    scanner.failed = true;
    return;
  }
  reserve(row);
  row.entry[at] = entry;
  row.x[at] = x;
  row.y[at] = y;
  row.z[at] = z;
  row.onTrack[at] = onTrack;
  row.rows = at + 1;
}

/**
 * Reads the canonical text of one Position message into the columns; false (and nothing changed) when the text is not
 * canonical. O(bytes), no allocation. `readPosJson` reads everything else with the same result.
 */
export function scanPosText(feed: PosFeed, bytes: Uint8Array, stampMs: number): boolean {
  const stampUs = Math.round(stampMs * 1000);
  const firstEntry = feed.entries;
  let maxOffsetUs = feed.maxOffsetUs;
  scanner.start(bytes);
  scanner.literal(documentStart);
  do {
    scanner.literal(entryStart);
    const epochUs = scanner.instantUs();
    scanner.literal(carsStart);
    if (scanner.failed) break;
    const entry = addEntry(feed, epochUs);
    if (scanner.bytes[scanner.at] !== closingBrace) {
      do scanCar(feed, entry);
      while (!scanner.failed && scanner.skip(comma));
      const offsetUs = epochUs - stampUs;
      if (offsetUs > maxOffsetUs) maxOffsetUs = offsetUs;
    }
    scanner.literal(entryEnd);
  } while (!scanner.failed && scanner.skip(comma));
  scanner.literal(documentEnd);
  if (scanner.failed || scanner.at !== bytes.length) {
    rollBack(feed, firstEntry);
    return false;
  }
  feed.maxOffsetUs = maxOffsetUs;
  return true;
}

/** Older files write the status as a number: '0' is on track, any other is off. */
function isOnTrack(status: unknown): boolean {
  return status === 'OnTrack' || status === '0' || status === 0;
}

function appendCar(feed: PosFeed, number: string, entry: number, point: Record<string, unknown>): boolean {
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
  const entries = isObject(value) ? value['Position'] : undefined;
  if (!Array.isArray(entries)) return 'The message has no list of Position';
  let reason: string | null = null;
  for (const [index, item] of (entries as unknown[]).entries()) {
    const sample = isObject(item) ? item : {};
    const epochUs =
      typeof sample['Timestamp'] === 'string' ? epochUsFromText(sample['Timestamp']) : Number.NaN;
    const cars = sample['Entries'];
    if (Number.isNaN(epochUs) || !isObject(cars)) {
      reason ??= `Position ${index + 1} has no readable Timestamp or Entries`;
      continue;
    }
    const entry = addEntry(feed, epochUs);
    let hasRow = false;
    for (const [number, point] of Object.entries(cars)) {
      if (isObject(point)) hasRow = appendCar(feed, number, entry, point) || hasRow;
      else feed.dropped++;
    }
    if (hasRow) feed.maxOffsetUs = Math.max(feed.maxOffsetUs, epochUs - Math.round(stampMs * 1000));
  }
  return reason;
}
