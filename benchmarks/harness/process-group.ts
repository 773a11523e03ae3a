import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { root } from './processes.ts';

/** A command with everything it starts, in a process group of its own. */
export interface ProcessGroup {
  /** What it has written to stderr and stdout, the last 20,000 characters. */
  output(): string;
  hasEnded(): boolean;
  /** SIGINT to the whole group, as Ctrl-C gives; SIGKILL to what is left after 10 s. Resolves to true when none was left. */
  end(): Promise<boolean>;
}

const graceMs = 10_000;

/** Starts a command; its group gets SIGTERM when this process ends in whatever way. POSIX only. */
export function startGroup(
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): ProcessGroup {
  const child = spawn(command, args, { cwd: root, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  child.on('error', () => {}); // one that cannot be started: told by the missing process id
  const { pid } = child;
  if (pid === undefined) throw new Error(`Cannot run ${command}`);
  // A shell holds the other end of a pipe that the system closes when this process is gone.
  const guard = spawn('/bin/sh', ['-c', 'read -r _; kill -TERM -- "-$1"', 'sh', String(pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  guard.on('error', () => {}); // no /bin/sh: then only end() ends the group
  guard.unref();
  let text = '';
  const keep = (chunk: string): void => void (text = (text + chunk).slice(-20_000));
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  const ended = once(child, 'exit');
  return {
    output: () => text,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    async end() {
      signalGroup(pid, 'SIGINT');
      const deadline = performance.now() + graceMs;
      while (isGroupAlive(pid) && performance.now() < deadline)
        await new Promise((wake) => setTimeout(wake, 25));
      const isClean = !isGroupAlive(pid);
      if (!isClean) signalGroup(pid, 'SIGKILL');
      await ended;
      guard.kill('SIGKILL');
      return isClean;
    },
  };
}

function isGroupAlive(pid: number): boolean {
  return signalGroup(pid, 0);
}

function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch {
    return false; // none is left
  }
}
