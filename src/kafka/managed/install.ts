import { spawn } from 'node:child_process';
import { accessSync, constants, renameSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { F1Error, messageOf } from '../../domain/errors.ts';
import type { Log, OnProgress } from '../../domain/log.ts';
import { findKafka, oldestVersion, versionOf } from './find-kafka.ts';
import type { KafkaInstall } from './find-kafka.ts';
import { findJava } from './java.ts';
import { takeLock } from './lock.ts';
import type { HeldLock } from './lock.ts';
import { kafkaVersion, managedPaths, pomPath, userCacheDir } from './paths.ts';
import { sayEvery } from './say-every.ts';
import { startKafka } from './start.ts';
import { prepareWarmStart } from './warm-start.ts';
import { makeFolder } from '../../util/make-folder.ts';

export interface InstallOptions {
  /** Folder of the managed broker; jars inside it are used before those of the user cache. */
  readonly dir: string;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly onProgress?: OnProgress;
  readonly environment?: NodeJS.ProcessEnv;
}

/**
 * Finds Apache Kafka or obtains it from Maven Central with `mvn` (the user's Maven settings apply). The jars go into
 * the user cache, so that a second checkout finds them, or into `dir` where the cache cannot be written; they are
 * written beside and renamed. Then the files for faster starts are made. Throws F1_KAFKA_INSTALL.
 */
export async function installKafka(options: InstallOptions): Promise<KafkaInstall> {
  const { dir, log, signal, environment = process.env } = options;
  const found = findKafka(dir, environment) ?? (await obtain(options));
  const { java } = await findJava(environment, signal);
  if (java !== null) await prepareWarmStart(java, found, startKafka, { log, signal, environment });
  return found;
}

async function obtain(options: InstallOptions): Promise<KafkaInstall> {
  const { dir, log, signal, environment = process.env } = options;
  const libs = targetFolder(resolve(dir), environment);
  const lock = await waitForTurn(`${libs}.lock`, log, signal);
  try {
    return findKafka(dir, environment) ?? (await download(libs, options));
  } finally {
    lock.release();
  }
}

/** One install at a time: a second one waits and finds the jars of the first. */
async function waitForTurn(path: string, log: Log, signal: AbortSignal): Promise<HeldLock> {
  let isSaid = false;
  for (;;) {
    const { held, holder } = takeLock(path, { port: 0, controllerPort: 0, kafkaVersion });
    if (held !== null) return held;
    if (!isSaid) log.info(`Another install of Kafka is under way (pid ${holder.pid}): waiting for it`);
    isSaid = true;
    await delay(100); // the end of another process gives no event
    signal.throwIfAborted();
  }
}

async function download(libs: string, options: InstallOptions): Promise<KafkaInstall> {
  const { dir, log, environment = process.env } = options;
  log.info(`Installing Apache Kafka ${kafkaVersion} with Maven into ${libs} (about 55 MB, once)`);
  const beside = `${libs}.${process.pid}.part`;
  try {
    makeFolder(beside);
    await runMaven(beside, options);
    if (versionOf(beside) === null) throw installError('Maven ended well but left no Kafka jar');
    if (versionOf(libs) === null) {
      rmSync(libs, { recursive: true, force: true });
      renameSync(beside, libs);
    }
  } finally {
    rmSync(beside, { recursive: true, force: true });
  }
  const installed = findKafka(dir, environment);
  if (installed === null) throw installError(`The jars in ${libs} are not usable`);
  log.info(`Installed Apache Kafka ${installed.version} in ${installed.libs}`);
  return installed;
}

function targetFolder(dir: string, environment: NodeJS.ProcessEnv): string {
  const cache = userCacheDir(environment);
  try {
    makeFolder(cache);
    accessSync(cache, constants.W_OK);
    return join(cache, `libs-${kafkaVersion}`);
  } catch {
    makeFolder(dir);
    return managedPaths(dir).libs;
  }
}

function runMaven(target: string, { signal, onProgress, log, environment }: InstallOptions): Promise<void> {
  const args = ['-B', '-ntp', '-f', pomPath, 'dependency:copy-dependencies', `-DoutputDirectory=${target}`];
  const loud = args.filter((argument) => argument !== '-ntp'); // its transfer lines are our progress
  return new Promise((resolve, reject) => {
    const child = spawn('mvn', loud, {
      stdio: ['ignore', 'pipe', 'pipe'],
      signal,
      env: environment ?? process.env,
    });
    const errors: string[] = [];
    let files = 0;
    const endWords = sayEvery(5000, () => log.info(`Installing Apache Kafka: ${files} files so far`));
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.includes('[ERROR]') || line.includes('BUILD FAILURE')) errors.push(line);
      const file = /Downloaded from \S+ (\S+)|Copying (\S+\.jar)/u.exec(line);
      if (file === null) return;
      files++;
      const name = basename(file[1] ?? file[2] ?? '');
      onProgress?.({
        stage: 'kafka install',
        file: name,
        done: files,
        total: null,
        unit: 'files',
        etaSeconds: null,
      });
      log.debug(`kafka install: ${name}`);
    });
    createInterface({ input: child.stderr }).on('line', (line) => errors.push(line));
    child.once('error', (error: NodeJS.ErrnoException) => {
      if (signal.aborted) return; // it ends now: 'close' follows
      endWords();
      reject(error.code === 'ENOENT' ? mavenMissing() : error);
    });
    child.once('close', (code) => {
      endWords();
      if (code === 0) resolve();
      else reject(signal.aborted ? signal.reason : installError(explainMaven(errors)));
    });
  });
}

function explainMaven(errors: readonly string[]): string {
  const text = errors.join('\n');
  const cause =
    /(Unknown host \S+|Connection refused|Connect(?:ion)? timed out|PKIX path building failed|No space left on device|Could not find artifact \S+|status code: \d+[^\n(]*)/u.exec(
      text,
    )?.[1];
  const first =
    errors.find((line) => line.includes('[ERROR]'))?.replace(/^.*\[ERROR\]\s*/u, '') ?? 'no reason given';
  return `Maven could not obtain Kafka ${kafkaVersion}: ${cause ?? first.slice(0, 200)}`;
}

function installError(message: string, cause?: unknown): F1Error {
  return new F1Error('F1_KAFKA_INSTALL', cause === undefined ? message : `${message}: ${messageOf(cause)}`, {
    hint: `Check the connection to Maven Central (or the mirror in ~/.m2/settings.xml) and run slipstream kafka install again; or set KAFKA_HOME to a Kafka ≥ ${oldestVersion}; or run without Kafka: --broker embedded`,
    exitCode: 2,
    canRetry: true,
  });
}

function mavenMissing(): F1Error {
  const command = process.platform === 'darwin' ? 'brew install maven' : 'sudo apt-get install maven';
  return new F1Error('F1_KAFKA_INSTALL', 'Cannot install Apache Kafka: Maven (mvn) is not on PATH', {
    hint: `Run: ${command} – or set KAFKA_HOME to a Kafka ≥ ${oldestVersion}; or run without Kafka: --broker embedded`,
    exitCode: 2,
  });
}
