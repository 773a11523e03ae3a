import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { stampLength, stampMsFromBytes, stampMsFromText } from '../../../src/source/decode/stamp.ts';

const two = (value: number): string => String(value).padStart(2, '0');

/** A stamp with its value in µs; hours pass 24, fractions have 0–9 digits. */
const stamps = fc
  .tuple(
    fc.integer({ min: 0, max: 240 }),
    fc.integer({ min: 0, max: 59 }),
    fc.integer({ min: 0, max: 59 }),
    fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 9 }),
  )
  .map(([hours, minutes, seconds, fraction]) => ({
    text: `${two(hours)}:${two(minutes)}:${two(seconds)}${fraction === '' ? '' : `.${fraction}`}`,
    us: ((hours * 60 + minutes) * 60 + seconds) * 1e6 + Number(fraction.padEnd(6, '0').slice(0, 6)),
  }));

test('stampMsFromText() reads any hours and 0–9 fraction digits, cut to µs', () => {
  fc.assert(
    fc.property(stamps, ({ text, us }) => assert.equal(Math.round(stampMsFromText(text) * 1000), us)),
  );
});

test('stampMsFromBytes() equals stampMsFromText() on stamps and on noise', () => {
  const noise = fc
    .string({ unit: fc.constantFrom(...'0123456789:.'), maxLength: 16 })
    .map((text) => ({ text }));
  fc.assert(
    fc.property(fc.oneof(stamps, noise), fc.constantFrom('{', '"', '['), ({ text }, payload) => {
      const line = Buffer.from(`ab${text}${payload}x`);
      const length = stampLength(line, 2, line.length);
      assert.equal(length, text.length);
      assert.equal(stampMsFromBytes(line, 2, length), stampMsFromText(text));
    }),
  );
});

test('stampMsFromText() reads the twelve characters of the archive, past 24 h in both spellings', () => {
  assert.equal(stampMsFromText('01:02:02.950'), 3_722_950);
  assert.equal(stampMsFromText('26:00:00.001'), 93_600_001);
  assert.equal(stampMsFromText('1.02:00:00.001'), 93_600_001);
});

test('stampMsFromText() is NaN for what is no stamp', () => {
  for (const text of [
    '',
    '{',
    '12:34',
    '00:60:00.000',
    '00:00:61.000',
    '0:0:0',
    '-1:00:00.000',
    'aa:bb:cc.ddd',
  ])
    assert.ok(Number.isNaN(stampMsFromText(text)), text);
});
