import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { noLog } from '../../../src/domain/log.ts';
import type { CarSamples, RawSession } from '../../../src/domain/raw-session.ts';
import { readFolder } from '../../../src/source/read-folder.ts';
import { gearKmh } from '../../../src/source/simulate/car.ts';
import { simulatedLaps, writeSimulatedRace } from '../../../src/source/simulate/index.ts';
import type { SimulatedRaceInfo } from '../../../src/source/simulate/index.ts';
import { tempDir } from '../../support/temp-dir.ts';

const { signal } = new AbortController();
const root = mkdtempSync(join(tmpdir(), 'slipstream-simulate-'));
after(() => rmSync(root, { recursive: true, force: true }));

const laps = simulatedLaps.default;
let info: SimulatedRaceInfo;
let session: RawSession;

before(async () => {
  info = await writeSimulatedRace({ seed: 1, laps, dir: join(root, 'race'), signal });
  const reading = await readFolder(info.dir, { log: noLog, signal, identityHint: null });
  assert.equal(reading.share, 1);
  session = reading.session;
});

function hashOf(dir: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(dir).sort()) hash.update(name).update(readFileSync(join(dir, name)));
  return hash.digest('hex');
}

function* samplesOf(): Generator<{ samples: CarSamples; index: number }> {
  for (const samples of session.car.values()) {
    for (let index = 0; index < samples.epochMs.length; index += 1) yield { samples, index };
  }
}

test('writeSimulatedRace: files have a byte-order mark, CRLF line ends and rising stamps', () => {
  for (const { name, lines } of info.files) {
    const text = readFileSync(join(info.dir, name), 'utf8');
    assert.ok(text.startsWith('\uFEFF') && text.endsWith('\r\n'), name);
    const rows = text.slice(1).split('\r\n').slice(0, -1);
    assert.equal(rows.length, lines);
    const stamps = rows.map((row) => row.slice(0, 12));
    assert.ok(
      stamps.every((stamp) => /^\d\d:\d\d:\d\d\.\d{3}$/.test(stamp)),
      name,
    );
    assert.deepEqual(stamps, stamps.toSorted(), name);
  }
});

test('writeSimulatedRace: the archive reader finds no malformed line, nothing missing, and the mark', () => {
  assert.deepEqual(session.report.malformed, []);
  assert.ok(session.report.topics.every((topic) => topic.malformed === 0 && topic.repaired === 0));
  assert.deepEqual(session.report.missing, []);
  assert.equal(session.identity.simulated, true);
  assert.equal(session.identity.event, 'Simulated Grand Prix');
  assert.equal(session.drivers.length, 20);
  assert.equal(new Set(session.drivers.map((driver) => driver.code)).size, 20);
  assert.equal(session.car.size, 20);
  assert.equal(session.pos.size, 20);
});

test('writeSimulatedRace: samples come at about 3.7 Hz on a 40 ms grid, car and position never together', () => {
  const times = [...session.car.values()][0]!.epochMs;
  const positionTimes = new Set([...session.pos.values()][0]!.epochMs);
  const seconds = (times.at(-1)! - times[0]!) / 1000;
  const rate = times.length / seconds;
  assert.ok(rate > 3.4 && rate < 4.2, `${rate} Hz`);
  for (let index = 1; index < times.length; index += 1) assert.equal((times[index]! - times[0]!) % 40, 0);
  assert.ok(times.every((time) => !positionTimes.has(time)));
});

test('writeSimulatedRace: values are physically plausible and the fastest car passes 300 km/h', () => {
  let fastest = 0;
  for (const { samples, index } of samplesOf()) {
    const speed = samples.speedKmh[index]!;
    fastest = Math.max(fastest, speed);
    assert.ok(speed >= 0 && speed <= 340);
    assert.ok(
      samples.rpm[index]! <= 13_500 && samples.gear[index]! <= 8 && samples.throttlePct[index]! <= 100,
    );
    assert.ok(samples.brakePct[index] === 0 || samples.brakePct[index] === 100);
    assert.ok([0, 1, 8, 10, 12, 14].includes(samples.drs[index]!));
    assert.ok(!(samples.throttlePct[index]! > 5 && samples.brakePct[index] > 0));
  }
  assert.ok(fastest > 300, `${fastest} km/h`);
});

test('writeSimulatedRace: speed per rpm fits the gear', () => {
  const errors: number[] = [];
  for (const { samples, index } of samplesOf()) {
    const gear = samples.gear[index]!;
    if (gear < 2 || samples.brakePct[index]! > 0) continue;
    errors.push(Math.abs((samples.speedKmh[index]! * 1000) / samples.rpm[index]! / gearKmh[gear]! - 1));
  }
  errors.sort((a, b) => a - b);
  assert.ok(errors[Math.floor(errors.length / 2)]! < 0.02);
  assert.ok(errors[Math.floor(errors.length * 0.98)]! < 0.1);
});

