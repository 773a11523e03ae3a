import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../../domain/errors.ts';
import { noLog } from '../../domain/log.ts';
import type { Log } from '../../domain/log.ts';
import { createKafkaId, managedNodeId } from './data-folder.ts';
import type { KafkaInstall } from './find-kafka.ts';
import type { JavaRuntime } from './java.ts';
import { classPath } from './jvm.ts';
import { takeLock } from './lock.ts';
import { sayEvery } from './say-every.ts';
import { managedPaths, userCacheDir } from './paths.ts';
import type { ManagedPaths } from './paths.ts';
import type { ManagedKafka, StartOptions } from './start-options.ts';
import { makeFolder } from '../../util/make-folder.ts';

/** Files in the user cache that make starts faster; each start does without the ones that are missing. */
export interface WarmStart {
  /** Class data archive of the JVM for this Java and these jars: 1 s less to ready. */
  readonly classArchive: string;
  /** Feature levels that Kafka's format tool writes into a new data folder: 1 s less for the first start. */
  readonly bootstrapCheckpoint: string;
  /** Taken by the one process that makes them. */
  readonly lock: string;
}

/** Where the files for this Java and these jars are, or would be. */
export function warmStartFiles(
  java: JavaRuntime,
  install: KafkaInstall,
  environment: NodeJS.ProcessEnv = process.env,
): WarmStart {
  const facts = [java.version, java.origin, process.arch, classPath(install)].join('\n');
  const key = `${install.version}-${createHash('sha256').update(facts).digest('hex').slice(0, 12)}`;
  const cache = userCacheDir(environment);
  return {
    classArchive: join(cache, `classes-${key}.jsa`),
    bootstrapCheckpoint: join(cache, `bootstrap-${key}.checkpoint`),
    lock: join(cache, `warm-${key}.lock`),
  };
}

/**
 * Makes the files by running one broker in a temporary folder, 5–10 seconds; does nothing when they are there or
 * another process is at it. A failure is logged and leaves only slower starts.
 */
export async function prepareWarmStart(
  java: JavaRuntime,
  install: KafkaInstall,
  start: (options: StartOptions) => Promise<ManagedKafka>,
  {
    log,
    signal,
    environment = process.env,
  }: { log: Log; signal: AbortSignal; environment?: NodeJS.ProcessEnv },
): Promise<void> {
  const files = warmStartFiles(java, install, environment);
  if (existsSync(files.classArchive) && existsSync(files.bootstrapCheckpoint)) return;
  const dir = mkdtempSync(join(tmpdir(), 'slipstream-kafka-warm-'));
  try {
    makeFolder(userCacheDir(environment));
    const { held } = takeLock(files.lock, { port: 0, controllerPort: 0, kafkaVersion: install.version });
    if (held === null) return;
    const endWords = sayEvery(5000, () => log.info('Still preparing faster starts of Kafka'));
    try {
      log.info('Preparing faster starts of Kafka (once, a few seconds)');
      const paths = managedPaths(dir);
      const beside = `${files.classArchive}.${process.pid}.part`;
      const options = {
        dir,
        port: 0,
        controllerPort: 0,
        heapMb: 256,
        profile: 'test',
        endsWithParent: true,
      } as const;
      const broker = await start({ ...options, log: noLog, signal, environment, writeClassArchive: beside });
      await broker.stop();
      if (existsSync(beside)) renameSync(beside, files.classArchive);
      publish(join(paths.data, bootstrapName), files.bootstrapCheckpoint);
    } finally {
      endWords();
      held.release();
    }
  } catch (error) {
    signal.throwIfAborted();
    log.debug(`No faster starts of Kafka: ${messageOf(error)}`);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

const bootstrapName = 'bootstrap.checkpoint';

/**
 * Formats a data folder without a JVM of its own, from the kept checkpoint: the same two files as Kafka's format tool
 * (`kafka.tools.StorageTool format`, Kafka 4). False when there is no checkpoint.
 */
export function formatFromCheckpoint(paths: ManagedPaths, files: WarmStart, clusterId: string): boolean {
  if (!existsSync(files.bootstrapCheckpoint)) return false;
  makeFolder(paths.data);
  publish(files.bootstrapCheckpoint, join(paths.data, bootstrapName));
  const meta = `version=1\nnode.id=${managedNodeId}\ncluster.id=${clusterId}\ndirectory.id=${createKafkaId()}\n`;
  const target = join(paths.data, 'meta.properties');
  writeFileSync(`${target}.tmp`, meta);
  renameSync(`${target}.tmp`, target);
  return true;
}

function publish(from: string, to: string): void {
  const beside = `${to}.${process.pid}.part`;
  copyFileSync(from, beside);
  renameSync(beside, to);
}
