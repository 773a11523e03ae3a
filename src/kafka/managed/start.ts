import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync, realpathSync } from 'node:fs';
import { F1Error } from '../../domain/errors.ts';
import { processStartTime } from '../../util/process-info.ts';
import { writeCluster } from './data-folder.ts';
import { freeBytes, requireFreeDisk } from './disk.ts';
import { explainBrokerLog, fileSize } from './explain-log.ts';
import { brokerArguments } from './jvm.ts';
import { readLock, takeLock } from './lock.ts';
import type { HeldLock, LockAttempt } from './lock.ts';
import { managedPaths } from './paths.ts';
import type { ManagedPaths } from './paths.ts';
import { prepareStart, requirePlatform } from './prepare-start.ts';
import type { Prepared } from './prepare-start.ts';
import { readyTimeoutMs } from './start-options.ts';
import type { ManagedKafka, StartOptions } from './start-options.ts';
import { stopKafka } from './stop.ts';
import { tieToParent } from './tie-to-parent.ts';
import { useRunning } from './use-running.ts';
import { waitReady } from './wait-ready.ts';
import { warmStartFiles } from './warm-start.ts';
import { makeFolder } from '../../util/make-folder.ts';

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

async function startLocked(
  paths: ManagedPaths,
  lock: HeldLock,
  options: StartOptions,
): Promise<ManagedKafka> {
  let child: ChildProcess | null = null;
  try {
    const prepared = await prepareStart(paths, options);
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
    makeFolder(dir);
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
