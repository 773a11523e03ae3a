// Builds web/dist from web/ with Vite when it is missing or older than its inputs. Runs under any Node ≥ 20.
// `--force` builds always, `--quiet` says nothing unless it builds. Exit code 1 when the build fails.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'web', 'dist');
const stampFile = join(dist, '.inputs');

/** Hash of everything the page is built from. */
export function hashInputs() {
  const hash = createHash('sha256');
  const folders = ['web', 'src/domain', 'src/analysis'].map((folder) => join(root, folder));
  const files = folders.flatMap((folder) => listFiles(folder)).filter((file) => !file.startsWith(dist));
  for (const file of [...files, join(root, 'package-lock.json')].sort()) {
    hash.update(relative(root, file)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

/** True when web/dist was built from the present inputs. */
export function isFresh(inputs = hashInputs()) {
  return (
    existsSync(join(dist, 'index.html')) &&
    existsSync(stampFile) &&
    readFileSync(stampFile, 'utf8') === inputs
  );
}

/** Builds the page when it is stale; the old one stays in place until the new one is complete. Returns what was done. */
export async function buildWeb({ force = false, quiet = false } = {}) {
  const inputs = hashInputs();
  if (!force && isFresh(inputs)) {
    if (!quiet) console.log('The page is up to date');
    return { built: false };
  }
  const startedAt = performance.now();
  const fresh = join(root, 'node_modules', '.cache', 'slipstream', `page-${process.pid}`);
  const { build } = await import('vite');
  mkdirSync(dirname(fresh), { recursive: true });
  try {
    await build({
      configFile: join(root, 'web', 'vite.config.ts'),
      logLevel: 'warn',
      build: { outDir: fresh },
    });
    writeFileSync(join(fresh, '.inputs'), inputs);
    // Another process may have built the same meanwhile: its page is being read already.
    if (force || !isFresh(inputs)) replaceFolder(fresh, dist);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const sizes = listFiles(dist)
    .filter((file) => /\.(js|css|html)$/.test(file))
    .map((file) => gzipSync(readFileSync(file)).length);
  const kilobytes = sizes.reduce((sum, size) => sum + size, 0) / 1000;
  console.log(
    `Built the page in ${seconds.toFixed(1)} s: ${kilobytes.toFixed(1)} kB of script, style and markup (gzip)`,
  );
  return { built: true };
}

function listFiles(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

/** Two builds may end at once: the second one finds the folder taken and replaces it again. */
function replaceFolder(from, to) {
  for (let attempt = 1; ; attempt++) {
    rmSync(to, { recursive: true, force: true });
    try {
      renameSync(from, to);
      return;
    } catch (error) {
      if (attempt === 3) throw error;
    }
  }
}

if (process.argv[1] !== undefined && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const flags = new Set(process.argv.slice(2));
  try {
    await buildWeb({ force: flags.has('--force'), quiet: flags.has('--quiet') });
  } catch (error) {
    console.error(`Cannot build the page: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
