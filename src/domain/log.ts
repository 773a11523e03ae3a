/** Where stages say what happens; `fields` are facts for the log file, the message is for people. */
export interface Log {
  debug(message: string, fields?: object): void;
  info(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  error(message: string, fields?: object): void;
}

/** A log that keeps nothing. */
export const noLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Progress of long work: bytes or rows done of a total, told often, shown by whoever listens. */
export interface Progress {
  readonly stage: string;
  readonly file: string | null;
  readonly done: number;
  readonly total: number | null;
  readonly unit: 'bytes' | 'rows' | 'files';
  readonly etaSeconds: number | null;
}

export type OnProgress = (progress: Progress) => void;
