import { setTimeout as delay } from 'node:timers/promises';
import { F1Error } from '../../domain/errors.ts';
import { isProcessAlive } from '../../util/process-info.ts';
import { isElsewhere, isEnding, readLock } from './lock.ts';
import type { LockContent } from './lock.ts';
import type { ManagedPaths } from './paths.ts';
import { sayEvery } from './say-every.ts';
import { readyTimeoutMs } from './start-options.ts';
import type { ManagedKafka, StartOptions } from './start-options.ts';
import { elsewhereError, stopKafka } from './stop.ts';
import { waitReady } from './wait-ready.ts';

/** Uses the broker that has the lock; null when its starter gave up meanwhile and the lock can be tried again. */
export async function useRunning(
  paths: ManagedPaths,
  first: LockContent,
  options: StartOptions,
): Promise<ManagedKafka | null> {
  const { log, signal } = options;
  if (isElsewhere(first)) throw elsewhereError(first, paths.lock);
  const waited = (): string => {
    const { phase, pid } = readLock(paths.lock) ?? first;
    return `${phase === 'starting' ? 'Another start of Kafka is under way' : 'Kafka is ending'} (pid ${pid}): waiting for it`;
  };
  let endWords: (() => void) | null = null;
  try {
    for (;;) {
      const holder = readLock(paths.lock);
      if (holder === null) return null;
      if (holder.phase === 'running' && !isEnding(holder)) return await adopt(paths, holder, options);
      if (endWords === null) {
        log.info(waited());
        endWords = sayEvery(5000, () => log.info(waited()));
      }
      signal.throwIfAborted();
      await delay(50); // ends with the starter's own 120 s, or the 20 s of a stop
    }
  } finally {
    endWords?.();
  }
}

async function adopt(
  paths: ManagedPaths,
  holder: LockContent,
  { log, signal, port }: StartOptions,
): Promise<ManagedKafka | null> {
  const isYoung = Date.now() - Date.parse(holder.startedAt) < readyTimeoutMs;
  const isAlive = (): boolean => isProcessAlive(holder.pid, holder.startTime);
  const timeoutMs = isYoung ? readyTimeoutMs : 0;
  const { probe, failing } = await waitReady({ port: holder.port, isAlive, timeoutMs, log, signal });
  if (!isAlive()) return null;
  if (probe === null || !probe.isOk) {
    throw new F1Error(
      'F1_KAFKA_START',
      `Kafka runs already (pid ${holder.pid}) but is not usable: ${failing}`,
      {
        hint: `Run: slipstream kafka stop --dir ${paths.dir}, then start it again; its log: ${paths.serverLog}`,
      },
    );
  }
  const elsewhere = port !== 0 && port !== holder.port ? `, not ${port} as asked for` : '';
  const tied = holder.tiedTo === null ? '' : `; it ends with process ${holder.tiedTo.pid}, which started it`;
  log.info(`Kafka is already running (pid ${holder.pid}) on port ${holder.port}${elsewhere}${tied}`);
  return {
    pid: holder.pid,
    bootstrap: `127.0.0.1:${holder.port}`,
    port: holder.port,
    controllerPort: holder.controllerPort,
    clusterId: probe.clusterId ?? '',
    alreadyRunning: true,
    ended: new Promise(() => {}),
    stop: async () => void (await stopKafka({ dir: paths.dir, log })),
  };
}
