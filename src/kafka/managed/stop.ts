import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { errnoOf } from '../../util/errno.ts';
import { F1Error } from '../../domain/errors.ts';
import type { Log } from '../../domain/log.ts';
import { isProcessAlive } from '../../util/process-info.ts';
import { clearDeadLock, isElsewhere, markStopping, readLock } from './lock.ts';
import type { LockContent } from './lock.ts';
import { managedPaths } from './paths.ts';
import { sayEvery } from './say-every.ts';

export interface StopResult {
  /** The broker that was stopped; null when none ran. */
  readonly pid: number | null;
  /** True when it did not end by itself and was killed. */
  readonly wasKilled: boolean;
  readonly tookMs: number;
}

const checkMs = 25;
const startWaitMs = 60_000;

/**
 * Stops the managed broker of `dir`: SIGTERM, and SIGKILL when it has not ended after `killAfterMs` (20,000), which is
 * said. Without a running broker nothing happens. Throws F1_KAFKA_LOCKED for a broker on another machine.
 */
export async function stopKafka(options: {
  readonly dir: string;
  readonly log: Log;
  readonly killAfterMs?: number;
}): Promise<StopResult> {
  const { dir, log, killAfterMs = 20_000 } = options;
  const paths = managedPaths(existingPath(dir));
  const from = performance.now();
  const holder = await waitForStarter(paths.lock, log);
  if (holder === null) {
    clearDeadLock(paths.lock);
    return { pid: null, wasKilled: false, tookMs: 0 };
  }
  if (isElsewhere(holder)) throw elsewhereError(holder, paths.lock);
  signalProcess(holder.pid, 'SIGTERM');
  markStopping(paths.lock, holder);
  let wasKilled = false;
  let nextWordMs = 5000;
  while (isProcessAlive(holder.pid, holder.startTime)) {
    const waitedMs = performance.now() - from;
    if (!wasKilled && waitedMs > killAfterMs) {
      log.warn(`Kafka (pid ${holder.pid}) has not ended after ${Math.round(waitedMs / 1000)} s: killing it`);
      signalProcess(holder.pid, 'SIGKILL');
      wasKilled = true;
    } else if (waitedMs > nextWordMs) {
      log.info(`Waiting for Kafka (pid ${holder.pid}) to end`);
      nextWordMs += 5000;
    }
    await delay(checkMs); // the end of a process that is not our child gives no event
  }
  clearDeadLock(paths.lock);
  return { pid: holder.pid, wasKilled, tookMs: performance.now() - from };
}

/** F1_KAFKA_LOCKED for a lock whose process runs (or ran) on another host. */
export function elsewhereError(holder: LockContent, lockPath: string): F1Error {
  return new F1Error(
    'F1_KAFKA_LOCKED',
    `The data folder is in use by process ${holder.pid} on host ${holder.host} since ${holder.startedAt}`,
    { hint: `Stop it there; if that host or container is gone, delete ${lockPath}`, exitCode: 2 },
  );
}

async function waitForStarter(lock: string, log: Log): Promise<LockContent | null> {
  const end = performance.now() + startWaitMs;
  let endWords: (() => void) | null = null;
  try {
    for (;;) {
      const holder = readLock(lock);
      if (holder === null || holder.phase !== 'starting' || isElsewhere(holder)) return holder;
      if (endWords === null) {
        const say = (): void => log.info(`A start of Kafka is under way (pid ${holder.pid}): waiting for it`);
        say();
        endWords = sayEvery(5000, say);
      }
      if (performance.now() > end) {
        throw new F1Error(
          'F1_KAFKA_LOCKED',
          `Process ${holder.pid} has been starting Kafka since ${holder.startedAt}`,
          {
            hint: `End process ${holder.pid} first`,
            exitCode: 2,
          },
        );
      }
      await delay(checkMs);
    }
  } finally {
    endWords?.();
  }
}

function signalProcess(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (errnoOf(error) !== 'ESRCH') throw error;
  }
}

/** Absolute path without links, so that every spelling of a folder means one lock. */
export function existingPath(dir: string): string {
  try {
    return realpathSync(dir);
  } catch {
    return resolve(dir); // it does not exist yet
  }
}
