import type { Log } from '../../domain/log.ts';
import { download, type Download, type DownloadOptions } from './download.ts';
import { isTransient, NetworkError, request, type Answer, type Validators } from './request.ts';
import { defaultRetry, retryAfterMs, retryDelayMs, waitMs, type RetryPolicy } from './retry.ts';

/** A small file as text. */
export type TextAnswer =
  | ({ readonly outcome: 'text'; readonly text: string; readonly url: string } & Validators)
  | { readonly outcome: 'unchanged' }
  | { readonly outcome: 'absent'; readonly status: number }
  | { readonly outcome: 'page' };

export interface ReadTextOptions {
  /** Validators of the copy that is there: an unchanged file is not sent again. */
  readonly known?: Validators | null;
  /** Bound on the whole look-up; the usual retries without it. */
  readonly timeoutMs?: number;
}

export interface ArchiveClientOptions {
  /** Base URLs, asked in this order: the archive, then its mirror. */
  readonly bases: readonly string[];
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Time the mirror gets for a first answer. */
  readonly mirrorTimeoutMs: number;
  readonly retry?: RetryPolicy;
}

/** Longest text read into memory; the largest season index has 60 kB. */
const maxTextBytes = 16 * 1024 * 1024;

function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError';
}

function conditionalHeaders(known: Validators | null): Record<string, string> {
  if (known?.etag != null) return { 'if-none-match': known.etag };
  return known?.lastModified != null ? { 'if-modified-since': known.lastModified } : {};
}

/**
 * Reads files of the archive by URLs relative to a base: from the first base, from the next when it answers a status
 * of 400 or more or not at all. A base that cannot be reached is not asked again.
 */
export class ArchiveClient {
  readonly #options: ArchiveClientOptions;
  readonly #retry: RetryPolicy;
  readonly #down = new Map<string, NetworkError>();
  readonly #answered = new Set<string>();

  constructor(options: ArchiveClientOptions) {
    this.#options = options;
    this.#retry = options.retry ?? defaultRetry;
  }

  /** True when no base can be reached. */
  get isDown(): boolean {
    return this.#options.bases.every((base) => this.#down.has(base));
  }

  /** The first base, for messages. */
  get address(): string {
    return this.#options.bases[0] ?? '';
  }

