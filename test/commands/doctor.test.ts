import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import type { CheckResult } from '../../src/commands/doctor/check.ts';
import { checkBroker, describeClock } from '../../src/commands/doctor/check-broker.ts';
import { checkFolders } from '../../src/commands/doctor/check-folders.ts';
import { checkManagedKafka } from '../../src/commands/doctor/check-managed-kafka.ts';
import { runChecks } from '../../src/commands/doctor/run-checks.ts';
import { readConfig } from '../../src/commands/read-config.ts';
import type { Config } from '../../src/config/schema.ts';
import { probeTopic } from '../../src/kafka/managed/probe.ts';
import { connectKafka } from '../../src/kafka/index.ts';
import { noLog } from '../../src/domain/log.ts';
import { installKafka, tryConnect } from '../../src/kafka/managed/index.ts';
import { freeTestPort, startRawNode } from '../support/raw-kafka.ts';
import { skipWithoutKafka, startTestKafka } from '../support/test-kafka.ts';
import { tempDir } from '../support/temp-dir.ts';

type Context = Parameters<typeof tempDir>[0];
const { signal } = new AbortController();

test('runChecks: every line has a state, and advice when it is not ok', { timeout: 60_000 }, async (t) => {
  const config = await configFor(t, [`kafka.bootstrap_servers=localhost:${await freeTestPort()}`]);
  const results = await runChecks({ config, signal, environment: process.env });
  const names = results.map(({ name }) => name);
  for (const name of [
    'Node',
    'Dependencies',
    'Java',
    'Maven',
    'Managed Kafka',
    'Bridge port',
    'Broker',
    'Cache folder',
    'Log folder',
    'Disk',
    'Configured race',
    'Browser for tests',
  ]) {
    assert.ok(names.includes(name), name);
  }
  for (const result of results) {
    if (result.status === 'ok') assert.equal(result.advice, null);
    else assert.ok((result.advice ?? '').length > 0, result.name);
  }
  assert.equal(find(results, 'Node').status, 'ok');
  assert.match(find(results, 'Broker').found, /ECONNREFUSED/u);
});

test('A8: checkFolders fails with path, user, errno and key for a folder that cannot be written', async (t) => {
  const file = join(tempDir(t), 'file');
  writeFileSync(file, '');
  const config = await configFor(t, [`source.cache_dir=${join(file, 'cache')}`]);
  const result = find(await checkFolders({ config, signal, environment: {} }), 'Cache folder');
  assert.equal(result.status, 'fail');
  assert.match(result.found, /file\/cache cannot be written by user \S+: .*ENOTDIR/u);
  assert.match(result.advice ?? '', /source\.cache_dir/u);
});

test('A7: runChecks names the process that has the port of the bridge', { timeout: 60_000 }, async (t) => {
  const server = createServer();
  const port = await freeTestPort();
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  t.after(() => server.close());
  const config = await configFor(t, [`grafana.bridge_port=${port}`]);
  const result = find(await runChecks({ config, signal, environment: process.env }), 'Bridge port');
  assert.equal(result.status, 'warn');
  assert.match(result.found, new RegExp(`port ${port} is taken by .* \\(pid ${process.pid}\\)`, 'u'));
});

test(
  'E14: checkBroker compares the clocks of a usable broker',
  { skip: skipWithoutKafka, timeout: 120_000 },
  async (t) => {
    const kafka = await startTestKafka(t);
    const admin = await connectKafka({ bootstrapServers: kafka.bootstrap, clientId: 'test' });
    t.after(() => admin.close());
    const config = await configFor(t, [
      `kafka.bootstrap_servers=localhost:${kafka.port}`,
      `kafka.managed.dir=${kafka.dir}`,
    ]);
    const results = await checkBroker({ config, signal, environment: process.env });
    assert.deepEqual(
      results.map(({ name, status }) => `${name} ${status}`),
      ['Broker ok', 'Broker clock ok'],
    );
    assert.match(
      results[0]?.found ?? '',
      new RegExp(`clients use (?:127\\.0\\.0\\.1|\\[::1\\]):${kafka.port}`, 'u'),
    );
    const { topics } = await admin.describe();
    assert.deepEqual(
      topics.map(({ name }) => name),
      [probeTopic],
      'the managed broker keeps the topic of its ready probe',
    );
    const managed = await checkManagedKafka({ config, signal, environment: process.env });
    assert.match(managed[0]?.found ?? '', /running on localhost/u);
  },
);

test('E14: describeClock warns of a broker whose clock is two hours behind ours', () => {
  assert.equal(describeClock(-350).status, 'ok');
  const behind = describeClock(-7_200_000);
  assert.equal(behind.status, 'warn');
  assert.equal(behind.found, '7200.0 s behind ours');
  assert.match(behind.advice ?? '', /NTP/u);
  assert.equal(describeClock(null).status, 'warn');
});

test(
  'checkBroker removes the topic that it made on a broker of others',
  { skip: skipWithoutKafka, timeout: 120_000 },
  async (t) => {
    await installKafka({ dir: tempDir(t), log: noLog, signal });
    const port = await freeTestPort();
    await startRawNode(t, [`PLAINTEXT://127.0.0.1:${port}`]);
    while ((await tryConnect('127.0.0.1', port, 1000)) !== null)
      await new Promise((resolve) => setTimeout(resolve, 50));
    const config = await configFor(t, [`kafka.bootstrap_servers=127.0.0.1:${port}`]);
    const results = await checkBroker({ config, signal, environment: process.env });
    assert.equal(results[0]?.status, 'ok', results[0]?.found);
    const admin = await connectKafka({ bootstrapServers: `127.0.0.1:${port}`, clientId: 'test' });
    t.after(() => admin.close());
    assert.deepEqual((await admin.describe()).topics, []);
  },
);

test(
  'doctor ends with 1 when something essential fails, and with JSON on demand',
  { timeout: 60_000 },
  async (t) => {
    const file = join(tempDir(t), 'file');
    writeFileSync(file, '');
    const main = resolve(import.meta.dirname, '../../src/main.ts');
    const args = [
      main,
      'doctor',
      '--json',
      '--set',
      `source.cache_dir=${join(file, 'cache')}`,
      '--set',
      'source.archive_url=http://127.0.0.1:9',
      '--set',
      'source.mirror_url=null',
    ];
    await assert.rejects(
      promisify(execFile)(process.execPath, args, { cwd: tempDir(t) }),
      (error: unknown) => {
        const { code, stdout } = error as { code: number; stdout: string };
        assert.equal(code, 1);
        const { isOk, checks } = JSON.parse(stdout) as { isOk: boolean; checks: CheckResult[] };
        assert.equal(isOk, false);
        assert.deepEqual(
          checks.filter(({ status }) => status === 'fail').map(({ name }) => name),
          ['Cache folder'],
        );
        return true;
      },
    );
  },
);

function find(results: readonly CheckResult[], name: string): CheckResult {
  const result = results.find((each) => each.name === name);
  assert.ok(result !== undefined, name);
  return result;
}

async function configFor(t: Context, set: readonly string[]): Promise<Config> {
  const dir = tempDir(t);
  const own = [
    `source.archive_url=http://127.0.0.1:9`,
    'source.mirror_url=null',
    `kafka.managed.dir=${join(dir, 'kafka')}`,
  ];
  const { config } = await readConfig({ set: [...own, ...set] });
  return config;
}
