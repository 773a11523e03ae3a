import type {
  Broker,
  BrokerRecord,
  ConsumeRequest,
  ProduceBatch,
  ProduceResult,
  RecordBatch,
  TopicReport,
} from '../../src/domain/broker.ts';
import type { TopicSpec } from '../../src/domain/topics.ts';

/** A broker for tests that keeps every record, answers when told to, and fails when told to. */
export interface MemoryBroker extends Broker {
  /** Every record stored, in order of arrival. */
  readonly stored: (BrokerRecord & { readonly topic: string; readonly partition: number })[];
  /** Calls that came in, with the number of records. */
  readonly calls: { readonly topic: string; readonly partition: number; readonly records: number }[];
  /** Most calls in flight at once on one partition. */
  maxInFlight: number;
  /** While set for a topic, its produce calls wait. */
  hold(topic: string): void;
  release(topic: string): void;
  /** The next produce call to the topic rejects with this error. */
  failNext(topic: string, error: Error): void;
}

export function createMemoryBroker(): MemoryBroker {
  const topics = new Map<string, BrokerRecord[][]>();
  const stored: MemoryBroker['stored'] = [];
  const calls: MemoryBroker['calls'] = [];
  const holds = new Map<string, PromiseWithResolvers<void>>();
  const failures = new Map<string, Error>();
  const inFlight = new Map<string, number>();
  let news = Promise.withResolvers<void>();

  async function produce(batch: ProduceBatch): Promise<ProduceResult> {
    const lane = `${batch.topic}/${batch.partition}`;
    calls.push({ topic: batch.topic, partition: batch.partition, records: batch.records.length });
    inFlight.set(lane, (inFlight.get(lane) ?? 0) + 1);
    broker.maxInFlight = Math.max(broker.maxInFlight, inFlight.get(lane)!);
    await holds.get(batch.topic)?.promise;
    inFlight.set(lane, inFlight.get(lane)! - 1);
    const failure = failures.get(batch.topic);
    if (failure !== undefined) {
      failures.delete(batch.topic);
      throw failure;
    }
    const log = topics.get(batch.topic)?.[batch.partition];
    if (log === undefined) throw new Error(`Topic ${batch.topic} has no partition ${batch.partition}`);
    const baseOffset = log.length;
    for (const [index, { key, value }] of batch.records.entries()) {
      const record: BrokerRecord = {
        offset: baseOffset + index,
        timestampMs: batch.timestampMs ?? Date.now(),
        key: key === null ? null : Uint8Array.from(key),
        value: Uint8Array.from(value),
        headers: batch.headers,
      };
      log.push(record);
      stored.push({ ...record, topic: batch.topic, partition: batch.partition });
    }
    news.resolve();
    news = Promise.withResolvers();
    return { baseOffset, refused: [] };
  }

  async function* consume(request: ConsumeRequest): AsyncIterable<RecordBatch> {
    const { signal } = request;
    const aborted = new Promise<void>((resolve) =>
      signal.addEventListener('abort', () => resolve(), { once: true }),
    );
    const places = request.topics.flatMap(({ topic, start }) =>
      (topics.get(topic) ?? []).map((log, partition) => ({
        topic,
        partition,
        log,
        next: start === 'latest' ? log.length : 0,
      })),
    );
    while (!signal.aborted) {
      const waiting = news.promise;
      for (const place of places) {
        if (place.next >= place.log.length) continue;
        const records = place.log.slice(place.next);
        place.next += records.length;
        yield { topic: place.topic, partition: place.partition, records, endOffset: place.log.length };
      }
      await Promise.race([waiting, aborted]);
    }
  }

  const broker: MemoryBroker = {
    kind: 'embedded',
    address: 'memory',
    stored,
    calls,
    maxInFlight: 0,
    hold: (topic) => void holds.set(topic, holds.get(topic) ?? Promise.withResolvers()),
    release: (topic) => {
      holds.get(topic)?.resolve();
      holds.delete(topic);
    },
    failNext: (topic, error) => void failures.set(topic, error),
    createTopics: async (specs: readonly TopicSpec[]): Promise<TopicReport[]> =>
      specs.map(({ name, partitions }) => {
        const isNew = !topics.has(name);
        if (isNew)
          topics.set(
            name,
            Array.from({ length: partitions }, () => []),
          );
        return {
          topic: name,
          status: isNew ? 'created' : 'exists',
          partitions,
          wantedPartitions: partitions,
        };
      }),
    produce,
    consume,
    commit: async () => {},
    describe: async () => ({
      clusterId: 'memory',
      nodes: 1,
      groups: [],
      topics: [...topics].map(([name, logs]) => ({
        name,
        id: name,
        partitions: logs.map((log, partition) => ({ partition, startOffset: 0, endOffset: log.length })),
      })),
    }),
    close: async () => {},
  };
  return broker;
}
