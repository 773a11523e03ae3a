import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';

const folder = resolve(import.meta.dirname, '..');
const stamp = join(folder, 'node_modules/.slipstream-installed');

/** Installs what the preview needs when its lock has changed, and builds the page; its folder. Rejects with what npm or Vite said. */
export async function buildPage(say: (text: string) => void, signal: AbortSignal): Promise<string> {
  const lock = createHash('sha256')
    .update(readFileSync(join(folder, 'package-lock.json')))
    .digest('hex');
  if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== lock) {
    say("Installing Grafana's libraries for the preview (about 510 MB, one to two minutes)");
    await run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], signal);
    writeFileSync(stamp, lock);
  }
  const startMs = performance.now();
  await run(process.execPath, ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'error'], signal);
  say(`Page built in ${((performance.now() - startMs) / 1000).toFixed(1)} s`);
  return join(folder, 'dist');
}

/** Runs a program in the preview's folder; npm finds the Node that runs this. */
function run(command: string, args: readonly string[], signal: AbortSignal): Promise<void> {
  return new Promise((done, fail) => {
    const path = `${dirname(process.execPath)}${delimiter}${process.env['PATH'] ?? ''}`;
    const child = spawn(command, args, { cwd: folder, env: { ...process.env, PATH: path }, signal });
    let said = '';
    const keep = (chunk: Buffer): void => void (said = (said + chunk.toString()).slice(-4000));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', fail);
    child.on('close', (code) => {
      if (code === 0) done();
      else fail(new Error(`${command} ${args[0] ?? ''} ended with code ${code ?? 'none'}:\n${said}`));
    });
  });
}
