import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, realpathSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { F1Error, messageOf } from '../../domain/errors.ts';
import type { Log } from '../../domain/log.ts';
import { findPortConflict, describePortConflict, hasIpv6Loopback } from '../../util/port-owner.ts';
import { isProcessAlive, processStartTime } from '../../util/process-info.ts';
import { writeBrokerConfig } from './broker-config.ts';
import {
  classifyDataFolder,
  createKafkaId,
  folderError,
  managedNodeId,
  writeCluster,
} from './data-folder.ts';
import type { ClusterRecord } from './data-folder.ts';
import { formatBytes, freeBytes, requireFreeDisk } from './disk.ts';
import { explainBrokerLog, fileSize } from './explain-log.ts';
import { findKafka } from './find-kafka.ts';
import type { KafkaInstall } from './find-kafka.ts';
import { requireJava } from './java.ts';
import type { JavaRuntime } from './java.ts';
import { brokerArguments, runStorageFormat } from './jvm.ts';
import type { BrokerProfile } from './jvm.ts';
import { isElsewhere, isEnding, readLock, takeLock } from './lock.ts';
import type { HeldLock, LockAttempt, LockContent } from './lock.ts';
import { managedPaths } from './paths.ts';
import type { ManagedPaths } from './paths.ts';
import { elsewhereError, stopKafka } from './stop.ts';
import { tieToParent } from './tie-to-parent.ts';
import { waitReady } from './wait-ready.ts';
import { formatFromCheckpoint, warmStartFiles } from './warm-start.ts';

export interface StartOptions {
  /** Folder of the broker: data, logs, lock. */
  readonly dir: string;
  /** Port of the clients; 0 = any free one. */
  readonly port: number;
  /** Port of the controller; 0 = any free one. */
  readonly controllerPort: number;
  readonly heapMb: number;
  readonly profile: BrokerProfile;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** What all topics together can grow to, for the line about disk space. */
  readonly worstCaseBytes?: number;
  /** True keeps this process alive as long as the broker runs. */
  readonly foreground?: boolean;
  /** True ends the broker with this process, even when that is killed. */
  readonly endsWithParent?: boolean;
  /** Has the JVM write a class archive to this path when it ends. */
  readonly writeClassArchive?: string;
  readonly environment?: NodeJS.ProcessEnv;
}

/** A managed broker that passed the ready probe. */
export interface ManagedKafka {
  readonly pid: number;
  /** host:port for clients. */
  readonly bootstrap: string;
  readonly port: number;
  readonly controllerPort: number;
  readonly clusterId: string;
  /** True when it ran before this call; then it may listen on another port than the one asked for. */
  readonly alreadyRunning: boolean;
  /** Resolves when the broker's process has ended (never for one that was running already). */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

const readyTimeoutMs = 60_000;

/**
 * Starts one combined KRaft broker on loopback, in the background and in a process group of its own: it survives this
 * process and a Ctrl-C in its terminal. One that runs already for the folder is used. Everything that can be known is
 * checked before a JVM starts. Throws F1_KAFKA_PLATFORM, _FOLDER, _LOCKED, _PORT, _DISK, _JAVA, _INSTALL (exit code 2)
 * and F1_KAFKA_START.
 */
export async function startKafka(options: StartOptions): Promise<ManagedKafka> {
  requirePlatform();
  const paths = managedPaths(openFolder(options.dir));
  const { port, controllerPort } = options;
  const facts = { port, controllerPort, kafkaVersion: '' };
  for (;;) {
    const holder = readLock(paths.lock);
    if (holder === null) requireFreeDisk(paths.dir, freeBytes(paths.dir)); // a full disk takes no lock either
    const attempt = holder === null ? tryLock(paths, facts) : { held: null, holder };
    if (attempt.held !== null) return startLocked(paths, attempt.held, options);
    const running = await useRunning(paths, attempt.holder, options);
    if (running !== null) return running;
  }
}

function tryLock(paths: ManagedPaths, facts: Parameters<typeof takeLock>[1]): LockAttempt {
  try {
    return takeLock(paths.lock, facts);
  } catch (error) {
    throw unusableFolder(paths.dir, error);
  }
}

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

async function startLocked(
  paths: ManagedPaths,
  lock: HeldLock,
  options: StartOptions,
): Promise<ManagedKafka> {
  let child: ChildProcess | null = null;
  try {
    const prepared = await prepare(paths, options);
    const from = { server: fileSize(paths.serverLog), console: 0 };
    child = spawnBroker(paths, prepared, options);
    const { pid } = child;
    if (pid === undefined) throw new Error(`Cannot run ${prepared.java.path}`);
    const startTime = processStartTime(pid) ?? 'unknown';
    const isTied = options.endsWithParent === true;
    const tiedTo = isTied
      ? { pid: process.pid, startTime: processStartTime(process.pid) ?? 'unknown' }
      : null;
    lock.handOver({
      pid,
      startTime,
      port: prepared.port,
      controllerPort: prepared.controllerPort,
      logOffset: from.server,
      tiedTo,
    });
    const letGo = isTied ? tieToParent(pid) : () => {};
    const ended = new Promise<void>((resolve) => child?.once('exit', () => resolve())).then(letGo);
    const { log, signal } = options;
    const { probe, failing } = await waitReady({
      port: prepared.port,
      isAlive: () => child?.exitCode === null && child.signalCode === null,
      timeoutMs: readyTimeoutMs,
      log,
      signal,
    });
    if (probe === null || !probe.isOk) throw startError(paths, from, failing ?? 'no reason known');
    writeCluster(paths, { ...prepared.cluster, started: true });
    return {
      pid,
      bootstrap: `127.0.0.1:${prepared.port}`,
      port: prepared.port,
      controllerPort: prepared.controllerPort,
      clusterId: prepared.cluster.clusterId,
      alreadyRunning: false,
      ended,
      stop: async () => void (await stopKafka({ dir: paths.dir, log })),
    };
  } catch (error) {
    if (child !== null && child.exitCode === null && child.signalCode === null) {
      await stopKafka({ dir: paths.dir, log: options.log, killAfterMs: 5000 });
    }
    lock.release();
    throw error;
  }
}

interface Prepared {
  readonly java: JavaRuntime;
  readonly install: KafkaInstall;
  readonly cluster: ClusterRecord;
  readonly port: number;
  readonly controllerPort: number;
}

async function prepare(paths: ManagedPaths, options: StartOptions): Promise<Prepared> {
  const { log, signal, environment = process.env } = options;
  const install = findKafka(paths.dir, environment);
  if (install === null) {
    throw new F1Error('F1_KAFKA_INSTALL', 'Cannot start Kafka: it is not installed', {
      hint: 'Run: slipstream kafka install – or set KAFKA_HOME; or run without Kafka: --broker embedded',
      exitCode: 2,
    });
  }
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
  const ipv6 = await hasIpv6Loopback();
  mkdirSync(paths.logs, { recursive: true });
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
    throw new F1Error('F1_KAFKA_START', `Cannot format the data folder ${paths.data}: ${messageOf(error)}`, {
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
      hint: `End that process, or choose another port: ${option}`,
      exitCode: 2,
    });
  }
  return chosen;
}

