import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc32c, createRecordsBatch, Reader, readRecordsBatch } from '@platformatic/kafka';
import type { MessageRecord } from '@platformatic/kafka';
import * as fc from 'fast-check';
import type { ProduceRecord, RecordHeaders } from '../../../src/domain/broker.ts';
import { RecordReader } from '../../../src/kafka/client/record-reader.ts';
import { RecordWriter } from '../../../src/kafka/client/record-writer.ts';

const anyBytes = fc.uint8Array({ maxLength: 300 });
const anyHeaders = fc.dictionary(fc.string({ maxLength: 12 }), fc.string({ maxLength: 20 }), {
  maxKeys: 4,
  noNullPrototype: true,
});
const anyRecords = fc.array(fc.record({ key: fc.option(anyBytes), value: anyBytes }), {
  minLength: 1,
  maxLength: 200,
});
const anyStamp = fc.integer({ min: 0, max: 4_000_000_000_000 });
const identity = { producerId: 4711n, producerEpoch: 3, sequence: 2_000_000_000 };

function encode(records: readonly ProduceRecord[], headers: RecordHeaders, stamp: number): Buffer {
  return Buffer.from(new RecordWriter().write(records, 0, records.length, headers, stamp, identity));
}

function hex(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('hex');
}

/** The library's encoder: an independent implementation of the same format. */
function encodeByLibrary(
  records: readonly ProduceRecord[],
  headers: RecordHeaders,
  stamps: readonly number[],
  compression?: string,
): Buffer {
  const map = new Map(
    Object.entries(headers).map(([name, value]) => [Buffer.from(name), Buffer.from(value)]),
  );
  const messages = records.map(({ key, value }, index): MessageRecord => ({
    ...(key === null ? {} : { key: Buffer.from(key) }),
    value: Buffer.from(value),
    headers: map,
    topic: 't',
    partition: 0,
    timestamp: BigInt(stamps[index]!),
  }));
  const options = compression === undefined ? {} : { compression };
  return createRecordsBatch(messages, options as Parameters<typeof createRecordsBatch>[1]).buffer;
}

test('RecordWriter: the library reads back what was written, CRC and producer included', () => {
  fc.assert(
    fc.property(anyRecords, anyHeaders, anyStamp, (records, headers, stamp) => {
      const batch = readRecordsBatch(Reader.from(encode(records, headers, stamp)));
      assert.equal(batch.producerId, 4711n);
      assert.equal(batch.producerEpoch, 3);
      assert.equal(batch.firstSequence, 2_000_000_000);
      assert.equal(batch.lastOffsetDelta, records.length - 1);
      assert.equal(batch.firstTimestamp, BigInt(stamp));
      assert.equal(batch.maxTimestamp, BigInt(stamp));
      assert.deepEqual(
        batch.records.map(({ key, value, offsetDelta }) => ({
          key: hex(key),
          value: hex(value),
          offsetDelta,
        })),
        records.map(({ key, value }, offsetDelta) => ({
          key: hex(key),
          value: hex(value),
          offsetDelta,
        })),
      );
      for (const record of batch.records) {
        const read = Object.fromEntries(record.headers.map(([name, value]) => [String(name), String(value)]));
        assert.deepEqual(read, toWellFormed(headers));
      }
    }),
  );
});

test('RecordWriter: bytes and CRC equal those of the library for the same records', () => {
  fc.assert(
    fc.property(anyRecords, anyHeaders, anyStamp, (records, headers, stamp) => {
      const own = encode(records, headers, stamp);
      const theirs = encodeByLibrary(
        records,
        headers,
        records.map(() => stamp),
      );
      const body = own.subarray(61);
      assert.ok(body.equals(theirs.subarray(61)), 'records');
      assert.ok(own.subarray(21, 43).equals(theirs.subarray(21, 43)), 'attributes, deltas, stamps');
    }),
  );
});

for (const compression of ['none', 'gzip', 'snappy', 'lz4', 'zstd']) {
  test(`RecordReader: reads what the library wrote with compression ${compression}, stamps of their own included`, () => {
    fc.assert(
      fc.property(
        anyRecords,
        anyHeaders,
        anyStamp,
        fc.integer({ min: -5_000, max: 5_000 }),
        (records, headers, stamp, step) => {
          const stamps = records.map((_, index) => Math.max(0, stamp + index * step));
          const bytes = encodeByLibrary(records, headers, stamps, compression);
          const read = new RecordReader().read(bytes, 0);
          assert.equal(read.damaged, 0);
          assert.equal(read.nextOffset, records.length);
          assert.deepEqual(
            read.records.map(({ timestampMs }) => timestampMs),
            stamps,
          );
          assert.deepEqual(
            read.records.map(({ offset }) => offset),
            records.map((_, index) => index),
          );
          for (const [index, { key, value, headers: found }] of read.records.entries()) {
            const { key: wantedKey, value: wantedValue } = records[index]!;
            assert.deepEqual(key === null ? null : [...key], wantedKey === null ? null : [...wantedKey]);
            assert.deepEqual([...(value ?? [])], [...wantedValue]);
            assert.deepEqual({ ...found }, toWellFormed(headers));
          }
        },
      ),
      { numRuns: 40, examples: [[[{ key: null, value: new Uint8Array() }], { ['__proto__']: 'x' }, 0, 0]] },
    );
  });
}

