import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import {
  createCarFeed,
  readCarJson,
  scanCarText,
  type CarFeed,
} from '../../../src/source/decode/car-feed.ts';
import type { FeedColumns, RowBuffer } from '../../../src/source/decode/feed-columns.ts';
import {
  createPosFeed,
  readPosJson,
  scanPosText,
  type PosFeed,
} from '../../../src/source/decode/pos-feed.ts';
import { carSamplesOf, posSamplesOf } from '../../../src/source/decode/samples.ts';

const baseMs = Date.UTC(2023, 4, 28, 13);

function utc(ms: number, digits = 3): string {
  const iso = new Date(baseMs + ms).toISOString();
  return `${iso.slice(0, 19)}.${iso.slice(20, 23).padEnd(digits, '7').slice(0, digits)}Z`;
}

/** What a feed holds, as plain lists. */
function stateOf<Row extends RowBuffer>(
  feed: FeedColumns<Row>,
  columnsOf: (row: Row) => readonly (Uint32Array | Int32Array | Uint16Array | Uint8Array)[],
): unknown {
  return {
    entries: [...feed.entryUs.subarray(0, feed.entries)],
    max: feed.maxOffsetUs,
    cars: [...feed.cars.values()]
      .sort((a, b) => a.number.localeCompare(b.number))
      .filter(({ rows }) => rows > 0)
      .map((row) => ({
        number: row.number,
        columns: columnsOf(row).map((column) => [...column.subarray(0, row.rows)]),
      })),
  };
}

const carState = (feed: CarFeed): unknown =>
  stateOf(feed, (row) => [
    row.entry,
    row.rpm,
    row.speedKmh,
    row.gear,
    row.throttlePct,
    row.brakePct,
    row.drs,
  ]);

const posState = (feed: PosFeed): unknown =>
  stateOf(feed, (row) => [row.entry, row.x, row.y, row.z, row.onTrack]);

const number = fc.integer({ min: 0, max: 999 }).map(String);
const channels = fc.record({
  0: fc.integer({ min: 0, max: 20_000 }),
  2: fc.integer({ min: 0, max: 400 }),
  3: fc.integer({ min: 0, max: 128 }),
  4: fc.constantFrom(0, 50, 100, 104),
  5: fc.constantFrom(0, 100, 104),
  45: fc.constantFrom(0, 1, 8, 10, 12, 14, null, undefined),
});
const stamps = fc.integer({ min: 0, max: 100_000_000 });
const digits = fc.integer({ min: 3, max: 7 });
const carMessages = fc.array(
  fc.record({
    Utc: fc.tuple(fc.integer({ min: 0, max: 1e8 }), digits).map(([ms, count]) => utc(ms, count)),
    Cars: fc.dictionary(
      number,
      channels.map((values) => ({ Channels: values })),
      { maxKeys: 4, noNullPrototype: true },
    ),
  }),
  { minLength: 1, maxLength: 5 },
);

test('scanCarText() reads canonical text exactly as JSON.parse and readCarJson() do', () => {
  let scanned = 0;
  fc.assert(
    fc.property(carMessages, stamps, (entries, stampMs) => {
      const text = JSON.stringify({ Entries: entries });
      const fast = createCarFeed();
      const slow = createCarFeed();
      assert.ok(scanCarText(fast, Buffer.from(text), stampMs));
      assert.equal(readCarJson(slow, JSON.parse(text), stampMs), null);
      assert.deepEqual(carState(fast), carState(slow));
      scanned++;
    }),
  );
  assert.ok(scanned > 0);
});

const posMessages = fc.array(
  fc.record({
    Timestamp: fc.tuple(fc.integer({ min: 0, max: 1e8 }), digits).map(([ms, count]) => utc(ms, count)),
    Entries: fc.dictionary(
      number,
      fc.record({
        Status: fc.constantFrom('OnTrack', 'OffTrack'),
        X: fc.integer({ min: -99_999, max: 99_999 }),
        Y: fc.integer({ min: -99_999, max: 99_999 }),
        Z: fc.integer({ min: -99_999, max: 99_999 }),
      }),
      { maxKeys: 4, noNullPrototype: true },
    ),
  }),
  { minLength: 1, maxLength: 5 },
);

test('scanPosText() reads canonical text exactly as JSON.parse and readPosJson() do', () => {
  fc.assert(
    fc.property(posMessages, stamps, (entries, stampMs) => {
      // JSON.stringify writes -0 as 0; both readers must agree on it too.
      const text = JSON.stringify({ Position: entries });
      const fast = createPosFeed();
      const slow = createPosFeed();
      assert.ok(scanPosText(fast, Buffer.from(text), stampMs));
      assert.equal(readPosJson(slow, JSON.parse(text), stampMs), null);
      assert.deepEqual(posState(fast), posState(slow));
    }),
  );
});

