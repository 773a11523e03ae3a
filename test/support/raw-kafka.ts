import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { createKafkaId } from '../../src/kafka/managed/data-folder.ts';
import { findKafka, findJava } from '../../src/kafka/managed/index.ts';
import { classPath } from '../../src/kafka/managed/jvm.ts';
import { findPortConflict } from '../../src/util/port-owner.ts';

export interface RawKafka {
  readonly pid: number;
  kill(): Promise<void>;
}

const jvm = ['-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];

/**
 * A Kafka process with properties of the test's own, for clusters that the managed command does not make: a controller
 * apart from its broker, a wrong advertised listener. Does not wait for anything; it is killed when the test ends.
 */
export async function startRawKafka(
  t: TestContext,
  clusterId: string,
  properties: Readonly<Record<string, string | number>>,
): Promise<RawKafka> {
  const { java } = await findJava();
  const dir = mkdtempSync(join(tmpdir(), 'slipstream-raw-kafka-'));
  const install = findKafka(dir);
  if (java === null || install === null)
    throw new Error('Cannot start Kafka: run slipstream kafka install first');
  const all = { 'log.dirs': join(dir, 'data'), 'offsets.topic.replication.factor': 1, ...properties };
  const file = join(dir, 'server.properties');
  writeFileSync(
    file,
    Object.entries(all)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  );
  const log4j = join(dir, 'log4j2.properties');
  writeFileSync(log4j, 'rootLogger.level = off\n');
  const base = [...jvm, `-Dlog4j2.configurationFile=${log4j}`, '-cp', classPath(install)];
  execFileSync(java.path, [...base, 'kafka.tools.StorageTool', 'format', '-t', clusterId, '-c', file], {
    stdio: 'pipe',
  });
  const output = openSync(join(dir, 'console.log'), 'w');
  const child = spawn(java.path, [...base, 'kafka.Kafka', file], { stdio: ['ignore', output, output] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  t.after(async () => {
    await kill();
    rmSync(dir, { recursive: true, force: true });
  });
  return { pid: child.pid!, kill };
}

/**
 * One such process that is broker and controller of a cluster of its own. `listeners` are those of clients, by name and
 * address (`OUT://127.0.0.1:9092`), all of them plain text.
 */
export async function startRawNode(
  t: TestContext,
  listeners: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<RawKafka> {
  const controller = `127.0.0.1:${await freeTestPort()}`;
  const names = ['CONTROLLER', ...listeners.map((listener) => listener.replace(/:.*/u, ''))];
  return startRawKafka(t, newClusterId(), {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@${controller}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': names.map((name) => `${name}:PLAINTEXT`).join(),
    listeners: [...listeners, `CONTROLLER://${controller}`].join(),
    ...more,
  });
}

export const newClusterId = createKafkaId;

/** A port below the range of outgoing connections that nothing listens on. */
export async function freeTestPort(): Promise<number> {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    if ((await findPortConflict(port)) === null) return port;
  }
}
