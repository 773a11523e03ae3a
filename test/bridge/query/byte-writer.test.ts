import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { createByteWriter } from '../../../src/bridge/query/byte-writer.ts';

test('createByteWriter: decimals and integers read back as the same numbers', () => {
  const writer = createByteWriter(4);
  fc.assert(
    fc.property(
      fc.integer({ min: -2_000_000_000, max: 2_000_000_000 }),
      fc.constantFrom(1, 10, 1000),
      (raw, scale) => {
        writer.reset();
        writer.decimal(raw, scale);
        const text = writer.view().toString();
        assert.equal(Number(text), raw / scale);
        assert.doesNotMatch(text, /\.0*$|\.\d*0$/u);
      },
    ),
  );
  fc.assert(
    fc.property(fc.integer({ min: -(10 ** 14), max: 10 ** 14 }), (value) => {
      writer.reset();
      writer.integer(value);
      assert.equal(writer.view().toString(), String(value));
    }),
  );
});

test('createByteWriter: pairs are JSON for any value and any time', () => {
  const writer = createByteWriter(4);
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          raw: fc.integer({ min: -2_000_000, max: 2_000_000 }),
          isNull: fc.boolean(),
          scale: fc.constantFrom(1, 10),
          epochMs: fc.oneof(fc.integer({ min: 1.6e12, max: 1.9e12 }), fc.integer({ min: -5e6, max: 5e6 })),
        }),
        { maxLength: 50 },
      ),
      (pairs) => {
        writer.reset();
        writer.text('[');
        pairs.forEach(({ raw, isNull, scale, epochMs }, index) => {
          writer.pair(raw, isNull, scale, epochMs, index === 0);
        });
        writer.text(']');
        const read: unknown = JSON.parse(writer.view().toString());
        assert.deepEqual(
          read,
          pairs.map(({ raw, isNull, scale, epochMs }) => [isNull ? null : raw / scale || 0, epochMs || 0]),
        );
      },
    ),
  );
});

test('createByteWriter: a copy stays when the writer goes on', () => {
  const writer = createByteWriter(2);
  writer.text('"é€"');
  const copy = writer.copy();
  writer.reset();
  writer.null();
  assert.equal(copy.toString(), '"é€"');
  assert.equal(writer.view().toString(), 'null');
});
