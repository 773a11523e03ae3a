import assert from 'node:assert/strict';
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { deflateRawSync, gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { F1Error } from '../../../src/domain/errors.ts';
import type { RawSession } from '../../../src/domain/raw-session.ts';
import { createOrderWindow } from '../../../src/source/recordings/order-window.ts';
import { parsePythonLiteral, LiteralError } from '../../../src/source/recordings/python-literal.ts';
import { readRecordedLine, type RecordedMessage } from '../../../src/source/recordings/recorded-message.ts';
import { unpackRecording, type RecordingNotes } from '../../../src/source/recordings/unpack-recording.ts';
import { sharedData, skipWithout } from '../../support/shared-data.ts';
import { rawSession } from '../../support/raw-session.ts';
import { tempDir } from '../../support/temp-dir.ts';
import { neverAborted } from '../support/test-config.ts';

const recordings = sharedData('recordings');

interface Unpacked extends RecordingNotes {
  /** Lines of each topic. */
  readonly topics: ReadonlyMap<string, readonly string[]>;
}

async function unpack(t: TestContext, content: string | Buffer): Promise<Unpacked> {
  const dir = tempDir(t);
  const out = tempDir(t);
  const path = join(dir, 'x.dat');
  writeFileSync(path, content);
  const notes = await unpackRecording(path, out, { signal: neverAborted });
  const files = readdirSync(out);
  const topics = new Map(
    files.map((name) => [
      name.replace('.jsonStream', ''),
      readFileSync(join(out, name), 'utf8').split('\r\n').slice(0, -1),
    ]),
  );
  return { ...notes, topics };
}

test('D1: an apostrophe, None and both quote kinds are read: one driver, no error', async (t) => {
  const line = `['DriverList', {'5': {'LastName': "O'WARD", 'X': None}}, '2025-10-24T18:30:00Z']`;
  const { topics, broken, shape } = await unpack(t, `${line}\n`);
  assert.equal(shape, 'FastF1 recorder text');
  assert.equal(broken, 0);
  assert.deepEqual(topics.get('DriverList'), ['00:00:00.000{"5":{"LastName":"O\'WARD","X":null}}']);
});

test(
  'D1: a recording with broken lines counts every one of them and keeps the others',
  { skip: skipWithout(recordings) },
  async (t) => {
    const text = readFileSync(join(recordings!, '2021_bahrain_livedata_with_errors.txt'), 'utf8');
    const { broken, lines, messages, malformed } = await unpack(t, text);
    assert.deepEqual([lines, messages, broken, malformed.length], [51, 21, 30, 30]);
    // What Python itself cannot evaluate to a list of three texts and values is what is counted.
    const ownWhole = text
      .split('\n')
      .filter((line) => /^\['\w+(?:\.z)?', .+, '\d{4}-\d\d-\d\dT[\d:.]+Z?'\]\r?$/.test(line));
    assert.ok(ownWhole.length >= messages);
  },
);

test('D2: a recording that starts late takes the next best sign of the start and says so', async (t) => {
  const message = (topic: string, data: object, second: number): string =>
    JSON.stringify({ H: 'Streaming', M: 'feed', A: [topic, data, `2024-05-19T13:0${second}:00Z`] });
  const laps = [1, 2, 3].flatMap((lap) => [
    message(
      'TimingData',
      { Lines: { '1': { NumberOfLaps: lap, LastLapTime: { Value: '1:20.000' }, InPit: false } } },
      2 + lap,
    ),
  ]);
  const out = message('TimingData', { Lines: { '1': { InPit: false } } }, 2);
  const open = async (...lines: string[]): Promise<RawSession> => {
    const path = join(tempDir(t), 'x.dat');
    writeFileSync(path, [...lines, out, ...laps].join('\n'));
    return rawSession(path, '2024 Imola Race');
  };
  const status = { StatusSeries: { '0': { Utc: '2024-05-19T13:01:30Z', SessionStatus: 'Started' } } };
  const heartbeat = message('Heartbeat', { Utc: '' }, 0);
  const byData = await open(heartbeat, message('SessionData', status, 2));
  assert.equal(byData.timing.startMs, 90_000);
  const byStatus = await open(heartbeat, message('SessionStatus', { Status: 'Finished' }, 1));
  assert.equal(byStatus.timing.startMs, 60_000);
  assert.match(
    byStatus.report.warnings.join('\n'),
    /does not tell the start of the session: its first session status/,
  );
  const byFlag = await open(heartbeat, message('TrackStatus', { Status: '1', Message: 'AllClear' }, 1));
  assert.equal(byFlag.timing.startMs, 60_000);
  assert.match(byFlag.report.warnings.join('\n'), /the first green flag stands in/);
  const byLaps = await open(heartbeat);
  assert.equal(byLaps.timing.startMs, 120_000);
  assert.match(byLaps.report.warnings.join('\n'), /the first lap data stands in/);
  const cancelled = join(tempDir(t), 'x.dat');
  writeFileSync(cancelled, [heartbeat, message('TrackStatus', { Status: '1' }, 1)].join('\n'));
  assert.equal(
    (await rawSession(cancelled, '2020 Eifel Practice 1')).timing.startMs,
    null,
    'nobody drove: nothing started',
  );
});

test('D3: lines up to 2 s out of order are put in order, equal instants stay as they are, fractions of any length', async (t) => {
  const line = (topic: string, n: number, time: string): string =>
    `['${topic}', {'n': ${n}}, '2024-05-18T14:00:${time}Z']`;
  const { topics } = await unpack(
    t,
    [
      line('A', 1, '01'),
      line('A', 3, '03.5'),
      line('A', 2, '02.0000001'),
      line('B', 1, '03.4999999'),
      line('A', 4, '03.5'),
      line('A', 5, '09'),
    ].join('\n'),
  );
  const numbers = topics.get('A')!.map((text) => JSON.parse(text.slice(12)).n);
  assert.deepEqual(numbers, [1, 2, 3, 4, 5]);
  assert.equal(topics.get('A')![1]!.slice(0, 12), '00:00:01.000');
});

test('D3: one damaged date, anywhere, moves no other message and is told', async (t) => {
  const line = (topic: string, n: number, time: string): string => `['${topic}', {'n': ${n}}, '${time}']`;
  const good = [0, 2, 1, 3, 4, 9].map((second) => line('A', second, `2024-05-18T14:00:0${second}Z`));
  const stamps = [0, 1, 2, 3, 4, 9].map((second) => `00:00:0${second}.000{"n":${second}}`);
  for (const year of ['1024', '2004', '2824'])
    for (let at = 0; at <= good.length; at++) {
      const bad = line('B', 7, `${year}-05-18T14:00:00Z`);
      const { topics, messages, notes } = await unpack(
        t,
        [...good.slice(0, at), bad, ...good.slice(at)].join('\n'),
      );
      assert.deepEqual(topics.get('A'), stamps, `${year} at ${at}`);
      assert.equal(messages, good.length + 1);
      assert.match(topics.get('B')![0]!, /^00:00:0\d\.000\{"n":7\}$/);
      assert.match(notes.join(), /1 messages have a damaged time/);
    }
});

test('D3: the order window never loses a message and emits in rising time', () => {
  const message = fc.record({
    topic: fc.constantFrom('A', 'B'),
    data: fc.record({ n: fc.nat() }),
    epochMs: fc.option(fc.integer({ min: 0, max: 20_000 }), { nil: null }),
    stampMs: fc.constant(null),
  });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 60 }), (messages: RecordedMessage[]) => {
      const seen: RecordedMessage[] = [];
      const times: number[] = [];
      const window = createOrderWindow((one, timeMs) => {
        seen.push(one);
        if (timeMs !== null) times.push(timeMs);
      });
      for (const one of messages) window.push(one);
      window.flush();
      assert.deepEqual(new Set(seen), new Set(messages));
      assert.equal(seen.length, messages.length);
      assert.deepEqual(
        times,
        [...times].sort((a, b) => a - b),
      );
    }),
  );
});

