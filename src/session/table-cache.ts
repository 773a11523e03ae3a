import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { F1Error, messageOf } from '../domain/errors.ts';
import { noLog, type Log } from '../domain/log.ts';
import type { SessionTable } from '../domain/table.ts';
import { alignUp, layoutText, tableBytes, tableColumns, viewTable } from './table-layout.ts';

/**
 * Version of the cache's content: to be raised whenever the same session would give another table or another header.
 * A file of another version is rebuilt, never read.
 */
const formatVersion = 2;

/** 'F1TABLE' and a line feed. */
const magic = Buffer.from('F1TABLE\n', 'latin1');
/** magic 0, version u32 8, CRC-32 u32 12 of everything from 16 on, byte order u32 16, header bytes u32 20, file bytes f64 24. */
const preambleBytes = 32;
const crcFrom = 16;
const byteOrderMark = 0x01020304;

interface CacheHeader extends Omit<SessionTable, 'tables'> {
  readonly fingerprint: string;
  readonly layout: string;
  readonly tables: readonly { readonly number: string; readonly rows: number }[];
}

/**
 * Writes a table to one binary file, beside its place first and then renamed, so that a reader never sees half of it.
 * `fingerprint` names the inputs it was built from. Rejects with F1_SESSION_CACHE when the file cannot be written.
 */
export async function writeTableCache(path: string, table: SessionTable, fingerprint: string): Promise<void> {
  const parts = encodeTable(table, fingerprint);
  const beside = `${path}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(beside, 'wx');
    try {
      await file.writeFile(parts);
    } finally {
      await file.close();
    }
    await rename(beside, path);
  } catch (error) {
    await rm(beside, { force: true }).catch(() => {});
    throw new F1Error('F1_SESSION_CACHE', `Cannot write the session table to ${path}`, {
      hint: 'Free space or set source.cache_dir to a folder that this user may write to',
      cause: error,
    });
  }
}

/**
 * The table of a file that `writeTableCache` wrote for the same fingerprint, columns viewed in place; null when there
 * is none, and with a line in the log when it is of another version, stale or damaged. Never throws for what is in
 * the file. One read of the whole file and one pass for the checksum.
 */
export async function readTableCache(
  path: string,
  fingerprint: string,
  log: Log = noLog,
): Promise<SessionTable | null> {
  let bytes: Buffer<ArrayBuffer>;
  try {
    bytes = await readWhole(path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    log.info(`The cached session table cannot be read and is rebuilt: ${messageOf(error)}`, { path });
    return null;
  }
  const found = decodeTable(bytes, fingerprint);
  if (typeof found !== 'string') return found;
  log.info(`The cached session table ${found} and is rebuilt`, { path });
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

function encodeTable(table: SessionTable, fingerprint: string): Uint8Array[] {
  const { tables, ...rest } = table;
  const header: CacheHeader = {
    fingerprint,
    layout: layoutText,
    ...rest,
    tables: tables.map(({ driver, rows }) => ({ number: driver.number, rows })),
  };
  const headerText = Buffer.from(JSON.stringify(header));
  const parts: Uint8Array[] = [];
  const add = (bytes: Uint8Array): void => {
    parts.push(bytes);
    const padding = alignUp(bytes.byteLength) - bytes.byteLength;
    if (padding > 0) parts.push(new Uint8Array(padding));
  };
  add(headerText);
  for (const driver of tables) {
    for (const [name] of tableColumns) {
      const column = driver[name];
      add(new Uint8Array(column.buffer, column.byteOffset, column.byteLength));
    }
  }
  const preamble = Buffer.alloc(preambleBytes);
  magic.copy(preamble);
  preamble.writeUInt32LE(formatVersion, 8);
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

/** The table, or why the bytes are not one ("is damaged (…)"). */
function decodeTable(bytes: Buffer<ArrayBuffer>, fingerprint: string): SessionTable | string {
  if (bytes.length < preambleBytes) return 'is damaged (cut off)';
  if (!bytes.subarray(0, magic.length).equals(magic)) return 'is damaged (not a session table)';
  const version = bytes.readUInt32LE(8);
  if (version !== formatVersion)
    return `has format version ${version} (this program writes ${formatVersion})`;
  if (bytes.readDoubleLE(24) !== bytes.length) return 'is damaged (wrong length)';
  if (new Uint32Array(bytes.buffer, bytes.byteOffset + crcFrom, 1)[0] !== byteOrderMark)
    return 'has another byte order';
  if (crc32(bytes.subarray(crcFrom)) !== bytes.readUInt32LE(12)) return 'is damaged (wrong checksum)';
  const headerBytes = bytes.readUInt32LE(20);
  const header = JSON.parse(
    bytes.toString('utf8', preambleBytes, preambleBytes + headerBytes),
  ) as CacheHeader;
  if (header.layout !== layoutText) return 'has another column layout';
  if (header.fingerprint !== fingerprint)
    return 'is stale (the recording, the options or the program have changed)';
  const { fingerprint: _, layout: __, tables, ...rest } = header;
  const driverByNumber = new Map(rest.drivers.map((driver) => [driver.number, driver]));
  let offset = preambleBytes + alignUp(headerBytes);
  return {
    ...rest,
    tables: tables.map(({ number, rows }) => {
      const table = viewTable(driverByNumber.get(number)!, rows, bytes.buffer, offset);
      offset += tableBytes(rows);
      return table;
    }),
  };
}
