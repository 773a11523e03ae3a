import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deflateRawSync } from 'node:zlib';
import * as fc from 'fast-check';
import { inflateLine, UnpackError } from '../../../src/source/decode/inflate-line.ts';

const carVector =
  'HYqxCoAwEEP/JXOV67XVcqv4B7ooDiKCgnRQt+K/expCEh7JaNN97usFGTP6e4GAiV1BoeDYWSdE6tKy86GqBxg086nvDPtFs80prccPCGIpEBmwrlgbOIg38B9XGiCaXis+qul5AQ==';
const posVector =
  'FYqxCgIxEAX/5dWJbDYGZXtrBVPoiUWQK4JcTi5rFfLvRngMM/AaLmvNmtcCeTTEvMxV0/KBgIm9pWD5GJ0XorEdhQkGp6Jbniukwf1x1aTfkTiXuKXXe1xuEHvgfTC4DwuencEECY5778/+Aw==';

test('inflateLine() unpacks the two vectors of the format description', () => {
  const car = inflateLine(carVector).toString('utf8');
  assert.equal(car.length, 125);
  assert.deepEqual(JSON.parse(car), {
    Entries: [
      {
        Utc: '2023-05-28T13:00:00.1234567Z',
        Cars: { 1: { Channels: { 0: 10500, 2: 187, 3: 4, 4: 100, 5: 0, 45: 8 } } },
      },
    ],
  });
  const pos = inflateLine(posVector).toString('utf8');
  assert.equal(pos.length, 119);
  assert.deepEqual(JSON.parse(pos), {
    Position: [
      {
        Timestamp: '2023-05-28T13:00:00.05Z',
        Entries: { 1: { Status: 'OnTrack', X: -7245, Y: -5321, Z: 512 } },
      },
    ],
  });
});

test('inflateLine() inverts packing for any text and strips a BOM', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 2000 }), fc.boolean(), (text, hasBom) => {
      fc.pre(!text.startsWith('\uFEFF'));
      const packed = deflateRawSync(Buffer.from(`${hasBom ? '\uFEFF' : ''}${text}`)).toString('base64');
      assert.equal(inflateLine(packed).toString('utf8'), text);
      assert.equal(inflateLine(packed.replace(/=+$/, '')).toString('utf8'), text);
    }),
  );
});

test('inflateLine() names cut and damaged payloads, never returns part of one', () => {
  const packed = deflateRawSync(
    Buffer.from(JSON.stringify({ Entries: Array.from({ length: 50 }, (_, n) => n * n) })),
  ).toString('base64');
  assert.throws(() => inflateLine(packed.slice(0, 41)), {
    name: 'UnpackError',
    message: /Base64 text is cut off/,
  });
  assert.throws(() => inflateLine(packed.slice(0, 40)), {
    name: 'UnpackError',
    message: /Compressed data is cut off/,
  });
  assert.throws(() => inflateLine(`${packed.slice(0, 10)}~~${packed.slice(12)}`), {
    name: 'UnpackError',
    message: /not Base64/,
  });
  assert.throws(() => inflateLine(Buffer.alloc(60, 255).toString('base64')), {
    name: 'UnpackError',
    message: /damaged/,
  });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: packed.replace(/=+$/, '').length - 2 }), (length) => {
      assert.throws(() => inflateLine(packed.slice(0, length)), UnpackError);
    }),
  );
});