const shapes = new Map<string, readonly [shape: string, messages: number, laps: number]>([
  ['2021_bahrain_livedata_with_errors.txt', ['FastF1 recorder text', 21, 0]],
  ['2023_monaco_fp2_signalr_capture.txt', ['SignalR frames', 2384, 80]],
  ['2024_imola_qualifying_live.txt', ['SignalR feed messages', 9991, 286]],
  ['2024_imola_qualifying_subscribe.txt', ['state snapshot', 12, 0]],
  ['2024_imola_race_subscribe_with_z.txt', ['state snapshot', 15, 19]],
  ['2025_imola_qualifying_merged.txt', ['merged stream', 9885, 281]],
  ['2026_monaco_fp1_state_snapshot.json', ['state snapshot', 18, 0]],
  ['2026_suzuka_qualifying_updates.json.gz', ['topic updates', 15_112, 97]],
]);

for (const [name, [shape, messages, laps]] of shapes) {
  const skip = skipWithout(recordings);
  test(`D4: ${name}, renamed, opens as ${shape}`, { skip }, async (t) => {
    const path = join(tempDir(t), 'x.dat');
    copyFileSync(join(recordings!, name), path);
    const found = await unpackRecording(path, tempDir(t), { signal: neverAborted });
    assert.deepEqual([found.shape, found.messages], [shape, messages]);
    const raw = await rawSession(path, '2024 Test Practice 1');
    assert.equal(raw.timing.lapTable.length, laps);
    assert.ok(raw.drivers.length >= 20);
  });
}

