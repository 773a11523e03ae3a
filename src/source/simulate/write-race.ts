import { randomBytes } from 'node:crypto';
import { readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { F1Error, messageOf } from '../../domain/errors.ts';
import type { OnProgress } from '../../domain/log.ts';
import { simulateRace, type RaceFacts } from './race.ts';
import { makeFolder } from '../../util/make-folder.ts';

export interface SimulateOptions {
  /** Any whole number; the same seed and laps give the same bytes. */
  readonly seed: number;
  /** 1–100. A safety car comes out from 5 laps on, cars stop for tyres from 6 on. */
  readonly laps: number;
  /** Folder of the session; made, or replaced when it holds a simulated race. */
  readonly dir: string;
  readonly signal: AbortSignal;
  readonly onProgress?: OnProgress | undefined;
}

/** What was written. */
export interface SimulatedRaceInfo extends RaceFacts {
  readonly dir: string;
  readonly seed: number;
  readonly laps: number;
  readonly files: readonly { readonly name: string; readonly lines: number; readonly bytes: number }[];
}

/** Laps that can be asked for. */
export const simulatedLaps = { min: 1, max: 100, default: 12 } as const;

function folderError(dir: string, error: unknown): F1Error {
  const code = typeof error === 'object' && error !== null ? String(Reflect.get(error, 'code') ?? '') : '';
  return new F1Error(
    'F1_SIMULATE_FOLDER',
    `Cannot write the simulated race to ${dir}: ${code || messageOf(error)}, a writable folder is required`,
    {
      hint: 'Name another folder with --out, or set source.cache_dir to one that you may write to',
      exitCode: 2,
      cause: error,
    },
  );
}

/** Refuses to replace a folder that holds anything but a simulated race. */
async function checkTarget(dir: string): Promise<void> {
  let names: string[];
  try {
    names = await readdir(dir);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return;
    throw folderError(dir, error);
  }
  if (names.length === 0) return;
  const info = names.includes('SessionInfo.jsonStream')
    ? await readFile(join(dir, 'SessionInfo.jsonStream'), 'utf8')
    : '';
  if (info.includes('"Simulated":true')) return;
  throw new F1Error(
    'F1_SIMULATE_FOLDER',
    `Folder ${dir} holds ${names.length} files that are no simulated race, an empty or new one is required`,
    {
      hint: 'Name another folder with --out',
      exitCode: 2,
    },
  );
}

function codeOf(error: unknown): unknown {
  return error instanceof Error ? Reflect.get(error, 'code') : undefined;
}

/** Puts the finished folder in place; an older simulated race is moved aside first and removed afterwards. */
async function moveInto(partial: string, dir: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const old = `${partial}.old-${attempt}`;
    try {
      await rename(dir, old);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
    }
    try {
      await rename(partial, dir);
      return;
    } catch (error) {
      // Another process put its own copy there in between.
      const isTaken = codeOf(error) === 'ENOTEMPTY' || codeOf(error) === 'EEXIST';
      if (!isTaken || attempt === 3) throw error;
    } finally {
      await rm(old, { recursive: true, force: true });
    }
  }
}

/**
 * Writes a simulated race in the timing archive's own format. Deterministic in seed and laps. Written beside and
 * renamed: the folder is there whole or not at all. Rejects with F1_SIMULATE_FOLDER when it cannot be written, with
 * F1_USAGE for numbers out of range, and with the signal's reason when aborted.
 */
export async function writeSimulatedRace(options: SimulateOptions): Promise<SimulatedRaceInfo> {
  const { seed, laps, signal, onProgress } = options;
  const dir = resolve(options.dir);
  if (!Number.isSafeInteger(seed)) {
    throw new F1Error('F1_USAGE', `Seed is ${seed}, a whole number is required`, {
      hint: 'For example --seed 7',
      exitCode: 2,
    });
  }
  if (!Number.isInteger(laps) || laps < simulatedLaps.min || laps > simulatedLaps.max) {
    throw new F1Error(
      'F1_USAGE',
      `Laps is ${laps}, a whole number from ${simulatedLaps.min} to ${simulatedLaps.max} is required`,
      {
        hint: `For example --laps ${simulatedLaps.default}`,
        exitCode: 2,
      },
    );
  }
  signal.throwIfAborted();
  await checkTarget(dir);
  const startedMs = performance.now();
  const report = (done: number): void => {
    const elapsedS = (performance.now() - startedMs) / 1000;
    const etaSeconds = done > 0 ? (elapsedS * (100 - done)) / done : null;
    onProgress?.({ stage: 'simulate', file: null, done, total: 100, unit: 'rows', etaSeconds });
  };
  const { log, facts } = await simulateRace({
    seed,
    laps,
    onStep: async (share) => {
      report(Math.floor(share * 90));
      await setImmediate();
      signal.throwIfAborted();
    },
  });
  const partial = join(
    dirname(dir),
    `.${basename(dir)}.${process.pid}-${randomBytes(4).toString('hex')}.partial`,
  );
  const files: { name: string; lines: number; bytes: number }[] = [];
  try {
    makeFolder(partial);
    for (const topic of log.topics) {
      signal.throwIfAborted();
      const bytes = Buffer.from(log.fileOf(topic), 'utf8');
      const name = `${topic}.jsonStream`;
      await writeFile(join(partial, name), bytes);
      files.push({ name, lines: log.linesOf(topic), bytes: bytes.length });
      report(90 + Math.floor((10 * files.length) / log.topics.length));
    }
    await moveInto(partial, dir);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (signal.aborted) throw signal.reason;
    throw folderError(dir, error);
  }
  return { dir, seed, laps, ...facts, files };
}
