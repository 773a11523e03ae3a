import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { noLog } from '../../src/domain/log.ts';
import { installKafka, kafkaStatus, probeBroker, stopKafka } from '../../src/kafka/managed/index.ts';
import { isProcessAlive, processStartTime } from '../../src/util/process-info.ts';
import { freeTestPort } from '../support/raw-kafka.ts';
import { skipWithoutKafka } from '../support/test-kafka.ts';
import { tempDir } from '../support/temp-dir.ts';

type Context = Parameters<typeof tempDir>[0];
const kafkaTest = { skip: skipWithoutKafka, timeout: 180_000 };
const main = resolve(import.meta.dirname, '../../src/main.ts');

test('kafka start, status, stop: exit codes and JSON as a script wants them', kafkaTest, async (t) => {
  const folder = await managedFolder(t);
  const started = await run(t, ['kafka', 'start', '--json', ...folder.start]);
  assert.equal(started.code, 0, started.stderr);
  const { pid, bootstrap, alreadyRunning } = JSON.parse(started.stdout) as Record<string, unknown>;
  assert.deepEqual([bootstrap, alreadyRunning], [`127.0.0.1:${folder.port}`, false]);
  const status = await run(t, ['kafka', 'status', '--json', '--dir', folder.dir]);
  assert.equal(status.code, 0);
  const found = JSON.parse(status.stdout) as Record<string, unknown>;
  assert.deepEqual([found['state'], found['pid']], ['running', pid]);
  const again = await run(t, ['kafka', 'start', ...folder.start]);
  assert.equal(again.code, 0);
  assert.match(
    again.stdout,
    new RegExp(`already running on localhost:${folder.port} \\(pid ${String(pid)}\\)`, 'u'),
  );
  const foreign = await run(t, ['kafka', 'start', ...folder.start, '--dir', join(tempDir(t), 'other')]);
  assert.equal(foreign.code, 2);
  assert.match(
    foreign.stderr,
    new RegExp(`port ${folder.port} is taken by java \\(pid ${String(pid)}\\)`, 'u'),
  );
  const refused = await run(t, ['kafka', 'reset', '--yes', '--dir', folder.dir]);
  assert.equal(refused.code, 2, 'no reset under a running broker');
  assert.equal((await run(t, ['kafka', 'stop', '--dir', folder.dir])).code, 0);
  const twice = await run(t, ['kafka', 'stop', '--dir', folder.dir]);
  assert.deepEqual([twice.code, twice.stdout], [0, 'Kafka is not running\n']);
  assert.equal((await run(t, ['kafka', 'status', '--dir', folder.dir])).code, 1);
});

test('E15: kafka start --reset-data asks, and renames what was there', kafkaTest, async (t) => {
  const folder = await managedFolder(t);
  assert.equal((await run(t, ['kafka', 'start', ...folder.start])).code, 0);
  const before = (await kafkaStatus({ dir: folder.dir })).clusterId;
  assert.equal((await run(t, ['kafka', 'stop', '--dir', folder.dir])).code, 0);
  const asked = await run(t, ['kafka', 'start', '--reset-data', ...folder.start]);
  assert.deepEqual([asked.code, /Nobody can be asked here.*--yes/su.test(asked.stderr)], [2, true]);
  assert.equal((await run(t, ['kafka', 'start', '--reset-data', '--yes', ...folder.start])).code, 0);
  assert.notEqual((await kafkaStatus({ dir: folder.dir })).clusterId, before);
  const aside = readdirSync(folder.dir).filter((name) => name.startsWith('data.aside-'));
  assert.ok(aside.some((name) => existsSync(join(folder.dir, name, 'meta.properties'))));
});

test(
  'E22: a broker of kafka start survives Ctrl-C in its terminal and the end of its starter',
  kafkaTest,
  async (t) => {
    const folder = await managedFolder(t);
    const group = spawn(
      'sh',
      [
        '-c',
        '"$@"; echo started; exec sleep 60',
        'sh',
        process.execPath,
        main,
        'kafka',
        'start',
        ...folder.start,
      ],
      {
        detached: true,
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    for await (const text of group.stdout) if (String(text).includes('started')) break;
    const { pid } = await kafkaStatus({ dir: folder.dir });
    process.kill(-group.pid!, 'SIGINT'); // what a terminal sends to its foreground group
    await once(group, 'exit');
    assert.ok((await probeBroker({ bootstrap: `127.0.0.1:${folder.port}` })).isOk);
    assert.equal((await kafkaStatus({ dir: folder.dir })).pid, pid);
  },
);

test('E22: kafka start --foreground ends with Ctrl-C, and the broker with it', kafkaTest, async (t) => {
  const folder = await managedFolder(t);
  const { pid, startTime, exit } = await startForeground(folder, 'SIGINT');
  assert.equal(await exit, 130);
  assert.equal(isProcessAlive(pid, startTime), false);
  assert.equal((await kafkaStatus({ dir: folder.dir })).state, 'stopped');
});

test(
  'E22: a broker that belongs to a command ends with it even when that is killed',
  kafkaTest,
  async (t) => {
    const folder = await managedFolder(t);
    const { pid, startTime, exit } = await startForeground(folder, 'SIGKILL');
    assert.equal(await exit, null);
    while (isProcessAlive(pid, startTime)) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal((await kafkaStatus({ dir: folder.dir })).state, 'stopped');
  },
);

test('kafka refuses options that make no sense, with exit code 2', async (t) => {
  for (const args of [
    ['start', '--port', '70000'],
    ['start', '--heap-mb', '5'],
    ['start', '--controller-port', 'x'],
    ['unknown'],
    ['start', '--port', '21590', '--controller-port', '21590', '--dir', join(tempDir(t), 'kafka')],
  ]) {
    const { code, stderr } = await run(t, ['kafka', ...args]);
    assert.equal(code, 2, `${args.join(' ')}: ${stderr}`);
    assert.doesNotMatch(stderr, /^\s+at /mu);
  }
});

interface Folder {
  readonly dir: string;
  readonly port: number;
  readonly start: readonly string[];
}

async function managedFolder(t: Context): Promise<Folder> {
  const parent = mkdtempSync(join(tmpdir(), 'slipstream-kafka-'));
  const dir = join(parent, 'kafka');
  const port = await freeTestPort();
  await installKafka({ dir, log: noLog, signal: new AbortController().signal });
  t.after(async () => {
    await stopKafka({ dir, log: noLog });
    rmSync(parent, { recursive: true, force: true });
  });
  const ports = ['--port', String(port), '--controller-port', String(await freeTestPort())];
  return { dir, port, start: ['--dir', dir, ...ports, '--heap-mb', '256'] };
}

async function startForeground(
  folder: Folder,
  signal: NodeJS.Signals,
): Promise<{ pid: number; startTime: string; exit: Promise<number | null> }> {
  const child = spawn(process.execPath, [main, 'kafka', 'start', '--foreground', '--json', ...folder.start], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { pid } = JSON.parse(String(line)) as { pid: number };
  const startTime = processStartTime(pid)!;
  const exit = once(child, 'exit').then(([code]) => code as number | null);
  child.kill(signal);
  return { pid, startTime, exit };
}

/** Runs the command line in an empty folder of its own. */
async function run(
  t: Context,
  args: readonly string[],
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn(process.execPath, [main, ...args], {
    cwd: tempDir(t),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (data) => (stdout += String(data)));
  child.stderr.on('data', (data) => (stderr += String(data)));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}
