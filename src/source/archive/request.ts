import { messageOf } from '../../domain/errors.ts';

/** The server could not be talked to: no connection, no answer in time, or a transfer that broke. */
export class NetworkError extends Error {
  override readonly name = 'NetworkError';
}

/** What tells one state of a file from another. */
export interface Validators {
  readonly etag: string | null;
  readonly lastModified: string | null;
}

export interface RequestOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Longest silence: until the headers, and between two pieces of the body. */
  readonly stallMs: number;
}

/** An answer whose body is read piece by piece under the same stall time. */
export interface Answer extends Validators {
  readonly status: number;
  readonly contentRange: string | null;
  /** Bytes of the body as sent; null when unknown or packed in transit. */
  readonly bodyBytes: number | null;
  readonly retryAfter: string | null;
  /** Pieces of the body; throws `NetworkError` when the transfer breaks. Read or `cancel` it. */
  readonly body: () => AsyncGenerator<Uint8Array>;
  readonly cancel: () => Promise<void>;
}

const userAgent = 'slipstream (unofficial)';

/** True for statuses after which the same request may succeed. */
export function isTransient(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

function bodyLength(response: Response): number | null {
  const packed = response.headers.get('content-encoding');
  const length = response.headers.get('content-length');
  if (length === null || (packed !== null && packed !== 'identity')) return null;
  return Number(length);
}

/** Sends a GET for unpacked bytes. Throws `NetworkError`, or the signal's reason when it is aborted. */
export async function request(url: string, options: RequestOptions): Promise<Answer> {
  const stall = new AbortController();
  const stalled = (): void =>
    stall.abort(new Error(`No answer for ${Math.round(options.stallMs / 100) / 10} s`));
  let timer = setTimeout(stalled, options.stallMs).unref();
  const rethrow = (error: unknown): never => {
    clearTimeout(timer);
    options.signal.throwIfAborted();
    throw new NetworkError(`Cannot read ${url}: ${messageOf(error)}`, { cause: error });
  };
  let response: Response;
  try {
    response = await fetch(url, {
      headers: { 'accept-encoding': 'identity', 'user-agent': userAgent, ...options.headers },
      signal: AbortSignal.any([options.signal, stall.signal]),
    });
  } catch (error) {
    return rethrow(error);
  }
  async function* body(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of response.body ?? []) {
        clearTimeout(timer);
        timer = setTimeout(stalled, options.stallMs).unref();
        yield chunk as Uint8Array;
      }
    } catch (error) {
      rethrow(error);
    } finally {
      clearTimeout(timer);
    }
  }
  return {
    status: response.status,
    etag: response.headers.get('etag'),
    lastModified: response.headers.get('last-modified'),
    contentRange: response.headers.get('content-range'),
    retryAfter: response.headers.get('retry-after'),
    bodyBytes: bodyLength(response),
    body,
    cancel: async () => {
      clearTimeout(timer);
      // A broken body rejects with what broke it, which its reader has been told already.
      await response.body?.cancel().catch(() => {});
    },
  };
}