test('scanCarText() and scanPosText() refuse every other text and leave the feed as it was', () => {
  const car = JSON.stringify({
    Entries: [
      { Utc: utc(0), Cars: { 1: { Channels: { 0: 1, 2: 2, 3: 3, 4: 4, 5: 5, 45: 0 } } } },
      { Utc: utc(1), Cars: { 1: { Channels: { 0: 1, 2: 2, 3: 3, 4: 4, 5: 5, 45: 0 } } } },
    ],
  });
  const pos = JSON.stringify({
    Position: [{ Timestamp: utc(0), Entries: { 1: { Status: 'OnTrack', X: 1, Y: -2, Z: 3 } } }],
  });
  const carFeed = createCarFeed();
  const posFeed = createPosFeed();
  scanCarText(carFeed, Buffer.from(car), 0);
  scanPosText(posFeed, Buffer.from(pos), 0);
  const before = [carState(carFeed), posState(posFeed)];
  const edit = fc.tuple(fc.nat(), fc.constantFrom('', ' ', '0', '"', '}', ',', '-', '.', 'e', 'NaN'));
  fc.assert(
    fc.property(fc.constantFrom(car, pos), edit, (text, [where, insert]) => {
      const at = where % (text.length + 1);
      const changed = insert === '' ? text.slice(0, at) : `${text.slice(0, at)}${insert}${text.slice(at)}`;
      const isCar = text === car;
      const scanned = isCar
        ? scanCarText(carFeed, Buffer.from(changed), 0)
        : scanPosText(posFeed, Buffer.from(changed), 0);
      if (!scanned) assert.deepEqual([carState(carFeed), posState(posFeed)], before);
      else {
        // Accepted: then it must mean the same to JSON.parse.
        const fresh = isCar ? createCarFeed() : createPosFeed();
        if (isCar) {
          const again = createCarFeed();
          scanCarText(again, Buffer.from(changed), 0);
          readCarJson(fresh as CarFeed, JSON.parse(changed), 0);
          assert.deepEqual(carState(again), carState(fresh as CarFeed));
        } else {
          const again = createPosFeed();
          scanPosText(again, Buffer.from(changed), 0);
          readPosJson(fresh as PosFeed, JSON.parse(changed), 0);
          assert.deepEqual(posState(again), posState(fresh as PosFeed));
        }
        carFeed.entries = Math.min(carFeed.entries, 2);
        for (const row of carFeed.cars.values()) row.rows = row.number === '1' ? 2 : 0;
        posFeed.entries = Math.min(posFeed.entries, 1);
        for (const row of posFeed.cars.values()) row.rows = row.number === '1' ? 1 : 0;
        carFeed.maxOffsetUs = (baseMs + 1) * 1000;
        posFeed.maxOffsetUs = baseMs * 1000;
      }
    }),
    { numRuns: 400 },
  );
});

test('B11: gears up to 128, throttle and brake 104 and unknown DRS codes are kept as the feed has them', () => {
  const feed = createCarFeed();
  const odd = { 0: 0, 2: 3, 3: 128, 4: 104, 5: 104, 45: 99 };
  readCarJson(feed, { Entries: [{ Utc: utc(0), Cars: { 63: { Channels: odd } } }] }, 0);
  const samples = carSamplesOf(feed).samples.get('63')!;
  assert.deepEqual(
    [samples.gear[0], samples.throttlePct[0], samples.brakePct[0], samples.drs[0]],
    [128, 104, 104, 99],
  );
});

test('readCarJson() drops a sample without a required channel, takes one without channel 45', () => {
  const feed = createCarFeed();
  const cars = {
    1: { Channels: { 0: 9000, 2: 100, 3: 4, 4: 50, 5: 0 } },
    2: { Channels: { 0: 9000, 2: null, 3: 4, 4: 50, 5: 0, 45: 1 } },
    3: { Channels: { 0: '9000', 2: '100', 3: 4, 4: 50, 5: 0, 45: null } },
  };
  assert.equal(readCarJson(feed, { Entries: [{ Utc: utc(0), Cars: cars }] }, 0), null);
  assert.equal(feed.dropped, 1);
  const { samples } = carSamplesOf(feed);
  assert.deepEqual([...samples.keys()], ['1', '3']);
  assert.equal(samples.get('1')!.drs[0], 255);
  assert.equal(samples.get('3')!.speedKmh[0], 100);
});

