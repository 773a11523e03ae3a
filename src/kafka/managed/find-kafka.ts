import { existsSync, readdirSync, realpathSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { compareVersions } from './data-folder.ts';
import { kafkaVersion, managedPaths, userCacheDir } from './paths.ts';

/** Jars of an Apache Kafka that can run a broker. */
export interface KafkaInstall {
  /** Folder of the jars. */
  readonly libs: string;
  readonly version: string;
  /** Where it was found: 'SLIPSTREAM_KAFKA_LIBS', 'KAFKA_HOME', 'PATH', 'the data folder' or 'the user cache'. */
  readonly origin: string;
}

/** The oldest Kafka that is used where it is found. */
export const oldestVersion = '3.5.0';

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

/** Version in the name of the Kafka core jar of a folder ('4.3.1'), or null. */
export function versionOf(libs: string): string | null {
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
