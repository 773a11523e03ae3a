import { readCluster } from './data-folder.ts';
import { explainManagedKafka } from './explain-log.ts';
import { isElsewhere, readLock } from './lock.ts';
import { managedPaths } from './paths.ts';
import { failingLeg, probeBroker } from './probe.ts';
import type { ProbeLeg } from './probe.ts';
import { existingPath } from './stop.ts';

/** State of the managed broker of a folder. */
export interface KafkaStatus {
  /** `unusable`: its process runs, but a leg of the probe fails. */
  readonly state: 'stopped' | 'starting' | 'running' | 'unusable' | 'elsewhere';
  readonly dir: string;
  readonly pid: number | null;
  readonly port: number | null;
  readonly controllerPort: number | null;
  readonly bootstrap: string | null;
  readonly clusterId: string | null;
  readonly kafkaVersion: string | null;
  readonly startedAt: string | null;
  readonly legs: readonly ProbeLeg[];
  /** The failing leg and its reason; null when none fails. */
  readonly failing: string | null;
  /** Why a broker that was not stopped is gone; null otherwise. */
  readonly ended: string | null;
}

/** Looks at the lock and, when a broker runs, asks it with the same three legs as the ready probe (≤ 3 s each). */
export async function kafkaStatus({
  dir,
  signal,
}: {
  dir: string;
  signal?: AbortSignal;
}): Promise<KafkaStatus> {
  const paths = managedPaths(existingPath(dir));
  const holder = readLock(paths.lock);
  const cluster = readCluster(paths);
  const known = {
    dir: paths.dir,
    clusterId: cluster?.clusterId ?? null,
    kafkaVersion: cluster?.kafkaVersion ?? null,
    legs: [],
    failing: null,
    ended: holder === null ? explainManagedKafka(paths.dir) : null,
  };
  if (holder === null) {
    return {
      ...known,
      state: 'stopped',
      pid: null,
      port: null,
      controllerPort: null,
      bootstrap: null,
      startedAt: null,
    };
  }
  const { pid, port, controllerPort, startedAt } = holder;
  const held = { ...known, pid, port, controllerPort, startedAt, bootstrap: `127.0.0.1:${port}` };
  if (isElsewhere(holder)) return { ...held, state: 'elsewhere' };
  if (holder.phase === 'starting') return { ...held, state: 'starting' };
  const probe = await probeBroker({ bootstrap: held.bootstrap, ...(signal === undefined ? {} : { signal }) });
  const state = probe.isOk ? 'running' : 'unusable';
  return {
    ...held,
    state,
    clusterId: probe.clusterId ?? held.clusterId,
    legs: probe.legs,
    failing: failingLeg(probe),
  };
}
