/**
 * Throughput of our client in this fresh process: `node benchmarks/kafka-throughput.ts produce|consume HOST:PORT TOPIC COUNT BYTES PARTITIONS`.
 * The clock runs from the first call to the last acknowledgement, or to the last record.
 */
import { noLog } from '../src/domain/log.ts';
import type { ProduceRecord } from '../src/domain/broker.ts';
import { connectKafka } from '../src/kafka/index.ts';

const [direction, bootstrap, topic, countText, bytesText, partitionsText] = process.argv.slice(2);
if (bootstrap === undefined || topic === undefined) throw new Error('Usage: see the head of this file');
const count = Number(countText);
const partitions = Number(partitionsText);
const batchRecords = 1000;
const broker = await connectKafka({
  bootstrapServers: bootstrap,
  clientId: 'bench-throughput',
  deliveryTimeoutMs: 60_000,
  log: noLog,
});

async function produce(): Promise<void> {
  const value = new Uint8Array(Number(bytesText)).map((_, index) => 65 + ((index * 7919) % 26));
  const records: ProduceRecord[] = Array.from({ length: batchRecords }, () => ({ key: null, value }));
  const perPartition = Math.floor(count / partitions);
  const lanes = Array.from({ length: partitions }, async (_, partition) => {
    for (let sent = 0; sent < perPartition;) {
      const size = Math.min(batchRecords, perPartition - sent);
      await broker.produce({
        topic: topic!,
        partition,
        records: size === batchRecords ? records : records.slice(0, size),
        headers: {},
      });
      sent += size;
    }
  });
  await Promise.all(lanes);
}

async function consume(): Promise<void> {
  const ending = new AbortController();
  let seen = 0;
  for await (const batch of broker.consume({
    topics: [{ topic: topic!, start: 'earliest' }],
    signal: ending.signal,
  })) {
    for (const { value } of batch.records) seen += value === null ? 0 : 1;
    if (seen >= count) break;
  }
  ending.abort();
  if (seen !== count) throw new Error(`Read ${seen} records, not ${count}`);
}

const cpu = process.cpuUsage();
const startedMs = performance.now();
await (direction === 'produce' ? produce() : consume());
const seconds = (performance.now() - startedMs) / 1000;
const { user, system } = process.cpuUsage(cpu);
await broker.close();
process.stdout.write(
  `${JSON.stringify({ perS: count / seconds, cpuUsPerRecord: (user + system) / count })}\n`,
);
