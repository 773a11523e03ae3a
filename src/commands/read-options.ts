import type { Command } from 'commander';
import type { CliContext } from './cli.ts';
import { createProgressLine } from './progress-line.ts';
import {
  addSessionOptions,
  parseCarAlias,
  type OpenSessionRequest,
  type SessionOptions,
} from './session-request.ts';

/** Options of the commands that read one session and end. */
export interface ReadOptions extends SessionOptions {
  /** False with `--no-cache`. */
  readonly cache: boolean;
}

/** The part of a request that the command line says. */
export type AskedSession = Pick<OpenSessionRequest, 'spec' | 'drivers' | 'name' | 'carAlias' | 'noCache'>;

/** Adds the argument SESSION. */
export function addSessionArgument(command: Command): Command {
  return command.argument(
    '[session]',
    'folder, recording file, URL or YEAR/EVENT/SESSION; the configured race when left out',
  );
}

/** Adds `--name`, `--car-alias` and `--no-cache`. */
export function addReadOptions(command: Command): Command {
  return addSessionOptions(command).option('--no-cache', 'read the recording anew and keep nothing');
}

/** `VER,HAM,44` as names; none, which means all, when left out. */
export function parseDrivers(list: string | undefined): readonly string[] {
  return list?.split(',').filter((name) => name.trim() !== '') ?? [];
}

/** The session asked for. Throws F1_USAGE for a car alias that is none. */
export function askedSession(
  spec: string | undefined,
  { name, carAlias, cache }: ReadOptions,
  drivers: readonly string[] = [],
): AskedSession {
  return {
    spec,
    drivers,
    name,
    carAlias: carAlias === undefined ? undefined : parseCarAlias(carAlias),
    noCache: !cache,
  };
}

/** Opens the session under a progress line, which is gone when this settles; rejects as `open` does. */
export async function openWithProgress<Opened>(
  open: (request: OpenSessionRequest) => Promise<Opened>,
  asked: AskedSession,
  cli: CliContext,
): Promise<Opened> {
  const progress = createProgressLine(cli.quiet || cli.json);
  try {
    const config = await cli.config();
    const { log, signal } = cli;
    return await open({ ...asked, config, log, signal, onProgress: progress.onProgress });
  } finally {
    progress.close();
  }
}