test(
  'a recording in SignalR frames has the telemetry of its packed topics',
  { skip: skipWithout(recordings) },
  async () => {
    const raw = await rawSession(join(recordings!, '2023_monaco_fp2_signalr_capture.txt'));
    assert.equal(raw.identity.event, 'Monaco Grand Prix');
    assert.equal(raw.identity.session, 'Practice 2');
    assert.equal(
      [...raw.car.values(), ...raw.pos.values()].reduce((sum, { epochMs }) => sum + epochMs.length, 0),
      49_360,
    );
    assert.ok(raw.report.warnings.some((text) => /states are those of SessionData/.test(text)));
  },
);

test('SignalR Core records, typed lines and state answers are read', async (t) => {
  const core = `{"type":3,"invocationId":"0","result":{"Heartbeat":{"Utc":"2025-08-30T13:00:00Z"},"TrackStatus":{"Status":"1"}}}\u001e{"type":6}\u001e\n{"type":1,"target":"feed","arguments":["TrackStatus",{"Status":"2"},"2025-08-30T13:00:05Z"]}\u001e\n`;
  assert.deepEqual((await unpack(t, core)).topics.get('TrackStatus'), [
    '00:00:00.000{"Status":"1"}',
    '00:00:05.000{"Status":"2"}',
  ]);
  const typed = `{"Type":"LapCount","Json":{"CurrentLap":2},"DateTime":"2025-08-30T13:00:00.1234567+00:00"}\n`;
  assert.deepEqual((await unpack(t, typed)).topics.get('LapCount'), ['00:00:00.000{"CurrentLap":2}']);
});

test('a recording that goes on into another session keeps the first and says so', async (t) => {
  const info = (key: number, second: number): string =>
    `['SessionInfo', {'Key': ${key}}, '2024-05-18T14:00:0${second}Z']`;
  const flag = (second: number): string => `['TrackStatus', {'Status': '1'}, '2024-05-18T14:00:0${second}Z']`;
  const { topics, notes } = await unpack(t, [info(1, 0), flag(1), info(2, 2), flag(3)].join('\n'));
  assert.equal(topics.get('TrackStatus')!.length, 1);
  assert.match(notes.join(), /goes on into another session: its 2 messages after that are left out/);
});

test('what is no recording is refused with what is known', async (t) => {
  const refused = async (content: string | Buffer, code: string): Promise<void> => {
    await assert.rejects(
      unpack(t, content),
      (error) => error instanceof F1Error && error.code === code && error.exitCode === 2,
    );
  };
  await refused('', 'F1_SOURCE_EMPTY');
  await refused('Starting Server\nHandshake\n', 'F1_SOURCE_NOT_DATA');
  await refused('<html><body>404</body></html>', 'F1_SOURCE_NOT_DATA');
  await refused('{"a": 1}', 'F1_SOURCE_NOT_DATA');
  await refused('[{"timestamp": "2026-03-28T06:00:17Z", "updates": {"Tim', 'F1_SOURCE_NOT_DATA');
  await refused(Buffer.from([0x1f, 0x8b, 1, 2, 3]), 'F1_SOURCE_NOT_DATA');
  await refused(
    Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 7919) % 256)),
    'F1_SOURCE_NOT_DATA',
  );
  await refused(`['../../evil', {'a': 1}, '2024-05-18T14:00:00Z']`, 'F1_SOURCE_NOT_DATA');
});

