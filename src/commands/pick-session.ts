import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Config } from '../config/schema.ts';
import { messageOf } from '../domain/errors.ts';
import type { Log, OnProgress } from '../domain/log.ts';
import { probeArchive, writeSimulatedRace } from '../source/index.ts';

/** The session that a command without SESSION opens, and why it is this one. */
export interface PickedSession {
  /** SESSION for `openSession`; undefined = the configured race. */
  readonly spec: string | undefined;
  /** One sentence for people. */
  readonly reason: string;
  /** Removes what was written for this command alone. */
  dispose(): Promise<void>;
}

export interface PickOptions {
  readonly spec: string | undefined;
  readonly config: Config;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly onProgress?: OnProgress;
}

const simulatedSeed = 1;
const simulatedLaps = 12;

/**
 * SESSION when one is named; else the configured race when cache, archive copy or archive have it within
 * `source.probe_timeout_ms`; else the simulated race, written on first use and kept.
 */
export async function pickSession(options: PickOptions): Promise<PickedSession> {
  const { spec, config, log, signal } = options;
  if (spec !== undefined) return { spec, reason: 'named on the command line', dispose: keep };
  const probe = await probeArchive({ config, log, signal });
  if (probe.found) return { spec: undefined, reason: probe.reason, dispose: keep };
  const { year, grand_prix: event, session } = config.race;
  const { dir, dispose } = await simulatedRace(options);
  return {
    spec: dir,
    dispose,
    reason: `${year} ${event} ${session} cannot be opened (${probe.reason}), so a SIMULATED race is played`,
  };
}

/** Folder of the simulated race, in the cache or, where that cannot be written, in the temporary folder. */
async function simulatedRace({ config, log, signal, onProgress }: PickOptions): Promise<{
  readonly dir: string;
  dispose(): Promise<void>;
}> {
  const name = `seed-${simulatedSeed}-laps-${simulatedLaps}`;
  const kept = resolve(config.source.cache_dir, 'simulated', name);
  if (existsSync(join(kept, 'SessionInfo.jsonStream'))) return { dir: kept, dispose: keep };
  const options = {
    seed: simulatedSeed,
    laps: simulatedLaps,
    signal,
    ...(onProgress === undefined ? {} : { onProgress }),
  };
  try {
    await writeSimulatedRace({ ...options, dir: kept });
    return { dir: kept, dispose: keep };
  } catch (error) {
    signal.throwIfAborted();
    // Not a warning: the session table cannot be kept there either, and that is one.
    log.info(`Cannot keep the simulated race in ${kept} (source.cache_dir): ${messageOf(error)}`);
    const parent = await mkdtemp(join(tmpdir(), 'slipstream-'));
    const dispose = (): Promise<void> => rm(parent, { recursive: true, force: true });
    try {
      await writeSimulatedRace({ ...options, dir: join(parent, name) });
    } catch (second) {
      await dispose();
      throw second;
    }
    return { dir: join(parent, name), dispose };
  }
}

async function keep(): Promise<void> {
  // Nothing was written for this command alone.
}
