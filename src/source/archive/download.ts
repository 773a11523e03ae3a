import { open } from 'node:fs/promises';
import {
  dropPart,
  finishPart,
  partFileOf,
  rangeValidator,
  readPart,
  writePartState,
  type PartFile,
} from './part-file.ts';
import { isTransient, NetworkError, request, type Answer, type Validators } from './request.ts';
import { retryAfterMs, retryDelayMs, waitMs, type RetryPolicy } from './retry.ts';

/** What became of one file. */
export type Download =
  | ({ readonly outcome: 'stored'; readonly bytes: number; readonly resumed: boolean } & Validators)
  | { readonly outcome: 'unchanged' }
  /** The server has no such file (or will not give it): its status. */
  | { readonly outcome: 'absent'; readonly status: number }
  /** A web page came instead of data. */
  | { readonly outcome: 'page' };

export interface DownloadOptions {
  readonly signal: AbortSignal;
  readonly retry: RetryPolicy;
  /** Validators of the copy that is there; null fetches in any case. */
  readonly known: Validators | null;
  /** Ending of the part file, `.part`; one of its own when another process downloads the same. */
  readonly partSuffix: string;
  /** Told bytes here and the whole length once it is known. */
  readonly onBytes: (bytes: number, totalBytes: number | null) => void;
  /** Told about each failed try, for the log. */
  readonly onRetry?: (reason: string) => void;
}

/** Tries over all, with or without progress. */
const maxTries = 100;

const byteOrderMark = [0xef, 0xbb, 0xbf];

/** True when the first bytes begin an HTML or XML page. */
function startsAsPage(bytes: Uint8Array): boolean {
  let at = 0;
  while (at < bytes.length && (bytes[at]! <= 32 || byteOrderMark.includes(bytes[at]!))) at++;
  return bytes[at] === 60;
}

interface Range {
  readonly start: number;
  readonly total: number | null;
}

/** First byte and whole length of a `Content-Range`; null when unreadable. */
export function rangeOf(header: string | null): Range | null {
  const match = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(header ?? '');
  return match === null
    ? null
    : { start: Number(match[1]), total: match[2] === '*' ? null : Number(match[2]) };
}

type Received = { readonly outcome: 'page' } | { readonly outcome: 'received'; readonly bytes: number };

/** Writes a body to the part, from byte `start` on. Throws `NetworkError` when fewer bytes came than announced. */
async function receive(
  answer: Answer,
  part: PartFile,
  start: number,
  totalBytes: number | null,
  onBytes: DownloadOptions['onBytes'],
): Promise<Received> {
  const file = await open(part.path, start === 0 ? 'w' : 'r+');
  let bytes = start;
  try {
    onBytes(bytes, totalBytes);
    for await (const chunk of answer.body()) {
      if (bytes === 0 && startsAsPage(chunk)) return { outcome: 'page' };
      let written = 0;
      while (written < chunk.length)
        written += (await file.write(chunk, written, chunk.length - written, bytes + written)).bytesWritten;
      bytes += chunk.length;
      onBytes(bytes, totalBytes);
    }
    await file.truncate(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  if (totalBytes !== null && bytes !== totalBytes)
    throw new NetworkError(`The transfer ended after ${bytes} of ${totalBytes} bytes`);
  return { outcome: 'received', bytes };
}

/** One try. Throws `NetworkError`; 'again' asks for a fresh start without the part. */
async function tryOnce(
  url: string,
  target: string,
  part: PartFile,
  options: DownloadOptions,
): Promise<Download | Answer | 'again'> {
  const begun = await readPart(part, url);
  const validator = begun === null ? null : rangeValidator(begun);
  const headers: Record<string, string> = {};
  if (begun !== null && validator !== null) {
    headers['range'] = `bytes=${begun.bytes}-`;
    headers['if-range'] = validator;
  } else if (options.known !== null) {
    if (options.known.etag !== null) headers['if-none-match'] = options.known.etag;
    else if (options.known.lastModified !== null) headers['if-modified-since'] = options.known.lastModified;
  }
  const answer = await request(url, { headers, signal: options.signal, stallMs: options.retry.stallMs });
  if (isTransient(answer.status)) return answer;
  if (answer.status !== 200 && answer.status !== 206) {
    await answer.cancel();
    if (answer.status === 304) return { outcome: 'unchanged' };
    if (answer.status !== 416) return { outcome: 'absent', status: answer.status };
    await dropPart(part);
    return 'again';
  }
  const range = answer.status === 206 ? rangeOf(answer.contentRange) : { start: 0, total: answer.bodyBytes };
  const isWanted = range !== null && (range.start === 0 || range.start === begun?.bytes);
  if (
    !isWanted ||
    (range.start > 0 && range.total !== null && begun?.totalBytes != null && range.total !== begun.totalBytes)
  ) {
    await answer.cancel();
    await dropPart(part);
    return 'again';
  }
  const { etag, lastModified } = answer;
  let received: Received;
  try {
    if (range.start === 0) await writePartState(part, { url, etag, lastModified, totalBytes: range.total });
    received = await receive(answer, part, range.start, range.total, options.onBytes);
  } catch (error) {
    // A disk that refuses must not leave the connection open.
    await answer.cancel();
    throw error;
  }
  if (received.outcome === 'page') {
    await dropPart(part);
    return received;
  }
  await finishPart(part, target);
  return { outcome: 'stored', bytes: received.bytes, resumed: range.start > 0, etag, lastModified };
}

/**
 * Fetches a file: goes on where an earlier transfer broke (`Range` with `If-Range`), checks the length, tries again
 * after 408, 429, 5xx and network errors, and puts the file in place in one step. Throws `NetworkError` when all tries
 * fail, the signal's reason when aborted.
 */
export async function download(url: string, target: string, options: DownloadOptions): Promise<Download> {
  const part = partFileOf(target, options.partSuffix);
  let failures = 0;
  let lastBytes = 0;
  let lastError = new NetworkError(`Cannot read ${url}`);
  const withProgress: DownloadOptions = {
    ...options,
    onBytes: (bytes, total) => {
      // A try that brought something further starts the count anew.
      if (bytes > lastBytes) failures = 0;
      lastBytes = Math.max(lastBytes, bytes);
      options.onBytes(bytes, total);
    },
  };
  for (let tries = 0; tries < maxTries; tries++) {
    let waitFor: number | null = null;
    try {
      const result = await tryOnce(url, target, part, withProgress);
      if (result !== 'again') {
        if (!('status' in result) || 'outcome' in result) return result;
        await result.cancel();
        waitFor = retryAfterMs(result.retryAfter, Date.now());
        lastError = new NetworkError(`Cannot read ${url}: the server answers ${result.status}`);
      }
    } catch (error) {
      if (!(error instanceof NetworkError)) throw error;
      lastError = error;
    }
    failures++;
    if (failures >= options.retry.attempts) break;
    options.onRetry?.(lastError.message);
    await waitMs(waitFor ?? retryDelayMs(options.retry, failures), options.signal);
  }
  throw lastError;
}
