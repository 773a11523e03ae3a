import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Log } from '../domain/log.ts';

const packageRoot = resolve(import.meta.dirname, '../..');

/**
 * Folder of the built page, built first when it is missing or older than its sources. A build that fails is a warning:
 * the bridge then serves the former page, or none (null).
 */
export async function buildPage(log: Log, signal: AbortSignal): Promise<string | null> {
  const dist = resolve(packageRoot, 'web/dist');
  // A packed program brings its page built, without the sources.
  if (!existsSync(resolve(packageRoot, 'web/vite.config.ts')))
    return existsSync(resolve(dist, 'index.html')) ? dist : null;
  const child = spawn(process.execPath, [resolve(packageRoot, 'scripts/build-web.mjs'), '--quiet'], {
    cwd: packageRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((settle) => {
    child.on('error', () => settle(null));
    child.on('close', settle);
  });
  const lines = output.trim();
  if (code === 0 && lines !== '') log.info(lines);
  if (code !== 0 && !signal.aborted) {
    log.warn(
      `Cannot build the page (npm run build:web ended with ${code}): ${lines.split('\n').slice(-3).join(' ')}`,
    );
  }
  return existsSync(resolve(dist, 'index.html')) ? dist : null;
}
