import { connectKafka } from '../../src/kafka/index.ts';
import { findJava, installKafka, startKafka } from '../../src/kafka/managed/index.ts';
import type { ManagedKafka } from '../../src/kafka/managed/index.ts';
import type { Broker } from '../../src/domain/broker.ts';
import { noLog } from '../../src/domain/log.ts';
import { SkipError } from './context.ts';
import type { BenchContext } from './context.ts';

/** Throws SkipError where no broker can run; obtains Kafka when it is not installed yet. */
export async function requireKafka({ dir, signal, say }: BenchContext): Promise<void> {
  const { java, found } = await findJava();
  if (java === null) throw new SkipError(`Apache Kafka needs Java 17 or newer: ${found.join('; ')}`);
  await installKafka({ dir, signal, log: { ...noLog, info: say } });
}

/** A managed Apache Kafka as users get it, in a temporary folder, that ends with the benchmark. */
export async function startBenchKafka(context: BenchContext): Promise<ManagedKafka> {
  await requireKafka(context);
  const kafka = await startKafka({
    dir: `${context.dir}/kafka`,
    port: context.port(0),
    controllerPort: context.port(1),
    heapMb: 512,
    profile: 'normal',
    log: noLog,
    signal: context.signal,
    endsWithParent: true,
  });
  context.onEnd(() => kafka.stop());
  return kafka;
}

/** A client that is closed when the benchmark ends. */
export async function connectBench(context: BenchContext, bootstrap: string): Promise<Broker> {
  const broker = await connectKafka({
    bootstrapServers: bootstrap,
    clientId: 'slipstream-bench',
    deliveryTimeoutMs: 30_000,
    log: noLog,
  });
  context.onEnd(() => broker.close());
  return broker;
}

/** `--set` arguments that give a command topics of its own: what ran before must not count as its window. */
export function topicArguments(prefix: string): string[] {
  return ['telemetry', 'alerts', 'predictions', 'timing', 'control'].flatMap((role) => [
    '--set',
    `kafka.topics.${role}=${prefix}-${role}`,
  ]);
}
