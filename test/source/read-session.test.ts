import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import * as fc from 'fast-check';
import { F1Error } from '../../src/domain/errors.ts';
import type { RawSession } from '../../src/domain/raw-session.ts';
import { readSession, resolveSession, type ReadSessionOptions } from '../../src/source/index.ts';
import { sharedData, skipWithout } from '../support/shared-data.ts';
import { tempDir } from '../support/temp-dir.ts';
import { madeSession, packed, streamFile } from './support/made-session.ts';
import { keepingLog, neverAborted, testConfig } from './support/test-config.ts';

const config = testConfig({ archive_url: 'http://127.0.0.1:1' });

function write(folder: string, files: ReadonlyMap<string, Buffer | string>): string {
  mkdirSync(folder, { recursive: true });
  for (const [name, content] of files) writeFileSync(join(folder, name), content);
  return folder;
}

async function open(
  folder: string,
  more: Partial<ReadSessionOptions> = {},
): Promise<{ raw: RawSession; warnings: string[] }> {
  const log = keepingLog();
  const ref = await resolveSession(folder, { config, log, signal: neverAborted });
  const raw = await readSession(ref, { config, log, signal: neverAborted, ...more });
  return { raw, warnings: log.warnings };
}

function made(
  t: TestContext,
  change: (files: Map<string, Buffer | string>) => void = () => {},
  name = 'made',
): string {
  const files = new Map<string, Buffer | string>(madeSession().files);
  change(files);
  return write(join(tempDir(t), name), files);
}

/** Every folder of real recordings that holds topic files. */
function realFolders(): string[] {
  const folders: string[] = [];
  const walk = (folder: string): void => {
    const names = readdirSync(folder);
    if (names.some((name) => name.endsWith('.jsonStream'))) folders.push(folder);
    for (const name of names) if (statSync(join(folder, name)).isDirectory()) walk(join(folder, name));
  };
  for (const root of [sharedData('archive'), sharedData('sessions')]) if (root !== null) walk(root);
  return folders;
}

const monaco = sharedData('sessions', '2023_monaco_race', 'raw');
const monacoMeta = sharedData('sessions', '2023_monaco_race', 'fastf1', 'meta.json');

test(
  'A10: every recorded folder opens and says what it lacks',
  { skip: skipWithout(sharedData('archive')) },
  async () => {
    const folders = realFolders();
    assert.ok(folders.length >= 38, `${folders.length} folders`);
    for (const folder of folders) {
      const { raw, warnings } = await open(folder);
      const present = readdirSync(folder).map((name) => name.replace(/\.jsonStream$/, ''));
      assert.ok((raw.identity.year ?? 0) >= 2019, folder);
      assert.notEqual(raw.identity.event, '', folder);
      assert.notEqual(raw.identity.session, '', folder);
      for (const topic of [
        'CarData.z',
        'Position.z',
        'TimingData',
        'SessionInfo',
        'DriverList',
        'WeatherData',
      ]) {
        const missing = raw.report.missing.find((entry) => entry.topic === topic);
        assert.equal(missing === undefined, present.includes(topic), `${folder}: ${topic}`);
        if (missing !== undefined) assert.ok(missing.reason.length > topic.length + 10, missing.reason);
      }
      if (raw.report.missing.length > 0)
        assert.equal(warnings.filter((line) => /topics? (is|are) missing/.test(line)).length, 1, folder);
      assert.equal(
        raw.report.topics.reduce((sum, topic) => sum + topic.malformed, 0),
        0,
        folder,
      );
      assert.equal(
        warnings.some((line) => /incomplete/.test(line)),
        false,
        `${folder}: ${warnings.join('; ')}`,
      );
      assert.equal(raw.t0EpochMs === null, raw.car.size + raw.pos.size === 0);
    }
  },
);

test(
  'readSession() of the 2023 Monaco race gives the samples and t0 that FastF1 gives',
  { skip: skipWithout(monaco) },
  async () => {
    const meta = JSON.parse(readFileSync(monacoMeta!, 'utf8')) as {
      t0_date: string;
      car_rows: number;
      pos_rows: number;
      drivers: string[];
    };
    const { raw } = await open(monaco!);
    let carRows = 0;
    let posRows = 0;
    let invalidThrottle = 0;
    let garbageGears = 0;
    let noFix = 0;
    for (const { epochMs, throttlePct, gear } of raw.car.values()) {
      carRows += epochMs.length;
      for (const value of throttlePct) if (value === 104) invalidThrottle++;
      for (const value of gear) if (value > 8) garbageGears++;
    }
    for (const { epochMs, x, y, z } of raw.pos.values()) {
      posRows += epochMs.length;
      for (let at = 0; at < x.length; at++) if (x[at] === 0 && y[at] === 0 && z[at] === 0) noFix++;
    }
    assert.equal(carRows, meta.car_rows);
    assert.equal(posRows, meta.pos_rows);
    assert.equal(raw.t0EpochMs, Date.parse(`${meta.t0_date.replace(' ', 'T').slice(0, 23)}Z`));
    assert.deepEqual(raw.drivers.map(({ number }) => number).sort(), [...meta.drivers].sort());
    // Figures of the format description, measured on these files.
    assert.equal(invalidThrottle, 50_362);
    assert.equal(garbageGears, 551);
    assert.equal(noFix, 47_051);
  },
);

