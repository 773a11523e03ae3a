import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { commandTable } from '../../src/commands/command-table.ts';
import { testKafka } from '../support/kafka-broker.ts';
import { skipWithoutKafka } from '../support/test-kafka.ts';
import { inReverse } from './support/cleanup.ts';
import { simulatedRace, workFolder } from './support/files.ts';
import { runProgram, settings, startProgram } from './support/program.ts';

const file = inReverse({ after });
const dir = workFolder(file);
const options = settings(dir);
let bootstrap = '';

before(async () => {
  if (skipWithoutKafka !== false) return;
  ({ bootstrap } = await testKafka(file));
  const race = await simulatedRace(dir);
  const { code, stderr } = await runProgram(file, [
    'replay',
    race,
    '--broker',
    bootstrap,
    '--speed',
    'max',
    '--once',
    ...topics,
  ]);
  assert.equal(code, 0, stderr);
});

const topics = [
  ...options,
  ...['telemetry', 'alerts', 'predictions', 'timing', 'control'].flatMap((role) => [
    '--set',
    `kafka.topics.${role}=commands-${role}`,
  ]),
];

test('every command has help with examples', async (t) => {
  for (const { name } of commandTable) {
    const { code, stdout, stderr } = await runProgram(t, [name, '--help']);
    assert.equal(code, 0, `${name}: ${stderr}`);
    assert.match(stdout, new RegExp(`Usage: slipstream ${name}`, 'u'));
    assert.match(stdout, /Examples?:\n {2}slipstream /u, name);
  }
});

test('commands with --json print JSON alone on stdout', async (t) => {
  for (const args of [
    ['config'],
    ['sessions'],
    ['cache', 'list'],
    ['doctor'],
    ['kafka', 'status'],
    ['simulate', '--laps', '1', '--out', `${dir}/one-lap`],
    ['extract', `${dir}/one-lap`, '--out', `${dir}/out`],
  ]) {
    const { stdout, stderr } = await runProgram(t, [...args, '--json', ...options]);
    assert.doesNotThrow(() => JSON.parse(stdout), `${args.join(' ')}: ${stdout}\n${stderr}`);
  }
});

test('what the user can correct ends with 2, one line that says what is wrong, and no stack', async (t) => {
  const wrong: [string[], RegExp][] = [
    [['start', '--speed', '5000'], /0\.1–1000 or max/u],
    [['start', '--sped', '5'], /--sped/u],
    [['start', '--laps', '9-3'], /laps/u],
    [['start', '--start', 'noon'], /start/u],
    [['start', '--loop', '--once', '--broker', 'embedded'], /--loop with --once/u],
    [['start', '--broker', 'nonsense!'], /auto, embedded, managed or HOST:PORT/u],
    [['start', '--bridge-port', '70000'], /65535/u],
    [['start', `${dir}/nowhere`, '--broker', 'embedded', '--no-page', '--bridge-port', '0'], /nowhere/u],
    [['replay', '--broker', 'embedded'], /embedded/u],
    [['bridge', '--bridge-port', 'x'], /65535/u],
    [['consume', '--interval', '0'], /above 0/u],
    [['consume', '--max-messages', 'many'], /above 0/u],
    [['extract', dir, '--format', 'xls'], /csv or parquet/u],
    [['simulate', '--laps', '0', '--out', `${dir}/zero`], /1/u],
    [['config', '--set', 'kafka.partitons.telemetry=8'], /kafka\.partitions/u],
    [['config', '--set', 'kafka.partitions.telemetry=many'], /kafka\.partitions\.telemetry/u],
    [['config', '--set', 'nonsense'], /PATH=VALUE/u],
    [['cache', 'burn'], /burn/u],
    [['kafka', 'strat'], /start/u],
    [['consum'], /consume/u],
  ];
  for (const [args, reason] of wrong) {
    const { code, stderr } = await runProgram(t, [...args, ...(args[1] === 'burn' ? [] : options)]);
    assert.equal(code, 2, `${args.join(' ')}: ${stderr}`);
    assert.match(stderr, reason, args.join(' '));
    assert.doesNotMatch(stderr, /\n {4}at /u, args.join(' '));
  }
});

test('an unknown command suggests the nearest one, none at all shows the list', async (t) => {
  const typo = await runProgram(t, ['strat']);
  assert.equal(typo.code, 2);
  assert.match(typo.stderr, /Did you mean (?:one of )?.*start/u);
  const none = await runProgram(t, []);
  assert.equal(none.code, 2);
  assert.match(none.stdout + none.stderr, /Commands:/u);
  const help = await runProgram(t, ['--help']);
  assert.equal(help.code, 0);
  for (const { name } of commandTable) assert.match(help.stdout, new RegExp(`^ {2}${name} `, 'mu'));
});

