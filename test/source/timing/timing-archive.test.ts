import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { createTimingReader } from '../../../src/source/timing/index.ts';
import type { TimingResult } from '../../../src/source/timing/index.ts';
import type { Lap } from '../../../src/domain/timing.ts';
import { sharedData, skipWithout } from '../../support/shared-data.ts';

const suffix = '.jsonStream';

/** Reads the small topics of a folder as they are: enough for well-formed lines. */
function read(folder: string, lostKeyFrame?: string): TimingResult {
  const reader = createTimingReader();
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith(suffix) || file.includes('.z.')) continue;
    const lines = readFileSync(join(folder, file), 'utf8')
      .replace(/^\uFEFF/, '')
      .split('\r\n');
    for (const [index, line] of lines.entries()) {
      const [hours, minutes, seconds] = line.slice(0, 12).split(':').map(Number);
      if (index === 0 && file === `${lostKeyFrame}${suffix}`) continue;
      if (line.length < 13 || line.includes(':NaN')) continue;
      const stampMs = Math.round(((hours! * 60 + minutes!) * 60 + seconds!) * 1000);
      reader.accept(basename(file, suffix), stampMs, JSON.parse(line.slice(12)), index + 1);
    }
  }
  const session = /Race|race/.test(folder) ? 'Race' : basename(folder).split('_').slice(1).join(' ');
  return reader.finish({ identityHint: { event: 'Unknown', session, origin: 'path' } });
}

function sessionFolders(root: string): string[] {
  const entries = readdirSync(root).map((name) => join(root, name));
  const folders = entries.filter((path) => statSync(path).isDirectory());
  if (entries.some((path) => path.endsWith(suffix))) return [root];
  return folders.flatMap(sessionFolders);
}

