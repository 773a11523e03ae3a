import { compressionsAlgorithmsByBitmask, crc32c } from '@platformatic/kafka';
import type { BrokerRecord, RecordHeaders } from '../../domain/broker.ts';

/** Records of one partition out of a fetch answer, and where to read on. */
export interface DecodedRecords {
  readonly records: BrokerRecord[];
  readonly nextOffset: number;
  /** Record batches whose checksum or format was wrong; they were passed over. */
  readonly damaged: number;
}

const noHeaders: RecordHeaders = Object.freeze({});
const compressionMask = 0x07;
const logAppendTimeBit = 0x08;
const controlBit = 0x20;
const batchHeadBytes = 12;
const recordsAt = 61;

/**
 * Decodes the record batches of one partition (format 2, Kafka ≥ 0.11). Values and keys are views of the answer's
 * bytes; records with equal header bytes share one frozen object. The checksum of every batch is verified, which the
 * client library does not do: a flipped bit must not turn 302 km/h into 902. About 0.3 µs a record.
 */
export class RecordReader {
  #headerBytes: Buffer = Buffer.alloc(0);
  #headers: RecordHeaders = noHeaders;
  #at = 0;

  /** Records from `offset` on; earlier ones of the same batch are passed over. */
  read(bytes: Buffer, offset: number): DecodedRecords {
    const records: BrokerRecord[] = [];
    let nextOffset = offset;
    let damaged = 0;
    let at = 0;
    while (bytes.length - at >= recordsAt) {
      const end = at + batchHeadBytes + bytes.readInt32BE(at + 8);
      if (end > bytes.length || end < at + recordsAt) break;
      const baseOffset = int64(bytes, at);
      const lastDelta = bytes.readInt32BE(at + 23);
      const count = records.length;
      try {
        this.#readBatch(bytes, at, end, offset, records);
        nextOffset = Math.max(nextOffset, baseOffset + lastDelta + 1);
      } catch {
        records.length = count; // whatever is wrong with the bytes: the caller counts and reports it
        damaged += 1;
        // the number of records may be what is damaged: it is believed where it is written twice, else one step is made
        const isSure = lastDelta >= 0 && bytes.readInt32BE(at + 57) === lastDelta + 1;
        nextOffset = Math.max(nextOffset, baseOffset, offset) + (isSure ? 0 : 1);
        if (isSure) nextOffset = Math.max(nextOffset, baseOffset + lastDelta + 1);
      }
      at = end;
    }
    return { records, nextOffset, damaged };
  }

  #readBatch(bytes: Buffer, at: number, end: number, offset: number, records: BrokerRecord[]): void {
    if (crc32c(bytes.subarray(at + 21, end)) !== bytes.readUInt32BE(at + 17)) {
      throw new Error('The checksum of a record batch is wrong');
    }
    if (bytes[at + 16] !== 2) throw new Error(`Record batch format ${bytes[at + 16]} is not supported`);
    const attributes = bytes.readInt16BE(at + 21);
    if ((attributes & controlBit) !== 0) return;
    const baseOffset = int64(bytes, at);
    const isAppendTime = (attributes & logAppendTimeBit) !== 0;
    const baseTimestamp = int64(bytes, at + (isAppendTime ? 35 : 27));
    const count = bytes.readInt32BE(at + 57);
    const body = decompress(bytes.subarray(at + recordsAt, end), attributes & compressionMask);
    this.#at = 0;
    for (let index = 0; index < count; index++) {
      const length = this.#varint(body);
      const recordEnd = this.#at + length;
      if (length < 0 || recordEnd > body.length)
        throw new RangeError('A record runs past the end of its batch');
      this.#at += 1;
      const timestampDelta = this.#varlong(body);
      const recordOffset = baseOffset + this.#varint(body);
      const key = this.#bytes(body);
      const value = this.#bytes(body);
      if (recordOffset >= offset) {
        const timestampMs = isAppendTime ? baseTimestamp : baseTimestamp + timestampDelta;
        records.push({
          offset: recordOffset,
          timestampMs,
          key,
          value,
          headers: this.#readHeaders(body, recordEnd),
        });
      }
      this.#at = recordEnd;
    }
  }

  #readHeaders(body: Buffer, end: number): RecordHeaders {
    const start = this.#at;
    if (isSame(this.#headerBytes, body, start, end)) return this.#headers;
    const entries: [string, string][] = [];
    const count = this.#varint(body);
    for (let index = 0; index < count; index++) {
      const name = this.#bytes(body);
      const value = this.#bytes(body);
      entries.push([name?.toString('utf8') ?? '', value?.toString('utf8') ?? '']);
    }
    this.#headerBytes = Buffer.from(body.subarray(start, end));
    // fromEntries: a header may be named like a member of every object.
    this.#headers = count === 0 ? noHeaders : Object.freeze(Object.fromEntries(entries));
    return this.#headers;
  }

  #bytes(body: Buffer): Buffer | null {
    const length = this.#varint(body);
    if (length < 0) return null;
    const start = this.#at;
    if (start + length > body.length) throw new RangeError('A field runs past the end of its batch');
    this.#at = start + length;
    return body.subarray(start, start + length);
  }

  #varint(body: Buffer): number {
    let value = 0;
    for (let shift = 0; shift <= 28; shift += 7) {
      const byte = body[this.#at++];
      if (byte === undefined) throw new RangeError('A number runs past the end of its batch');
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    }
    throw new RangeError('A number has more than five bytes');
  }

  /** A 64-bit number as a double: exact up to 2^53. */
  #varlong(body: Buffer): number {
    let value = 0;
    let scale = 1;
    for (let index = 0; index < 10; index++) {
      const byte = body[this.#at++];
      if (byte === undefined) throw new RangeError('A number runs past the end of its batch');
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      scale *= 128;
    }
    throw new RangeError('A number has more than ten bytes');
  }
}

function int64(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * 4_294_967_296 + bytes.readUInt32BE(at + 4);
}

function isSame(known: Buffer, body: Buffer, start: number, end: number): boolean {
  if (known.length === 0 || known.length !== end - start) return false;
  for (let index = 0; index < known.length; index++) if (known[index] !== body[start + index]) return false;
  return true;
}

function decompress(bytes: Buffer, compression: number): Buffer {
  if (compression === 0) return bytes;
  const algorithm = compressionsAlgorithmsByBitmask[compression];
  if (algorithm === undefined) throw new Error(`Compression ${compression} is not known`);
  return algorithm.decompressSync(bytes);
}
