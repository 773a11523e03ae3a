import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { carFaults, posFaults } from '../../../src/analysis/quality/channel-quality.ts';
import { feedQuality, usualIntervalMs } from '../../../src/analysis/quality/feed-quality.ts';
import { sessionQuality } from '../../../src/analysis/quality/session-quality.ts';
import { htmlReport } from '../../../src/commands/quality/html-report.ts';
import type { CarSamples, PosSamples, RawSession } from '../../../src/domain/raw-session.ts';
import { sharedData, skipWithout } from '../../support/shared-data.ts';
import { rawSession } from '../../support/raw-session.ts';

const intervalMs = 250;

function carOf(rows: number): CarSamples {
  return {
    epochMs: Float64Array.from({ length: rows }, (_, at) => at * intervalMs),
    rpm: new Uint16Array(rows).fill(10_000),
    speedKmh: new Uint16Array(rows).fill(200),
    gear: new Uint8Array(rows).fill(5),
    throttlePct: new Uint8Array(rows).fill(80),
    brakePct: new Uint8Array(rows),
    drs: new Uint8Array(rows),
    filled: new Uint8Array(rows),
  };
}

function posOf(rows: number): PosSamples {
  return {
    epochMs: Float64Array.from({ length: rows }, (_, at) => at * intervalMs),
    x: Int32Array.from({ length: rows }, (_, at) => 100 + at * 140),
    y: Int32Array.from({ length: rows }, (_, at) => 50 + at),
    z: new Int32Array(rows).fill(10),
    onTrack: new Uint8Array(rows).fill(1),
    filled: new Uint8Array(rows),
  };
}

test('each planted fault of a feed is found exactly once', () => {
  const car = carOf(100);
  car.throttlePct[3] = 104;
  car.brakePct[4] = 104;
  car.gear[5] = 128;
  car.drs[6] = 255;
  car.rpm[7] = 0;
  car.filled[8] = 1;
  assert.deepEqual(carFaults(car, 0, 1e9), { samples: 99, throttle: 1, brake: 1, gear: 1, drs: 1, rpm: 1 });
  const pos = posOf(100);
  pos.x[10] = pos.y[10] = pos.z[10] = 0;
  for (let at = 21; at <= 26; at++) [pos.x[at], pos.y[at]] = [pos.x[20]!, pos.y[20]!];
  pos.onTrack[40] = 0;
  assert.deepEqual(posFaults(pos, car, 0, 1e9), { samples: 100, zero: 1, frozen: 6, offTrack: 1 });
  assert.equal(
    posFaults(pos, { ...car, speedKmh: new Uint16Array(100) }, 0, 1e9).frozen,
    0,
    'a parked car stands still',
  );
});

test('B10: a point that repeats for less than a second is not frozen', () => {
  const pos = posOf(100);
  for (let at = 21; at <= 24; at++) [pos.x[at], pos.y[at]] = [pos.x[20]!, pos.y[20]!];
  assert.equal(posFaults(pos, carOf(100), 0, 1e9).frozen, 0);
});

test('holes and completeness: what is cut out is what is missing', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 20, max: 400 }),
      fc.integer({ min: 0, max: 300 }),
      fc.integer({ min: 0, max: 80 }),
      (rows, from, length) => {
        const whole = carOf(rows);
        const keep = [...whole.epochMs.keys()].filter((at) => at < from || at >= from + length);
        const feed = {
          epochMs: Float64Array.from(keep, (at) => whole.epochMs[at]!),
          filled: new Uint8Array(keep.length),
        };
        const end = (rows - 1) * intervalMs;
        const quality = feedQuality(feed, 0, end, intervalMs, 0);
        assert.equal(quality.samples, keep.length);
        const cut = rows - keep.length;
        const isHole = cut > 0 && longestStep(feed.epochMs, end) > 1000;
        assert.equal(quality.gaps.length, isHole ? 1 : 0);
        assert.ok(Math.abs(quality.completeness - keep.length / (rows - 1)) < 0.06);
        assert.ok(quality.completeness >= 0 && quality.completeness <= 1);
      },
    ),
  );
});

function longestStep(times: Float64Array, end: number): number {
  const all = [0, ...times, end];
  return Math.max(...all.slice(1).map((ms, at) => ms - all[at]!));
}