function spawnBroker(paths: ManagedPaths, { java, install }: Prepared, options: StartOptions): ChildProcess {
  const {
    heapMb,
    profile,
    foreground = false,
    writeClassArchive = null,
    environment = process.env,
  } = options;
  const console = openSync(paths.consoleLog, 'w');
  try {
    const { classArchive } = warmStartFiles(java, install, environment);
    const archive = existsSync(classArchive) ? classArchive : null;
    const args = brokerArguments(paths, install, {
      heapMb,
      profile,
      archive,
      writeArchive: writeClassArchive,
    });
    const child = spawn(java.path, args, {
      cwd: paths.dir,
      detached: true,
      stdio: ['ignore', console, console],
      env: environment,
    });
    child.on('error', () => {}); // a Java that vanished since it was run: seen as an ended process
    if (!foreground) child.unref();
    return child;
  } finally {
    closeSync(console);
  }
}

/** Uses the broker that has the lock; null when its starter gave up meanwhile and the lock can be tried again. */
async function useRunning(
  paths: ManagedPaths,
  first: LockContent,
  options: StartOptions,
): Promise<ManagedKafka | null> {
  const { log, signal } = options;
  if (isElsewhere(first)) throw elsewhereError(first, paths.lock);
  let isSaid = false;
  for (;;) {
    const holder = readLock(paths.lock);
    if (holder === null) return null;
    if (holder.phase === 'running' && !isEnding(holder)) return adopt(paths, holder, options);
    const what = holder.phase === 'starting' ? 'Another start of Kafka is under way' : 'Kafka is ending';
    if (!isSaid) log.info(`${what} (pid ${holder.pid}): waiting for it`);
    isSaid = true;
    signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 50)); // ends with the starter's own 60 s, or the 20 s of a stop
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

function startError(
  paths: ManagedPaths,
  from: { server: number; console: number },
  failing: string,
): F1Error {
  const { code, reason } = explainBrokerLog(paths, from);
  const why = code === 'other' ? `${reason} (${failing})` : reason;
  return new F1Error('F1_KAFKA_START', `Kafka did not become ready: ${why}`, {
    hint: `Details: ${paths.serverLog}`,
  });
}

function openFolder(dir: string): string {
  try {
    mkdirSync(dir, { recursive: true });
    return realpathSync(dir);
  } catch (error) {
    throw unusableFolder(dir, error);
  }
}

function unusableFolder(dir: string, cause: unknown): F1Error {
  return new F1Error('F1_KAFKA_FOLDER', `Cannot use the folder ${dir} for Kafka`, {
    hint: 'Name a folder that can be written: --dir DIR (kafka.managed.dir)',
    exitCode: 2,
    cause,
  });
}

/** A port outside the range that systems give to outgoing connections, so that a restart finds it free again. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if ((await findPortConflict(port)) === null) return port;
  }
}
