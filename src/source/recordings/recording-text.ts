import { createReadStream, createWriteStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { F1Error, messageOf } from '../../domain/errors.ts';

/** Largest recording that a packed file may unpack to. */
const maxUnpackedBytes = 4 * 1024 * 1024 * 1024;

/** First bytes of a file, at most so many. */
export async function readStart(path: string, bytes: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(bytes), 0, bytes, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

/** True for gzip, by its first two bytes. */
export function isGzip(start: Buffer): boolean {
  return start[0] === 0x1f && start[1] === 0x8b;
}

/**
 * Unpacks a gzip file to a place; one that is cut keeps what came before the cut. Resolves to the note of a cut, or null.
 * Rejects with F1_SOURCE_NOT_DATA when it unpacks to more than 4 GiB or has nothing readable.
 */
export async function gunzipTo(path: string, target: string, signal: AbortSignal): Promise<string | null> {
  let bytes = 0;
  const limit = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > maxUnpackedBytes) done(new RangeError('It unpacks to more than 4 GiB'));
      else done(null, chunk);
    },
  });
  try {
    await pipeline(createReadStream(path), createGunzip(), limit, createWriteStream(target), { signal });
    return null;
  } catch (error) {
    signal.throwIfAborted();
    const isCut = error instanceof Error && 'code' in error && error.code === 'Z_BUF_ERROR';
    if (isCut && (await stat(target)).size > 0)
      return 'The packed recording is cut off: what came before is kept';
    throw new F1Error('F1_SOURCE_NOT_DATA', `Cannot unpack the recording ${path}: ${messageOf(error)}`, {
      hint: 'Name a recording of live timing that is whole',
      exitCode: 2,
      cause: error,
    });
  }
}
