import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { ByteScanner } from '../../../src/source/decode/byte-scanner.ts';
import { epochMsFromUs, epochUsFromText } from '../../../src/source/decode/instant.ts';

const base = Date.UTC(2020, 11, 13, 13, 27, 15) * 1000;

test('epochUsFromText() cuts the fraction to µs, whatever its length', () => {
  assert.equal(epochUsFromText('2020-12-13T13:27:15.320000Z'), base + 320_000);
  assert.equal(epochUsFromText('2020-12-13T13:27:15.32Z'), base + 320_000);
  assert.equal(epochUsFromText('2020-12-13T13:27:15'), base);
  assert.equal(
    epochUsFromText('2021-03-28T14:52:30.4444696Z'),
    Date.UTC(2021, 2, 28, 14, 52, 30) * 1000 + 444_469,
  );
  assert.equal(epochUsFromText('2023-05-28T13:00:00.1234567Z') % 1_000_000, 123_456);
});

test('epochUsFromText() is NaN for what is no instant', () => {
  for (const text of [
    '',
    'now',
    '2023-02-30T00:00:00Z',
    '2023-13-01T00:00:00Z',
    '2023-01-01T24:00:00Z',
    '2023-01-01T00:00:00+02:00',
  ])
    assert.ok(Number.isNaN(epochUsFromText(text)), text);
});

test('ByteScanner.instantUs() equals epochUsFromText() for 0–9 fraction digits', () => {
  const fraction = fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 9 });
  const seconds = fc.integer({ min: 0, max: 4_000_000_000 });
  fc.assert(
    fc.property(seconds, fraction, (second, digits) => {
      const text = `${new Date(second * 1000).toISOString().slice(0, 19)}${digits === '' ? '' : `.${digits}`}Z`;
      const scanner = new ByteScanner();
      scanner.start(Buffer.from(text));
      assert.equal(scanner.instantUs(), epochUsFromText(text));
      assert.equal(scanner.failed, false);
      assert.equal(scanner.at, text.length);
    }),
  );
});

test('epochMsFromUs() rounds to the nearest ms, halves to even as pandas does', () => {
  assert.deepEqual([499, 500, 501, 1499, 1500, 1501, 2500].map(epochMsFromUs), [0, 0, 1, 1, 2, 2, 2]);
  assert.equal(epochMsFromUs(base + 320_500), (base + 320_000) / 1000);
});
