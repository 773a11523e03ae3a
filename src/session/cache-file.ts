import { open } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import { F1Error, messageOf } from '../domain/errors.ts';
import type { Log } from '../domain/log.ts';
import { moveIntoPlace } from './write-beside.ts';

/** What a kind of cache file is called and how it is told from others. */
export interface CacheFormat {
  /** Eight bytes at the beginning. */
  readonly magic: Buffer;
  /** To be raised whenever the same content would be stored otherwise; a file of another version is never read. */
  readonly version: number;
  /** For messages: 'session table'. */
  readonly noun: string;
  /** What happens instead of reading: 'is rebuilt'. */
  readonly otherwise: string;
}

/** Where the columns begin in memory, each at a multiple of 8, in the order they were written. */
export interface StoredColumns {
  readonly buffer: ArrayBuffer;
  readonly offset: number;
}

/** magic 0, version u32 8, CRC-32 u32 12 of everything from 16 on, byte order u32 16, header bytes u32 20, file bytes f64 24. */
const preambleBytes = 32;
const crcFrom = 16;
const byteOrderMark = 0x01020304;

/** Columns are viewed in place: each begins at a multiple of this. */
const alignment = 8;

/** `bytes` rounded up to the alignment of columns. */
export function alignUp(bytes: number): number {
  return Math.ceil(bytes / alignment) * alignment;
}

/**
 * Writes a header (JSON) and columns to one binary file, beside its place first and then renamed, so that a reader never
 * sees half of it. Rejects with F1_SESSION_CACHE when the file cannot be written.
 */
export async function writeCacheFile(
  path: string,
  format: CacheFormat,
  header: object,
  columns: Iterable<ArrayBufferView>,
): Promise<void> {
  const parts = encode(format, Buffer.from(JSON.stringify(header)), columns);
  try {
    await moveIntoPlace(path, (file) => file.writeFile(parts));
  } catch (error) {
    throw new F1Error('F1_SESSION_CACHE', `Cannot write the ${format.noun} to ${path}`, {
      hint: 'Free space or set source.cache_dir to a folder that this user may write to',
      cause: error,
    });
  }
}

/**
 * What `decode` makes of a file that `writeCacheFile` wrote; null when there is none, and with a line in the log when it
 * is of another version, damaged, or `decode` says (as text) why it is not the one wanted. Never throws for what is in the
 * file. One read of the whole file and one pass for the checksum.
 */
export async function readCacheFile<T extends object>(
  path: string,
  format: CacheFormat,
  decode: (header: unknown, columns: StoredColumns) => T | string,
  log: Log,
): Promise<T | null> {
  const { noun, otherwise } = format;
  let bytes: Buffer<ArrayBuffer>;
  try {
    bytes = await readWhole(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    log.info(`The cached ${noun} cannot be read and ${otherwise}: ${messageOf(error)}`, { path });
    return null;
  }
  const fault = faultOf(bytes, format);
  const headerBytes = fault === null ? bytes.readUInt32LE(20) : 0;
  const found =
    fault ??
    decode(JSON.parse(bytes.toString('utf8', preambleBytes, preambleBytes + headerBytes)), {
      buffer: bytes.buffer,
      offset: preambleBytes + alignUp(headerBytes),
    });
  if (typeof found !== 'string') return found;
  log.info(`The cached ${noun} ${found} and ${otherwise}`, { path });
  return null;
}

async function readWhole(path: string): Promise<Buffer<ArrayBuffer>> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    // Memory of its own, so that columns may be viewed at any aligned offset.
    const bytes = Buffer.allocUnsafeSlow(size);
    let filled = 0;
    while (filled < size) {
      const { bytesRead } = await file.read(bytes, filled, size - filled, filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return filled === size ? bytes : bytes.subarray(0, filled);
  } finally {
    await file.close();
  }
}

function encode(
  { magic, version }: CacheFormat,
  headerText: Buffer,
  columns: Iterable<ArrayBufferView>,
): Uint8Array[] {
  const parts: Uint8Array[] = [];
  const add = ({ buffer, byteOffset, byteLength }: ArrayBufferView): void => {
    parts.push(new Uint8Array(buffer, byteOffset, byteLength));
    const padding = alignUp(byteLength) - byteLength;
    if (padding > 0) parts.push(new Uint8Array(padding));
  };
  add(headerText);
  for (const column of columns) add(column);
  const preamble = Buffer.alloc(preambleBytes);
  magic.copy(preamble);
  preamble.writeUInt32LE(version, 8);
  // Columns are stored in the machine's own byte order; the mark tells a file that came from another kind of machine.
  new Uint32Array(preamble.buffer, preamble.byteOffset + crcFrom, 1)[0] = byteOrderMark;
  preamble.writeUInt32LE(headerText.byteLength, 20);
  preamble.writeDoubleLE(
    parts.reduce((sum, part) => sum + part.byteLength, preambleBytes),
    24,
  );
  let checksum = crc32(preamble.subarray(crcFrom));
  for (const part of parts) checksum = crc32(part, checksum);
  preamble.writeUInt32LE(checksum, 12);
  return [preamble, ...parts];
}

/** Why the bytes are not a whole file of this format ("is damaged (…)"), or null. */
function faultOf(bytes: Buffer<ArrayBuffer>, { magic, version, noun }: CacheFormat): string | null {
  if (bytes.length < preambleBytes) return 'is damaged (cut off)';
  if (!bytes.subarray(0, magic.length).equals(magic)) return `is damaged (not a ${noun})`;
  const written = bytes.readUInt32LE(8);
  if (written !== version) return `has format version ${written} (this program writes ${version})`;
  if (bytes.readDoubleLE(24) !== bytes.length) return 'is damaged (wrong length)';
  if (new Uint32Array(bytes.buffer, bytes.byteOffset + crcFrom, 1)[0] !== byteOrderMark)
    return 'has another byte order';
  if (crc32(bytes.subarray(crcFrom)) !== bytes.readUInt32LE(12)) return 'is damaged (wrong checksum)';
  return null;
}