/** Header text as UTF-8 keeps it: lone surrogates become U+FFFD. */
function toWellFormed(headers: RecordHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toWellFormed(), value.toWellFormed()]),
  );
}

test('RecordReader: several batches, a start inside one, a cut last batch', () => {
  const batch = (from: number, count: number): Buffer => {
    const records = Array.from({ length: count }, (_, index) => ({
      key: null,
      value: Buffer.from(String(from + index)),
    }));
    const bytes = encode(records, { run: 'r' }, 1_000);
    bytes.writeBigInt64BE(BigInt(from), 0);
    return bytes;
  };
  const bytes = Buffer.concat([batch(100, 10), batch(110, 5), batch(115, 5).subarray(0, 70)]);
  const { records, nextOffset } = new RecordReader().read(bytes, 107);
  assert.deepEqual(
    records.map(({ offset }) => offset),
    [107, 108, 109, 110, 111, 112, 113, 114],
  );
  assert.deepEqual(
    records.map(({ value }) => Buffer.from(value ?? '').toString()),
    ['107', '108', '109', '110', '111', '112', '113', '114'],
  );
  assert.equal(nextOffset, 115);
  assert.equal(new Set(records.map(({ headers }) => headers)).size, 1);
});

test('RecordReader: a control batch is passed over, its offset counts', () => {
  const bytes = encode([{ key: null, value: Buffer.from('marker') }], {}, 1_000);
  bytes.writeBigInt64BE(7n, 0);
  bytes.writeInt16BE(0x20 | 0x10, 21);
  sign(bytes);
  assert.deepEqual(new RecordReader().read(bytes, 7), { records: [], nextOffset: 8, damaged: 0 });
});

test('RecordReader: LogAppendTime gives every record the stamp of the batch', () => {
  const bytes = encode([{ key: null, value: Buffer.from('x') }], {}, 1_000);
  bytes.writeInt16BE(0x08, 21);
  bytes.writeBigInt64BE(9_999n, 35);
  sign(bytes);
  assert.equal(new RecordReader().read(bytes, 0).records[0]?.timestampMs, 9_999);
});

/** Gives changed bytes a right checksum again. */
function sign(bytes: Buffer): void {
  bytes.writeUInt32BE(crc32c(bytes.subarray(21)), 17);
}

test('E11: RecordReader passes over a batch with a flipped bit and counts it, its neighbours are read', () => {
  const batch = (from: number): Buffer => {
    const bytes = encode(
      [{ key: Buffer.from('VER'), value: Buffer.from('{"speed":302}') }],
      { run: 'r' },
      1_000,
    );
    bytes.writeBigInt64BE(BigInt(from), 0);
    return bytes;
  };
  fc.assert(
    fc.property(fc.nat(), fc.nat(7), (at, bit) => {
      const middle = batch(1);
      const place = 21 + (at % (middle.length - 21));
      middle[place] = middle[place]! ^ (1 << bit);
      const read = new RecordReader().read(Buffer.concat([batch(0), middle, batch(2)]), 0);
      assert.deepEqual(
        read.records.map(({ offset }) => offset),
        [0, 2],
      );
      assert.equal(read.damaged, 1);
      assert.equal(read.nextOffset, 3);
    }),
  );
});

test('RecordReader: damaged bytes never throw, never read past the batch and are counted or passed over', () => {
  fc.assert(
    fc.property(
      anyRecords,
      anyHeaders,
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 5 }),
      (records, headers, changes) => {
        const bytes = encode(records, headers, 1_000);
        for (const [at, value] of changes) {
          const place = 21 + (at % (bytes.length - 21));
          bytes[place] = value;
        }
        sign(bytes); // a broken producer: the checksum is right, the content is not
        const read = new RecordReader().read(bytes, 0);
        assert.ok(read.damaged === 0 || read.damaged === 1);
        assert.ok(read.nextOffset >= 0);
      },
    ),
  );
});
