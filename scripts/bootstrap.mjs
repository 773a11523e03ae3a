// Installs the locked dependencies when they are missing or older than the lock file. Plain JavaScript without
// dependencies: it runs on any Node >= 20 before anything is installed (prestart, pretest, bin/slipstream.js).
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const requiredMajor = 24;
const stampName = '.slipstream-installed';

/** Node >= 24 for the program: the one npm brought, else this host's own. */
export function findNode(root) {
  const local = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
  if (existsSync(local) && majorOf(local) >= requiredMajor) return local;
  if (Number(process.versions.node.split('.')[0]) >= requiredMajor) return process.execPath;
  process.stderr.write(
    `error: Slipstream needs Node ${requiredMajor}: this host has ${process.versions.node} and npm brought none for ${process.platform}-${process.arch}\n` +
      `  Install Node ${requiredMajor} or newer from your package manager and try again\n`,
  );
  process.exit(2);
}

function majorOf(node) {
  const result = spawnSync(node, ['--version'], { encoding: 'utf8', shell: process.platform === 'win32' });
  return Number(/^v(\d+)/.exec(result.stdout ?? '')?.[1] ?? 0);
}

/** Runs `npm ci` when node_modules does not match package-lock.json; one process at a time. */
export async function ensureDependencies(root) {
  if (isFresh(root)) return;
  const lock = join(root, '.slipstream', 'install.lock');
  mkdirSync(dirname(lock), { recursive: true });
  await withLock(lock, async () => {
    if (isFresh(root)) return;
    process.stderr.write('Installing dependencies (about 660 MB, one to two minutes on a fresh machine) …\n');
    const started = Date.now();
    const code = await runNpm(root, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], started);
    if (code !== 0) {
      process.stderr.write(
        'error: npm ci failed, see above\n  Check that the npm registry is reachable, then run the same command again\n',
      );
      process.exit(1);
    }
    writeFileSync(join(root, 'node_modules', stampName), lockHash(root));
    process.stderr.write(`Dependencies installed in ${((Date.now() - started) / 1000).toFixed(0)} s\n`);
  });
}

function isFresh(root) {
  const stamp = join(root, 'node_modules', stampName);
  if (existsSync(stamp)) return readFileSync(stamp, 'utf8') === lockHash(root);
  // Installed by hand (npm ci, npm install): npm's own hidden lock file is the witness.
  const hidden = join(root, 'node_modules', '.package-lock.json');
  return existsSync(hidden) && statSync(hidden).mtimeMs >= statSync(join(root, 'package-lock.json')).mtimeMs;
}

function lockHash(root) {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

function runNpm(root, args, started) {
  return new Promise((done) => {
    const ticker = setInterval(() => {
      process.stderr.write(`  still installing, ${((Date.now() - started) / 1000).toFixed(0)} s\n`);
    }, 10_000);
    const child = spawn('npm', args, {
      cwd: root,
      // What npm says must not get between the results of a command on stdout.
      stdio: ['ignore', process.stderr, process.stderr],
      shell: process.platform === 'win32',
    });
    child.on('error', (error) => {
      clearInterval(ticker);
      process.stderr.write(`error: Cannot run npm: ${error.message}\n`);
      done(1);
    });
    child.on('exit', (code) => {
      clearInterval(ticker);
      done(code ?? 1);
    });
  });
}

async function withLock(path, action) {
  for (;;) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' });
      break;
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (!holderLives(path)) {
        const aside = `${path}.${process.pid}`;
        try {
          renameSync(path, aside);
          rmSync(aside);
        } catch (gone) {
          if (gone.code !== 'ENOENT') throw gone;
        }
        continue;
      }
      await new Promise((done) => setTimeout(done, 500));
    }
  }
  try {
    await action();
  } finally {
    rmSync(path, { force: true });
  }
}

function holderLives(path) {
  try {
    process.kill(Number(readFileSync(path, 'utf8')), 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await ensureDependencies(resolve(dirname(fileURLToPath(import.meta.url)), '..'));
}
