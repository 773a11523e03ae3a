import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Version that `slipstream kafka install` obtains; `scripts/kafka/pom.xml` names the same (a test keeps them equal). */
export const kafkaVersion = '4.3.1';

/** Maven project that names the broker's jars. */
export const pomPath = resolve(import.meta.dirname, '../../../scripts/kafka/pom.xml');

/** Everything inside the folder of one managed broker. */
export interface ManagedPaths {
  readonly dir: string;
  /** Jars of a broker that keeps its own copy. */
  readonly libs: string;
  /** Kafka's log.dirs: topics and metadata. */
  readonly data: string;
  /** Log files of the broker. */
  readonly logs: string;
  readonly serverLog: string;
  /** What the JVM prints beside its log: start-up failures. */
  readonly consoleLog: string;
  /** Who has the folder: process id, start time, ports. */
  readonly lock: string;
  /** Cluster id and Kafka version of the data folder, written by us when it was formatted. */
  readonly cluster: string;
  readonly properties: string;
  readonly log4j2: string;
  readonly log4j1: string;
}

/** Paths of the managed broker in `dir` (absolute). */
export function managedPaths(dir: string): ManagedPaths {
  const logs = join(dir, 'logs');
  return {
    dir,
    libs: join(dir, `libs-${kafkaVersion}`),
    data: join(dir, 'data'),
    logs,
    serverLog: join(logs, 'server.log'),
    consoleLog: join(logs, 'console.log'),
    lock: join(dir, 'broker.lock'),
    cluster: join(dir, 'cluster.json'),
    properties: join(dir, 'server.properties'),
    log4j2: join(dir, 'log4j2.properties'),
    log4j1: join(dir, 'log4j.properties'),
  };
}

/**
 * Folder of the user in which jars are kept once for every checkout and for the tests: `slipstream/kafka` below
 * XDG_CACHE_HOME, ~/Library/Caches or ~/.cache.
 */
export function userCacheDir(environment: NodeJS.ProcessEnv = process.env): string {
  const xdg = environment['XDG_CACHE_HOME'];
  if (xdg !== undefined && xdg.startsWith('/')) return join(xdg, 'slipstream', 'kafka');
  const caches =
    process.platform === 'darwin' ? join(homedir(), 'Library', 'Caches') : join(homedir(), '.cache');
  return join(caches, 'slipstream', 'kafka');
}
