import type { BrokerRecord, RecordHeaders } from '../domain/broker.ts';

/**
 * Records of one batch in one ArrayBuffer: for each record two 32-bit lengths (key, value; −1 = null), then the bytes
 * of all keys and values in order. It is stored, and travels between threads, as it is.
 */
export interface PackedRecords {
  readonly count: number;
  readonly buffer: ArrayBuffer;
}

/** Lays records to be written or records read (tombstones included) out in one new buffer: one copy of the bytes. */
export function packRecords(records: readonly Pick<BrokerRecord, 'key' | 'value'>[]): PackedRecords {
  const count = records.length;
  let size = count * 8;
  for (const { key, value } of records) size += (key?.length ?? 0) + (value?.length ?? 0);
  const buffer = new ArrayBuffer(size);
  const lengths = new Int32Array(buffer, 0, count * 2);
  const bytes = new Uint8Array(buffer);
  let at = count * 8;
  for (let index = 0; index < count; index++) {
    const { key, value } = records[index]!;
    lengths[index * 2] = key === null ? -1 : key.length;
    lengths[index * 2 + 1] = value === null ? -1 : value.length;
    if (key !== null) {
      bytes.set(key, at);
      at += key.length;
    }
    if (value !== null) {
      bytes.set(value, at);
      at += value.length;
    }
  }
  return { count, buffer };
}

/** Where the records of a packed batch got their offsets and stamps from. */
export interface PackedPlace {
  /** Offset of the first record; the others follow one by one. */
  readonly baseOffset: number;
  /** Publication time of all records, epoch ms. */
  readonly timestampMs: number;
  readonly headers: RecordHeaders;
}

/**
 * Records of a packed batch from index `from` on, as views of its buffer: no bytes are copied, and equal keys in a row
 * share one view. O(records).
 */
export function unpackRecords(packed: PackedRecords, place: PackedPlace, from = 0): BrokerRecord[] {
  const { count, buffer } = packed;
  const lengths = new Int32Array(buffer, 0, count * 2);
  const bytes = Buffer.from(buffer);
  const records: BrokerRecord[] = [];
  const { timestampMs, headers } = place;
  let at = count * 8;
  let key: Buffer | null = null;
  for (let index = 0; index < count; index++) {
    const keyLength = lengths[index * 2]!;
    const valueLength = lengths[index * 2 + 1]!;
    const valueAt = at + Math.max(keyLength, 0);
    if (index >= from) {
      if (keyLength < 0) key = null;
      else if (key === null || !sameBytes(key, bytes, at, keyLength)) key = bytes.subarray(at, valueAt);
      const value = valueLength < 0 ? null : bytes.subarray(valueAt, valueAt + valueLength);
      records.push({ offset: place.baseOffset + index, timestampMs, key, value, headers });
    }
    at = valueAt + Math.max(valueLength, 0);
  }
  return records;
}

function sameBytes(view: Uint8Array, bytes: Uint8Array, at: number, length: number): boolean {
  if (view.length !== length) return false;
  for (let index = 0; index < length; index++) if (view[index] !== bytes[at + index]) return false;
  return true;
}