test('resolveSession() takes a session folder, the one around it, a trailing slash and a relative path', async (t) => {
  const outer = join(tempDir(t), '2023_monaco_race');
  write(join(outer, 'raw'), madeSession().files);
  mkdirSync(join(outer, 'other'));
  const places = [join(outer, 'raw'), `${join(outer, 'raw')}/`, outer, `file://${outer}`];
  const options = { config, log: keepingLog(), signal: neverAborted };
  const refs = await Promise.all(places.map((place) => resolveSession(place, options)));
  assert.deepEqual([...new Set(refs.map(({ location }) => location))], [join(outer, 'raw')]);
  assert.equal(refs[0]!.title, '2023 Monaco, Race');
  assert.match(refs[0]!.cacheKey, /^[A-Za-z0-9_-]+$/);
  const before = await refs[0]!.fingerprint();
  writeFileSync(join(outer, 'raw', 'LapCount.jsonStream'), '');
  assert.notEqual(await refs[0]!.fingerprint(), before);
});

test('resolveSession() refuses a folder without topics, several sessions and a name that is nothing, exit code 2', async (t) => {
  const options = { config, log: keepingLog(), signal: neverAborted };
  const empty = tempDir(t);
  await assert.rejects(resolveSession(empty, options), { code: 'F1_SOURCE_EMPTY', exitCode: 2 });
  for (const name of ['a', 'b']) write(join(empty, name), madeSession().files);
  await assert.rejects(resolveSession(empty, options), {
    code: 'F1_SOURCE_NOT_FOUND',
    message: /a, b/,
    exitCode: 2,
  });
  await assert.rejects(resolveSession('no/such', options), { code: 'F1_SOURCE_NOT_FOUND', exitCode: 2 });
});

test('A10: identity comes from SessionInfo, else from the folder, else from --name, else it is refused', async (t) => {
  const onlyLaps = (files: Map<string, Buffer | string>): void => {
    for (const name of files.keys()) if (name !== 'LapCount.jsonStream') files.delete(name);
  };
  assert.equal((await open(made(t))).raw.identity.origin, 'SessionInfo');
  const named = (await open(made(t, onlyLaps, '2024_abu_dhabi_sprint_shootout'))).raw.identity;
  assert.deepEqual(
    [named.year, named.event, named.session, named.origin],
    [2024, 'Abu Dhabi', 'Sprint Shootout', 'path'],
  );
  const dated = (await open(made(t, onlyLaps, '2024/2024-11-03_São_Paulo_Grand_Prix/2024-11-02_Qualifying')))
    .raw.identity;
  assert.deepEqual(
    [dated.event, dated.session, dated.path],
    ['São Paulo Grand Prix', 'Qualifying', '2024/2024-11-03_São_Paulo_Grand_Prix/2024-11-02_Qualifying/'],
  );
  const folder = made(t, onlyLaps, 'stuff');
  await assert.rejects(open(folder), { code: 'F1_SOURCE_NO_IDENTITY', exitCode: 2, hint: /--name/ });
  const { identity } = (await open(folder, { name: '2023 Qatar Race' })).raw;
  assert.deepEqual(
    [identity.year, identity.event, identity.session, identity.origin],
    [2023, 'Qatar', 'Race', 'name'],
  );
});

test('A10: without telemetry a session has no t0, says so, and keeps its timing', async (t) => {
  const { raw } = await open(
    made(t, (files) => {
      files.delete('CarData.z.jsonStream');
      files.delete('Position.z.jsonStream');
    }),
  );
  assert.equal(raw.t0EpochMs, null);
  assert.equal(raw.car.size, 0);
  assert.match(raw.report.missing.find(({ topic }) => topic === 'CarData.z')?.reason ?? '', /no speed, rpm/);
  assert.equal(raw.timing.lapCount.length, 3);
});

