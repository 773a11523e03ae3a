import { setTimeout as delay } from 'node:timers/promises';

/**
 * The promise, or an error when it is not settled within `timeoutMs` or the signal is aborted first. The work itself
 * goes on: only for questions whose late answer does no harm, never for produced data.
 */
export async function withDeadline<T>(
  promise: Promise<T>,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<T> {
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  signal?.addEventListener('abort', abort, { once: true });
  promise.catch(() => {}); // a rejection after the deadline has no other reader
  try {
    signal?.throwIfAborted();
    const expiry = delay(timeoutMs, undefined, { signal: stop.signal }).then(
      () => {
        throw new Error(`no answer within ${timeoutMs} ms`);
      },
      (error: unknown) => {
        if (signal?.aborted === true) throw signal.reason;
        throw error;
      },
    );
    expiry.catch(() => {}); // aborted below when the promise wins
    return await Promise.race([promise, expiry]);
  } finally {
    signal?.removeEventListener('abort', abort);
    stop.abort();
  }
}
