import { pino } from 'pino';
import { createStream } from 'rotating-file-stream';
import { makeFolder } from './make-folder.ts';

/** Shape of `domain/log.ts`, repeated here because `util` stands below `domain`. */
export interface ConsoleLog {
  debug(message: string, fields?: object): void;
  info(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  error(message: string, fields?: object): void;
  /** Writes out what is buffered; call before the process ends. */
  flush(): void;
}

export interface LogOptions {
  readonly level: 'quiet' | 'normal' | 'verbose';
  /** Folder of the rotated log file; null = console only. */
  readonly dir: string | null;
  readonly maxFileMb: number;
  readonly maxFiles: number;
  /** Called once when the log file cannot be written; the console goes on. */
  readonly onFileError?: (error: Error) => void;
}

const colours = { debug: '\u001B[2m', info: '', warn: '\u001B[33m', error: '\u001B[31m' } as const;
const reset = '\u001B[0m';

/** Human lines on stderr (warnings and errors only when quiet) and JSON lines in `<dir>/slipstream.log`, rotated by size. */
export function createLog(options: LogOptions): ConsoleLog {
  const file = options.dir === null ? null : openFile(options, options.dir);
  const tty = process.stderr.isTTY;
  const threshold = { quiet: 2, normal: 1, verbose: 0 }[options.level];
  const say = (level: keyof typeof colours, rank: number, message: string, fields?: object): void => {
    file?.[level](fields ?? {}, message);
    if (rank < threshold) return;
    const mark = level === 'warn' ? 'warning: ' : level === 'error' ? 'error: ' : '';
    const text = `${mark}${message}`;
    process.stderr.write(tty && colours[level] !== '' ? `${colours[level]}${text}${reset}\n` : `${text}\n`);
  };
  return {
    debug: (message, fields) => say('debug', 0, message, fields),
    info: (message, fields) => say('info', 1, message, fields),
    warn: (message, fields) => say('warn', 2, message, fields),
    error: (message, fields) => say('error', 3, message, fields),
    flush: () => file?.flush(),
  };
}

function openFile(options: LogOptions, dir: string): pino.Logger | null {
  try {
    makeFolder(dir);
    const stream = createStream('slipstream.log', {
      path: dir,
      size: `${options.maxFileMb}M`,
      maxFiles: options.maxFiles,
    });
    stream.on('error', (error) => options.onFileError?.(error));
    return pino(
      { level: 'debug', base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
      stream,
    );
  } catch (error) {
    options.onFileError?.(error instanceof Error ? error : new Error(String(error)));
    return null;
  }
}
