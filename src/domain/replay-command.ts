import { replayCommands, type ReplayCommandName } from './messages.ts';

/** Where to go: session seconds, a moment in UTC, the start of a lap, or the start of the session. */
export type SeekTarget = number | { readonly utc: string } | { readonly lap: number } | 'lights out';

/** A replay command after validation (PROTOCOL §6). */
export type ReplayCommand =
  | { readonly name: 'pause' | 'resume' | 'restart' | 'stop' }
  | { readonly name: 'step'; readonly rows: number }
  | { readonly name: 'seek'; readonly target: SeekTarget }
  /** 0.1–1000; 0 = `max`. */
  | { readonly name: 'speed'; readonly speed: number }
  | { readonly name: 'load'; readonly session: string }
  | { readonly name: 'drivers'; readonly drivers: readonly string[] }
  | { readonly name: 'loop'; readonly loop: boolean };

/** Most rows that one step may send. */
export const maxStepRows = 100_000;

/** Slowest and fastest speed besides `max`. */
export const replaySpeeds = { min: 0.1, max: 1000 } as const;

/** Most driver codes that one command may name. */
export const maxCommandDrivers = 100;

/** The command that name and value make, or one sentence saying what is wrong with them. */
export function parseReplayCommand(name: unknown, value: unknown): ReplayCommand | string {
  if (!isCommandName(name)) {
    return `Command must be one of ${replayCommands.join(', ')}: current value is ${show(name)}`;
  }
  switch (name) {
    case 'step':
      return parseStep(value);
    case 'seek': {
      const target = parseSeekTarget(value);
      return target === null
        ? `Seek must be session seconds, {"utc":ISO}, {"lap":n} or "lights out": current value is ${show(value)}`
        : { name, target };
    }
    case 'speed': {
      const speed = parseSpeed(value);
      return speed === null
        ? `Speed must be ${replaySpeeds.min}–${replaySpeeds.max} or "max": current value is ${show(value)}`
        : { name, speed };
    }
    case 'load':
      return typeof value === 'string' && value.trim() !== ''
        ? { name, session: value.trim() }
        : `Session must be a folder, a URL or YEAR/EVENT/SESSION: current value is ${show(value)}`;
    case 'drivers':
      return parseDrivers(value);
    case 'loop':
      return typeof value === 'boolean'
        ? { name, loop: value }
        : `Loop must be true or false: current value is ${show(value)}`;
    default:
      return { name };
  }
}

function isCommandName(name: unknown): name is ReplayCommandName {
  return replayCommands.some((known) => known === name);
}

function parseStep(value: unknown): ReplayCommand | string {
  const rows = value ?? 1;
  return typeof rows === 'number' && Number.isInteger(rows) && rows >= 1 && rows <= maxStepRows
    ? { name: 'step', rows }
    : `Step must be 1–${maxStepRows} rows: current value is ${show(value)}`;
}

function parseDrivers(value: unknown): ReplayCommand | string {
  const isList =
    Array.isArray(value) &&
    value.length <= maxCommandDrivers &&
    value.every((code) => typeof code === 'string' && code !== '');
  if (!isList) return `Drivers must be a list of codes, empty for all: current value is ${show(value)}`;
  return { name: 'drivers', drivers: [...new Set(value.map((code: string) => code.toUpperCase()))] };
}

/** Speed as a number, 0 for `max`; null for anything that is not a speed. */
export function parseSpeed(value: unknown): number | null {
  if (value === 'max') return 0;
  return typeof value === 'number' && value >= replaySpeeds.min && value <= replaySpeeds.max ? value : null;
}

/** A seek target, or null for anything that is not one. */
export function parseSeekTarget(value: unknown): SeekTarget | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (value === 'lights out') return value;
  if (typeof value !== 'object' || value === null) return null;
  if ('lap' in value) {
    const { lap } = value;
    return typeof lap === 'number' && Number.isInteger(lap) && lap >= 1 ? { lap } : null;
  }
  if (!('utc' in value)) return null;
  const { utc } = value;
  return typeof utc === 'string' && !Number.isNaN(Date.parse(utc)) ? { utc } : null;
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'missing';
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
