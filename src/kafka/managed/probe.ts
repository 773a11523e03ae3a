import { Admin, Consumer, Producer } from '@platformatic/kafka';
import type { ClusterMetadata, ConnectionOptions, RecordsBatch } from '@platformatic/kafka';
import { messageOf } from '../../domain/errors.ts';
import { withDeadline } from './deadline.ts';

/** The round trips that make a broker usable, in the order they are tried. */
export type ProbeLegName = 'metadata' | 'controller' | 'produce and fetch';

export interface ProbeLeg {
  readonly name: ProbeLegName;
  readonly isOk: boolean;
  readonly tookMs: number;
  /** Why it failed; null when it did not. */
  readonly reason: string | null;
}

export interface BrokerProbe {
  readonly isOk: boolean;
  /** Legs tried, up to and including the first that failed. */
  readonly legs: readonly ProbeLeg[];
  readonly clusterId: string | null;
  readonly brokers: readonly { readonly host: string; readonly port: number }[];
  /** Broker's clock minus ours, ms, read from the log append time of the probe record; null when it got no such record. */
  readonly clockDifferenceMs: number | null;
  /** True when this probe made the topic. */
  readonly madeTopic: boolean;
}

export interface ProbeOptions {
  /** Comma-separated host:port list. */
  readonly bootstrap: string;
  /** Limit of each leg, 3,000 by default. */
  readonly legTimeoutMs?: number;
  /** TLS and SASL, as the client wants them. */
  readonly connection?: Pick<ConnectionOptions, 'tls' | 'sasl'>;
  readonly signal?: AbortSignal;
}

/** Topic of the probe: one partition, stamped with the broker's clock, kept small. */
export const probeTopic = 'slipstream-probe';

const probeTopicConfigs = [
  { name: 'message.timestamp.type', value: 'LogAppendTime' },
  { name: 'retention.ms', value: '3600000' },
  { name: 'segment.bytes', value: '1048576' },
];
const fetchMaxBytes = 1_048_576;
const logAppendTimeAttribute = 8;

/**
 * Asks a broker for metadata, for a round trip through its controller (the probe topic is created, or is there
 * already) and to store one record and give it back. Never throws for what the broker does: the failing leg says it.
 */
export async function probeBroker(options: ProbeOptions): Promise<BrokerProbe> {
  const { bootstrap, legTimeoutMs = 3000, connection = {}, signal } = options;
  const common = {
    clientId: 'slipstream-probe',
    bootstrapBrokers: bootstrap.split(',').map((server) => server.trim()),
    connectTimeout: legTimeoutMs,
    requestTimeout: legTimeoutMs,
    timeout: legTimeoutMs,
    retries: 0,
    ...connection,
  };
  const legs: ProbeLeg[] = [];
  const runLeg = async <T>(name: ProbeLegName, action: () => Promise<T>): Promise<T | null> => {
    const from = performance.now();
    try {
      const result = await withDeadline(action(), legTimeoutMs, signal);
      legs.push({ name, isOk: true, tookMs: performance.now() - from, reason: null });
      return result;
    } catch (error) {
      signal?.throwIfAborted();
      legs.push({ name, isOk: false, tookMs: performance.now() - from, reason: deepestMessage(error) });
      return null;
    }
  };
  const admin = new Admin(common);
  const producer = new Producer({ ...common, acks: -1, idempotent: false, autocreateTopics: false });
  const consumer = new Consumer({ ...common, groupId: 'slipstream-probe', autocommit: false });
  for (const client of [admin, producer, consumer]) client.on('error', () => {}); // reported by the leg that failed
  let metadata: ClusterMetadata | null = null;
  let madeTopic: boolean | null = null;
  let clockDifferenceMs: number | null = null;
  try {
    metadata = await runLeg('metadata', () => admin.metadata({ topics: [], forceUpdate: true }));
    if (metadata !== null) madeTopic = await runLeg('controller', () => ensureProbeTopic(admin));
    if (madeTopic !== null) {
      clockDifferenceMs = await runLeg('produce and fetch', () =>
        echo(admin, producer, consumer, legTimeoutMs),
      );
    }
  } finally {
    const closing = [admin.close(), producer.close(true), consumer.close(true)];
    await withDeadline(Promise.allSettled(closing), 1000).catch(() => {}); // a close that hangs must not hold the answer
  }
  return {
    isOk: legs.length === 3 && legs.every((leg) => leg.isOk),
    legs,
    clusterId: metadata?.id ?? null,
    brokers:
      metadata === null ? [] : [...metadata.brokers.values()].map(({ host, port }) => ({ host, port })),
    clockDifferenceMs:
      clockDifferenceMs === null || Number.isNaN(clockDifferenceMs) ? null : clockDifferenceMs,
    madeTopic: madeTopic ?? false,
  };
}

