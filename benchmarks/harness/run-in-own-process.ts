import { spawn } from 'node:child_process';

export interface Outcome {
  readonly seconds: number;
  /** Why it is not whole, or null. */
  readonly failure: string | null;
}

/** How long a benchmark may take to close what it opened after it was asked to end. */
const endGraceMs = 30_000;

/**
 * Runs a file as a process group of its own, stderr shared, and waits for it; never rejects. On abort it gets SIGTERM,
 * after 30 s the whole group SIGKILL: only what this benchmark started is in it.
 */
export async function runInOwnProcess(args: readonly string[], signal: AbortSignal): Promise<Outcome> {
  const startedMs = performance.now();
  const outcome = (failure: string | null): Outcome => ({
    seconds: (performance.now() - startedMs) / 1000,
    failure,
  });
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ...args], {
    detached: true,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = new Promise<string | null>((settle) => {
    child.once('error', (error) => settle(error.message));
    child.once('exit', (code, by) => settle(code === 0 ? null : `failed (${by ?? `exit code ${code}`})`));
  });
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    child.kill('SIGTERM');
    timer = setTimeout(() => killGroup(child.pid), endGraceMs);
  };
  if (signal.aborted) stop();
  else signal.addEventListener('abort', stop, { once: true });
  const failure = await ended;
  clearTimeout(timer);
  signal.removeEventListener('abort', stop);
  return outcome(failure);
}

function killGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // it has ended meanwhile
  }
}
