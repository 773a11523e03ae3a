import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { PartitionLog } from '../../../src/kafka/embedded/partition-log.ts';
import { packRecords, unpackRecords } from '../../../src/kafka/packed-records.ts';

const anyBatch = fc.array(
  fc.record({ key: fc.option(fc.uint8Array({ maxLength: 8 })), value: fc.uint8Array({ maxLength: 2_000 }) }),
  {
    minLength: 1,
    maxLength: 20,
  },
);

test('packRecords and unpackRecords: what goes in comes out, the input may be overwritten afterwards', () => {
  fc.assert(
    fc.property(anyBatch, fc.nat(20), (records, from) => {
      const copies = records.map(({ key, value }) => ({ key: key?.slice() ?? null, value: value.slice() }));
      const packed = packRecords(copies);
      for (const { key, value } of copies) {
        key?.fill(0xff);
        value.fill(0xff);
      }
      const read = unpackRecords(packed, { baseOffset: 50, timestampMs: 1, headers: {} }, from);
      const wanted = records.slice(from);
      assert.equal(read.length, wanted.length);
      for (const [index, record] of read.entries()) {
        assert.equal(record.offset, 50 + from + index);
        assert.deepEqual(
          record.key === null ? null : [...record.key],
          wanted[index]!.key === null ? null : [...wanted[index]!.key],
        );
        assert.deepEqual([...(record.value ?? [])], [...wanted[index]!.value]);
      }
    }),
  );
});

test('PartitionLog: offsets have no gaps, memory stays bounded, the oldest records go and are counted', () => {
  fc.assert(
    fc.property(
      fc.array(anyBatch, { maxLength: 60 }),
      fc.integer({ min: 20_000, max: 200_000 }),
      (batches, maxBytes) => {
        const log = new PartitionLog(maxBytes);
        let end = 0;
        let largest = 0;
        for (const records of batches) {
          const packed = packRecords(records);
          largest = Math.max(largest, packed.buffer.byteLength + 256);
          const expectedStart = log.startAfter(packed.buffer.byteLength);
          assert.equal(log.append(packed, end, {}), end);
          end += records.length;
          assert.equal(log.endOffset, end);
          assert.ok(log.bytes <= maxBytes + largest + maxBytes / 16);
          assert.ok(log.startOffset >= Math.min(expectedStart, end) || log.startOffset === expectedStart);
        }
        assert.equal(log.startOffset, log.evictedRecords);
        for (let offset = log.startOffset; offset < end; offset++) {
          const batch = log.batchAt(offset);
          assert.ok(batch !== null && batch.baseOffset <= offset && offset < batch.baseOffset + batch.count);
        }
        assert.equal(log.batchAt(end), null);
      },
    ),
  );
});

test('PartitionLog.resolve: sinceMs finds the first batch at or after the time, the end when there is none', () => {
  const log = new PartitionLog(1_000_000);
  for (const stamp of [100, 200, 150, 300])
    log.append(packRecords([{ key: null, value: Buffer.from('x') }]), stamp, {});
  assert.equal(log.resolve({ sinceMs: 0 }, 0), 0);
  assert.equal(log.resolve({ sinceMs: 120 }, 0), 1);
  assert.equal(log.resolve({ sinceMs: 201 }, 0), 3);
  assert.equal(log.resolve({ sinceMs: 301 }, 0), 4);
});