test('rows made by the join are no samples, and no feed at all is a hole as long as the session', () => {
  const car = carOf(40);
  car.filled.fill(1, 10, 30);
  const quality = feedQuality(car, 0, 39 * intervalMs, intervalMs, 0);
  assert.equal(quality.samples, 20);
  assert.equal(quality.filled, 20);
  assert.deepEqual(quality.gaps, [{ startMs: 9 * intervalMs, endMs: 30 * intervalMs }]);
  assert.deepEqual(feedQuality(null, 0, 5000, intervalMs, 0).gaps, [{ startMs: 0, endMs: 5000 }]);
  assert.equal(usualIntervalMs([carOf(50), carOf(10)]), intervalMs);
  assert.equal(usualIntervalMs([carOf(1)]), null);
});

const monaco = sharedData('sessions', '2023_monaco_race', 'raw');
const sprint = sharedData('archive', '2025', '2025-05-04_Miami_Grand_Prix', '2025-05-03_Sprint');

test(
  'Monaco 2023 is good: 3.78 Hz, no hole over 1.5 s, the known sentinels',
  { skip: skipWithout(monaco) },
  async () => {
    const raw = await rawSession(monaco!);
    const quality = sessionQuality(raw);
    assert.deepEqual(quality.verdict, { grade: 'good', reasons: [] });
    assert.ok(Math.abs(1000 / quality.carIntervalMs! - 3.78) < 0.01);
    assert.equal(quality.foreignMessages, 4);
    const of = (code: string): (typeof quality.drivers)[number] =>
      quality.drivers.find(({ driver }) => driver === code)!;
    assert.deepEqual(of('STR').carFaults, {
      samples: 16_741,
      throttle: 170,
      brake: 171,
      gear: 119,
      drs: 0,
      rpm: 0,
    });
    assert.equal(of('HAM').posFaults?.frozen, 16);
    assert.equal(of('VER').byLap.length, 78);
    assert.ok(of('VER').byLap.every(({ car, pos }) => car > 0.9 && pos > 0.9));
    for (const { car, pos } of quality.drivers) assert.ok(car.longestGapMs < 1500 && pos.longestGapMs < 1500);
    assert.equal(
      quality.drivers.reduce((sum, { lapQuality }) => sum + lapQuality.generated, 0),
      2,
    );
    // A hole of a minute in one car is told with its name, and makes the recording poor.
    const own = raw.car.get('1')!;
    const t0 = raw.t0EpochMs!;
    const filled = own.filled.slice();
    for (const [at, ms] of own.epochMs.entries())
      if (ms - t0 > 5_000_000 && ms - t0 < 5_070_000) filled[at] = 1;
    const holed = { ...raw, car: new Map([...raw.car, ['1', { ...own, filled }]]) };
    const poor = sessionQuality(holed).verdict;
    assert.equal(poor.grade, 'poor');
    assert.match(poor.reasons.join(), /Car samples have holes, the longest of 70\.\d s: VER/);
  },
);

test(
  'a session without telemetry is judged by its laps and draws nothing',
  { skip: skipWithout(sprint) },
  async () => {
    const raw = await rawSession(sprint!);
    const quality = sessionQuality(raw);
    assert.equal(quality.verdict.grade, 'usable with care');
    const page = htmlReport(raw, quality);
    assert.match(page, /there is nothing to draw/);
    assert.doesNotMatch(page, /<svg/);
  },
);

test(
  'the page shows what the feed says as text, whatever it says, and asks for nothing from outside',
  { skip: skipWithout(monaco) },
  async () => {
    const raw = await rawSession(monaco!);
    const evil = `<img src=x onerror=alert(1)>"'&`;
    const drivers = raw.drivers.map((driver) => ({ ...driver, code: evil }));
    const session: RawSession = {
      ...raw,
      drivers,
      identity: { ...raw.identity, event: evil },
      report: { ...raw.report, warnings: [evil], missing: [{ topic: 'X', reason: evil }] },
    };
    const page = htmlReport(session, sessionQuality(session));
    assert.ok(!page.includes('<img'));
    assert.ok(page.includes('&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;'));
    assert.ok(!/<[^>]*(?:src|href)=|url\(|<script|@import/.test(page));
    assert.equal(page.match(/<svg/g)?.length, 3);
    assert.equal(page.match(/<desc /g)?.length, 3);
    for (const tag of ['div', 'table', 'svg', 'ul', 'p', 'tr', 'td', 'th'])
      assert.equal(
        page.match(new RegExp(`<${tag}[ >]`, 'g'))?.length ?? 0,
        page.match(new RegExp(`</${tag}>`, 'g'))?.length ?? 0,
        tag,
      );
  },
);
