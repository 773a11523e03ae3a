import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Broker } from '../../src/domain/broker.ts';
import { partitionForKey } from '../../src/domain/partition.ts';
import { sharedData, skipWithout } from '../support/shared-data.ts';
import { skipWithoutKafka } from '../support/test-kafka.ts';
import { brokerPlace, connectTo, startBrokerProcess } from './support/broker-process.ts';
import type { BrokerPlace } from './support/broker-process.ts';
import { inReverse } from './support/cleanup.ts';
import { simulatedRace, workFolder } from './support/files.ts';
import { noneLeft } from './support/processes.ts';
import { runProgram, settings, startProgram } from './support/program.ts';
import type { ProgramEnd } from './support/program.ts';
import { keyText, ofRun, readTopic, scanTopic, valueOf } from './support/records.ts';

const file = inReverse({ after });
const dir = workFolder(file);
let place: BrokerPlace;
let broker: Broker;
let race = '';

interface SummaryLine {
  readonly session: string;
  readonly broker: string;
  readonly rows: number;
  readonly published: number;
  readonly topics: Record<string, number[]>;
  readonly scheduleErrorMs: null | { p50: number; p99: number; max: number };
  readonly alerts: Record<string, number>;
  readonly seconds: number;
  readonly run: string;
  readonly missing: { topic: string; reason: string }[];
}

const promised = ['session', 'broker', 'rows', 'published', 'topics', 'scheduleErrorMs', 'alerts', 'seconds'];

before(async () => {
  race = await simulatedRace(dir);
  if (skipWithoutKafka !== false) return;
  place = await brokerPlace(dir);
});

/** The last line of stdout, which is the only one. */
function summaryOf({ code, stdout, stderr }: ProgramEnd): SummaryLine {
  assert.equal(code, 0, stderr);
  const lines = stdout.trimEnd().split('\n');
  assert.equal(lines.length, 1, stdout);
  return JSON.parse(lines[0]!) as SummaryLine;
}

function once(session: string, choice: string): string[] {
  return [
    'start',
    session,
    '--broker',
    choice,
    '--speed',
    'max',
    '--once',
    '--no-page',
    '--bridge-port',
    '0',
  ];
}

const sum = (counts: readonly number[] = []): number => counts.reduce((total, count) => total + count, 0);

/** Reads the run back from the broker and compares it with what the program said. */
async function checkStored(summary: SummaryLine): Promise<void> {
  const perPartition = [0, 0, 0, 0];
  const lastTime = new Map<string, number>();
  await scanTopic(broker, 'f1-telemetry', (record) => {
    if (record.headers['run'] !== summary.run) return;
    perPartition[record.partition]! += 1;
    const { driver, session_time: time } = valueOf(record) as { driver: string; session_time: number };
    if (keyText(record) !== driver || record.partition !== partitionForKey(driver, 4))
      assert.fail(`${driver} has key ${keyText(record)} on partition ${record.partition}`);
    // Strictly rising, so no row is there twice.
    if (time <= (lastTime.get(driver) ?? -Infinity)) assert.fail(`${driver} goes back to ${time}`);
    lastTime.set(driver, time);
  });
  assert.equal(sum(perPartition), summary.rows, 'records of the run = rows of the table');
  assert.equal(summary.published, summary.rows);
  assert.deepEqual(summary.topics['f1-telemetry'], perPartition);
  const timing = ofRun(await readTopic(broker, 'f1-timing'), summary.run);
  assert.equal(sum(summary.topics['f1-timing']), timing.length);
  await checkAlerts(summary);
}

async function checkAlerts(summary: SummaryLine): Promise<void> {
  const severities = ['high', 'medium', 'low'];
  const stored = ofRun(await readTopic(broker, 'f1-alerts'), summary.run);
  const opened: Record<string, number> = {};
  const states = new Map<string, string[]>();
  for (const record of stored) {
    const alert = valueOf(record);
    assert.equal(keyText(record), alert['alert_id']);
    assert.equal(severities[record.partition], alert['severity']);
    const id = String(alert['alert_id']);
    states.set(id, [...(states.get(id) ?? []), String(alert['state'])]);
    if (alert['state'] !== 'open') continue;
    const type = String(alert['alert_type']);
    opened[type] = (opened[type] ?? 0) + 1;
  }
  assert.deepEqual(summary.alerts, opened);
  assert.equal(sum(summary.topics['f1-alerts']), stored.length, 'the summary counts every alert record');
  for (const [id, seen] of states) assert.deepEqual(seen, ['open', 'closed'], id);
}

