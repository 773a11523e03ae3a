/** Every error code of the project; `docs/errors.md` explains each one (a test keeps the two equal). */
export const errorCodes = [
  'F1_CONFIG_INVALID',
  'F1_CONFIG_UNREADABLE',
  'F1_SOURCE_NOT_FOUND',
  'F1_SOURCE_NOT_READY',
  'F1_SOURCE_EMPTY',
  'F1_SOURCE_NO_IDENTITY',
  'F1_SOURCE_PATH_REFUSED',
  'F1_SOURCE_NOT_DATA',
  'F1_SOURCE_UNREACHABLE',
  'F1_SOURCE_CACHE_UNWRITABLE',
  'F1_SIMULATE_FOLDER',
  'F1_SESSION_CACHE',
  'F1_SESSION_EXPORT',
  'F1_USAGE',
  'F1_KAFKA_UNREACHABLE',
  'F1_KAFKA_CONTROLLER',
  'F1_KAFKA_ADVERTISED',
  'F1_KAFKA_SECURITY',
  'F1_KAFKA_TOPIC_UNKNOWN',
  'F1_KAFKA_TOPIC_MISMATCH',
  'F1_KAFKA_RECORD_INVALID',
  'F1_KAFKA_DELIVERY_TIMEOUT',
  'F1_KAFKA_REFUSED',
  'F1_KAFKA_CLOSED',
  'F1_KAFKA_PLATFORM',
  'F1_KAFKA_JAVA',
  'F1_KAFKA_INSTALL',
  'F1_KAFKA_FOLDER',
  'F1_KAFKA_LOCKED',
  'F1_KAFKA_PORT',
  'F1_KAFKA_DISK',
  'F1_KAFKA_START',
  'F1_BRIDGE_BAD_REQUEST',
  'F1_BRIDGE_QUERY',
  'F1_BRIDGE_RANGE',
  'F1_BRIDGE_COMMAND',
  'F1_BRIDGE_TOKEN',
  'F1_BRIDGE_ORIGIN',
  'F1_BRIDGE_NOT_FOUND',
  'F1_BRIDGE_METHOD',
  'F1_BRIDGE_TOO_LARGE',
  'F1_BRIDGE_MEDIA_TYPE',
  'F1_BRIDGE_BUSY',
  'F1_BRIDGE_UNAVAILABLE',
  'F1_BRIDGE_PORT',
  'F1_INTERNAL',
  'F1_REPLAY_EMPTY',
  'F1_INTERRUPTED',
  'F1_PROCESS_REFUSED',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

export interface F1ErrorOptions {
  /** What the reader can do about it, one sentence. */
  readonly hint?: string;
  /** True when the same call may succeed later without a change by the user. */
  readonly canRetry?: boolean;
  /** Exit code of the command line: 2 for what the user can correct, 1 for the rest. */
  readonly exitCode?: 1 | 2;
  readonly cause?: unknown;
}

/** An error with a stable code, a hint and the caller's decision (`canRetry`, `exitCode`). */
export class F1Error extends Error {
  readonly code: ErrorCode;
  readonly hint: string;
  readonly canRetry: boolean;
  readonly exitCode: 1 | 2;

  constructor(code: ErrorCode, message: string, options: F1ErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'F1Error';
    this.code = code;
    this.hint = options.hint ?? '';
    this.canRetry = options.canRetry ?? false;
    this.exitCode = options.exitCode ?? 1;
  }
}

/** The message of anything thrown, with the messages of its causes that it does not quote itself. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.message || error.name;
  if (error.cause === undefined) return own;
  const cause = messageOf(error.cause);
  const isQuoted = own.includes(cause) || own.endsWith(firstLine(cause));
  return isQuoted ? own : `${own}: ${cause}`;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
