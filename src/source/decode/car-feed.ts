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

/** Value of the DRS column where the record has no channel 45. */
export const noDrs = 255;

/** Growing car columns; meanings as in `CarSamples`. */
export interface CarRows extends RowBuffer {
  rpm: Uint16Array;
  speedKmh: Uint16Array;
  gear: Uint8Array;
  throttlePct: Uint8Array;
  brakePct: Uint8Array;
  drs: Uint8Array;
}

export type CarFeed = FeedColumns<CarRows>;

const firstRows = 4096;

/** An empty CarData feed. */
export function createCarFeed(): CarFeed {
  return createFeed((number) => ({
    number,
    rows: 0,
    entry: new Uint32Array(firstRows),
    rpm: new Uint16Array(firstRows),
    speedKmh: new Uint16Array(firstRows),
    gear: new Uint8Array(firstRows),
    throttlePct: new Uint8Array(firstRows),
    brakePct: new Uint8Array(firstRows),
    drs: new Uint8Array(firstRows),
  }));
}

function reserve(row: CarRows): void {
  if (row.rows < row.entry.length) return;
  row.entry = grown(row.entry);
  row.rpm = grown(row.rpm);
  row.speedKmh = grown(row.speedKmh);
  row.gear = grown(row.gear);
  row.throttlePct = grown(row.throttlePct);
  row.brakePct = grown(row.brakePct);
  row.drs = grown(row.drs);
}

const channelsStart = asciiBytes('":{"Channels":{"0":');
const speedStart = asciiBytes(',"2":');
const gearStart = asciiBytes(',"3":');
const throttleStart = asciiBytes(',"4":');
const brakeStart = asciiBytes(',"5":');
const drsStart = asciiBytes(',"45":');
const nullText = asciiBytes('null');
const carEnd = asciiBytes('}}');
const letterN = 110;
const comma = 44;

const message = scannable<CarRows>({
  list: 'Entries',
  item: 'Entry',
  time: 'Utc',
  cars: 'Cars',
  scanCar,
  appendCar,
});

function scanCar(scanner: ByteScanner, feed: CarFeed, number: number, entry: number): void {
  scanner.literal(channelsStart);
  const rpm = scanner.unsigned();
  scanner.literal(speedStart);
  const speedKmh = scanner.unsigned();
  scanner.literal(gearStart);
  const gear = scanner.unsigned();
  scanner.literal(throttleStart);
  const throttlePct = scanner.unsigned();
  scanner.literal(brakeStart);
  const brakePct = scanner.unsigned();
  let drs = noDrs;
  if (scanner.bytes[scanner.at] === comma) {
    scanner.literal(drsStart);
    if (scanner.bytes[scanner.at] === letterN) scanner.literal(nullText);
    else drs = scanner.unsigned();
  }
  scanner.literal(carEnd);
  // Values beyond a column are rare enough for the slow reader, which counts them.
  if (rpm > 65_535 || speedKmh > 65_535 || gear > 255 || throttlePct > 255 || brakePct > 255 || drs > 255)
    scanner.failed = true;
  const row = scannedRow(scanner, feed, number, entry);
  if (row === null) return;
  reserve(row);
  const at = row.rows++;
  row.entry[at] = entry;
  row.rpm[at] = rpm;
  row.speedKmh[at] = speedKmh;
  row.gear[at] = gear;
  row.throttlePct[at] = throttlePct;
  row.brakePct[at] = brakePct;
  row.drs[at] = drs;
}

/**
 * Reads the canonical text of one CarData message into the columns; false (and nothing changed) when the text is not
 * canonical. O(bytes), no allocation. `readCarJson` reads everything else with the same result.
 */
export function scanCarText(feed: CarFeed, bytes: Uint8Array, stampMs: number): boolean {
  return scanMessage(message, feed, bytes, stampMs);
}

function appendCar(feed: CarFeed, number: string, entry: number, car: unknown): boolean {
  const channels = isObject(car) ? car['Channels'] : undefined;
  if (!isObject(channels)) {
    feed.dropped++;
    return false;
  }
  const rpm = numberOf(channels['0']);
  const speedKmh = numberOf(channels['2']);
  const gear = numberOf(channels['3']);
  const throttlePct = numberOf(channels['4']);
  const brakePct = numberOf(channels['5']);
  const drs = numberOf(channels['45']);
  if (!Number.isFinite(rpm + speedKmh + gear + throttlePct + brakePct)) {
    feed.dropped++;
    return false;
  }
  const row = rowOf(feed, number);
  reserve(row);
  const at = row.rows++;
  row.entry[at] = entry;
  row.rpm[at] = toColumn(feed, rpm, 0, 65_535);
  row.speedKmh[at] = toColumn(feed, speedKmh, 0, 65_535);
  row.gear[at] = toColumn(feed, gear, 0, 255);
  row.throttlePct[at] = toColumn(feed, throttlePct, 0, 255);
  row.brakePct[at] = toColumn(feed, brakePct, 0, 255);
  row.drs[at] = Number.isFinite(drs) ? toColumn(feed, drs, 0, 255) : noDrs;
  return true;
}

/**
 * Reads one parsed CarData message into the columns and returns why parts of it were skipped, or null. A sample that
 * lacks a required channel is dropped and counted; channel 45 is optional.
 */
export function readCarJson(feed: CarFeed, value: unknown, stampMs: number): string | null {
  return readMessage(message, feed, value, stampMs);
}
