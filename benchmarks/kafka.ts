import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { noLog } from '../src/domain/log.ts';
import { findJava, findKafka, startKafka } from '../src/kafka/managed/index.ts';
import type { ManagedKafka } from '../src/kafka/managed/index.ts';
import type { Benchmark, BenchContext } from './harness/context.ts';
import { connectBench, requireKafka, startBenchKafka } from './harness/kafka-broker.ts';
import { lastJson } from './harness/processes.ts';

const recordBytes = 300;
const partitions = 4;

/** Our client beside Kafka's own performance tools on one broker, and the life cycle of the managed broker. */
export const kafka: Benchmark = {
  name: 'kafka',
  title: 'Kafka client and managed broker',
  limitS: 300,
  async run(context) {
    await requireKafka(context);
    await lifeCycle(context);
    await throughput(context);
  },
};

async function lifeCycle(context: BenchContext): Promise<void> {
  const { dir, signal } = context;
  const runs = context.runs(3);
  const fresh: number[] = [];
  const again: number[] = [];
  const stopped: number[] = [];
  const afterKill: number[] = [];
  const brokers: ManagedKafka[] = [];
  context.onEnd(async () => {
    for (const broker of brokers) await broker.stop();
  });
  const timed = async <T>(action: () => Promise<T>, into: number[]): Promise<T> => {
    const startedMs = performance.now();
    const result = await action();
    into.push((performance.now() - startedMs) / 1000);
    return result;
  };
  for (let run = 0; run < runs; run++) {
    const start = async (): Promise<ManagedKafka> => {
      const broker = await startKafka({
        dir: `${dir}/life-${run}`,
        port: context.port(2),
        controllerPort: context.port(3),
        heapMb: 512,
        profile: 'normal',
        log: noLog,
        signal,
        endsWithParent: true,
      });
      brokers.push(broker);
      return broker;
    };
    let broker = await timed(start, fresh);
    process.kill(broker.pid, 'SIGKILL');
    await broker.ended;
    broker = await timed(start, afterKill);
    await timed(() => broker.stop(), stopped);
    broker = await timed(start, again);
    await broker.stop();
  }
  context.method(
    'Life cycle: Kafka is installed; times end when a topic can be created, written and read (the ready probe of `slipstream kafka start`), those of a stop when the process is gone.',
  );
  const figures = [
    ['start', 'Managed broker, first start on a new folder', fresh],
    ['start-again', 'Start after a clean stop', again],
    ['ready-after-kill', 'Ready again after kill −9', afterKill],
    ['stop', 'Stop', stopped],
  ] as const;
  for (const [id, label, values] of figures) context.figure({ id, label, unit: 's', values });
}