test('writeSimulatedRace: positions move with the speed of the car', () => {
  const [number, pos] = [...session.pos][3]!;
  const car = session.car.get(number)!;
  let wayM = 0;
  for (let index = 1; index < pos.epochMs.length; index += 1) {
    wayM += Math.hypot(pos.x[index]! - pos.x[index - 1]!, pos.y[index]! - pos.y[index - 1]!) / 10;
  }
  let drivenM = 0;
  for (let index = 1; index < car.epochMs.length; index += 1) {
    drivenM += ((car.speedKmh[index]! / 3.6) * (car.epochMs[index]! - car.epochMs[index - 1]!)) / 1000;
  }
  assert.ok(Math.abs(wayM / drivenM - 1) < 0.03, `${wayM} m against ${drivenM} m`);
});

test('writeSimulatedRace: every car but the retired one drives the distance, lap times equal the differences of ends', () => {
  const { timing, drivers } = session;
  const full = drivers.filter(
    ({ number }) => timing.laps.filter((lap) => lap.driverNumber === number).length === laps,
  );
  assert.equal(full.length, 19);
  for (const { number } of drivers) {
    const own = timing.laps.filter((lap) => lap.driverNumber === number).toSorted((a, b) => a.lap - b.lap);
    assert.equal(own[0]?.startMs, timing.startMs);
    for (const [index, lap] of own.entries()) {
      if (index === 0 || lap.generated === true) continue;
      const took = (lap.endMs ?? 0) - (own[index - 1]!.endMs ?? 0);
      assert.ok(Math.abs((lap.lapTimeMs ?? 0) - took) <= 1);
      const sectors = (lap.sector1Ms ?? 0) + (lap.sector2Ms ?? 0) + (lap.sector3Ms ?? 0);
      assert.ok(Math.abs(sectors - took) <= 1);
    }
  }
});

test('writeSimulatedRace: pit stops, stints, a safety car, DRS and overtakes happen', () => {
  const { timing } = session;
  assert.equal(timing.laps.filter((lap) => lap.pitInMs !== null).length, info.pitStops);
  assert.ok(info.pitStops > 0);
  assert.equal(timing.stints.length, 20 + info.pitStops);
  assert.deepEqual(
    timing.trackStatus.map(({ status }) => status),
    ['1', '2', '4', '1'],
  );
  assert.ok(
    timing.raceControl.some(({ category, status }) => category === 'SafetyCar' && status === 'DEPLOYED'),
  );
  assert.ok(timing.raceControl.every((message) => !message.foreign));
  assert.deepEqual(
    timing.sessionStatus.map(({ status }) => status),
    ['Inactive', 'Started', 'Finished', 'Finalised', 'Ends'],
  );
  let openings = 0;
  for (const samples of session.car.values()) {
    for (let index = 1; index < samples.drs.length; index += 1)
      if (samples.drs[index]! >= 10 && samples.drs[index - 1]! < 10) openings += 1;
  }
  assert.ok(openings > 20, `${openings} openings`);
  assert.ok(timing.positions.length > 500);
  assert.ok(timing.weather.length >= 18);
  assert.equal(timing.lapCount.at(-1)?.currentLap, laps);
  const start = timing.startMs ?? 0;
  assert.ok(start >= 60_000 && start <= 90_000);
});

test('writeSimulatedRace: the same seed gives the same bytes, another seed or distance does not', async (t) => {
  const dir = tempDir(t);
  const write = async (name: string, seed: number, laps: number): Promise<string> =>
    hashOf((await writeSimulatedRace({ seed, laps, dir: join(dir, name), signal })).dir);
  const first = await write('a', 5, 2);
  assert.equal(await write('b', 5, 2), first);
  assert.notEqual(await write('c', 6, 2), first);
  assert.notEqual(await write('a', 5, 1), first);
  assert.deepEqual(readdirSync(dir).sort(), ['a', 'b', 'c']);
});

test('writeSimulatedRace refuses a folder that holds something else, and numbers out of range', async (t) => {
  const dir = join(tempDir(t), 'mine');
  mkdirSync(dir);
  writeFileSync(join(dir, 'notes.txt'), 'keep me');
  await assert.rejects(writeSimulatedRace({ seed: 1, laps: 1, dir, signal }), {
    code: 'F1_SIMULATE_FOLDER',
    exitCode: 2,
  });
  assert.equal(readFileSync(join(dir, 'notes.txt'), 'utf8'), 'keep me');
  await assert.rejects(writeSimulatedRace({ seed: 1, laps: 0, dir, signal }), { code: 'F1_USAGE' });
  await assert.rejects(writeSimulatedRace({ seed: 0.5, laps: 1, dir, signal }), { code: 'F1_USAGE' });
});

test('writeSimulatedRace leaves nothing behind when it is aborted', async (t) => {
  const dir = tempDir(t);
  const controller = new AbortController();
  const running = writeSimulatedRace({
    seed: 1,
    laps: 3,
    dir: join(dir, 'race'),
    signal: controller.signal,
    onProgress: ({ done }) => {
      if (done > 20) controller.abort();
    },
  });
  await assert.rejects(running, { name: 'AbortError' });
  assert.deepEqual(readdirSync(dir), []);
});
