import type { Command } from 'commander';
import type { Config } from '../config/schema.ts';
import { F1Error } from '../domain/errors.ts';
import type { Log, OnProgress } from '../domain/log.ts';

/** Options by which a recording is told what it does not say itself. */
export interface SessionOptions {
  readonly name?: string;
  readonly carAlias?: string;
}

export interface OpenSessionRequest {
  /** SESSION of the command line; the configured race when undefined. */
  readonly spec: string | undefined;
  readonly config: Config;
  readonly log: Log;
  readonly signal: AbortSignal;
  readonly onProgress?: OnProgress | undefined;
  /** Everything recorded instead of first lap start to last lap end. */
  readonly all?: boolean | undefined;
  /** Codes or car numbers; empty or absent = all. */
  readonly drivers?: readonly string[] | undefined;
  /** Identity for a session that has none of its own. */
  readonly name?: string | undefined;
  /** Car numbers to rename, old → new. */
  readonly carAlias?: ReadonlyMap<string, string> | undefined;
  /** Neither reads nor writes the cache. */
  readonly noCache?: boolean | undefined;
}

/** Adds `--name` and `--car-alias`. */
export function addSessionOptions(command: Command): Command {
  return command
    .option('--name <name>', 'identity of a session that has none, e.g. "2023 Qatar Race"')
    .option('--car-alias <old=new>', 'car number in the telemetry = car number in the entry list, e.g. 9=20');
}

/** `--car-alias 9=20,10=21` as a map. Throws F1_USAGE for anything else. */
export function parseCarAlias(text: string): ReadonlyMap<string, string> {
  const pairs = text.split(',').map((pair) => {
    const match = /^\s*(\d{1,3})\s*=\s*(\d{1,3})\s*$/.exec(pair);
    if (match === null) {
      throw new F1Error('F1_USAGE', `Cannot read car alias "${pair}": it must be OLD=NEW, two car numbers`, {
        hint: 'Example: --car-alias 9=20',
        exitCode: 2,
      });
    }
    return [match[1]!, match[2]!] as const;
  });
  return new Map(pairs);
}