test('a topic file that holds another topic is a missing topic, not an empty one', async (t) => {
  const { raw } = await open(
    made(t, (files) => {
      const [laps, statuses] = ['LapCount.jsonStream', 'SessionStatus.jsonStream'].map(
        (name) => files.get(name) ?? '',
      );
      files.set('LapCount.jsonStream', statuses ?? '');
      files.set('SessionStatus.jsonStream', laps ?? '');
    }),
  );
  const reasons = new Map(raw.report.missing.map(({ topic, reason }) => [topic, reason]));
  assert.match(reasons.get('LapCount') ?? '', /holds nothing of this topic.*race distance is unknown/);
  assert.match(reasons.get('SessionStatus') ?? '', /holds nothing of this topic.*the start/);
});

test('a topic that is empty, a page or nothing but damage is a missing topic with its reason; none left is refused', async (t) => {
  const { raw, warnings } = await open(
    made(t, (files) => {
      files.set('LapCount.jsonStream', '\uFEFF');
      files.set('CarData.z.jsonStream', '\uFEFF\r\n<!DOCTYPE html>\r\n<html></html>');
      files.set('Position.z.jsonStream', '\uFEFF00:00:01.000"AAAA"\r\n');
    }),
  );
  const reasons = new Map(raw.report.missing.map(({ topic, reason }) => [topic, reason]));
  assert.match(reasons.get('LapCount') ?? '', /is empty/);
  assert.match(reasons.get('CarData.z') ?? '', /HTML or XML page/);
  assert.match(reasons.get('Position.z') ?? '', /no readable line/);
  assert.ok(warnings.some((line) => line.startsWith('CarData.z.jsonStream is refused')));
  const broken = join(tempDir(t), '2023_monaco_race');
  write(broken, new Map([['TimingData.jsonStream', 'garbage\r\n']]));
  await assert.rejects(open(broken), { code: 'F1_SOURCE_EMPTY', exitCode: 2 });
});

test('malformed lines are counted and named by topic, line and reason; a lost key frame is said loudly', async (t) => {
  const { raw, warnings } = await open(
    made(t, (files) => {
      const car = String(files.get('CarData.z.jsonStream')).split('\r\n');
      car[2] = car[2]!.slice(0, 60);
      car[4] = `${car[4]!.slice(0, 12)}"${car[4]!.slice(13, 54)}"`;
      files.set('CarData.z.jsonStream', car.join('\r\n'));
      files.set(
        'LapCount.jsonStream',
        '\uFEFF00:00:10.000{"CurrentLap":\r\n00:00:20.000{"CurrentLap":2,"TotalLaps":3}\r\nno stamp\r\n00:00:30.000"text"\r\n',
      );
    }),
  );
  const of = (topic: string) => raw.report.malformed.filter((entry) => entry.topic === topic);
  assert.deepEqual(
    of('CarData.z').map(({ line }) => line),
    [3, 5],
  );
  assert.match(of('CarData.z')[0]!.reason, /closing quote/);
  assert.deepEqual(
    of('LapCount').map(({ line, keyFrame }) => [line, keyFrame]),
    [
      [1, true],
      [3, false],
      [4, false],
    ],
  );
  assert.match(of('LapCount')[0]!.reason, /JSON is broken/);
  assert.match(of('LapCount')[1]!.reason, /stamp/);
  assert.equal(raw.report.topics.find(({ topic }) => topic === 'LapCount')!.malformed, 3);
  assert.equal(warnings.filter((line) => /LapCount: the key frame \(line 1\)/.test(line)).length, 1);
  assert.equal(raw.car.get('1')!.epochMs.length, 4 * 118);
  assert.equal(raw.timing.lapCount.length, 1);
});

test('B2: bare NaN in packed and plain lines is read as null, counted as repaired, and nothing else is lost', async (t) => {
  const { raw } = await open(
    made(t, (files) => {
      const channels = '{"Channels":{"0":9000,"2":100,"3":5,"4":80,"5":0,"45":NaN}}';
      files.set(
        'CarData.z.jsonStream',
        streamFile([
          ['00:00:01.000', packed(`{"Entries":[{"Utc":"2023-05-28T12:00:01Z","Cars":{"1":${channels}}}]}`)],
        ]),
      );
      files.set(
        'WeatherData.jsonStream',
        '\uFEFF00:00:05.000{"AirTemp":NaN,"Humidity":"50","Pressure":"1000","Rainfall":"0","TrackTemp":"40","WindDirection":"1","WindSpeed":"NaN"}\r\n',
      );
    }),
  );
  const repaired = (name: string) => raw.report.topics.find(({ topic }) => topic === name)!;
  assert.deepEqual([repaired('CarData.z').repaired, repaired('CarData.z').malformed], [1, 0]);
  assert.deepEqual([repaired('WeatherData').repaired, repaired('WeatherData').malformed], [1, 0]);
  assert.equal(raw.car.get('1')!.drs[0], 255);
  assert.equal(raw.timing.weather.length, 1);
  assert.equal(raw.timing.weather[0]!.humidityPct, 50);
});