/** One line on the leg that failed: "controller: no answer within 3,000 ms"; null when all went well. */
export function failingLeg(probe: BrokerProbe): string | null {
  const leg = probe.legs.find((each) => !each.isOk);
  return leg === undefined ? null : `${leg.name}: ${leg.reason}`;
}

/** Deletes the probe topic, where a broker that is not ours got it only for one check. */
export async function removeProbeTopic({ bootstrap, connection = {} }: ProbeOptions): Promise<void> {
  const admin = new Admin({
    clientId: 'slipstream-probe',
    bootstrapBrokers: bootstrap.split(','),
    retries: 0,
    timeout: 3000,
    ...connection,
  });
  try {
    await withDeadline(admin.deleteTopics({ topics: [probeTopic] }), 3000);
  } finally {
    await admin.close();
  }
}

async function ensureProbeTopic(admin: Admin): Promise<boolean> {
  try {
    await admin.createTopics({
      topics: [probeTopic],
      partitions: 1,
      replicas: 1,
      configs: probeTopicConfigs,
    });
    return true;
  } catch (error) {
    if (messagesOf(error).some((message) => /already exists/iu.test(message))) return false;
    throw error;
  }
}

/** Stores a record and fetches it; resolves to the broker's clock minus ours, NaN without a log append time. */
async function echo(
  admin: Admin,
  producer: Producer,
  consumer: Consumer,
  timeoutMs: number,
): Promise<number> {
  const topic = await waitForLeader(admin, timeoutMs);
  const sentMs = Date.now();
  const message = { topic: probeTopic, partition: 0, value: Buffer.from(new Date(sentMs).toISOString()) };
  const { offsets } = await producer.send({ messages: [message] });
  const storedMs = Date.now();
  const offset = offsets?.[0]?.offset;
  if (offset === undefined) throw new Error('The broker acknowledged the record without an offset');
  const partition = {
    partition: 0,
    currentLeaderEpoch: -1,
    fetchOffset: offset,
    lastFetchedEpoch: -1,
    partitionMaxBytes: fetchMaxBytes,
  };
  const response = await consumer.fetch({
    node: topic.leader,
    topics: [{ topicId: topic.id, partitions: [partition] }],
    maxWaitTime: Math.min(timeoutMs, 1000),
    minBytes: 1,
    maxBytes: fetchMaxBytes,
  });
  const batches = response.responses[0]?.partitions[0]?.records ?? [];
  const batch = batches.find((each) => holdsOffset(each, offset));
  if (batch === undefined)
    throw new Error('The record that was acknowledged is not in the answer to a fetch');
  if ((batch.attributes & logAppendTimeAttribute) === 0) return Number.NaN;
  return Number(batch.maxTimestamp) - (sentMs + storedMs) / 2;
}

function holdsOffset(batch: RecordsBatch, offset: bigint): boolean {
  return batch.firstOffset <= offset && offset <= batch.firstOffset + BigInt(batch.lastOffsetDelta);
}

/** A topic made a moment ago has no leader for some milliseconds. */
async function waitForLeader(admin: Admin, timeoutMs: number): Promise<{ id: string; leader: number }> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    try {
      const metadata = await admin.metadata({ topics: [probeTopic], forceUpdate: true });
      const topic = metadata.topics.get(probeTopic);
      const leader = topic?.partitions[0]?.leader ?? -1;
      if (topic !== undefined && leader >= 0) return { id: topic.id, leader };
    } catch (error) {
      if (performance.now() > end) throw error;
    }
    if (performance.now() > end) throw new Error(`Topic ${probeTopic} has no leader`);
    await new Promise((resolve) => setTimeout(resolve, 20)); // the broker tells of a new leader only when asked
  }
}

/** The messages of an error and of everything the client nested into it. */
export function messagesOf(error: unknown): string[] {
  const nested = error instanceof AggregateError ? error.errors.flatMap(messagesOf) : [];
  const cause = error instanceof Error && error.cause !== undefined ? messagesOf(error.cause) : [];
  return [error instanceof Error ? error.message : String(error), ...nested, ...cause];
}

function deepestMessage(error: unknown): string {
  return messagesOf(error).at(-1) ?? messageOf(error);
}
