import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { writeSimulatedRace } from '../../src/source/index.ts';

const root = resolve(import.meta.dirname, '../..');
const fixedArgs = '--broker embedded --bridge-port 0 --bridge-host 127.0.0.1 --no-page --speed 1'.split(' ');
const startWaitMs = 120_000;
const stopWaitMs = 15_000;

/** A bridge with a replay, as a process of its own. */
export interface Pipeline {
  /** Base address of the bridge. */
  readonly url: string;
  /** What the program says of its session. */
  readonly session: string;
  /** Rejects when the program ends by itself. */
  readonly ended: Promise<never>;
  /** Ends the program and removes what was written for it. */
  close(): Promise<void>;
}

/** How a pipeline is started. */
export interface PipelineOptions {
  /** SESSION of `slipstream start`; a simulated race when absent. */
  readonly session?: string;
  /** More arguments of `slipstream start`. */
  readonly args: readonly string[];
  readonly signal: AbortSignal;
}

/** Starts `slipstream start` on the embedded broker and a free port. Rejects with its last lines when it does not come up. */
export async function startPipeline({ session, args, signal }: PipelineOptions): Promise<Pipeline> {
  const folder = await mkdtemp(join(tmpdir(), 'slipstream-check-'));
  const removeFolder = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const spec = session ?? (await simulate(join(folder, 'race'), signal));
    const own = session === undefined ? ['--set', `source.cache_dir=${join(folder, 'cache')}`] : [];
    const child = spawn(
      process.execPath,
      [
        '--disable-warning=ExperimentalWarning',
        join(root, 'bin/slipstream.js'),
        'start',
        spec,
        ...fixedArgs,
        '--set',
        `logs.dir=${join(folder, 'logs')}`,
        ...own,
        ...args,
      ],
      { cwd: root, stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, NODE_TEST_CONTEXT: '' } },
    );
    return await comeUp(child, removeFolder, signal);
  } catch (error) {
    await removeFolder();
    throw error;
  }
}

async function simulate(dir: string, signal: AbortSignal): Promise<string> {
  await writeSimulatedRace({ seed: 1, laps: 12, dir, signal });
  return dir;
}

async function comeUp(
  child: ChildProcess,
  removeFolder: () => Promise<void>,
  signal: AbortSignal,
): Promise<Pipeline> {
  let text = '';
  const hasEnded = new Promise<void>((done) => child.once('close', () => done()));
  const up = Promise.withResolvers<string>();
  child.stderr!.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-20_000);
    const [, url] = /^(?:API|Page): (http:\S+?)(?:\/app\/)?$/m.exec(text) ?? [];
    if (url !== undefined) up.resolve(url);
  });
  const failed = hasEnded.then((): never => {
    throw new Error(`slipstream start has ended with code ${child.exitCode ?? 'none'}:\n${text}`);
  });
  // Watched by callers from here on, also while nobody waits for it.
  failed.catch(() => {});
  const close = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT');
    const timer = setTimeout(() => child.kill('SIGKILL'), stopWaitMs);
    await hasEnded;
    clearTimeout(timer);
    await removeFolder();
  };
  try {
    const url = await within(
      Promise.race([up.promise, failed]),
      startWaitMs,
      signal,
      'the bridge does not come up',
    );
    return { url, session: /^Session: (.*)$/m.exec(text)?.[1] ?? '', ended: failed, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A promise that rejects after a time, or when aborted. */
export async function within<T>(work: Promise<T>, ms: number, signal: AbortSignal, what: string): Promise<T> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error(`${what}: ${ms / 1000} s went by`)), ms);
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([work, over]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}
