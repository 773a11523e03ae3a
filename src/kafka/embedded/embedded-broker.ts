import type {
  Broker,
  BrokerDescription,
  ConsumeRequest,
  ProduceBatch,
  ProduceResult,
  RecordBatch,
  RecordHeaders,
  TopicReport,
} from '../../domain/broker.ts';
import { F1Error } from '../../domain/errors.ts';
import { noLog } from '../../domain/log.ts';
import type { Log } from '../../domain/log.ts';
import type { TopicSpec } from '../../domain/topics.ts';
import { closedError, unknownTopicError } from '../errors.ts';
import { packRecords } from '../packed-records.ts';
import type { PackedRecords } from '../packed-records.ts';
import { splitOversize } from '../split-oversize.ts';
import { validateBatch } from '../validate-batch.ts';
import { EmbeddedConsumer } from './embedded-consumer.ts';
import { EmbeddedGroup } from './embedded-group.ts';
import { EmbeddedTopic } from './embedded-topic.ts';
import type { PartitionLog } from './partition-log.ts';

export interface EmbeddedBrokerOptions {
  /** Memory per partition, bytes; the oldest records go when it is full (32 MiB). */
  readonly maxBytes?: number;
  /** How long a producer waits for a reader that would lose unread records, ms since that reader last asked (2,000). */
  readonly readerPatienceMs?: number;
  readonly log?: Log;
}

/** A batch whose bytes are laid out already, as it comes from another thread. */
export interface PackedProduce {
  readonly topic: string;
  readonly partition: number;
  readonly headers: RecordHeaders;
  readonly timestampMs: number;
  readonly packed: PackedRecords;
}

/** Memory and losses of the embedded log. */
export interface EmbeddedStats {
  readonly bytes: number;
  /** Records that went because a partition was full. */
  readonly evictedRecords: number;
}

/** The embedded log, with what only it can tell. */
export interface EmbeddedBroker extends Broker {
  readonly kind: 'embedded';
  /** Stores a packed batch without a further copy of its bytes; the buffer must not be touched afterwards. */
  producePacked(batch: PackedProduce): Promise<ProduceResult>;
  stats(): EmbeddedStats;
}

const defaultMaxBytes = 32 * 1024 * 1024;
const defaultPatienceMs = 2_000;

/**
 * A partitioned log in this process: Kafka's order and offsets, groups with assignment and committed offsets, bounded
 * memory, no network and no durability. `produce` is O(bytes): one copy.
 */