test('readCarJson() names an entry without a readable Utc and reads the others', () => {
  const feed = createCarFeed();
  const car = { 1: { Channels: { 0: 1, 2: 2, 3: 3, 4: 4, 5: 0, 45: 0 } } };
  const reason = readCarJson(
    feed,
    {
      Entries: [
        { Utc: utc(0), Cars: car },
        { Utc: 'soon', Cars: car },
        { Utc: utc(9), Cars: car },
      ],
    },
    0,
  );
  assert.match(reason ?? '', /Entry 2/);
  assert.equal(feed.cars.get('1')!.rows, 2);
  assert.match(readCarJson(feed, { Other: 1 }, 0) ?? '', /no list of Entries/);
});

test('readPosJson() reads the numeric status of older files: "0" is on track, others are not', () => {
  const feed = createPosFeed();
  const point = (Status: unknown): object => ({ Status, X: 1, Y: 2, Z: 3 });
  readPosJson(
    feed,
    {
      Position: [
        {
          Timestamp: utc(0),
          Entries: { 1: point('0'), 2: point('3'), 3: point('OnTrack'), 4: point('OffTrack') },
        },
      ],
    },
    0,
  );
  const { samples } = posSamplesOf(feed);
  assert.deepEqual(
    ['1', '2', '3', '4'].map((car) => samples.get(car)!.onTrack[0]),
    [1, 0, 1, 0],
  );
});

function feedOf(times: Record<string, readonly number[]>): CarFeed {
  const feed = createCarFeed();
  const all = [...new Set(Object.values(times).flat())].sort((a, b) => a - b);
  for (const ms of all) {
    const cars = Object.entries(times)
      .filter(([, own]) => own.includes(ms))
      .map(([car]) => [car, { Channels: { 0: 9000, 2: ms, 3: 5, 4: 10, 5: 0, 45: 8 } }]);
    readCarJson(feed, { Entries: [{ Utc: utc(ms), Cars: Object.fromEntries(cars) }] }, 0);
  }
  return feed;
}

test('carSamplesOf() joins shorter cars to the times of the longest, with zeros marked as filled', () => {
  const { samples, filledRows } = carSamplesOf(
    feedOf({ 1: [0, 10, 20, 30], 2: [10, 25], 3: [0, 10, 20, 30] }),
  );
  const car = samples.get('2')!;
  assert.deepEqual(
    [...car.epochMs].map((ms) => ms - baseMs),
    [0, 10, 20, 25, 30],
  );
  assert.deepEqual([...car.speedKmh], [0, 10, 0, 25, 0]);
  assert.deepEqual([...car.filled], [1, 0, 1, 0, 1]);
  assert.equal(filledRows, 3);
  assert.equal(samples.get('1')!.epochMs, samples.get('3')!.epochMs);
  assert.deepEqual([...samples.get('1')!.filled], [0, 0, 0, 0]);
});

test('carSamplesOf() has columns of equal length in strictly rising time for any arrival', () => {
  const times = fc.array(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom('1', '2', '3'), times, { minKeys: 1 }),
      fc.boolean(),
      (byCar, isReversed) => {
        const feed = createCarFeed();
        const messages = Object.entries(byCar).flatMap(([car, own]) => own.map((ms) => ({ car, ms })));
        if (isReversed) messages.reverse();
        for (const { car, ms } of messages)
          readCarJson(
            feed,
            {
              Entries: [
                { Utc: utc(ms), Cars: { [car]: { Channels: { 0: 1, 2: ms, 3: 3, 4: 4, 5: 0, 45: 0 } } } },
              ],
            },
            0,
          );
        const { samples } = carSamplesOf(feed);
        for (const [car, own] of Object.entries(byCar)) {
          const columns = samples.get(car)!;
          const real = [...columns.epochMs]
            .filter((_, at) => columns.filled[at] === 0)
            .map((ms) => ms - baseMs);
          assert.deepEqual(
            real,
            [...new Set(own)].sort((a, b) => a - b),
          );
          for (let at = 1; at < columns.epochMs.length; at++)
            assert.ok(columns.epochMs[at - 1]! < columns.epochMs[at]!);
          for (let at = 0; at < columns.epochMs.length; at++)
            if (columns.filled[at] === 0) assert.equal(columns.speedKmh[at], columns.epochMs[at]! - baseMs);
          for (const column of Object.values(columns))
            assert.equal((column as Uint8Array).length, columns.epochMs.length);
        }
      },
    ),
  );
});

test('maxOffsetUs is the largest (sample time − stamp) over cars with a complete sample', () => {
  const feed = createCarFeed();
  const whole = { Channels: { 0: 1, 2: 2, 3: 3, 4: 4, 5: 0 } };
  readCarJson(feed, { Entries: [{ Utc: utc(5000), Cars: { 1: whole } }] }, 4000);
  readCarJson(feed, { Entries: [{ Utc: utc(9000), Cars: { 1: { Channels: {} } } }] }, 1000);
  assert.equal(feed.maxOffsetUs, (baseMs + 1000) * 1000);
});