test('B9: a car under another number is named and --car-alias gives it back its own', async (t) => {
  const folder = made(t, (files) => {
    files.set('DriverList.jsonStream', String(files.get('DriverList.jsonStream')).replaceAll('44', '20'));
  });
  const { raw, warnings } = await open(folder);
  assert.ok(
    raw.report.warnings.some((line) =>
      line.startsWith('Car 44 has data but is not entered, car 20 is entered but has none'),
    ),
  );
  assert.ok(warnings.some((line) => line.includes('--car-alias 44=20')));
  assert.deepEqual([...raw.car.keys()], ['1']);
  const aliased = (await open(folder, { carAlias: new Map([['44', '20']]) })).raw;
  assert.deepEqual([...aliased.car.keys()].sort(), ['1', '20']);
  assert.deepEqual([...aliased.pos.keys()].sort(), ['1', '20']);
  assert.equal(
    aliased.report.warnings.some((line) => /not entered|has none/.test(line)),
    false,
  );
  const taken = (await open(folder, { carAlias: new Map([['44', '1']]) })).raw;
  assert.ok(taken.report.warnings.some((line) => /alias 44=1 is not used/.test(line)));
});

test('without a driver list every car with data is kept and shown by its number', async (t) => {
  const { raw } = await open(made(t, (files) => void files.delete('DriverList.jsonStream')));
  assert.deepEqual(
    raw.drivers.map(({ number, code }) => [number, code]),
    [
      ['1', '1'],
      ['44', '44'],
    ],
  );
  assert.equal(raw.car.size, 2);
});

test('a key frame SessionInfo.json stands in for its stream, other key frames do not', async (t) => {
  const { raw } = await open(
    made(t, (files) => {
      const info = String(files.get('SessionInfo.jsonStream')).replace('00:00:00.000', '').trim();
      files.delete('SessionInfo.jsonStream');
      files.set('SessionInfo.json', info);
      files.delete('LapCount.jsonStream');
      files.set('LapCount.json', '{"CurrentLap":3,"TotalLaps":3}');
    }),
  );
  assert.equal(raw.identity.origin, 'SessionInfo');
  assert.equal(raw.identity.event, 'Monaco Grand Prix');
  assert.equal(raw.timing.lapCount.length, 0);
  assert.ok(raw.report.missing.some(({ topic }) => topic === 'LapCount'));
});

test('readSession() tells bytes, total and time left, and stops when it is aborted', async (t) => {
  const folder = made(t);
  const steps: number[] = [];
  let total: number | null = 0;
  await open(folder, {
    onProgress: (progress) => {
      assert.equal(progress.stage, 'read');
      steps.push(progress.done);
      total = progress.total;
    },
  });
  assert.equal(steps.at(-1), total);
  assert.deepEqual(
    [...steps].sort((a, b) => a - b),
    steps,
  );
  await assert.rejects(open(folder, { signal: AbortSignal.abort() }), { name: 'AbortError' });
});

test('readSession() survives any damage to any file: it opens or refuses by code, and counts what it lost', async (t) => {
  const session = madeSession({ messages: 20 });
  const names = [...session.files.keys()];
  const folder = join(tempDir(t), '2023_monaco_race');
  const damage = fc.record({
    name: fc.constantFrom(...names),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    bytes: fc.uint8Array({ maxLength: 6 }),
    cut: fc.integer({ min: 0, max: 40 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 6 }), async (damages) => {
      const files = new Map(session.files);
      for (const { name, at, bytes, cut } of damages) {
        const content = files.get(name)!;
        const from = Math.floor(at * content.length);
        files.set(name, Buffer.concat([content.subarray(0, from), bytes, content.subarray(from + cut)]));
      }
      write(folder, files);
      try {
        const { raw } = await open(folder);
        for (const topic of raw.report.topics) assert.ok(topic.malformed <= topic.lines, topic.topic);
        for (const { epochMs } of raw.car.values())
          for (let row = 1; row < epochMs.length; row++) assert.ok(epochMs[row - 1]! < epochMs[row]!);
      } catch (error) {
        assert.ok(error instanceof F1Error, String(error));
      }
    }),
    { numRuns: 120 },
  );
});
