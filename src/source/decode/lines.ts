import { open } from 'node:fs/promises';

/** Called with each line: `bytes[start, end)` without its line end, valid during the call; `line` is 1-based. */
export type OnLine = (bytes: Buffer, start: number, end: number, line: number) => void;

export interface LinesOptions {
  readonly signal: AbortSignal;
  readonly onLine: OnLine;
  /** Told about a line over `maxLineBytes`, which is skipped. */
  readonly onLongLine?: (line: number) => void;
  /** Told the bytes read so far after each chunk. */
  readonly onBytes?: (bytes: number) => void;
  /** Size of a read, 256 KiB. */
  readonly chunkBytes?: number;
  /** Longest line kept, 32 MiB: bounds memory on files without line ends. */
  readonly maxLineBytes?: number;
}

const lineFeed = 10;
const carriageReturn = 13;

/**
 * Reads a text file line by line in chunks, never the whole: lines end with CRLF or LF, a BOM at the start and empty
 * lines are skipped (but counted). Returns the bytes read. Memory: one chunk or the longest line, whichever is larger.
 */
export async function readLines(path: string, options: LinesOptions): Promise<number> {
  const chunkBytes = options.chunkBytes ?? 256 * 1024;
  const maxLineBytes = options.maxLineBytes ?? 32 * 1024 * 1024;
  const file = await open(path, 'r');
  try {
    let buffer = Buffer.allocUnsafe(chunkBytes);
    let held = 0;
    let total = 0;
    let line = 0;
    let isSkipping = false;
    const emit = (start: number, end: number): void => {
      line++;
      let from = start;
      let to = end;
      if (line === 1 && buffer[from] === 0xef && buffer[from + 1] === 0xbb && buffer[from + 2] === 0xbf)
        from += 3;
      if (isSkipping) {
        isSkipping = false;
        return;
      }
      if (to > from && buffer[to - 1] === carriageReturn) to--;
      if (to > from) options.onLine(buffer, from, to, line);
    };
    for (;;) {
      options.signal.throwIfAborted();
      if (held === buffer.length) {
        if (held >= maxLineBytes) {
          if (!isSkipping) options.onLongLine?.(line + 1);
          isSkipping = true;
          held = 0;
        } else {
          const larger = Buffer.allocUnsafe(buffer.length * 2);
          buffer.copy(larger, 0, 0, held);
          buffer = larger;
        }
      }
      const { bytesRead } = await file.read(buffer, held, buffer.length - held, null);
      if (bytesRead === 0) break;
      total += bytesRead;
      const filled = held + bytesRead;
      const window = buffer.subarray(0, filled);
      let start = 0;
      let end = window.indexOf(lineFeed, held);
      while (end !== -1) {
        emit(start, end);
        start = end + 1;
        end = window.indexOf(lineFeed, start);
      }
      if (start > 0) buffer.copyWithin(0, start, filled);
      held = filled - start;
      options.onBytes?.(total);
    }
    if (held > 0 || isSkipping) emit(0, held);
    return total;
  } finally {
    await file.close();
  }
}