test('A7: a bridge port that is taken is named with the key to change, exit 2', async (t) => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  for (const args of [
    ['bridge', '--broker', '127.0.0.1:9'],
    ['start', '--broker', 'embedded'],
  ]) {
    const { code, stderr } = await runProgram(t, [
      ...args,
      '--no-page',
      '--bridge-port',
      String(port),
      ...options,
    ]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, new RegExp(`port ${port}`, 'iu'));
    assert.match(stderr, /--bridge-port 0/u);
    assert.doesNotMatch(stderr, /\n {4}at /u);
  }
});

test('A7: start without --bridge-port takes the next free port and says so; 127.0.0.1 and ::1 both answer', async (t) => {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  const { port } = server.address() as AddressInfo;
  const program = startProgram(t, [
    'start',
    '--broker',
    'embedded',
    '--no-page',
    ...options,
    '--set',
    `grafana.bridge_port=${port}`,
  ]);
  const [, url] = await program.waitFor(/API: (http:\S+)/u);
  const taken = Number(new URL(url!).port);
  assert.ok(taken > port, `${taken} after ${port}`);
  assert.match(program.stderr(), new RegExp(`${port}`, 'u'));
  for (const host of ['127.0.0.1', '[::1]', 'localhost']) {
    const { status } = await fetch(`http://${host}:${taken}/stats`);
    assert.equal(status, 200, host);
  }
});

test(
  'E20: consume says within a second of being connected why nothing comes',
  {
    skip: skipWithoutKafka,
  },
  async (t) => {
    const broker = ['--broker', bootstrap, ...topics];
    const latest = startProgram(t, ['consume', '--topic', 'commands-telemetry', ...broker]);
    await latest.waitFor(
      /commands-telemetry has \d{4,} records, reading starts at the end: --from-beginning reads them/u,
    );
    latest.kill('SIGINT');
    assert.equal((await latest.ended).code, 130);
    const grouped = [
      'consume',
      '--topic',
      'commands-timing',
      '--group',
      'readers',
      '--from-beginning',
      '--json',
    ];
    const reader = startProgram(t, [...grouped, ...broker]);
    const [, count] = await reader.waitFor(/commands-timing has (\d+) records/u);
    const all = await runProgram(t, [...grouped, '--group', 'others', '--max-messages', count!, ...broker]);
    assert.equal(all.code, 0, all.stderr);
    assert.equal((JSON.parse(all.stdout) as { records: number }).records, Number(count));
    reader.kill('SIGINT');
    await reader.ended;
    const atEnd = startProgram(t, [...grouped, '--group', 'others', ...broker]);
    await atEnd.waitFor(/group others is at the end: --group NEW --from-beginning reads them again/u);
    const missing = await runProgram(t, ['consume', '--topic', 'no-such-topic', ...broker]);
    assert.equal(missing.code, 2);
    assert.match(missing.stderr, /no such topic/u);
  },
);

test(
  'consume --from-beginning --max-messages 5 --raw prints five JSON objects',
  {
    skip: skipWithoutKafka,
  },
  async (t) => {
    const broker = ['--broker', bootstrap, ...topics];
    const args = ['consume', '--from-beginning', '--max-messages', '5', '--raw'];
    const { code, stdout, stderr } = await runProgram(t, [...args, ...broker]);
    assert.equal(code, 0, stderr);
    const lines = stdout.trimEnd().split('\n');
    assert.equal(lines.length, 5);
    for (const line of lines) assert.ok((JSON.parse(line) as { driver: string }).driver.length === 3);
    const counted = await runProgram(t, ['consume', '--from-beginning', '--max-messages', '500', ...broker]);
    assert.equal(counted.code, 0, counted.stderr);
    assert.match(counted.stdout, /500/u);
  },
);

test(
  'topics names what is wrong with a topic of another partition count and what to do',
  {
    skip: skipWithoutKafka,
  },
  async (t) => {
    const broker = ['--broker', bootstrap, ...topics];
    const good = await runProgram(t, ['topics', '--json', ...broker]);
    assert.equal(good.code, 0, good.stderr);
    JSON.parse(good.stdout);
    const bad = await runProgram(t, ['topics', ...broker, '--set', 'kafka.partitions.telemetry=8']);
    assert.equal(bad.code, 2, bad.stdout + bad.stderr);
    assert.match(bad.stdout + bad.stderr, /commands-telemetry.*4.*8/su);
  },
);
