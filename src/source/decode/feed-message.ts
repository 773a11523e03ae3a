import { asciiBytes, ByteScanner } from './byte-scanner.ts';
import { addEntry, isObject, rollBack, rowOf, type FeedColumns, type RowBuffer } from './feed-columns.ts';
import { epochUsFromText } from './instant.ts';

/** How the messages of one feed name their parts, and how one car of an entry is read. */
export interface FeedMessage<Row extends RowBuffer> {
  /** Field that lists the entries, and what a reason calls one of them. */
  readonly list: string;
  readonly item: string;
  /** Fields of an entry: its sample time and its cars by number. */
  readonly time: string;
  readonly cars: string;
  /** Reads the canonical text of one car from the end of its number on and stores it in the row of `scannedRow`. */
  scanCar(scanner: ByteScanner, feed: FeedColumns<Row>, number: number, entry: number): void;
  /** Stores one parsed car; false when it was dropped (and counted). */
  appendCar(feed: FeedColumns<Row>, number: string, entry: number, car: unknown): boolean;
}

/** A feed's messages with the bytes between their values, for the scanner. */
export interface ScannableMessage<Row extends RowBuffer> extends FeedMessage<Row> {
  readonly documentStart: Uint8Array;
  readonly entryStart: Uint8Array;
  readonly carsStart: Uint8Array;
}

const scanner = new ByteScanner();
const quoteBytes = asciiBytes('"');
const documentEnd = asciiBytes(']}');
const entryEnd = asciiBytes('}}');
const comma = 44;
const closingBrace = 125;

/** Prepares the canonical text around the values of a feed's messages. */
export function scannable<Row extends RowBuffer>(message: FeedMessage<Row>): ScannableMessage<Row> {
  return {
    ...message,
    documentStart: asciiBytes(`{"${message.list}":[`),
    entryStart: asciiBytes(`{"${message.time}":"`),
    carsStart: asciiBytes(`","${message.cars}":{`),
  };
}

/**
 * Reads the canonical text of one message into the columns; false (and nothing changed) when the text is not canonical.
 * O(bytes), no allocation. `readMessage` reads everything else with the same result.
 */
export function scanMessage<Row extends RowBuffer>(
  message: ScannableMessage<Row>,
  feed: FeedColumns<Row>,
  bytes: Uint8Array,
  stampMs: number,
): boolean {
  const stampUs = Math.round(stampMs * 1000);
  const firstEntry = feed.entries;
  let maxOffsetUs = feed.maxOffsetUs;
  scanner.start(bytes);
  scanner.literal(message.documentStart);
  do {
    scanner.literal(message.entryStart);
    const epochUs = scanner.instantUs();
    scanner.literal(message.carsStart);
    if (scanner.failed) break;
    const entry = addEntry(feed, epochUs);
    if (scanner.bytes[scanner.at] !== closingBrace) {
      do {
        scanner.literal(quoteBytes);
        message.scanCar(scanner, feed, scanner.unsigned(), entry);
      } while (!scanner.failed && scanner.skip(comma));
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

/** The row buffer a scanned car goes to; null when the scan failed, the number is too large or the car stands twice. */
export function scannedRow<Row extends RowBuffer>(
  by: ByteScanner,
  feed: FeedColumns<Row>,
  number: number,
  entry: number,
): Row | null {
  if (by.failed || number > 999) {
    by.failed = true;
    return null;
  }
  const row = feed.byNumber[number] ?? rowOf(feed, String(number));
  if (row.rows > 0 && row.entry[row.rows - 1] === entry) {
    by.failed = true;
    return null;
  }
  return row;
}

/** Reads one parsed message into the columns and returns why parts of it were skipped, or null. */
export function readMessage<Row extends RowBuffer>(
  message: FeedMessage<Row>,
  feed: FeedColumns<Row>,
  value: unknown,
  stampMs: number,
): string | null {
  const entries = isObject(value) ? value[message.list] : undefined;
  if (!Array.isArray(entries)) return `The message has no list of ${message.list}`;
  let reason: string | null = null;
  for (const [index, item] of (entries as unknown[]).entries()) {
    const sample = isObject(item) ? item : {};
    const time = sample[message.time];
    const epochUs = typeof time === 'string' ? epochUsFromText(time) : Number.NaN;
    const cars = sample[message.cars];
    if (Number.isNaN(epochUs) || !isObject(cars)) {
      reason ??= `${message.item} ${index + 1} has no readable ${message.time} or ${message.cars}`;
      continue;
    }
    const entry = addEntry(feed, epochUs);
    let hasRow = false;
    for (const [number, car] of Object.entries(cars)) {
      hasRow = message.appendCar(feed, number, entry, car) || hasRow;
    }
    if (hasRow) feed.maxOffsetUs = Math.max(feed.maxOffsetUs, epochUs - Math.round(stampMs * 1000));
  }
  return reason;
}
