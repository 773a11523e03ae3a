import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { noLog } from '../../src/domain/log.ts';
import type { Log } from '../../src/domain/log.ts';
import { findJava, findKafka, installKafka, startKafka } from '../../src/kafka/managed/index.ts';
import type { ManagedKafka } from '../../src/kafka/managed/index.ts';

const { java, found } = await findJava();
const folders = (process.env['PATH'] ?? '').split(delimiter);
const canInstall = findKafka(tmpdir()) !== null || folders.some((folder) => existsSync(join(folder, 'mvn')));

/** Skip reason for `node:test` where no real broker can run: false = run. */
export const skipWithoutKafka: string | false =
  java === null
    ? `a real Kafka broker needs Java 17 or newer: ${found.join('; ')}`
    : !canInstall && 'a real Kafka broker needs Maven (mvn) once, or KAFKA_HOME';

/** The first install takes a minute: said on stderr, even when the test itself logs nothing. */
const installLog: Log = { ...noLog, info: (message) => void process.stderr.write(`${message}\n`) };

export interface TestKafka {
  readonly bootstrap: string;
  readonly port: number;
  readonly dir: string;
  /** The broker of the last start. */
  broker(): ManagedKafka;
  /** kill −9, as a crash would. */
  kill(): Promise<void>;
  /** SIGTERM and wait. */
  stop(): Promise<void>;
  /** Starts it again on the same folder and ports. */
  restart(): Promise<ManagedKafka>;
}

/**
 * A real broker of its own (fast-start profile, free ports, temporary folder) that ends with the test, or with this
 * process. `t` is the context of the test, or `{ after }` of `node:test` for a whole file. Jars are obtained once and
 * kept in the user cache, or taken from the folder that SLIPSTREAM_KAFKA_LIBS names.
 */
export async function startTestKafka(
  t: { after(clean: () => Promise<void>): void },
  log: Log = noLog,
): Promise<TestKafka> {
  const dir = mkdtempSync(join(tmpdir(), 'slipstream-kafka-'));
  const { signal } = new AbortController();
  await installKafka({ dir, log: installLog, signal });
  const options = { dir, heapMb: 256, profile: 'test', log, signal, endsWithParent: true } as const;
  let broker = await startKafka({ ...options, port: 0, controllerPort: 0 });
  const { port, bootstrap, controllerPort } = broker;
  t.after(async () => {
    await broker.stop();
    rmSync(dir, { recursive: true, force: true });
  });
  return {
    bootstrap,
    port,
    dir,
    broker: () => broker,
    kill: async () => {
      process.kill(broker.pid, 'SIGKILL');
      await broker.ended;
    },
    stop: () => broker.stop(),
    restart: async () => (broker = await startKafka({ ...options, port, controllerPort })),
  };
}
