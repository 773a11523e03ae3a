import { spawn } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { F1Error, messageOf } from '../../domain/errors.ts';
import type { Log, OnProgress } from '../../domain/log.ts';
import { compareVersions } from './data-folder.ts';
import { kafkaVersion, managedPaths, pomPath, userCacheDir } from './paths.ts';

/** Jars of an Apache Kafka that can run a broker. */
export interface KafkaInstall {
  /** Folder of the jars. */
  readonly libs: string;
  readonly version: string;
  /** Where it was found: 'SLIPSTREAM_KAFKA_LIBS', 'KAFKA_HOME', 'PATH', 'the data folder' or 'the user cache'. */
  readonly origin: string;
}

export interface InstallOptions {
  /** Folder of the managed broker; jars inside it are used before those of the user cache. */
  readonly dir: string;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly onProgress?: OnProgress;
  readonly environment?: NodeJS.ProcessEnv;
}

const oldestVersion = '3.5.0';

/**
 * A Kafka that is on this machine already, or null: the folder named by SLIPSTREAM_KAFKA_LIBS, KAFKA_HOME, the scripts
 * on PATH (each when at least 3.5), the jars in `dir`, those in the user cache.
 */
export function findKafka(dir: string, environment: NodeJS.ProcessEnv = process.env): KafkaInstall | null {
  const named = environment['SLIPSTREAM_KAFKA_LIBS'] ?? '';
  const home = environment['KAFKA_HOME'] ?? '';
  const places: readonly (readonly [string, string | null])[] = [
    ['SLIPSTREAM_KAFKA_LIBS', named === '' ? null : resolve(named)],
    ['KAFKA_HOME', home === '' ? null : join(home, 'libs')],
    ['PATH', libsOnPath(environment)],
    ['the data folder', managedPaths(resolve(dir)).libs],
    ['the user cache', join(userCacheDir(environment), `libs-${kafkaVersion}`)],
  ];
  for (const [origin, libs] of places) {
    if (libs === null) continue;
    const version = versionOf(libs);
    if (version !== null && compareVersions(version, oldestVersion) >= 0) return { libs, version, origin };
  }
  return null;
}

/**
 * Finds Apache Kafka or obtains it from Maven Central with `mvn` (the user's Maven settings apply). The jars go into
 * the user cache, so that a second checkout finds them, or into `dir` where the cache cannot be written; they are
 * written beside and renamed. Throws F1_KAFKA_INSTALL.
 */
export async function installKafka(options: InstallOptions): Promise<KafkaInstall> {
  const { dir, log, environment = process.env } = options;
  const found = findKafka(dir, environment);
  if (found !== null) return found;
  const libs = targetFolder(resolve(dir), environment);
  log.info(`Installing Apache Kafka ${kafkaVersion} with Maven into ${libs} (about 55 MB, once)`);
  const beside = `${libs}.${process.pid}.part`;
  try {
    mkdirSync(beside, { recursive: true });
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

/** Version in the name of the Kafka core jar of a folder ('4.3.1'), or null. */
function versionOf(libs: string): string | null {
  if (!existsSync(libs)) return null;
  for (const name of readdirSync(libs)) {
    const version = /^kafka_2\.\d+-(\d+\.\d+\.\d+)[^-]*\.jar$/u.exec(name)?.[1];
    if (version !== undefined) return version;
  }
  return null;
}

function libsOnPath(environment: NodeJS.ProcessEnv): string | null {
  for (const folder of (environment['PATH'] ?? '').split(delimiter)) {
    for (const name of ['kafka-server-start.sh', 'kafka-server-start']) {
      const script = join(folder, name);
      if (folder === '' || !existsSync(script)) continue;
      const root = dirname(dirname(realpathSync(script)));
      const libs = [join(root, 'libs'), join(root, 'libexec', 'libs')].find((path) => existsSync(path));
      if (libs !== undefined) return libs;
    }
  }
  return null;
}

function targetFolder(dir: string, environment: NodeJS.ProcessEnv): string {
  const cache = userCacheDir(environment);
  try {
    mkdirSync(cache, { recursive: true });
    accessSync(cache, constants.W_OK);
    return join(cache, `libs-${kafkaVersion}`);
  } catch {
    mkdirSync(dir, { recursive: true });
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
      reject(error.code === 'ENOENT' ? mavenMissing() : error);
    });
    child.once('close', (code) => {
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
