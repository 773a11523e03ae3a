import { readFile } from 'node:fs/promises';
import { messageOf } from '../../domain/errors.ts';
import { readCarJson, scanCarText, type CarFeed } from '../decode/car-feed.ts';
import { isObject } from '../decode/feed-columns.ts';
import { inflateLine, UnpackError } from '../decode/inflate-line.ts';
import { parseFeedJson } from '../decode/json-text.ts';
import { readLines } from '../decode/lines.ts';
import { readPosJson, scanPosText, type PosFeed } from '../decode/pos-feed.ts';
import { stampLength, stampMsFromBytes } from '../decode/stamp.ts';
import type { ReportBuilder, TopicCounts } from './report-builder.ts';

/** The file holds a web page (an error page, a login form) and no timing data. */
export class NotDataError extends Error {
  override readonly name = 'NotDataError';
}

const quote = 34;
const lessThan = 60;
const space = 32;

/** Takes one line's payload and returns why it (or a part) was skipped, or null. Throws what a broken payload makes. */
type TakePayload = (payload: Buffer, stampMs: number, line: number) => string | null;

export interface ReadTopicOptions {
  readonly report: ReportBuilder;
  readonly counts: TopicCounts;
  readonly signal: AbortSignal;
  /** Told the bytes of the file read so far. */
  readonly onBytes: (bytes: number) => void;
}

function isPage(bytes: Buffer, start: number, end: number): boolean {
  let at = start;
  while (at < end && bytes[at]! <= space) at++;
  return bytes[at] === lessThan;
}

async function readStream(path: string, options: ReadTopicOptions, take: TakePayload): Promise<void> {
  const { report, counts } = options;
  let isFirst = true;
  counts.bytes = await readLines(path, {
    signal: options.signal,
    onBytes: options.onBytes,
    onLongLine: (line) => {
      counts.lines++;
      report.malformed(counts, line, 'The line is longer than 32 MiB');
    },
    onLine: (bytes, start, end, line) => {
      if (isFirst && isPage(bytes, start, end))
        throw new NotDataError('The file holds an HTML or XML page instead of timing data');
      isFirst = false;
      counts.lines++;
      const length = stampLength(bytes, start, end);
      const stampMs = stampMsFromBytes(bytes, start, length);
      if (Number.isNaN(stampMs)) {
        report.malformed(counts, line, 'The line does not start with a stamp HH:MM:SS.mmm');
        return;
      }
      try {
        const reason = take(bytes.subarray(start + length, end), stampMs, line);
        if (reason !== null) report.malformed(counts, line, reason);
        if (stampMs < counts.lastStampMs) counts.outOfOrder++;
        counts.lastStampMs = stampMs;
      } catch (error) {
        if (!(error instanceof UnpackError || error instanceof SyntaxError)) throw error;
        report.malformed(
          counts,
          line,
          error instanceof SyntaxError ? `JSON is broken: ${error.message}` : error.message,
        );
      }
    },
  });
}

/** JSON bytes of a payload: unpacked when it is a quoted Base64 string. */
function jsonBytes(payload: Buffer): Buffer {
  if (payload[0] !== quote) return payload;
  if (payload.length < 2 || payload[payload.length - 1] !== quote)
    throw new UnpackError('Base64 text is cut off: its closing quote is missing');
  return inflateLine(payload.toString('latin1', 1, payload.length - 1));
}

/** Reads a telemetry stream into columns: by byte scanner, by `JSON.parse` where the text is not canonical. */
function readTelemetry<Feed>(
  path: string,
  feed: Feed,
  scan: (feed: Feed, bytes: Uint8Array, stampMs: number) => boolean,
  read: (feed: Feed, value: unknown, stampMs: number) => string | null,
  options: ReadTopicOptions,
): Promise<void> {
  return readStream(path, options, (payload, stampMs) => {
    const bytes = jsonBytes(payload);
    if (scan(feed, bytes, stampMs)) return null;
    const { value, repaired } = parseFeedJson(bytes.toString('utf8'));
    if (repaired) options.counts.repaired++;
    return read(feed, value, stampMs);
  });
}

/** Reads `CarData.z.jsonStream` (or its unpacked form) into the feed's columns. */
export function readCarTopic(path: string, feed: CarFeed, options: ReadTopicOptions): Promise<void> {
  return readTelemetry(path, feed, scanCarText, readCarJson, options);
}

/** Reads `Position.z.jsonStream` (or its unpacked form) into the feed's columns. */
export function readPosTopic(path: string, feed: PosFeed, options: ReadTopicOptions): Promise<void> {
  return readTelemetry(path, feed, scanPosText, readPosJson, options);
}

/** Takes a message of a topic that is not telemetry, and its text. */
export type AcceptMessage = (stampMs: number, data: unknown, line: number, text: string) => void;

function takeValue(
  text: string,
  stampMs: number,
  line: number,
  options: ReadTopicOptions,
  accept: AcceptMessage,
): string | null {
  const { value, repaired } = parseFeedJson(text);
  if (repaired) options.counts.repaired++;
  if (!isObject(value) && !Array.isArray(value)) return 'The payload is neither a JSON object nor a list';
  try {
    accept(stampMs, value, line, text);
  } catch (error) {
    // One odd message must not cost the session: it is named in the report like any other.
    return `The message cannot be applied: ${messageOf(error)}`;
  }
  return null;
}

/** Reads any other topic's stream and hands over its messages in file order. */
export function readMessages(path: string, accept: AcceptMessage, options: ReadTopicOptions): Promise<void> {
  return readStream(path, options, (payload, stampMs, line) =>
    takeValue(jsonBytes(payload).toString('utf8'), stampMs, line, options, accept),
  );
}

/** Hands over a topic's final key frame (`Topic.json`) as one message at stamp 0. */
export async function readKeyFrame(
  path: string,
  accept: AcceptMessage,
  options: ReadTopicOptions,
): Promise<void> {
  const { report, counts } = options;
  const bytes = await readFile(path, { signal: options.signal });
  counts.bytes = bytes.length;
  const text = bytes
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .trim();
  if (text.startsWith('<'))
    throw new NotDataError('The file holds an HTML or XML page instead of timing data');
  if (text === '') return;
  counts.lines = 1;
  counts.lastStampMs = 0;
  let reason: string | null;
  try {
    reason = takeValue(text, 0, 1, options, accept);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    reason = `JSON is broken: ${error.message}`;
  }
  if (reason !== null) report.malformed(counts, 1, reason);
  options.onBytes(bytes.length);
}