export function createEmbeddedBroker(options: EmbeddedBrokerOptions = {}): EmbeddedBroker {
  const maxBytes = options.maxBytes ?? defaultMaxBytes;
  const patienceMs = options.readerPatienceMs ?? defaultPatienceMs;
  const log = options.log ?? noLog;
  const topics = new Map<string, EmbeddedTopic>();
  const groups = new Map<string, EmbeddedGroup>();
  const consumers = new Set<EmbeddedConsumer>();
  const held = new Map<PartitionLog, Promise<unknown>>();
  let progress: PromiseWithResolvers<void> | null = null;
  const life = { isClosed: false };
  let hasEvicted = false;

  const onProgress = (): void => {
    progress?.resolve();
    progress = null;
  };

  async function createTopics(specs: readonly TopicSpec[]): Promise<TopicReport[]> {
    if (life.isClosed) throw closedError('Creating topics');
    const added = new Set<string>();
    const reports = specs.map((spec): TopicReport => {
      const existing = topics.get(spec.name);
      const partitions = existing?.logs.length ?? spec.partitions;
      const common = { topic: spec.name, partitions, wantedPartitions: spec.partitions };
      if (existing !== undefined) {
        return { ...common, status: partitions === spec.partitions ? 'exists' : 'mismatch' };
      }
      topics.set(spec.name, new EmbeddedTopic(spec.name, spec.partitions, maxBytes));
      added.add(spec.name);
      return { ...common, status: 'created' };
    });
    if (added.size === 0) return reports;
    for (const consumer of consumers) if (consumer.request.group === undefined) attach(consumer, added);
    for (const group of groups.values()) group.rebalance(topics, added);
    return reports;
  }

  /** Gives a consumer without a group every partition; a topic that came later is read from its beginning. */
  function attach(consumer: EmbeddedConsumer, added?: ReadonlySet<string>): void {
    for (const topic of topics.values()) {
      const start = added?.has(topic.name) === true ? 'earliest' : consumer.startOf(topic.name);
      if (start === null || consumer.startOf(topic.name) === null) continue;
      for (const [partition, log] of topic.logs.entries()) {
        consumer.assign(topic, partition, () => log.resolve(start, partition));
      }
    }
  }

  function logOf(topic: string, partition: number): PartitionLog {
    const logs = topics.get(topic)?.logs ?? [];
    const found = logs[partition];
    if (found === undefined) throw unknownTopicError(topic, partition, logs.length);
    return found;
  }

  function append(target: PartitionLog, batch: PackedProduce): number {
    const offset = target.append(batch.packed, batch.timestampMs, batch.headers);
    if (!hasEvicted && target.evictedRecords > 0) {
      hasEvicted = true;
      const megabytes = Math.round(maxBytes / 1_048_576);
      log.info(
        `Embedded broker: '${batch.topic}' partition ${batch.partition} reached ${megabytes} MiB, oldest records go`,
      );
    }
    for (const consumer of consumers) consumer.wake();
    return offset;
  }

  function mustHold(target: PartitionLog, bytes: number): boolean {
    const floor = target.startAfter(bytes);
    if (floor === target.startOffset) return false;
    for (const consumer of consumers) if (consumer.needs(target, floor, patienceMs)) return true;
    return false;
  }

  async function appendWhenRead(target: PartitionLog, batch: PackedProduce): Promise<number> {
    await held.get(target);
    while (!life.isClosed && mustHold(target, batch.packed.buffer.byteLength)) {
      progress ??= Promise.withResolvers<void>();
      const timer = setTimeout(onProgress, 50);
      await progress.promise;
      clearTimeout(timer);
    }
    if (life.isClosed) throw closedError('Producing');
    return append(target, batch);
  }

  async function producePacked(batch: PackedProduce): Promise<ProduceResult> {
    if (life.isClosed) throw closedError('Producing');
    const target = logOf(batch.topic, batch.partition);
    if (!held.has(target) && !mustHold(target, batch.packed.buffer.byteLength)) {
      return { baseOffset: append(target, batch), refused: [] };
    }
    const turn = appendWhenRead(target, batch);
    const settled = turn.catch(() => undefined);
    held.set(target, settled);
    try {
      return { baseOffset: await turn, refused: [] };
    } finally {
      if (held.get(target) === settled) held.delete(target);
    }
  }

  async function produce(batch: ProduceBatch): Promise<ProduceResult> {
    validateBatch(batch);
    const { records, refused } = splitOversize(batch.records);
    if (records.length === 0) {
      logOf(batch.topic, batch.partition);
      return { baseOffset: null, refused };
    }
    const { topic, partition } = batch;
    const headers = Object.freeze({ ...batch.headers });
    const timestampMs = batch.timestampMs ?? Date.now();
    const { baseOffset } = await producePacked({
      topic,
      partition,
      headers,
      timestampMs,
      packed: packRecords(records),
    });
    return { baseOffset, refused };
  }

  function groupNamed(name: string): EmbeddedGroup {
    const group = groups.get(name) ?? new EmbeddedGroup(name);
    groups.set(name, group);
    return group;
  }

  function consume(request: ConsumeRequest): AsyncIterable<RecordBatch> {
    const consumer = new EmbeddedConsumer(request, onProgress);
    const group = request.group === undefined ? null : groupNamed(request.group);
    const leave = (): void => {
      request.signal.removeEventListener('abort', leave);
      consumer.end();
      if (!consumers.delete(consumer)) return;
      group?.leave(consumer, topics);
      onProgress();
    };
    if (life.isClosed || request.signal.aborted) {
      consumer.end();
    } else {
      consumers.add(consumer);
      request.signal.addEventListener('abort', leave, { once: true });
      if (group === null) attach(consumer);
      else group.join(consumer, topics);
    }
    return readThenLeave(consumer, leave);
  }

  async function commit(
    group: string,
    offsets: readonly { topic: string; partition: number; offset: number }[],
  ): Promise<void> {
    if (life.isClosed) throw closedError('Committing');
    const known = groups.get(group);
    if (known === undefined) {
      throw new F1Error('F1_KAFKA_REFUSED', `Committing failed: nothing has read as group '${group}' yet`, {
        hint: 'Commit for the group that was given to consume',
      });
    }
    for (const { topic, partition, offset } of offsets) {
      logOf(topic, partition);
      known.commit(topic, partition, offset);
    }
  }

  async function describe(request: Parameters<Broker['describe']>[0] = {}): Promise<BrokerDescription> {
    if (life.isClosed) throw closedError('Describing');
    const all = [...topics.values()].filter(({ name }) => request.topics?.includes(name) ?? true);
    const described = (request.groups ?? []).map((name) =>
      (groups.get(name) ?? new EmbeddedGroup(name)).describe(topics),
    );
    return { clusterId: null, nodes: 1, topics: all.map((topic) => topic.describe()), groups: described };
  }

  async function close(): Promise<void> {
    life.isClosed = true;
    for (const consumer of consumers) consumer.end();
    consumers.clear();
    onProgress();
    topics.clear();
  }

  function stats(): EmbeddedStats {
    let bytes = 0;
    let evictedRecords = 0;
    for (const topic of topics.values()) {
      for (const log of topic.logs) {
        bytes += log.bytes;
        evictedRecords += log.evictedRecords;
      }
    }
    return { bytes, evictedRecords };
  }

  return {
    kind: 'embedded',
    address: 'embedded',
    createTopics,
    produce,
    producePacked,
    consume,
    commit,
    describe,
    close,
    stats,
  };
}

async function* readThenLeave(
  consumer: EmbeddedConsumer,
  leave: () => void,
): AsyncGenerator<RecordBatch, void, undefined> {
  try {
    yield* consumer.batches();
  } finally {
    leave();
  }
}