function csv(path: string): Record<string, string>[] {
  const [head = '', ...lines] = readFileSync(path, 'utf8').trim().split(/\r?\n/);
  const cells = (line: string): string[] =>
    [...line.matchAll(/("([^"]*)"|[^,]*)(,|$)/g)].map((match) => match[2] ?? match[1] ?? '');
  const names = cells(head);
  return lines.map((line) =>
    Object.fromEntries(cells(line).map((cell, index) => [names[index] ?? '', cell])),
  );
}

/** Milliseconds of seconds ('3722.95') or of pandas' spans ('0 days 01:02:03.004000'). */
function ms(text = ''): number | null {
  const span = /^(\d+) days (\d+):(\d+):(\d+(?:\.\d+)?)$/.exec(text);
  if (span !== null)
    return Math.round(
      (((Number(span[1]) * 24 + Number(span[2])) * 60 + Number(span[3])) * 60 + Number(span[4])) * 1000,
    );
  return text === '' ? null : Math.round(Number(text) * 1000);
}

function number(text = ''): number | null {
  return text === '' ? null : Number(text);
}

function compare(laps: readonly Lap[], golden: readonly Record<string, string>[]): void {
  const ours = laps
    .map((lap) => ({ ...lap, key: `${lap.driverNumber}/${lap.lap}` }))
    .sort((a, b) => a.key.localeCompare(b.key));
  const wanted = golden.map((row) => ({
    key: `${row['DriverNumber']}/${Number(row['LapNumber'])}`,
    endMs: ms(row['Time']),
    startMs: ms(row['LapStartTime']),
    lapTimeMs: ms(row['LapTime']),
    sector1Ms: ms(row['Sector1Time']),
    sector2Ms: ms(row['Sector2Time']),
    sector3Ms: ms(row['Sector3Time']),
    pitInMs: ms(row['PitInTime']),
    pitOutMs: ms(row['PitOutTime']),
    compound: row['Compound'],
    tyreAge: number(row['TyreLife']),
    stint: number(row['Stint']),
    position: number(row['Position']),
  }));
  wanted.sort((a, b) => a.key.localeCompare(b.key));
  assert.equal(ours.length, wanted.length);
  for (const [index, want] of wanted.entries()) {
    const { driverNumber, lap, generated, ...own } = ours[index]!;
    assert.deepEqual(
      own,
      want,
      `lap ${lap} of car ${driverNumber}${generated === true ? ', generated' : ''}`,
    );
  }
}

const monaco = sharedData('sessions/2023_monaco_race/raw');
const monacoLaps = sharedData('sessions/2023_monaco_race/fastf1/laps.csv');
const golden = sharedData('golden');
const archive = sharedData('archive');
const sessions = sharedData('sessions');

const tables: readonly (readonly [string, string])[] = [
  ['2019_Monza_Q', '2019/2019-09-08_Italian_Grand_Prix/2019-09-07_Qualifying'],
  ['2020_Hungary_FP2', '2020/2020-07-19_Hungarian_Grand_Prix/2020-07-17_Practice_2'],
  ['2021_Italian_Grand_Prix_FP2', '2021/2021-09-12_Italian_Grand_Prix/2021-09-11_Practice_2'],
  ['2022_Great_Britain_FP1', '2022/2022-07-03_British_Grand_Prix/2022-07-01_Practice_1'],
  ['2022_Saudi_Arabia_Q', '2022/2022-03-27_Saudi_Arabian_Grand_Prix/2022-03-26_Qualifying'],
  ['2023_Azerbaijan_Q', '2023/2023-04-30_Azerbaijan_Grand_Prix/2023-04-28_Qualifying'],
  ['2023_Azerbaijan_SS', '2023/2023-04-30_Azerbaijan_Grand_Prix/2023-04-29_Sprint_Shootout'],
  ['2024_Silverstone_FP1', '2024/2024-07-07_British_Grand_Prix/2024-07-05_Practice_1'],
  ['2024_Spain_Q', '2024/2024-06-23_Spanish_Grand_Prix/2024-06-22_Qualifying'],
  ['2025_Miami_S', '2025/2025-05-04_Miami_Grand_Prix/2025-05-03_Sprint'],
];

test(
  'createTimingReader: laps of the whole Monaco race equal FastF1 to the millisecond',
  { skip: skipWithout(monacoLaps) },
  () => {
    assert.ok(monaco !== null && monacoLaps !== null);
    const { timing, identity, drivers } = read(monaco);
    compare(timing.laps, csv(monacoLaps));
    assert.deepEqual(
      [identity?.key, identity?.startEpochMs, drivers.length],
      [9094, Date.UTC(2023, 4, 28, 13), 20],
    );
    assert.deepEqual([timing.startMs, timing.totalLaps], [3_722_950, 78]);
  },
);

test('B1: Monaco at 01:02:30 has twenty places, VER first, ALO second', { skip: skipWithout(monaco) }, () => {
  assert.ok(monaco !== null);
  const result = read(monaco);
  const places = new Map<string, number>();
  for (const change of result.timing.positions)
    if (change.sessionMs <= 3_750_000) places.set(change.driverNumber, change.position);
  assert.deepEqual(
    [...places.values()].toSorted((a, b) => a - b),
    Array.from({ length: 20 }, (_, index) => index + 1),
  );
  assert.deepEqual([places.get('1'), places.get('14')], [1, 2]);
});

test(
  'B6: 26 of 176 Monaco weather samples are rain, 6 of 161 at Singapore',
  { skip: skipWithout(sessions) },
  () => {
    assert.ok(sessions !== null);
    const count = (folder: string): number[] => {
      const { weather } = read(join(sessions, folder, 'raw')).timing;
      return [weather.filter((sample) => sample.rainfall === true).length, weather.length];
    };
    assert.deepEqual(count('2023_monaco_race'), [26, 176]);
    assert.deepEqual(count('2025_singapore_race'), [6, 161]);
  },
);

for (const [name, folder] of tables) {
  test(
    `createTimingReader: lap table of ${name} equals FastF1 to the millisecond`,
    { skip: skipWithout(golden) },
    () => {
      assert.ok(golden !== null && archive !== null);
      compare(read(join(archive, folder)).timing.laps, csv(join(golden, `laps_${name}.csv`)));
    },
  );
}

test(
  'B3: the Monza practice keeps its 20 drivers and marks what F3 added',
  { skip: skipWithout(archive) },
  () => {
    assert.ok(archive !== null);
    const { drivers, timing } = read(
      join(archive, '2025/2025-09-07_Italian_Grand_Prix/2025-09-05_Practice_1'),
    );
    assert.equal(drivers.length, 20);
    assert.equal(drivers.find((driver) => driver.number === '1')?.code, 'VER');
    const foreign = timing.raceControl.flatMap((message, index) => (message.foreign ? [index] : []));
    assert.deepEqual(foreign, [34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44]);
    assert.ok(timing.raceControl.every((message) => !message.foreign || message.driverNumber === null));
  },
);

test('B3: the Hungarian practice drops 15 numbers of another series', { skip: skipWithout(archive) }, () => {
  assert.ok(archive !== null);
  const { drivers, warnings } = read(
    join(archive, '2023/2023-07-23_Hungarian_Grand_Prix/2023-07-21_Practice_1'),
  );
  assert.equal(drivers.length, 20);
  assert.ok(warnings.some((warning) => warning.includes('names 15 more numbers')));
});

test('B5: races whose distance changed keep the last and the first', { skip: skipWithout(archive) }, () => {
  assert.ok(archive !== null);
  for (const [folder, total, first] of [
    ['2021/2021-03-28_Bahrain_Grand_Prix/2021-03-28_Race', 56, 57],
    ['2025/2025-03-16_Australian_Grand_Prix/2025-03-16_Race', 57, 58],
    ['2025/2025-05-04_Miami_Grand_Prix/2025-05-03_Sprint', 18, 19],
  ] as const) {
    const { timing } = read(join(archive, folder));
    assert.deepEqual([timing.totalLaps, timing.firstTotalLaps], [total, first]);
  }
});

test(
  'C7: Qatar has no leader string: laps stay as they are and are said to be unaligned',
  { skip: skipWithout(sessions) },
  () => {
    assert.ok(sessions !== null);
    const { timing, warnings } = read(join(sessions, '2023_qatar_race/raw'));
    const ends = ['1', '81', '4', '63', '16'].map(
      (car) => timing.laps.findLast((lap) => lap.driverNumber === car)?.endMs ?? 0,
    );
    assert.deepEqual(ends, [9_013_210, 9_018_038, 9_019_170, 9_047_300, 9_052_174]);
    assert.equal(timing.laps.filter((lap) => lap.lapTimeMs !== null).length, 987);
    assert.ok(warnings.some((warning) => warning.includes('not aligned')));
  },
);

test(
  'A10: every archive folder gives a result with places taken once each',
  { skip: skipWithout(archive) },
  () => {
    assert.ok(archive !== null && sessions !== null);
    const folders = [...sessionFolders(archive), ...sessionFolders(sessions)];
    assert.ok(folders.length >= 38);
    for (const folder of folders) {
      const { identity, timing, drivers } = read(folder);
      assert.ok(identity !== null, folder);
      const places = new Map<string, number>();
      for (const [index, change] of timing.positions.entries()) {
        places.set(change.driverNumber, change.position);
        const next = timing.positions[index + 1];
        if (next !== undefined && next.sessionMs === change.sessionMs) continue;
        assert.equal(new Set(places.values()).size, drivers.length, `${folder} at ${change.sessionMs}`);
      }
    }
  },
);

test(
  'B1: Monaco without the key frame of TimingData has the same places, derived',
  { skip: skipWithout(monaco) },
  () => {
    assert.ok(monaco !== null);
    const placesOf = ({ timing }: TimingResult): Map<string, number> => {
      const places = new Map<string, number>();
      for (const change of timing.positions)
        if (change.sessionMs <= 3_750_000) places.set(change.driverNumber, change.position);
      return places;
    };
    const lost = read(monaco, 'TimingData');
    assert.deepEqual([...placesOf(lost)].toSorted(), [...placesOf(read(monaco))].toSorted());
    assert.ok(
      lost.timing.positions.every((change) => !['1', '14'].includes(change.driverNumber) || change.derived),
    );
  },
);
