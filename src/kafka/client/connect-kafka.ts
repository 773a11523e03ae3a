import type {
  Broker,
  ConsumeRequest,
  ProduceBatch,
  ProduceResult,
  RecordBatch,
} from '../../domain/broker.ts';
import { F1Error, messageOf } from '../../domain/errors.ts';
import { noLog } from '../../domain/log.ts';
import type { Log } from '../../domain/log.ts';
import { closedError } from '../errors.ts';
import { partitionKey } from './list-offsets.ts';
import { validateBatch } from '../validate-batch.ts';
import { parseBootstrap } from './bootstrap.ts';
import { checkAdvertisedOf } from './check-advertised.ts';
import { Cluster } from './cluster.ts';
import { createTopicsIn } from './create-topics.ts';
import { describeCluster } from './describe.ts';
import { commitForEmptyGroup } from './group-offsets.ts';
import { GroupMember } from './group-member.ts';
import { KafkaReader } from './kafka-reader.ts';
import { KafkaLink } from './link.ts';
import type { LinkOptions } from './link.ts';
import { ProduceLane } from './produce-lane.ts';
import { ProduceRequests } from './produce-request.ts';
import { plaintext, securityOptions } from './security.ts';
import type { KafkaSecurity } from './security.ts';

export interface KafkaOptions {
  /** 'host:port', several separated by commas. */
  readonly bootstrapServers: string;
  readonly clientId: string;
  readonly security?: KafkaSecurity;
  /** A record that was not acknowledged after so long is reported as lost, ms (120,000). */
  readonly deliveryTimeoutMs?: number;
  readonly log?: Log;
  /** Told when what `KafkaStats` says changes: waiting lanes, lost and found connections. */
  readonly onStats?: (stats: KafkaStats) => void;
  /** False: do not ask the broker first; reading and writing wait until it is there (true). */
  readonly mustAnswer?: boolean;
}

/** Health of a connection to Kafka. */
export interface KafkaStats {
  /** Partitions whose records wait for the broker. */
  readonly blockedLanes: number;
  /** Longest wait among them, ms. */
  readonly longestBlockMs: number;
  /** When a fetch was answered last, epoch ms; null before the first. */
  readonly lastFetchMs: number | null;
  /** Why reading waits, or null while it works. */
  readonly readError: F1Error | null;
  /** Record batches with a wrong checksum or format that readers passed over since the connection was opened. */
  readonly damagedBatches: number;
}

const connectTimeoutMs = 3_000;
const requestTimeoutMs = 12_000;
const ackTimeoutMs = 10_000;
const fetchTimeoutMs = 5_000;
const drainTimeoutMs = 2_000;
const statsEveryMs = 500;

/**
 * Connects to Apache Kafka (3.5 or newer). Throws F1_KAFKA_UNREACHABLE, _SECURITY or _ADVERTISED within 5 s unless
 * `mustAnswer` is false.
 */
