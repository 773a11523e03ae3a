import { noLog, type Log } from '../domain/log.ts';
import type { CarSamples, PosSamples, RawSession } from '../domain/raw-session.ts';
import {
  alignUp,
  readCacheFile,
  writeCacheFile,
  type CacheFormat,
  type StoredColumns,
} from './cache-file.ts';

const format: CacheFormat = {
  magic: Buffer.from('F1RAWS\r\n', 'latin1'),
  version: 1,
  noun: 'session as read',
  otherwise: 'is read anew',
};

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
  const { car, pos, ...rest } = raw;
  const header: RawHeader = { fingerprint, ...rest, car: sizesOf(car), pos: sizesOf(pos) };
  const columns = [...[...car.values()].flatMap(carColumns), ...[...pos.values()].flatMap(posColumns)];
  await writeCacheFile(path, format, header, columns);
}

/**
 * The session of a file that `writeRawCache` wrote for the same fingerprint, columns viewed in place; null when there is
 * none or, with a line in the log, when it is of another version, stale or damaged. One read and one pass for the checksum.
 */
export function readRawCache(
  path: string,
  fingerprint: string,
  log: Log = noLog,
): Promise<RawSession | null> {
  return readCacheFile(
    path,
    format,
    (content, columns): RawSession | string => {
      const { fingerprint: madeFrom, car, pos, ...rest } = content as RawHeader;
      if (madeFrom !== fingerprint)
        return 'is stale (the recording, the options or the program have changed)';
      const next = createViewer(columns);
      return {
        ...rest,
        car: new Map(car.map(([number, rows]) => [number, viewCar(next, rows)])),
        pos: new Map(pos.map(([number, rows]) => [number, viewPos(next, rows)])),
      };
    },
    log,
  );
}

function sizesOf(feed: ReadonlyMap<string, { readonly epochMs: Float64Array }>): [string, number][] {
  return [...feed].map(([number, { epochMs }]) => [number, epochMs.length]);
}

/** Stored order; `viewCar` reads in the same. */
function carColumns(samples: CarSamples): ArrayBufferView[] {
  const { epochMs, rpm, speedKmh, gear, throttlePct, brakePct, drs, filled } = samples;
  return [epochMs, rpm, speedKmh, gear, throttlePct, brakePct, drs, filled];
}

/** Stored order; `viewPos` reads in the same. */
function posColumns({ epochMs, x, y, z, onTrack, filled }: PosSamples): ArrayBufferView[] {
  return [epochMs, x, y, z, onTrack, filled];
}

type Viewer = <Column extends ArrayBufferView>(
  Type: new (buffer: ArrayBuffer, at: number, rows: number) => Column,
  rows: number,
) => Column;

function createViewer({ buffer, offset }: StoredColumns): Viewer {
  let at = offset;
  return (Type, rows) => {
    const column = new Type(buffer, at, rows);
    at += alignUp(column.byteLength);
    return column;
  };
}

function viewCar(next: Viewer, rows: number): CarSamples {
  return {
    epochMs: next(Float64Array, rows),
    rpm: next(Uint16Array, rows),
    speedKmh: next(Uint16Array, rows),
    gear: next(Uint8Array, rows),
    throttlePct: next(Uint8Array, rows),
    brakePct: next(Uint8Array, rows),
    drs: next(Uint8Array, rows),
    filled: next(Uint8Array, rows),
  };
}

function viewPos(next: Viewer, rows: number): PosSamples {
  return {
    epochMs: next(Float64Array, rows),
    x: next(Int32Array, rows),
    y: next(Int32Array, rows),
    z: next(Int32Array, rows),
    onTrack: next(Uint8Array, rows),
    filled: next(Uint8Array, rows),
  };
}
