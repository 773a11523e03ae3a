import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { F1Error } from '../../../src/domain/errors.ts';
import { indelRatio } from '../../../src/source/archive/fuzzy-event.ts';
import type { EventSchedule, ScheduledEvent } from '../../../src/source/schedule/event-schedule.ts';
import { findEvent, type EventMatching } from '../../../src/source/schedule/find-event.ts';
import { sampleSchedule, skipSamples } from './samples.ts';

function roundOf(query: string, schedule: EventSchedule, matching: EventMatching): number | string {
  try {
    return findEvent(query, schedule, matching).event.round;
  } catch (error) {
    assert.ok(error instanceof F1Error, String(error));
    return error.code;
  }
}

const refused = 'F1_SOURCE_NOT_FOUND';

test('findEvent() in compatibility mode gives what FastF1 gives for 2023', { skip: skipSamples }, () => {
  const schedule = sampleSchedule(2023);
  const expected: Readonly<Record<string, number | string>> = {
    Monaco: 6,
    monaco: 6,
    Monoco: 6,
    Azerbaijan: 4,
    British: 10,
    Silverstone: 10,
    Saudi: 2,
    'Mexican GP': 19,
    Spain: 7,
    Barcelona: 7,
    'Las Vegas': 21,
    'United States': 18,
    Imola: 14,
    'Monte Carlo': refused,
    Emilia: refused,
    Portimao: refused,
    Spa: refused,
    US: refused,
    '6': 6,
    '0': refused,
    '23': refused,
  };
  for (const [query, round] of Object.entries(expected))
    assert.equal(roundOf(query, schedule, 'fastf1'), round, query);
});

test(
  'C19: names FastF1 accepts silently are told in compatibility mode and refused otherwise',
  { skip: skipSamples },
  () => {
    for (const [year, query, round] of [
      [2026, 'Sepang', 14],
      [2026, 'Interlagos', 12],
      [2026, 'Imola', 13],
    ] as const) {
      const schedule = sampleSchedule(year);
      const found = findEvent(query, schedule, 'fastf1');
      assert.equal(found.event.round, round, query);
      assert.match(found.note ?? '', new RegExp(`"${query}" is read as .*, as FastF1 does`));
      assert.throws(() => findEvent(query, schedule, 'strict'), {
        code: refused,
        hint: /^The nearest are: [^,]+, [^,]+, [^,]+$/,
      });
    }
    assert.equal(roundOf('Silverstone', sampleSchedule(2020), 'fastf1'), 5);
    assert.equal(roundOf('Silverstone', sampleSchedule(2020), 'strict'), refused);
    assert.equal(roundOf('Portimao', sampleSchedule(2023), 'fastf1'), refused);
  },
);

test(
  'C18: a round is where the event is now: Bahrain 2026 is round 16 at Kuala Lumpur',
  { skip: skipSamples },
  () => {
    const schedule = sampleSchedule(2026);
    const { event } = findEvent('16', schedule, 'strict');
    assert.equal(event.name, 'Bahrain Grand Prix');
    assert.equal(event.location, 'Kuala Lumpur');
    assert.equal(findEvent('Kuala Lumpur', schedule, 'strict').event.round, 16);
    const tests = schedule.events.filter(({ format }) => format === 'testing');
    assert.deepEqual(
      tests.map(({ round, name }) => [round, name]),
      [
        [0, 'Pre-Season Testing'],
        [0, 'Pre-Season Testing'],
      ],
    );
    assert.equal(roundOf('0', schedule, 'strict'), refused);
  },
);

const anEvent = fc.record({
  round: fc.integer({ min: 0, max: 24 }),
  country: fc.string(),
  location: fc.string(),
  name: fc.string(),
  officialName: fc.string(),
  date: fc.constant('2023-05-28'),
  format: fc.constantFrom('conventional', 'testing'),
  sessions: fc.constant([]),
  hasTiming: fc.boolean(),
});

test('findEvent() answers any text with an event of the season or its own error', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      fc.array(anEvent, { maxLength: 6 }),
      fc.constantFrom<EventMatching>('strict', 'fastf1'),
      (query, events: ScheduledEvent[], matching) => {
        try {
          const { event } = findEvent(query, { year: 2023, backend: 'fastf1', events }, matching);
          assert.ok(events.includes(event));
        } catch (error) {
          assert.ok(error instanceof F1Error && error.code === refused, String(error));
        }
      },
    ),
  );
});

test('indelRatio() equals the share of kept letters by a plain search', () => {
  const subsequences = (text: string): Set<string> => {
    let found = new Set(['']);
    for (const letter of text) found = new Set([...found, ...[...found].map((start) => start + letter)]);
    return found;
  };
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 7 });
  fc.assert(
    fc.property(word, word, (a, b) => {
      const both = [...subsequences(a)].filter((text) => subsequences(b).has(text));
      const common = Math.max(...both.map((text) => text.length));
      const length = a.length + b.length;
      const exact = length === 0 ? 100 : (200 * common) / length;
      assert.ok(indelRatio(a, b) === Math.trunc(exact) || Math.abs(exact - Math.round(exact)) < 1e-9);
      assert.ok(Math.abs(indelRatio(a, b) - exact) <= 1);
    }),
  );
});
