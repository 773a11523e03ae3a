import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { errnoOf } from '../../util/errno.ts';
import { F1Error } from '../../domain/errors.ts';

/** A Java that was run and told its version. */
export interface JavaRuntime {
  /** Path of the executable, or `java` where it was found on PATH. */
  readonly path: string;
  /** As printed: '17.0.15', '1.8.0_402', '21-ea'. */
  readonly version: string;
  /** Feature release: 8, 11, 17, 21. */
  readonly major: number;
  /** Where it was looked for: 'JAVA_HOME (/usr/lib/jvm/…)' or 'PATH'. */
  readonly origin: string;
}

/** What the look for Java found, good or not. */
export interface JavaSearch {
  /** The first one that is new enough. */
  readonly java: JavaRuntime | null;
  /** One sentence for each place: 'JAVA_HOME (…) has Java 11.0.2'. */
  readonly found: readonly string[];
}

/** Kafka 4 brokers need Java 17 (https://kafka.apache.org/43/documentation/compatibility.html). */
export const requiredJava = 17;

const versionTimeoutMs = 10_000;

/** Feature release of what `java -version` prints (1.8.0_402 → 8, 11.0.2 → 11, 21-ea → 21), or null. */
export function parseJavaVersion(output: string): { version: string; major: number } | null {
  const match =
    /\bversion "((?:1\.)?(\d+)[^"]*)"/u.exec(output) ?? /^\w+ ((?:1\.)?(\d+)[\w.+-]*)/mu.exec(output);
  const version = match?.[1];
  const major = Number(match?.[2]);
  return version === undefined || !Number.isInteger(major) ? null : { version, major };
}

/** Runs every Java that can be found (JAVA_HOME, then PATH) until one is new enough. */
export async function findJava(
  environment: NodeJS.ProcessEnv = process.env,
  signal?: AbortSignal,
): Promise<JavaSearch> {
  const found: string[] = [];
  const home = environment['JAVA_HOME'];
  const executable = process.platform === 'win32' ? 'java.exe' : 'java';
  const places = [
    ...(home === undefined || home === ''
      ? []
      : [{ path: join(home, 'bin', executable), origin: `JAVA_HOME (${home})` }]),
    { path: 'java', origin: 'PATH' },
  ];
  for (const { path, origin } of places) {
    const { output, failure } = await runVersion(path, environment, signal);
    signal?.throwIfAborted();
    const parsed = failure === null ? parseJavaVersion(output) : null;
    if (parsed === null) {
      found.push(`${origin} has no Java that runs (${failure ?? firstLine(output)})`);
      continue;
    }
    found.push(`${origin} has Java ${parsed.version}`);
    if (parsed.major >= requiredJava) return { java: { path, origin, ...parsed }, found };
  }
  return { java: null, found };
}

/** A Java that can run the broker. Throws F1_KAFKA_JAVA that says what was found where. */
export async function requireJava(
  environment: NodeJS.ProcessEnv = process.env,
  signal?: AbortSignal,
): Promise<JavaRuntime> {
  const { java, found } = await findJava(environment, signal);
  if (java !== null) return java;
  throw new F1Error(
    'F1_KAFKA_JAVA',
    `Cannot run Apache Kafka without Java ${requiredJava} or newer: ${found.join('; ')}`,
    {
      hint: `${javaInstallCommand()} – or run without Kafka: --broker embedded`,
      exitCode: 2,
    },
  );
}

/** One command that installs a fitting Java on this system. */
export function javaInstallCommand(): string {
  if (process.platform === 'darwin')
    return 'Run: brew install openjdk@21 && export JAVA_HOME="$(brew --prefix openjdk@21)"';
  return 'Run: sudo apt-get install openjdk-17-jre-headless (or your system’s package of Java 17 or newer)';
}

function runVersion(
  path: string,
  environment: NodeJS.ProcessEnv,
  signal: AbortSignal | undefined,
): Promise<{ output: string; failure: string | null }> {
  const options = {
    env: environment,
    timeout: versionTimeoutMs,
    ...(signal === undefined ? {} : { signal }),
  };
  return new Promise((resolve) => {
    execFile(path, ['-version'], options, (error, stdout, stderr) => {
      const output = `${stderr}${stdout}`;
      if (error === null) return resolve({ output, failure: null });
      const code = errnoOf(error);
      const reason =
        code === 'ENOENT' ? 'not found' : code === 'EACCES' ? 'not executable' : firstLine(output);
      resolve({ output, failure: reason || error.message });
    });
  });
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0]?.slice(0, 120) ?? '';
}
