import { availableParallelism } from 'node:os';
import { F1Error } from '../../domain/errors.ts';
import { describePortConflict, findPortConflict, hasIpv6Loopback } from '../../util/port-owner.ts';
import { writeBrokerConfig } from './broker-config.ts';
import {
  classifyDataFolder,
  compareVersions,
  createKafkaId,
  folderError,
  managedNodeId,
  writeCluster,
} from './data-folder.ts';
import type { ClusterRecord } from './data-folder.ts';
import { formatBytes, freeBytes } from './disk.ts';
import { findKafka } from './find-kafka.ts';
import type { KafkaInstall } from './find-kafka.ts';
import { requireJava } from './java.ts';
import type { JavaRuntime } from './java.ts';
import { runStorageFormat } from './jvm.ts';
import { requireUnusedData } from './kafka-lock.ts';
import type { ManagedPaths } from './paths.ts';
import type { StartOptions } from './start-options.ts';
import { formatFromCheckpoint, warmStartFiles } from './warm-start.ts';
import { makeFolder } from '../../util/make-folder.ts';

/** Throws F1_KAFKA_PLATFORM where Kafka does not work: on native Windows deleting a topic stops it for good. */
export function requirePlatform(platform: NodeJS.Platform = process.platform): void {
  if (platform !== 'win32') return;
  throw new F1Error(
    'F1_KAFKA_PLATFORM',
    'Managed Kafka does not run on Windows: Kafka stops for good when a topic is deleted there',
    {
      hint: 'Run Slipstream in WSL2, or Kafka in Docker (--broker localhost:9092), or without Kafka: --broker embedded',
      exitCode: 2,
    },
  );
}

/** Everything that a broker needs to be started. */
export interface Prepared {
  readonly java: JavaRuntime;
  readonly install: KafkaInstall;
  readonly cluster: ClusterRecord;
  readonly port: number;
  readonly controllerPort: number;
}

/**
 * Checks all that can be known before a JVM starts, writes the configuration and formats a new data folder. Throws
 * F1_KAFKA_INSTALL, _LOCKED, _FOLDER, _PORT, _JAVA (exit code 2) and F1_KAFKA_START.
 */
export async function prepareStart(paths: ManagedPaths, options: StartOptions): Promise<Prepared> {
  const { log, signal, environment = process.env } = options;
  const install = findKafka(paths.dir, environment);
  if (install === null) {
    throw new F1Error('F1_KAFKA_INSTALL', 'Cannot start Kafka: it is not installed', {
      hint: 'Run: slipstream kafka install – or set KAFKA_HOME; or run without Kafka: --broker embedded',
      exitCode: 2,
    });
  }
  await requireUnusedData(paths);
  const folder = classifyDataFolder(paths, install.version);
  if (folder.state !== 'empty' && folder.state !== 'whole') throw folderError(paths, folder);
  const free = freeBytes(paths.dir);
  const worstCase =
    options.worstCaseBytes === undefined
      ? ''
      : `, worst case for the topics ${formatBytes(options.worstCaseBytes)}`;
  log.info(`Kafka data in ${paths.data}: ${formatBytes(free)} free${worstCase}`);
  const { port, controllerPort } = await claimPorts(options);
  const java = await requireJava(environment, signal);
  // older ones refuse two listeners with one port
  const ipv6 = compareVersions(install.version, '4.0.0') >= 0 && (await hasIpv6Loopback());
  makeFolder(paths.logs);
  writeBrokerConfig(paths, {
    port,
    controllerPort,
    ipv6,
    ioThreads: Math.max(2, Math.min(8, availableParallelism())),
  });
  const known = folder.state === 'whole' ? folder.cluster : null;
  const cluster = { ...(known ?? newCluster()), kafkaVersion: install.version };
  writeCluster(paths, cluster);
  const files = warmStartFiles(java, install, environment);
  if (known === null && !formatFromCheckpoint(paths, files, cluster.clusterId)) {
    await format(paths, java, install, cluster, options);
  }
  log.info(
    `Starting Apache Kafka ${install.version} (${install.origin}) with Java ${java.version} on port ${port}`,
  );
  return { java, install, cluster, port, controllerPort };
}

function newCluster(): ClusterRecord {
  return { clusterId: createKafkaId(), nodeId: managedNodeId, kafkaVersion: '', started: false };
}

async function format(
  paths: ManagedPaths,
  java: JavaRuntime,
  install: KafkaInstall,
  cluster: ClusterRecord,
  { log, signal }: StartOptions,
): Promise<void> {
  try {
    log.info(`Formatting ${paths.data}`);
    await runStorageFormat(java, paths, install, cluster.clusterId, signal);
  } catch (error) {
    signal.throwIfAborted();
    throw new F1Error('F1_KAFKA_START', `Cannot format the data folder ${paths.data}`, {
      hint: `Details: ${paths.serverLog}`,
      cause: error,
    });
  }
}

/** Both ports are tried before anything starts: Kafka itself finds out after it has opened its metadata log. */
async function claimPorts({
  port,
  controllerPort,
}: StartOptions): Promise<{ port: number; controllerPort: number }> {
  const chosen = { port: port || (await freePort()), controllerPort: controllerPort || (await freePort()) };
  if (chosen.port === chosen.controllerPort) {
    throw new F1Error(
      'F1_USAGE',
      `Kafka needs two ports: --port and --controller-port are both ${chosen.port}`,
      { exitCode: 2 },
    );
  }
  const options = [
    { number: chosen.port, option: '--port PORT (port of kafka.bootstrap_servers)' },
    { number: chosen.controllerPort, option: '--controller-port PORT (kafka.managed.controller_port)' },
  ];
  for (const { number, option } of options) {
    const conflict = await findPortConflict(number);
    if (conflict === null) continue;
    throw new F1Error('F1_KAFKA_PORT', `Cannot start Kafka: ${describePortConflict(conflict)}`, {
      hint: `End that process, or choose another port: ${option}; a Kafka of your own is used with --broker localhost:${chosen.port}`,
      exitCode: 2,
    });
  }
  return chosen;
}

/** A port outside the range that systems give to outgoing connections, so that a restart finds it free again. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if ((await findPortConflict(port)) === null) return port;
  }
}