async function throughput(context: BenchContext): Promise<void> {
  const { processes, options } = context;
  const { java } = await findJava();
  const install = findKafka(context.dir);
  const broker = await startBenchKafka(context);
  const client = await connectBench(context, broker.bootstrap);
  const count = options.quick ? 100_000 : 1_000_000;
  const runs = context.runs(3);
  const hasTools =
    java !== null &&
    install !== null &&
    readdirSync(install.libs).some((name) => name.startsWith('kafka-tools-'));
  if (!hasTools) context.skip("Kafka's own performance tools", 'the installed Kafka has no kafka-tools jar');
  const ours = {
    produce: [] as number[],
    consume: [] as number[],
    produceCpu: [] as number[],
    consumeCpu: [] as number[],
  };
  const theirs = { produce: [] as number[], consume: [] as number[] };
  for (let run = 0; run < runs; run++) {
    const own = `bench-own-${run}`;
    const tool = `bench-tool-${run}`;
    await client.createTopics(
      [own, tool].map((name) => ({
        role: 'telemetry' as const,
        name,
        partitions,
        replicationFactor: 1,
        config: {},
      })),
    );
    // In turn, so that a machine that gets busier or warmer treats both alike.
    for (const [direction, topic] of [
      ['produce', own],
      ['consume', own],
    ] as const) {
      const { stdout } = await processes.runNode([
        'benchmarks/kafka-throughput.ts',
        direction,
        broker.bootstrap,
        topic,
        String(count),
        String(recordBytes),
        String(partitions),
      ]);
      const report = lastJson<{ perS: number; cpuUsPerRecord: number }>(stdout);
      ours[direction].push(report.perS);
      ours[`${direction}Cpu`].push(report.cpuUsPerRecord);
    }
    if (!hasTools) continue;
    const tuning = [
      '-Xmx512m',
      '-server',
      '-XX:+UseG1GC',
      '-XX:MaxGCPauseMillis=20',
      '-XX:InitiatingHeapOccupancyPercent=35',
    ];
    const logging = `-Dlog4j2.configurationFile=scripts/kafka/tools-log4j2.properties`;
    const jvm = [...tuning, logging, '-cp', `${install.libs}/*`];
    const produced = await processes.run(java.path, [
      ...jvm,
      'org.apache.kafka.tools.ProducerPerformance',
      '--bootstrap-server',
      broker.bootstrap,
      '--topic',
      tool,
      '--num-records',
      String(count),
      '--throughput',
      '-1',
      '--record-size',
      String(recordBytes),
      '--command-property',
      'acks=all',
      'enable.idempotence=true',
      'linger.ms=5',
      'batch.size=65536',
    ]);
    theirs.produce.push(numberIn(produced.stdout, /([\d.]+) records\/sec[^\n]*99th/gu));
    const consumed = await processes.run(java.path, [
      ...jvm,
      'org.apache.kafka.tools.ConsumerPerformance',
      '--bootstrap-server',
      broker.bootstrap,
      '--topic',
      tool,
      '--num-records',
      String(count),
      '--hide-header',
    ]);
    const cells = (consumed.stdout.trim().split('\n').at(-1) ?? '').split(',').map((cell) => cell.trim());
    theirs.consume.push(Number(cells[9]));
    await delay(200); // the tools' sockets close
  }
  const rivalOf = (values: readonly number[], name: string) =>
    hasTools ? { rival: { name, values, better: 'higher' as const } } : {};
  context.method(
    `Throughput: ${count.toLocaleString('en')} records of ${recordBytes} bytes, ${partitions} partitions, acks=all, idempotent on both sides, every run on a new topic and in a new process, ours and Kafka's in turn. Ours: batches of 1,000 a partition, one in flight each. Kafka's producer: linger 5 ms, batches of 64 KiB (its faster setting), G1 with 512 MB as in Kafka's own scripts. Rate of Kafka's consumer: its fetch rate, without the time it takes to join its group.`,
  );
  context.figure({
    id: 'produce',
    label: 'Produce',
    unit: 'records/s',
    values: ours.produce,
    ...rivalOf(theirs.produce, 'kafka-producer-perf-test (Java)'),
  });
  context.figure({
    id: 'consume',
    label: 'Consume, from the first offset',
    unit: 'records/s',
    values: ours.consume,
    ...rivalOf(theirs.consume, 'kafka-consumer-perf-test (Java)'),
  });
  context.figure({
    id: 'produce-cpu',
    label: 'Processor time of our producer',
    unit: 'µs/record',
    values: ours.produceCpu,
  });
  context.figure({
    id: 'consume-cpu',
    label: 'Processor time of our consumer',
    unit: 'µs/record',
    values: ours.consumeCpu,
  });
  context.caveat(
    'Broker, clients and everything else share this machine: the broker is often what is measured. Both clients start cold, so their warm-up is in the figures. Java’s producer fills its random records and spreads them over partitions itself, ours gets records that are ready; Java’s consumer checks record CRCs and ours does not.',
  );
}

function numberIn(text: string, pattern: RegExp): number {
  const found = [...text.matchAll(pattern)].at(-1)?.[1];
  if (found === undefined) throw new Error(`Kafka's tool printed no rate: ${text.slice(-300)}`);
  return Number(found);
}
