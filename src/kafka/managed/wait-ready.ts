import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Log } from '../../domain/log.ts';
import { failingLeg, probeBroker } from './probe.ts';
import type { BrokerProbe } from './probe.ts';

const retryMs = 40;
const wordEveryMs = 5000;

/** The last probe, or null when the process ended first. */
export interface ReadyResult {
  readonly probe: BrokerProbe | null;
  /** Why the last try failed; null when ready. */
  readonly failing: string | null;
}

/**
 * Waits until a broker on this machine passes every leg of the probe, its process ends, or `timeoutMs` pass; says
 * something every 5 seconds. A port that is not open yet gives no event, so it is tried every 40 ms.
 */
export async function waitReady(options: {
  readonly port: number;
  readonly isAlive: () => boolean;
  readonly timeoutMs: number;
  readonly log: Log;
  readonly signal: AbortSignal;
}): Promise<ReadyResult> {
  const { port, isAlive, timeoutMs, log, signal } = options;
  const from = performance.now();
  let nextWord = wordEveryMs;
  let failing = `nothing listens on port ${port}`;
  for (;;) {
    signal.throwIfAborted();
    if (!isAlive()) return { probe: null, failing };
    if (await isPortOpen('127.0.0.1', port, 1000)) {
      const probe = await probeBroker({ bootstrap: `127.0.0.1:${port}`, signal });
      if (probe.isOk) return { probe, failing: null };
      failing = failingLeg(probe) ?? failing;
      if (performance.now() - from > timeoutMs) return { probe, failing };
    }
    const waitedMs = performance.now() - from;
    if (waitedMs > timeoutMs) return { probe: null, failing };
    if (waitedMs > nextWord) {
      log.info(`Waiting for Kafka on port ${port} since ${Math.round(waitedMs / 1000)} s (${failing})`);
      nextWord += wordEveryMs;
    }
    await delay(retryMs, undefined, { signal }).catch(() => {}); // aborted: thrown above with its reason
  }
}

/** True when a TCP connection to the port can be opened within `timeoutMs`. */
export function isPortOpen(host: string, port: number, timeoutMs: number): Promise<boolean> {
  return tryConnect(host, port, timeoutMs).then((reason) => reason === null);
}

/** Null when a TCP connection can be opened, else the reason (ECONNREFUSED, ENOTFOUND, 'no answer within 1000 ms'). */
export function tryConnect(host: string, port: number, timeoutMs: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const finish = (reason: string | null): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(reason);
    };
    const timer = setTimeout(() => finish(`no answer within ${timeoutMs} ms`), timeoutMs);
    socket.once('connect', () => finish(null));
    socket.once('error', (error: NodeJS.ErrnoException) => finish(error.code ?? error.message));
  });
}
