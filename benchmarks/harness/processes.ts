import { spawn } from 'node:child_process';
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';

export const root = resolve(import.meta.dirname, '../..');
const quietNode = '--disable-warning=ExperimentalWarning';
const preload = resolve(import.meta.dirname, 'usage-at-exit.ts');

/** A process that ran to its end. */
export interface Finished {
  /** From before the start to the end of the process [s]. */
  readonly seconds: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Highest resident memory [MB]; null for programs that are not Node. */
  readonly peakRssMb: number | null;
  /** Processor time [s]; null for programs that are not Node. */
  readonly cpuS: number | null;
}

/** The processes of one benchmark: only what it started, ended with it. */
export interface Processes {
  /** Runs a program to its end; rejects with the end of its stderr when it fails. */
  run(command: string, args: readonly string[], options?: RunOptions): Promise<Finished>;
  /** Runs a TypeScript file under this Node and measures its memory. */
  runNode(args: readonly string[], options?: RunOptions): Promise<Finished>;
  /** Starts a TypeScript file that stays; its output goes to stderr only when it fails. */
  startNode(args: readonly string[], options?: { ipc?: boolean }): Running;
  /** Ends all that still run: SIGTERM, SIGKILL after 8 s. */
  endAll(): Promise<void>;
}

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly timeoutMs?: number;
  readonly cwd?: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly pid: number;
  /** What it has written to stdout so far. */
  stdout(): string;
  stderr(): string;
  /** Settles with the exit code when it has ended (null = by a signal). */
  readonly ended: Promise<number | null>;
  /** SIGTERM and wait; SIGKILL after 8 s. */
  end(signal?: NodeJS.Signals): Promise<void>;
}

const endGraceMs = 8000;

export function createProcesses(signal: AbortSignal): Processes {
  const open = new Set<Running>();

  const track = (child: ChildProcess): Running => {
    const pid = child.pid;
    child.on('error', () => {}); // one that cannot be started: told by the missing process id
    if (pid === undefined)
      throw new Error(`Cannot run ${child.spawnfile}: it is not installed or cannot be started`);
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-20_000)));
    const ended = new Promise<number | null>((settle) => child.once('close', (code) => settle(code)));
    const running: Running = {
      child,
      pid,
      stdout: () => stdout,
      stderr: () => stderr,
      ended,
      async end(how = 'SIGTERM') {
        if (child.exitCode === null && child.signalCode === null) child.kill(how);
        const timer = setTimeout(() => child.kill('SIGKILL'), endGraceMs);
        await ended;
        clearTimeout(timer);
      },
    };
    open.add(running);
    void ended.then(() => open.delete(running));
    return running;
  };

  const run = async (
    command: string,
    args: readonly string[],
    { env = process.env, timeoutMs = 300_000, cwd = root }: RunOptions = {},
    measured = false,
  ): Promise<Finished> => {
    signal.throwIfAborted();
    const stdio: StdioOptions = measured ? ['ignore', 'pipe', 'pipe', 'pipe'] : ['ignore', 'pipe', 'pipe'];
    const startedMs = performance.now();
    const child = spawn(command, args, { cwd, env, stdio });
    const running = track(child);
    let usage = '';
    const third = child.stdio[3];
    if (third instanceof Readable) third.setEncoding('utf8').on('data', (text: string) => (usage += text));
    let endedMs = Number.NaN;
    child.once('exit', () => (endedMs = performance.now()));
    const timer = setTimeout(() => void running.end(), timeoutMs);
    const onAbort = (): void => void running.end();
    signal.addEventListener('abort', onAbort, { once: true });
    const code = await running.ended;
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    signal.throwIfAborted();
    if (code !== 0) {
      const why = running.stderr().trim().split('\n').slice(-6).join(' | ');
      throw new Error(
        `${[command, ...args].slice(0, 4).join(' ')} … ended with ${code ?? 'a signal'}: ${why}`,
      );
    }
    const { peakRssMb = null, cpuS = null } =
      usage === '' ? {} : (JSON.parse(usage) as { peakRssMb?: number; cpuS?: number });
    const seconds = (endedMs - startedMs) / 1000;
    return { seconds, stdout: running.stdout(), stderr: running.stderr(), peakRssMb, cpuS };
  };

  return {
    run: (command, args, options) => run(command, args, options),
    runNode: (args, options) =>
      run(process.execPath, [quietNode, '--import', preload, ...args], options, true),
    startNode(args, { ipc = false } = {}) {
      signal.throwIfAborted();
      const stdio: StdioOptions = ['ignore', 'pipe', 'pipe', ...(ipc ? (['ipc'] as const) : [])];
      return track(spawn(process.execPath, [quietNode, ...args], { cwd: root, stdio }));
    },
    async endAll() {
      await Promise.all([...open].map((running) => running.end()));
    },
  };
}

/** Resident memory of a process [MB]; Linux only, NaN elsewhere. */
export function rssMb(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/u.exec(status)?.[1] ?? Number.NaN) / 1000;
  } catch {
    return Number.NaN; // no /proc here, or the process has ended
  }
}

/** Processor time of a process so far [s], 10 ms steps; Linux only, NaN elsewhere. */
export function cpuSeconds(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  } catch {
    return Number.NaN;
  }
}

/** The last line of a program's output as JSON. */
export function lastJson<T>(stdout: string): T {
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as T;
}
