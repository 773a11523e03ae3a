import { randomUUID } from 'node:crypto';
import type { Broker } from '../../domain/broker.ts';
import { messageOf } from '../../domain/errors.ts';
import { replayCommands } from '../../domain/messages.ts';
import type { CommandMessage, ReplayCommandName } from '../../domain/messages.ts';
import { maxCommandDrivers, maxStepRows, parseSpeed, replaySpeeds } from '../../domain/replay-command.ts';
import { headerNames, messageVersion } from '../../domain/topics.ts';
import { HttpError } from './http-error.ts';

/** A command whose value was checked. */
export interface CheckedCommand {
  readonly command: ReplayCommandName;
  readonly value: unknown;
}

const maxSessionS = 1_000_000;
const isoPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)$/u;

type Check = (value: unknown) => { readonly value: unknown } | { readonly required: string };

const nothing: Check = () => ({ value: null });

const checks: Readonly<Record<ReplayCommandName, Check>> = {
  pause: nothing,
  resume: nothing,
  restart: nothing,
  stop: nothing,
  step: (value) => {
    if (isAbsent(value)) return { value: 1 };
    const rows = numberOf(value);
    return Number.isInteger(rows) && rows >= 1 && rows <= maxStepRows
      ? { value: rows }
      : { required: `a number of rows, 1–${maxStepRows}` };
  },
  seek: (value) => checkSeek(value),
  speed: (value) => {
    const speed = value === 'max' ? value : numberOf(value);
    return parseSpeed(speed) === null
      ? { required: `${replaySpeeds.min}–${replaySpeeds.max} or "max"` }
      : { value: speed };
  },
  load: (value) =>
    typeof value === 'string' && value.trim() !== '' && value.length <= 1000 && !hasControlCharacter(value)
      ? { value: value.trim() }
      : { required: 'a session: folder, URL or YEAR/EVENT/SESSION' },
  drivers: (value) => {
    const codes = isAbsent(value) ? [] : typeof value === 'string' ? value.split(',') : value;
    const isCodes =
      Array.isArray(codes) &&
      codes.length <= maxCommandDrivers &&
      codes.every((code) => typeof code === 'string' && /^[\p{L}\p{N}]{1,8}$/u.test(code.trim()));
    return isCodes
      ? { value: [...new Set(codes.map((code) => String(code).trim().toUpperCase()))] }
      : { required: 'an array of driver codes; empty = all' };
  },
  loop: (value) => (typeof value === 'boolean' ? { value } : { required: 'true or false' }),
};

/**
 * Reads `{command, value}` and checks the value's form and range.
 * @throws {HttpError} 400 F1_BRIDGE_COMMAND
 */
export function checkCommand(body: unknown): CheckedCommand {
  const name: unknown = isObject(body) ? Reflect.get(body, 'command') : undefined;
  const command = replayCommands.find((known) => known === name);
  if (command === undefined) {
    throw wrong(
      `Cannot run command ${shown(name)}: it is not known`,
      `Send {"command": …} with one of ${replayCommands.join(', ')}`,
    );
  }
  const value: unknown = isObject(body) ? Reflect.get(body, 'value') : undefined;
  const checked = checks[command](value);
  if ('value' in checked) return { command, value: checked.value };
  throw wrong(
    `Cannot run ${command}: value must be ${checked.required}: current value is ${shown(value)}`,
    `Send {"command": "${command}", "value": …} as PROTOCOL.md §6 describes`,
  );
}

function checkSeek(value: unknown): ReturnType<Check> {
  const required = 'session seconds ≥ 0, {"utc": ISO time}, {"lap": number} or "lights out"';
  if (value === 'lights out') return { value };
  if (isObject(value)) {
    const { utc, lap }: { utc?: unknown; lap?: unknown } = value;
    if (typeof utc === 'string' && isoPattern.test(utc) && !Number.isNaN(Date.parse(utc)))
      return { value: { utc } };
    const number = numberOf(lap);
    return Number.isInteger(number) && number >= 1 && number <= 1000
      ? { value: { lap: number } }
      : { required };
  }
  const seconds = numberOf(value);
  return seconds >= 0 && seconds <= maxSessionS ? { value: seconds } : { required };
}

const encoder = new TextEncoder();
const key = encoder.encode('command');

/**
 * Publishes a command on the control topic and returns its id once the broker has it.
 * @throws {HttpError} 503 F1_BRIDGE_UNAVAILABLE when the broker did not take it within `timeoutMs`
 */
export async function publishCommand(deps: {
  readonly broker: Broker;
  readonly topic: string;
  readonly command: CheckedCommand;
  readonly by: string;
  readonly nowMs: number;
  readonly timeoutMs: number;
}): Promise<string> {
  const { broker, topic, command, by, nowMs, timeoutMs } = deps;
  const id = randomUUID();
  const message: CommandMessage = {
    timestamp: new Date(nowMs).toISOString(),
    command: command.command,
    value: command.value,
    by,
    command_id: id,
    message_type: 'command',
  };
  let timer: NodeJS.Timeout | undefined;
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    });
    const stored = broker.produce({
      topic,
      partition: 0,
      records: [{ key, value: encoder.encode(JSON.stringify(message)) }],
      headers: { [headerNames.version]: messageVersion },
      timestampMs: nowMs,
    });
    stored.catch(() => {}); // a failure after the time-out was answered already
    await Promise.race([stored, late]);
    return id;
  } catch (error) {
    throw new HttpError(
      503,
      'F1_BRIDGE_UNAVAILABLE',
      `The broker did not confirm the command: ${messageOf(error)}`,
      'It may still be carried out: look at GET /replay, then send it again if needed',
    );
  } finally {
    clearTimeout(timer);
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

/** A finite number, also when it was sent as text; NaN for anything else. */
function numberOf(value: unknown): number {
  if (typeof value === 'number') return Number.isFinite(value) ? value : Number.NaN;
  return typeof value === 'string' && /^-?\d+(?:\.\d+)?$/u.test(value.trim()) ? Number(value) : Number.NaN;
}

function hasControlCharacter(text: string): boolean {
  for (const letter of text) if (letter < ' ' || letter === '\u007f') return true;
  return false;
}

function shown(value: unknown): string {
  return String(JSON.stringify(value) ?? 'absent').slice(0, 80);
}

function wrong(message: string, hint: string): HttpError {
  return new HttpError(400, 'F1_BRIDGE_COMMAND', message, hint);
}
