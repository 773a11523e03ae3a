import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';

const main = resolve(import.meta.dirname, '../../src/main.ts');

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Limits that a command runs under. */
export interface Limits {
  /** Largest file it may write, in blocks of 1 kB (bash's `ulimit -f`). */
  readonly fileBlocks: number;
}

/** Runs one sub-command in a folder, which also gets its cache and logs, to its end. */
export function runSlipstream(cwd: string, ...rest: [Limits, ...string[]] | string[]): Promise<Ran> {
  const [first, ...others] = rest;
  const limits = typeof first === 'object' ? first : null;
  const args = typeof first === 'string' ? [first, ...(others as string[])] : (others as string[]);
  const places = [
    '--set',
    `source.cache_dir=${join(cwd, 'cache')}`,
    '--set',
    `logs.dir=${join(cwd, 'logs')}`,
  ];
  return new Promise((done) => {
    const command = [process.execPath, main, ...args, ...places];
    const limited = ['bash', '-c', `ulimit -f ${limits?.fileBlocks}; exec "$@"`, 'bash', ...command];
    const [program = '', ...programArgs] = limits === null ? command : limited;
    execFile(program, programArgs, { cwd, encoding: 'utf8', maxBuffer: 1e8 }, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, stdout, stderr }),
    );
  });
}
