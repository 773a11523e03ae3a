import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { continuousGaps, parseGap } from '../../src/analysis/gaps.ts';
import { sharedData, skipWithout } from '../support/shared-data.ts';
import { rawSession } from '../support/raw-session.ts';

test('C16: every spelling of a gap is read, what is none is null and never 0', () => {
  assert.deepEqual(parseGap('+1.234'), { kind: 'time', seconds: 1.234 });
  assert.deepEqual(parseGap('+1:02.345'), { kind: 'time', seconds: 62.345 });
  assert.deepEqual(parseGap('0.000'), { kind: 'time', seconds: 0 });
  for (const text of ['1 L', '1L', '+1 LAP', '+1 LAPS', '1 lap'])
    assert.deepEqual(parseGap(text), { kind: 'laps', laps: 1 }, text);
  assert.deepEqual(parseGap('LAP 30'), { kind: 'leader', lap: 30 });
  for (const text of [
    '',
    ' ',
    null,
    undefined,
    '+',
    'L',
    'LAP',
    'LAP L',
    '1 X',
    '--',
    'NaN',
    '1.2.3',
    'Infinity',
  ])
    assert.equal(parseGap(text), null, String(text));
});

test('C16: any text is read to a finite value or to nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'0123456789+-.: LAPlapNaInfity') }), (text) => {
      const gap = parseGap(text);
      if (gap === null) return;
      assert.match(text, /\d/);
      const value = gap.kind === 'time' ? gap.seconds : gap.kind === 'laps' ? gap.laps : gap.lap;
      assert.ok(Number.isFinite(value) && value >= 0);
    }),
  );
});

test('C16: a lapped car has the sum of the intervals, marked derived, and nothing where one is missing', () => {
  const reading = (
    position: number,
    toLeader: string,
    toAhead: string,
  ): Parameters<typeof continuousGaps>[0][number] => ({
    position,
    toLeader: parseGap(toLeader),
    toAhead: parseGap(toAhead),
  });
  const gaps = continuousGaps([
    reading(3, '1L', '+20.5'),
    reading(1, 'LAP 30', ''),
    reading(2, '+60.25', '+60.25'),
    reading(4, '1 L', '+3'),
    reading(5, '2 L', '1 L'),
    reading(6, '2 L', '+4'),
  ]);
  assert.deepEqual(
    [...gaps],
    [
      [1, { seconds: 0, isDerived: false }],
      [2, { seconds: 60.25, isDerived: false }],
      [3, { seconds: 80.75, isDerived: true }],
      [4, { seconds: 83.75, isDerived: true }],
      [5, null],
      [6, null],
    ],
  );
  assert.equal(
    continuousGaps([reading(1, '', ''), reading(3, '1 L', '+2')]).get(3),
    null,
    'place 2 is missing',
  );
});

const monaco = sharedData('sessions', '2023_monaco_race', 'raw');

test('C16: every gap string of a race is read', { skip: skipWithout(monaco) }, async () => {
  const { timing } = await rawSession(monaco!);
  const texts = timing.positions.flatMap(({ gap }) => (gap === null || gap === '' ? [] : [gap]));
  const kinds = new Map<string, number>();
  for (const text of texts) {
    const kind = parseGap(text)?.kind ?? assert.fail(`"${text}" is not read`);
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  }
  for (const kind of ['time', 'laps', 'leader']) assert.ok((kinds.get(kind) ?? 0) > 10, kind);
});