  /** A small file. Throws `NetworkError` when no base can be reached. */
  readText(path: string, options: ReadTextOptions = {}): Promise<TextAnswer> {
    return this.#ask(async (url, isFirst) => {
      const bound = options.timeoutMs ?? (isFirst ? undefined : this.#options.mirrorTimeoutMs);
      return this.#readText(url, options.known ?? null, bound);
    }, path);
  }

  /** A file into a target on disk. Throws `NetworkError` when no base can be reached. */
  download(
    path: string,
    target: string,
    options: Omit<DownloadOptions, 'retry' | 'signal' | 'onRetry'>,
  ): Promise<Download> {
    const { log, signal } = this.#options;
    const onRetry = (reason: string): void => log.info(`${reason}; trying again`);
    return this.#ask((url, isFirst) => {
      const retry = isFirst
        ? this.#retry
        : { ...this.#retry, attempts: 2, stallMs: this.#options.mirrorTimeoutMs };
      return download(url, target, { ...options, signal, retry, onRetry });
    }, path);
  }

  /**
   * Compares a copy with the archive by one conditional request, without fetching the file. Throws `NetworkError` when
   * no base can be reached within the time.
   */
  async isChanged(
    path: string,
    known: Validators & { readonly bytes: number },
    timeoutMs: number,
  ): Promise<boolean> {
    const answer = await this.#ask(async (url) => {
      const timeout = AbortSignal.timeout(timeoutMs);
      const signal = AbortSignal.any([this.#options.signal, timeout]);
      const headers = conditionalHeaders(known);
      let response: Answer;
      try {
        response = await request(url, { headers, signal, stallMs: timeoutMs });
      } catch (error) {
        this.#options.signal.throwIfAborted();
        if (!isTimeout(error)) throw error;
        throw new NetworkError(`Cannot read ${url}: no answer within ${timeoutMs} ms`, { cause: error });
      }
      await response.cancel();
      if (response.status !== 200) return { outcome: response.status >= 400 ? 'absent' : 'unchanged' };
      const isSame = known.etag === null ? response.bodyBytes === known.bytes : response.etag === known.etag;
      return { outcome: isSame ? 'unchanged' : 'changed' };
    }, path);
    return answer.outcome === 'changed';
  }

  async #ask<T extends { readonly outcome: string }>(
    ask: (url: string, isFirst: boolean) => Promise<T>,
    path: string,
  ): Promise<T> {
    let firstAnswer: T | null = null;
    let lastError: NetworkError | null = null;
    for (const [index, base] of this.#options.bases.entries()) {
      const known = this.#down.get(base);
      if (known !== undefined) {
        lastError ??= known;
        continue;
      }
      try {
        const answer = await ask(`${base}${path}`, index === 0);
        this.#answered.add(base);
        if (answer.outcome !== 'absent' && answer.outcome !== 'page') return answer;
        firstAnswer ??= answer;
      } catch (error) {
        if (!(error instanceof NetworkError)) throw error;
        this.#down.set(base, error);
        lastError ??= error;
        this.#options.log.debug(error.message);
      }
    }
    if (firstAnswer !== null) return firstAnswer;
    throw lastError ?? new NetworkError('No archive is configured');
  }

  async #readText(url: string, known: Validators | null, timeoutMs: number | undefined): Promise<TextAnswer> {
    const { log } = this.#options;
    const attempts = timeoutMs === undefined ? this.#retry.attempts : 1;
    const timeout = timeoutMs === undefined ? null : AbortSignal.timeout(timeoutMs);
    const signal = timeout === null ? this.#options.signal : AbortSignal.any([this.#options.signal, timeout]);
    for (let attempt = 1; ; attempt++) {
      let reason: NetworkError;
      let wait: number | null = null;
      try {
        const answer = await this.#readTextOnce(url, known, signal);
        if (!('transient' in answer)) return answer;
        wait = retryAfterMs(answer.retryAfter, Date.now());
        reason = new NetworkError(`Cannot read ${url}: the server answers ${answer.transient}`);
      } catch (error) {
        this.#options.signal.throwIfAborted();
        if (isTimeout(error) && timeoutMs !== undefined)
          throw new NetworkError(`Cannot read ${url}: no answer within ${timeoutMs} ms`, { cause: error });
        if (!(error instanceof NetworkError)) throw error;
        reason = error;
      }
      if (attempt >= attempts) throw reason;
      log.info(`${reason.message}; trying again`);
      await waitMs(wait ?? retryDelayMs(this.#retry, attempt), signal);
    }
  }

  async #readTextOnce(
    url: string,
    known: Validators | null,
    signal: AbortSignal,
  ): Promise<TextAnswer | { readonly transient: number; readonly retryAfter: string | null }> {
    const answer = await request(url, {
      headers: conditionalHeaders(known),
      signal,
      stallMs: this.#retry.stallMs,
    });
    if (answer.status !== 200) {
      await answer.cancel();
      if (isTransient(answer.status)) return { transient: answer.status, retryAfter: answer.retryAfter };
      return answer.status === 304 ? { outcome: 'unchanged' } : { outcome: 'absent', status: answer.status };
    }
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of answer.body()) {
      bytes += chunk.length;
      if (bytes > maxTextBytes)
        throw new NetworkError(`Cannot read ${url}: it is larger than ${maxTextBytes} bytes`);
      chunks.push(chunk);
    }
    if (answer.bodyBytes !== null && bytes !== answer.bodyBytes)
      throw new NetworkError(
        `Cannot read ${url}: the transfer ended after ${bytes} of ${answer.bodyBytes} bytes`,
      );
    const text = Buffer.concat(chunks)
      .toString('utf8')
      .replace(/^\uFEFF/, '');
    if (text.trimStart().startsWith('<')) return { outcome: 'page' };
    return { outcome: 'text', text, url, etag: answer.etag, lastModified: answer.lastModified };
  }
}