export async function connectKafka(options: KafkaOptions): Promise<Broker> {
  const { bootstrapServers, clientId, mustAnswer = true, log = noLog, deliveryTimeoutMs = 120_000 } = options;
  const bootstrap = parseBootstrap(bootstrapServers);
  const security = await securityOptions(options.security ?? plaintext, bootstrap);
  const common: LinkOptions = { bootstrap, clientId, security, connectTimeoutMs, requestTimeoutMs };
  const createLink = (): KafkaLink => new KafkaLink(common);
  const admin = createLink();
  if (mustAnswer) {
    try {
      await checkAdvertisedOf(admin, bootstrapServers);
    } catch (error) {
      admin.close();
      throw error;
    }
  }
  const producer = createLink();
  const cluster = new Cluster(producer);
  const requests = new ProduceRequests(ackTimeoutMs);
  const lanes = new Map<string, ProduceLane>();
  const readers = new Set<{ end(): Promise<void> }>();
  const members = new Map<string, GroupMember>();
  /** Groups that this connection has read as: their last offsets may be committed after the reading has ended. */
  const readGroups = new Set<string>();
  const ended = new AbortController();
  let closing: Promise<void> | null = null;
  let lastFetchMs: number | null = null;
  let readError: F1Error | null = null;
  let toldMs = 0;
  let damagedBatches = 0;

  const tell = (): void => {
    if (options.onStats === undefined) return;
    const waits = [...lanes.values()].map(({ blockedMs }) => blockedMs).filter((ms) => ms > 0);
    const longestBlockMs = Math.max(0, ...waits);
    options.onStats({ blockedLanes: waits.length, longestBlockMs, lastFetchMs, readError, damagedBatches });
  };

  const onFetch = (error: F1Error | null): void => {
    const hadError = readError !== null;
    readError = error;
    const now = Date.now();
    if (error === null) lastFetchMs = now;
    if (hadError === (error !== null) && now - toldMs < statsEveryMs) return;
    toldMs = now;
    tell();
  };

  const onDamage = (batches: number): void => {
    damagedBatches += batches;
    tell();
  };

  function laneOf(topic: string, partition: number): ProduceLane {
    const key = partitionKey(topic, partition);
    const known = lanes.get(key);
    if (known !== undefined) return known;
    const lane = new ProduceLane({
      topic,
      partition,
      link: producer,
      cluster,
      requests,
      deliveryTimeoutMs,
      signal: ended.signal,
      log,
      onState: tell,
    });
    lanes.set(key, lane);
    return lane;
  }

  async function produce(batch: ProduceBatch): Promise<ProduceResult> {
    if (closing !== null) throw closedError('Producing');
    validateBatch(batch);
    if (batch.records.length === 0) return { baseOffset: null, refused: [] };
    return laneOf(batch.topic, batch.partition).produce(batch);
  }

  function consume(request: ConsumeRequest): AsyncIterable<RecordBatch> {
    const guarded: ConsumeRequest = { ...request, onReset: guardReset(request, log) };
    const { group } = request;
    const look = (): void => reader.look();
    const topics = request.topics.map(({ topic }) => topic);
    const member =
      group === undefined
        ? null
        : new GroupMember({ bootstrap, clientId, security, group, topics, log, onAssigned: look });
    const createReaderLink = (): KafkaLink => new KafkaLink({ ...common, requestTimeoutMs: fetchTimeoutMs });
    const readerOptions = { createLink: createReaderLink, request: guarded, log, onFetch, onDamage };
    const reader = new KafkaReader(
      member === null ? readerOptions : { ...readerOptions, assignment: member },
    );
    const ending = Promise.withResolvers<void>();
    let isEnding = false;
    const entry = {
      end(): Promise<void> {
        if (!isEnding) {
          isEnding = true;
          request.signal.removeEventListener('abort', stop);
          reader.stop();
          void finish().then(ending.resolve);
        }
        return ending.promise;
      },
    };
    const finish = async (): Promise<void> => {
      await member?.close();
      if (group !== undefined && members.get(group) === member) members.delete(group);
      readers.delete(entry);
    };
    const stop = (): void => void entry.end();
    if (closing !== null || request.signal.aborted) void entry.end();
    else {
      readers.add(entry);
      if (member !== null && group !== undefined) {
        members.set(group, member);
        readGroups.add(group);
      }
      request.signal.addEventListener('abort', stop, { once: true });
      void reader.run();
    }
    return readThenEnd(reader, entry);
  }

  async function commit(...[group, offsets]: Parameters<Broker['commit']>): Promise<void> {
    if (closing !== null) throw closedError('Committing');
    const member = members.get(group);
    if (member === undefined) {
      if (readGroups.has(group)) return commitForEmptyGroup(admin, group, offsets);
      throw new F1Error(
        'F1_KAFKA_REFUSED',
        `Committing failed: this connection does not read as group '${group}'`,
        { hint: 'Commit for the group that was given to consume' },
      );
    }
    await member.commit(offsets);
  }

  async function end(): Promise<void> {
    const ending = [...readers].map((reader) => reader.end());
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, drainTimeoutMs);
    const draining = [...lanes.values()]
      .filter(({ blockedMs }) => blockedMs === 0)
      .map((lane) => lane.drained());
    await Promise.race([Promise.all(draining), late]);
    clearTimeout(timer);
    ended.abort();
    producer.close();
    admin.close();
    await Promise.all(ending);
  }

  return {
    kind: 'kafka',
    address: bootstrapServers,
    async createTopics(specs) {
      if (closing !== null) throw closedError('Creating topics');
      return createTopicsIn(admin, specs);
    },
    produce,
    consume,
    commit,
    async describe(request) {
      if (closing !== null) throw closedError('Describing');
      return describeCluster(admin, request);
    },
    close() {
      closing ??= end();
      return closing;
    },
  };
}

/** What the caller's listener throws stays out of the reading. */
function guardReset({ onReset }: ConsumeRequest, log: Log): NonNullable<ConsumeRequest['onReset']> {
  return (reset) => {
    try {
      onReset?.(reset);
    } catch (error) {
      log.error(`A listener for reader resets failed: ${messageOf(error)}`);
    }
  };
}

async function* readThenEnd(
  reader: KafkaReader,
  entry: { end(): Promise<void> },
): AsyncGenerator<RecordBatch, void, undefined> {
  try {
    yield* reader.batches();
  } finally {
    await entry.end();
  }
}

/**
 * Checks that this machine reaches every address that the cluster tells its clients to use, within 5 s. Throws
 * F1_KAFKA_ADVERTISED, F1_KAFKA_UNREACHABLE or F1_KAFKA_SECURITY.
 */
export async function checkAdvertised(
  options: Pick<KafkaOptions, 'bootstrapServers' | 'clientId' | 'security'>,
): Promise<void> {
  const { bootstrapServers, clientId } = options;
  const bootstrap = parseBootstrap(bootstrapServers);
  const security = await securityOptions(options.security ?? plaintext, bootstrap);
  const link = new KafkaLink({
    bootstrap,
    clientId,
    security,
    connectTimeoutMs: 2_000,
    requestTimeoutMs: 4_000,
  });
  try {
    await checkAdvertisedOf(link, bootstrapServers);
  } finally {
    link.close();
  }
}
