import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Config } from '../config/schema.ts';
import { F1Error } from '../domain/errors.ts';
import type { Log } from '../domain/log.ts';
import { parseSpeed, type SeekTarget } from '../domain/replay-command.ts';
import type { ReplayRequest } from './replay-host.ts';
import { addSessionOptions, type SessionOptions } from './session-request.ts';

/** Options that `replay` and `start` share. */
export interface ReplayOptions extends SessionOptions {
  readonly broker: string;
  readonly speed?: number;
  readonly drivers?: readonly string[];
  readonly laps?: { readonly first: number; readonly last: number };
  readonly start?: SeekTarget;
  readonly end?: SeekTarget;
  readonly loop?: boolean;
  readonly once?: boolean;
  readonly mode?: string;
  readonly all?: boolean;
}

/** Adds the options of a replay. */
export function addReplayOptions(command: Command, brokers = 'auto, embedded, managed or HOST:PORT'): void {
  command
    .option('--broker <choice>', brokers, 'auto')
    .addOption(new Option('--speed <factor>', '0.1–1000 times real time, or max').argParser(speedFrom))
    .addOption(new Option('--drivers <codes>', 'only these drivers, e.g. VER,HAM,LEC').argParser(driversFrom))
    .addOption(new Option('--laps <first-last>', 'only these laps, e.g. 1-10').argParser(lapsFrom))
    .addOption(
      new Option('--start <place>', 'session seconds, h:mm:ss, lap:N, ISO time or "lights out"').argParser(
        placeFrom,
      ),
    )
    .addOption(new Option('--end <place>', 'as --start').argParser(placeFrom))
    .option('--all', 'everything recorded, not only from the first lap to the last');
  addSessionOptions(command)
    .option('--loop', 'begin again at the end')
    .option('--once', 'end after the last row')
    .addOption(
      new Option(
        '--mode <mode>',
        'when the broker is slower: hold the clock, or drop the oldest rows',
      ).choices(['lossless', 'live']),
    );
}

/** What the options ask of `startReplay`, over the configuration; session and broker are added by the caller. */
export function replayRequest(
  options: ReplayOptions,
  config: Config,
  log: Log,
  signal: AbortSignal,
): Omit<ReplayRequest, 'spec' | 'chosen'> {
  const { laps, start, end, all, name, carAlias, once = false, loop = config.replay.loop } = options;
  if (options.loop === true && once) {
    throw new F1Error('F1_USAGE', 'Cannot use --loop with --once: a loop has no last row', {
      exitCode: 2,
      hint: 'Leave one of them out',
    });
  }
  const speed = config.replay.speed === 'max' ? 0 : config.replay.speed;
  return {
    config,
    log,
    signal,
    speed: options.speed ?? speed,
    loop: once ? false : loop,
    once,
    mode: options.mode === 'live' || options.mode === 'lossless' ? options.mode : config.replay.mode,
    drivers: options.drivers ?? config.race.drivers.map((code) => code.toUpperCase()),
    ...(laps === undefined ? {} : { lapRange: laps }),
    ...(start === undefined ? {} : { start }),
    ...(end === undefined ? {} : { end }),
    ...(all === undefined ? {} : { all }),
    ...(name === undefined ? {} : { name }),
    ...(carAlias === undefined ? {} : { carAlias }),
  };
}

function speedFrom(text: string): number {
  const speed = parseSpeed(text === 'max' ? text : text.trim() === '' ? null : Number(text));
  if (speed === null) throw new InvalidArgumentError('It must be 0.1–1000 or max.');
  return speed;
}

function driversFrom(text: string): string[] {
  const codes = text
    .split(',')
    .map((code) => code.trim().toUpperCase())
    .filter((code) => code !== '');
  if (codes.length === 0) throw new InvalidArgumentError('It must be driver codes, e.g. VER,HAM,LEC.');
  return [...new Set(codes)];
}

function lapsFrom(text: string): { first: number; last: number } {
  const match = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(text);
  const first = Number(match?.[1]);
  const last = Number(match?.[2] ?? match?.[1]);
  if (!(first >= 1 && last >= first)) throw new InvalidArgumentError('It must be FIRST-LAST, e.g. 1-10.');
  return { first, last };
}

/** A place in a session as people write it. */
export function placeFrom(text: string): SeekTarget {
  const clock = /^(?:(\d{1,2}):)?(\d{1,3}):(\d{2}(?:\.\d+)?)$/.exec(text);
  if (clock !== null) return Number(clock[1] ?? 0) * 3600 + Number(clock[2]) * 60 + Number(clock[3]);
  if (/^\d+(?:\.\d+)?$/.test(text)) return Number(text);
  const lap = /^lap[: ]?(\d{1,3})$/i.exec(text);
  if (lap !== null && Number(lap[1]) >= 1) return { lap: Number(lap[1]) };
  if (text === 'lights out' || text === 'lights-out') return 'lights out';
  if (/^\d{4}-\d{2}-\d{2}T/.test(text) && !Number.isNaN(Date.parse(text))) return { utc: text };
  throw new InvalidArgumentError('It must be session seconds, h:mm:ss, lap:N, an ISO time or "lights out".');
}
