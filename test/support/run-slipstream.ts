import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';

const main = resolve(import.meta.dirname, '../../src/main.ts');

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one sub-command in a folder, which also gets its cache and logs, to its end. */
export function runSlipstream(cwd: string, ...args: string[]): Promise<Ran> {
  const places = [
    '--set',
    `source.cache_dir=${join(cwd, 'cache')}`,
    '--set',
    `logs.dir=${join(cwd, 'logs')}`,
  ];
  return new Promise((done) => {
    execFile(
      process.execPath,
      [main, ...args, ...places],
      { cwd, encoding: 'utf8', maxBuffer: 1e8 },
      (error, stdout, stderr) =>
        done({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, stdout, stderr }),
    );
  });
}
