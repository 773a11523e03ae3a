import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { F1Error, messageOf } from '../domain/errors.ts';
import { noLog, type Log } from '../domain/log.ts';
import type { CarSamples, PosSamples, RawSession } from '../domain/raw-session.ts';

/** To be raised whenever the same recording would be stored otherwise; a file of another version is read anew. */
const formatVersion = 1;
const magic = Buffer.from('F1RAWS\r\n', 'latin1');
/** magic 0, version u32 8, CRC-32 u32 12 of everything from 16 on, byte order u32 16, header bytes u32 20, file bytes f64 24. */
const preambleBytes = 32;
const crcFrom = 16;
const byteOrderMark = 0x01020304;

const carColumns = {
  epochMs: Float64Array,
  rpm: Uint16Array,
  speedKmh: Uint16Array,
  gear: Uint8Array,
  throttlePct: Uint8Array,
  brakePct: Uint8Array,
  drs: Uint8Array,
  filled: Uint8Array,
} as const;
const posColumns = {
  epochMs: Float64Array,
  x: Int32Array,
  y: Int32Array,
  z: Int32Array,
  onTrack: Uint8Array,
  filled: Uint8Array,
} as const;

type ColumnTypes = Readonly<
  Record<
    string,
    {
      readonly BYTES_PER_ELEMENT: number;
      new (buffer: ArrayBuffer, at: number, rows: number): ArrayBufferView;
    }
  >
>;

interface RawHeader extends Omit<RawSession, 'car' | 'pos'> {
  readonly fingerprint: string;
  readonly car: readonly (readonly [number: string, rows: number])[];
  readonly pos: readonly (readonly [number: string, rows: number])[];
}

/**
 * Keeps a session as read in one binary file, beside its place first and then renamed. `fingerprint` names the inputs it
 * was read from. Rejects with F1_SESSION_CACHE when the file cannot be written.
 */
export async function writeRawCache(path: string, raw: RawSession, fingerprint: string): Promise<void> {
  const beside = `${path}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(beside, 'wx');
    try {
      await file.writeFile(encode(raw, fingerprint));
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {});
    throw new F1Error('F1_SESSION_CACHE', `Cannot keep the session as read in ${path}`, {
      hint: 'Free space or set source.cache_dir to a folder that this user may write to',
      cause: error,
    });
  }
}

/**
 * The session of a file that `writeRawCache` wrote for the same fingerprint, columns viewed in place; null when there is
 * none or, with a line in the log, when it is of another version, stale or damaged. One read and one pass for the checksum.
 */
export async function readRawCache(
  path: string,
  fingerprint: string,
  log: Log = noLog,
): Promise<RawSession | null> {
  let bytes: Buffer<ArrayBuffer>;
  try {
    bytes = await readWhole(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    log.info(`The session kept as read cannot be opened and is read anew: ${messageOf(error)}`, { path });
    return null;
  }
  const found = decode(bytes, fingerprint);
  if (typeof found !== 'string') return found;
  log.info(`The session kept as read ${found} and is read anew`, { path });
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

function alignUp(bytes: number): number {
  return (bytes + 7) & ~7;
}

function encode(raw: RawSession, fingerprint: string): Uint8Array[] {
  const { car, pos, ...rest } = raw;
  const sizes = (feed: ReadonlyMap<string, { readonly epochMs: Float64Array }>): [string, number][] =>
    [...feed].map(([number, { epochMs }]) => [number, epochMs.length]);
  const header: RawHeader = { fingerprint, ...rest, car: sizes(car), pos: sizes(pos) };
  const headerText = Buffer.from(JSON.stringify(header));
  const parts: Uint8Array[] = [];
  const add = (bytes: Uint8Array): void => {
    parts.push(bytes);
    const padding = alignUp(bytes.byteLength) - bytes.byteLength;
    if (padding > 0) parts.push(new Uint8Array(padding));
  };
  add(headerText);
  const addColumns = (samples: object, types: ColumnTypes): void => {
    const columns = samples as Readonly<Record<string, ArrayBufferView>>;
    for (const name of Object.keys(types)) {
      const { buffer, byteOffset, byteLength } = columns[name]!;
      add(new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength));
    }
  };
  for (const samples of car.values()) addColumns(samples, carColumns);
  for (const samples of pos.values()) addColumns(samples, posColumns);
  const preamble = Buffer.alloc(preambleBytes);
  magic.copy(preamble);
  preamble.writeUInt32LE(formatVersion, 8);
  new Uint32Array(preamble.buffer, preamble.byteOffset + crcFrom, 1)[0] = byteOrderMark;
  preamble.writeUInt32LE(headerText.byteLength, 20);
  const bytes = parts.reduce((sum, part) => sum + part.byteLength, preambleBytes);
  preamble.writeDoubleLE(bytes, 24);
  let checksum = crc32(preamble.subarray(crcFrom));
  for (const part of parts) checksum = crc32(part, checksum);
  preamble.writeUInt32LE(checksum, 12);
  return [preamble, ...parts];
}

/** The session, or why the bytes are not one ("is damaged (…)"). */
function decode(bytes: Buffer<ArrayBuffer>, fingerprint: string): RawSession | string {
  if (bytes.length < preambleBytes) return 'is damaged (cut off)';
  if (!bytes.subarray(0, magic.length).equals(magic)) return 'is damaged (not a session)';
  const version = bytes.readUInt32LE(8);
  if (version !== formatVersion)
    return `has format version ${version} (this program writes ${formatVersion})`;
  if (bytes.readDoubleLE(24) !== bytes.length) return 'is damaged (wrong length)';
  if (new Uint32Array(bytes.buffer, bytes.byteOffset + crcFrom, 1)[0] !== byteOrderMark)
    return 'has another byte order';
  if (crc32(bytes.subarray(crcFrom)) !== bytes.readUInt32LE(12)) return 'is damaged (wrong checksum)';
  const headerBytes = bytes.readUInt32LE(20);
  const text = bytes.toString('utf8', preambleBytes, preambleBytes + headerBytes);
  const header = JSON.parse(text) as RawHeader;
  if (header.fingerprint !== fingerprint)
    return 'is stale (the recording, the options or the program have changed)';
  let offset = preambleBytes + alignUp(headerBytes);
  const view = (rows: number, types: ColumnTypes): Record<string, ArrayBufferView> => {
    const columns: Record<string, ArrayBufferView> = {};
    for (const [name, Column] of Object.entries(types)) {
      columns[name] = new Column(bytes.buffer, bytes.byteOffset + offset, rows);
      offset += alignUp(rows * Column.BYTES_PER_ELEMENT);
    }
    return columns;
  };
  const { fingerprint: _, car, pos, ...rest } = header;
  return {
    ...rest,
    car: new Map(car.map(([number, rows]) => [number, view(rows, carColumns) as unknown as CarSamples])),
    pos: new Map(pos.map(([number, rows]) => [number, view(rows, posColumns) as unknown as PosSamples])),
  };
}
