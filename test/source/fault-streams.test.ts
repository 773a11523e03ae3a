import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { F1Error } from '../../src/domain/errors.ts';
import type { RawSession } from '../../src/domain/raw-session.ts';
import { spanToMs } from '../../src/source/timing/feed-values.ts';
import { rawSession } from '../support/raw-session.ts';
import { tempDir } from '../support/temp-dir.ts';
import { madeSession, stampOf, streamFile } from './support/made-session.ts';

/** One thing that happens to the bytes of a topic. */
type Fault = (bytes: Buffer) => Buffer;

const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

function lines(bytes: Buffer): string[] {
  return bytes.toString('latin1').split('\r\n');
}

function joined(parts: readonly string[]): Buffer {
  return Buffer.from(parts.join('\r\n'), 'latin1');
}

const fault: fc.Arbitrary<Fault> = fc.oneof(
  place.map(
    (at): Fault =>
      (bytes) =>
        bytes.subarray(0, Math.floor(at * bytes.length)),
  ),
  place.map(
    (at): Fault =>
      (bytes) =>
        bytes.subarray(Math.floor(at * bytes.length)),
  ),
  fc.tuple(place, place).map(([from, to]): Fault => (bytes) => {
    const all = lines(bytes);
    const [line] = all.splice(Math.floor(from * all.length), 1);
    all.splice(Math.floor(to * all.length), 0, line!);
    return joined(all);
  }),
  fc.tuple(place, fc.integer({ min: 1, max: 4 })).map(([at, times]): Fault => (bytes) => {
    const all = lines(bytes);
    const index = Math.floor(at * all.length);
    return joined(all.toSpliced(index, 1, ...Array<string>(times).fill(all[index]!)));
  }),
  fc.tuple(place, fc.integer({ min: 0, max: 7 })).map(([at, bit]): Fault => (bytes) => {
    const flipped = Buffer.from(bytes);
    if (flipped.length > 0) flipped[Math.floor(at * flipped.length)]! ^= 1 << bit;
    return flipped;
  }),
  place.map((at): Fault => (bytes) => {
    const all = lines(bytes);
    return joined(all.toSpliced(Math.floor(at * all.length), 1));
  }),
);

/** Every time that a text names, and what lap times and sectors may be worked out from. */
function timesIn(text: string): Set<number> {
  const found = text.match(/\d*:?\d*\d+\.\d+/g) ?? [];
  return new Set(found.flatMap((word) => spanToMs(word) ?? []));
}

function checkTimes({ timing }: RawSession, texts: readonly string[]): void {
  const known = timesIn(texts.join('\n'));
  for (const { lapTimeMs, sector1Ms, sector2Ms, sector3Ms } of timing.lapTable) {
    const sectors = [sector1Ms, sector2Ms, sector3Ms];
    const sum = sectors.reduce<number>((total, ms) => total + (ms ?? Number.NaN), 0);
    assert.ok(
      lapTimeMs === null || known.has(lapTimeMs) || lapTimeMs === sum,
      `lap time ${lapTimeMs} was never sent`,
    );
    for (const ms of sectors) assert.ok(ms === null || known.has(ms), `sector ${ms} was never sent`);
  }
}

/** Laps of two cars with sectors, a stop, tyres and messages. */
function timingFiles(): Map<string, Buffer> {
  const timing: [string, unknown][] = [
    [stampOf(5000), { Lines: { 1: { InPit: false }, 44: { InPit: false } } }],
  ];
  for (let lap = 1; lap <= 3; lap++)
    for (const [car, offset] of [
      ['1', 0],
      ['44', 700],
    ] as const) {
      const start = 10_000 + (lap - 1) * 30_000 + offset;
      const sector = (n: number, at: number, Value: string): void =>
        void timing.push([stampOf(start + at), { Lines: { [car]: { Sectors: { [n]: { Value } } } } }]);
      sector(0, 9000, `9.${100 + lap}`);
      sector(1, 19_500, `10.${400 + lap}`);
      sector(2, 30_000, `10.${200 + lap}`);
      const LastLapTime = { Value: `29.${700 + 3 * lap}` };
      timing.push([
        stampOf(start + 30_000),
        { Lines: { [car]: { NumberOfLaps: lap, LastLapTime, Speeds: { ST: { Value: '290' } } } } },
      ]);
      if (lap === 2)
        timing.push(
          [stampOf(start + 29_000), { Lines: { [car]: { InPit: true } } }],
          [stampOf(start + 34_000), { Lines: { [car]: { InPit: false } } }],
        );
    }
  const tyres: [string, unknown][] = [
    [stampOf(3000), { Lines: { 1: { Stints: [{ Compound: 'SOFT', New: 'true', StartLaps: 0 }] } } }],
    [stampOf(45_000), { Lines: { 1: { Stints: { 1: { Compound: 'HARD', New: 'false', StartLaps: 3 } } } } }],
  ];
  const messages: [string, unknown][] = [
    [
      stampOf(50_000),
      {
        Messages: [
          {
            Utc: '2023-05-28T12:00:50',
            Lap: 1,
            Category: 'Other',
            Message: 'CAR 1 (AAA) TIME 0:29.703 DELETED - TRACK LIMITS',
          },
        ],
      },
    ],
  ];
  const flags: [string, unknown][] = [
    [stampOf(1000), { Status: '1', Message: 'AllClear' }],
    [stampOf(60_000), { Status: '2', Message: 'Yellow' }],
  ];
  timing.sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map([
    ['TimingData.jsonStream', streamFile(timing)],
    ['TimingAppData.jsonStream', streamFile(tyres)],
    ['RaceControlMessages.jsonStream', streamFile(messages)],
    ['TrackStatus.jsonStream', streamFile(flags)],
  ]);
}

test('the whole streams of this test give six laps, each with its own times', async (t) => {
  const folder = join(tempDir(t), '2023_made_race');
  mkdirSync(folder);
  for (const [name, bytes] of [...madeSession().files, ...timingFiles()])
    writeFileSync(join(folder, name), bytes);
  const { timing } = await rawSession(folder, '2023 Made Race');
  assert.deepEqual(
    timing.lapTable.map(({ driverNumber, lapTimeMs }) => [driverNumber, lapTimeMs]),
    ['1', '44'].flatMap((car) => [1, 2, 3].map((lap) => [car, 29_700 + 3 * lap])),
  );
});

test('any stream that is cut, reordered, doubled or flipped is read or refused, and no time is invented', async (t) => {
  const dir = tempDir(t);
  const files = new Map([...madeSession().files, ...timingFiles()]);
  const names = [...files.keys()];
  let run = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...names), fault), { minLength: 1, maxLength: 4 }),
      async (faults) => {
        const folder = join(dir, `2023_made_race_${run++}`);
        mkdirSync(folder);
        const content = new Map(files);
        for (const [name, change] of faults) content.set(name, change(content.get(name)!));
        for (const [name, bytes] of content) writeFileSync(join(folder, name), bytes);
        try {
          const raw = await rawSession(folder, '2023 Made Race');
          checkTimes(raw, [content.get('TimingData.jsonStream')!.toString('latin1')]);
          for (const { epochMs } of [...raw.car.values(), ...raw.pos.values()])
            assert.ok(epochMs.every((ms) => Number.isFinite(ms)));
          const broken = raw.report.topics.reduce((sum, { malformed }) => sum + malformed, 0);
          assert.equal(raw.report.malformed.length, Math.min(100, broken));
        } catch (error) {
          assert.ok(error instanceof F1Error, String(error));
        } finally {
          rmSync(folder, { recursive: true });
        }
      },
    ),
    { numRuns: 150 },
  );
});
