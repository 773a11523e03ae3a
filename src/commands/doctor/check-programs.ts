import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { errnoOf } from '../../util/errno.ts';
import { messageOf } from '../../domain/errors.ts';
import { findJava, findKafka, javaInstallCommand, requiredJava } from '../../kafka/managed/index.ts';
import { fail, ok, warn } from './check.ts';
import type { Check } from './check.ts';

const root = resolve(import.meta.dirname, '../../..');
const requiredNode = 24;

export const checkNode: Check = async () => {
  const major = Number(process.versions.node.split('.')[0]);
  const found = `${process.versions.node} on ${process.platform} ${process.arch}`;
  if (major >= requiredNode) return [ok('Node', found)];
  return [
    fail(
      'Node',
      `${found}, needed ${requiredNode}`,
      'Run: npm install – it brings Node 24 – and start with npx slipstream',
    ),
  ];
};

/** Every dependency of package.json is there in the very version the lock file names. */
export const checkDependencies: Check = async () => {
  const { packages = {} } = readPackage('package-lock.json');
  const { dependencies = {}, devDependencies = {} } = readPackage('package.json');
  const names = [...Object.keys(dependencies), ...Object.keys(devDependencies)];
  const wrong: string[] = [];
  for (const name of names) {
    const wanted = packages[`node_modules/${name}`]?.version;
    const path = join('node_modules', name, 'package.json');
    const found = existsSync(join(root, path)) ? readPackage(path).version : undefined;
    if (found !== wanted || found === undefined)
      wrong.push(`${name} ${found ?? 'missing'} (locked ${wanted ?? 'nowhere'})`);
  }
  if (wrong.length === 0) return [ok('Dependencies', `${names.length} packages as locked`)];
  const essential = wrong.some((text) => Object.hasOwn(dependencies, text.split(' ')[0] ?? ''));
  const found = `${wrong.length} of ${names.length} differ from the lock file: ${wrong.slice(0, 3).join(', ')}`;
  return [(essential ? fail : warn)('Dependencies', found, 'Run: npm ci')];
};

export const checkJava: Check = async ({ environment, signal }) => {
  const { java, found } = await findJava(environment, signal);
  if (java !== null) return [ok('Java', `${java.version} (${java.origin})`)];
  return [
    warn(
      'Java',
      `none that is ${requiredJava} or newer, needed for managed Kafka only: ${found.join('; ')}`,
      javaInstallCommand(),
    ),
  ];
};

export const checkMaven: Check = async ({ config, environment, signal }) => {
  try {
    const { stdout } = await promisify(execFile)('mvn', ['-B', '--version'], {
      env: environment,
      signal,
      timeout: 10_000,
    });
    const version = /Apache Maven ([\d.\w-]+)/u.exec(stdout)?.[1] ?? 'unknown version';
    return [ok('Maven', version)];
  } catch (error) {
    signal.throwIfAborted();
    const reason = errnoOf(error) === 'ENOENT' ? 'not found on PATH' : messageOf(error).split('\n')[0];
    if (findKafka(config.kafka.managed.dir, environment) !== null)
      return [ok('Maven', `${reason}; not needed, Kafka is installed`)];
    const command = process.platform === 'darwin' ? 'brew install maven' : 'sudo apt-get install maven';
    return [warn('Maven', `${reason}; needed once to install managed Kafka`, `Run: ${command}`)];
  }
};

const localBrowsers = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** The browser that page tests use: from npm on Linux x64, else a local one. */
export const checkBrowser: Check = async ({ environment }) => {
  const packaged = join('node_modules', '@sparticuz', 'chromium', 'package.json');
  if (process.platform === 'linux' && process.arch === 'x64' && existsSync(join(root, packaged))) {
    return [ok('Browser for tests', `Chromium ${readPackage(packaged).version ?? ''} from npm`)];
  }
  const found = [environment['SLIPSTREAM_CHROME'], ...localBrowsers].find(
    (path) => path !== undefined && existsSync(path),
  );
  if (found !== undefined) return [ok('Browser for tests', found)];
  return [
    warn(
      'Browser for tests',
      'none: page tests are skipped',
      'Install Chromium or Chrome, or set SLIPSTREAM_CHROME to its path',
    ),
  ];
};

/** What this check reads of package.json and package-lock.json. */
interface PackageFile {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly packages?: Readonly<Record<string, { readonly version?: string }>>;
}

function readPackage(path: string): PackageFile {
  const value: PackageFile = JSON.parse(readFileSync(join(root, path), 'utf8'));
  return value;
}