test(
  'start --broker managed --once: a broker of its own ends with it, the data stays for the next',
  {
    skip: skipWithoutKafka,
  },
  async (t) => {
    const program = startProgram(t, [...once(race, 'managed'), '--json', ...place.options]);
    const summary = summaryOf(await program.ended);
    await noneLeft(program.family);
    assert.deepEqual(Object.keys(summary).slice(0, promised.length), promised);
    assert.match(summary.session, /SIMULATED/u);
    assert.match(summary.broker, /managed Apache Kafka/u);
    assert.equal(summary.scheduleErrorMs, null, 'absent at max');
    assert.ok(summary.rows > 10_000 && summary.seconds > 0);
    await startBrokerProcess(file, place);
    broker = await connectTo(file, place);
    await checkStored(summary);
  },
);

test(
  'E22: start --broker managed uses the broker that kafka start left running, and leaves it running',
  {
    skip: skipWithoutKafka,
  },
  async (t) => {
    const args = [...once(race, 'managed'), '--json', '--drivers', 'car', ...place.options];
    const drivers = (await readTopic(broker, 'f1-timing'))
      .map(valueOf)
      .filter((value) => value['message_type'] === 'driver')
      .map((value) => String(value['code']));
    args[args.indexOf('car')] = drivers.slice(0, 2).join(',').toLowerCase();
    const summary = summaryOf(await runProgram(t, args));
    assert.match(summary.broker, /already running/u);
    await checkStored(summary);
    const seen = ofRun(await readTopic(broker, 'f1-telemetry'), summary.run).map(keyText);
    assert.deepEqual(new Set(seen), new Set(drivers.slice(0, 2)));
  },
);

const monaco = sharedData('sessions', '2023_monaco_race', 'raw');
test(
  'start: every merged row of Monaco 2023 once, 264 DRS episodes, no high speed',
  {
    skip: skipWithoutKafka || skipWithout(monaco),
  },
  async (t) => {
    const summary = summaryOf(
      await runProgram(t, [...once(monaco!, place.bootstrap), '--json', ...place.options]),
    );
    assert.equal(summary.rows, 984_156);
    assert.equal(summary.alerts['drs_status_change'], 264);
    assert.equal(summary.alerts['high_speed'] ?? 0, 0);
    await checkStored(summary);
  },
);

const withHoles: [string, string | null, RegExp][] = [
  ['the 2023 Qatar folder', sharedData('sessions', '2023_qatar_race', 'raw'), /CarData/u],
  [
    'the 2025 Australian race',
    sharedData('archive', '2025', '2025-03-16_Australian_Grand_Prix', '2025-03-16_Race'),
    /CarData/u,
  ],
  [
    'the 2024 Spanish qualifying',
    sharedData('archive', '2024', '2024-06-23_Spanish_Grand_Prix', '2024-06-22_Qualifying'),
    /CarData/u,
  ],
];
for (const [title, folder, missing] of withHoles) {
  test(
    `A10: ${title} ends with 0 and names what is missing, for people and as JSON`,
    {
      skip: skipWithout(folder),
    },
    async (t) => {
      const own = settings(workFolder(inReverse(t)));
      const summary = summaryOf(await runProgram(t, [...once(folder!, 'embedded'), '--json', ...own]));
      assert.equal(summary.rows, 0);
      assert.match(summary.missing.map(({ topic }) => topic).join(' '), missing);
      assert.ok(summary.missing.every(({ reason }) => reason.length > 10));
      assert.ok(sum(summary.topics['f1-timing']) > 0, 'timing is streamed all the same');
      const told = await runProgram(t, [...once(folder!, 'embedded'), ...own]);
      assert.equal(told.code, 0);
      assert.match(told.stderr, /no telemetry/u);
      assert.match(told.stderr, new RegExp(`Missing .*${missing.source}`, 'u'));
    },
  );
}
