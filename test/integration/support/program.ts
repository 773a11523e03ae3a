import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { processesWith } from './processes.ts';

/** Root of the repository. */
export const root = resolve(import.meta.dirname, '../../..');

const slowMachineMs = 90_000;

export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** From the last signal sent through `kill`, else from the start [ms]. */
  readonly ms: number;
}

export interface Program {
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  /** Resolves when stderr (or stdout) has the text; rejects when the program ends before, or after 90 s. */
  waitFor(pattern: RegExp, stream?: 'stdout' | 'stderr'): Promise<RegExpExecArray>;
  kill(signal: NodeJS.Signals): void;
  /** Sends the signal to the process group, as a terminal does. */
  killGroup(signal: NodeJS.Signals): void;
  readonly ended: Promise<ProgramEnd>;
  /** Processes that this program or its children started and that still run, itself included. */
  family(): number[];
}

export interface ProgramOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Through bin/slipstream.js. */
  readonly launcher?: boolean;
}

/** The part of `test` and `node:test` that cleans up. */
export interface Cleaner {
  after(clean: () => void | Promise<void>): void;
}

/** Runs `slipstream ARGS` as a process of its own, in a process group of its own; nothing of it outlives the test. */
export function startProgram(t: Cleaner, args: readonly string[], options: ProgramOptions = {}): Program {
  const mark = `SLIPSTREAM_TEST_MARK=${randomUUID()}`;
  const [name, value] = mark.split('=') as [string, string];
  const entry = options.launcher === true ? 'bin/slipstream.js' : 'src/main.ts';
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', resolve(root, entry), ...args],
    {
      cwd: options.cwd ?? root,
      env: { ...process.env, ...options.env, [name]: value, NODE_OPTIONS: '', NODE_TEST_CONTEXT: '' },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    },
  );
  const pid = child.pid!;
  const text = { stdout: '', stderr: '' };
  const news = new Set<() => void>();
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream].setEncoding('utf8').on('data', (chunk: string) => {
      text[stream] += chunk;
      for (const tell of news) tell();
    });
  }
  let fromMs = performance.now();
  const ended = endOf(child, text, () => fromMs);
  t.after(async () => {
    for (const one of processesWith(mark)) tryKill(one, 'SIGKILL');
    await ended;
  });
  return {
    pid,
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    ended,
    family: () => processesWith(mark),
    kill(signal) {
      fromMs = performance.now();
      child.kill(signal);
    },
    killGroup(signal) {
      fromMs = performance.now();
      process.kill(-pid, signal);
    },
    waitFor(pattern, stream = 'stderr') {
      const { promise, resolve: found, reject } = Promise.withResolvers<RegExpExecArray>();
      const look = (): void => {
        const match = pattern.exec(text[stream]);
        if (match !== null) found(match);
      };
      const fail = (why: string) =>
        reject(new Error(`${args.join(' ')}: ${why} before ${pattern}:\n${text.stdout}\n${text.stderr}`));
      const timer = setTimeout(() => fail('90 s went by'), slowMachineMs);
      news.add(look);
      look();
      const onEnd = (): void => {
        look();
        fail('it ended');
      };
      void ended.then(onEnd);
      return promise.finally(() => {
        clearTimeout(timer);
        news.delete(look);
      });
    },
  };
}

/** Runs `slipstream ARGS` to its end. */
export function runProgram(
  t: Cleaner,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramEnd> {
  return startProgram(t, args, options).ended;
}

/** Options that keep everything a program writes inside `dir` and away from the network. */
export function settings(dir: string, more: Readonly<Record<string, string | number>> = {}): string[] {
  const all = {
    'source.cache_dir': `${dir}/cache`,
    'source.archive_url': 'http://127.0.0.1:21999',
    'source.mirror_url': 'null',
    'logs.dir': `${dir}/logs`,
    'kafka.managed.dir': `${dir}/kafka`,
    ...more,
  };
  return Object.entries(all).flatMap(([path, value]) => ['--set', `${path}=${value}`]);
}

function endOf(
  child: ChildProcess,
  text: { readonly stdout: string; readonly stderr: string },
  fromMs: () => number,
): Promise<ProgramEnd> {
  return new Promise((settle) => {
    child.once('close', (code, signal) =>
      settle({ code, signal, ...text, ms: performance.now() - fromMs() }),
    );
  });
}

function tryKill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // it has ended by itself
  }
}