test('a packed recording that is cut keeps what came before the cut', async (t) => {
  const lines = Array.from(
    { length: 3000 },
    (_, n) => `['A', {'n': ${n * 7919}}, '2024-05-18T14:00:00.${String(n).padStart(4, '0')}Z']`,
  );
  const whole = gzipSync(lines.join('\n'));
  const { messages, notes } = await unpack(t, whole.subarray(0, Math.floor(whole.length * 0.7)));
  assert.ok(messages > 500 && messages < 3000, String(messages));
  assert.match(notes.join(), /cut off/);
});

test('a packed topic that unpacks without end is a malformed line, not a full memory', async (t) => {
  const bomb = deflateRawSync(Buffer.alloc(200 * 1024 * 1024)).toString('base64');
  const path = join(tempDir(t), 'x.dat');
  writeFileSync(
    path,
    [
      `['TrackStatus', {'Status': '1', 'Message': 'AllClear'}, '2024-05-18T14:00:00Z']`,
      `['CarData.z', '${bomb}', '2024-05-18T14:00:01Z']`,
    ].join('\n'),
  );
  const raw = await rawSession(path, '2024 Imola Qualifying');
  const topic = raw.report.topics.find((one) => one.topic === 'CarData.z')!;
  assert.deepEqual([topic.lines, topic.malformed], [1, 1]);
  assert.match(raw.report.malformed[0]!.reason, /unpacks to more than/);
});

const json: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.string({ unit: 'binary' }),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }),
  ),
})).value;

/** A value as Python's repr writes it. */
function pythonText(value: unknown, quote: string): string {
  if (value === null) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'number') return String(value);
  if (typeof value === 'string') {
    const escaped = value
      .replaceAll('\\', '\\\\')
      .replaceAll(quote, `\\${quote}`)
      .replaceAll('\n', '\\n')
      .replaceAll('\r', '\\r');
    return quote + escaped + quote;
  }
  if (Array.isArray(value)) return `[${value.map((one) => pythonText(one, quote)).join(', ')}]`;
  const entries = Object.entries(value as object).map(
    ([key, one]) => `${pythonText(key, quote)}: ${pythonText(one, quote)}`,
  );
  return `{${entries.join(', ')}}`;
}

test('D1: the literal parser gives back whatever Python writes', () => {
  fc.assert(
    fc.property(json, fc.constantFrom("'", '"'), (value, quote) => {
      assert.deepEqual(parsePythonLiteral(pythonText(value, quote)), JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('any text, cut or flipped, is read to a value or refused, and a line never throws', () => {
  const sample = `['DriverList', {'5': {'LastName': "O'WARD", 'X': None, 'n': [1, 2.5, -3e2]}}, '2025-10-24T18:30:00Z']`;
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.nat(sample.length).map((length) => sample.slice(0, length)),
        fc
          .tuple(fc.nat(sample.length - 1), fc.string({ minLength: 1, maxLength: 1 }))
          .map(([at, char]) => sample.slice(0, at) + char + sample.slice(at + 1)),
      ),
      (text) => {
        try {
          parsePythonLiteral(text);
        } catch (error) {
          assert.ok(error instanceof LiteralError, String(error));
        }
        const reading = readRecordedLine(text);
        if (reading.kind !== 'messages') return;
        for (const { topic, data, epochMs } of reading.messages) {
          assert.ok(text.includes(topic));
          assert.ok(typeof data === 'string' || (typeof data === 'object' && data !== null));
          assert.ok(epochMs === null || Number.isFinite(epochMs));
        }
      },
    ),
    { numRuns: 500 },
  );
  assert.throws(() => parsePythonLiteral('['.repeat(10_000)), LiteralError);
  assert.throws(() => parsePythonLiteral(`{'__proto__': 1`), LiteralError);
});
