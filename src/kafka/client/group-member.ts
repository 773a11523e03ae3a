import { Consumer } from '@platformatic/kafka';
import type { ConnectionOptions, GroupAssignment } from '@platformatic/kafka';
import { F1Error, messageOf } from '../../domain/errors.ts';
import type { Log } from '../../domain/log.ts';
import { closedError } from '../errors.ts';
import { translateError } from './kafka-error.ts';
import { addressText } from './link.ts';
import type { Address, TopicView } from './link.ts';
import type { Assignment } from './topic-watch.ts';

export interface MemberOptions {
  readonly bootstrap: readonly Address[];
  readonly clientId: string;
  readonly security: Pick<ConnectionOptions, 'tls' | 'tlsServerName' | 'sasl'>;
  readonly group: string;
  readonly topics: readonly string[];
  readonly log: Log;
  /** Told when the partitions of this member changed. */
  readonly onAssigned: () => void;
}

/** A member that says nothing for so long is taken for dead and its partitions go to others, ms. */
const sessionTimeoutMs = 10_000;
const heartbeatIntervalMs = 1_000;
const rebalanceTimeoutMs = 10_000;
const closeTimeoutMs = 1_500;
const maxBackoffMs = 2_000;

/**
 * Membership in a consumer group (classic protocol) through the library: joining, heartbeats, committed offsets.
 * Records are read by `KafkaReader`. A membership that is lost is taken up again with back-off, for ever.
 */
export class GroupMember implements Assignment {
  readonly #options: MemberOptions;
  #consumer: Consumer | null = null;
  #assigned: ReadonlyMap<string, readonly number[]> | null = null;
  #partitionCounts: string | null = null;
  #joining: Promise<void> | null = null;
  #isClosed = false;
  #wakeBackoff: (() => void) | null = null;

  constructor(options: MemberOptions) {
    this.#options = options;
  }

  get group(): string {
    return this.#options.group;
  }

  partitionsOf(topic: TopicView): readonly number[] | null {
    if (this.#assigned === null) return null;
    return this.#assigned.get(topic.name) ?? [];
  }

  /** Joins once every topic exists; joins anew when a topic was recreated or got partitions. */
  seen(topics: ReadonlyMap<string, TopicView>): void {
    const all = this.#options.topics.map((name) => topics.get(name));
    if (all.some((topic) => topic === undefined)) return;
    const counts = all.map((topic) => `${topic?.id}:${topic?.leaders.length}`).join(',');
    if (counts === this.#partitionCounts) return;
    this.#partitionCounts = counts;
    this.#rejoin();
  }

  async committed(topic: string, partitions: readonly number[]): Promise<ReadonlyMap<number, number>> {
    const consumer = this.#consumer;
    if (consumer === null || partitions.length === 0) return new Map();
    const answer = await consumer.listCommittedOffsets({ topics: [{ topic, partitions: [...partitions] }] });
    const offsets = new Map<number, number>();
    const found = answer.get(topic);
    for (const partition of partitions) {
      const offset = found?.[partition];
      if (offset !== undefined && offset >= 0n) offsets.set(partition, Number(offset));
    }
    return offsets;
  }

  /** Throws F1_KAFKA_REFUSED (canRetry) while the group is being rebalanced or the membership is lost. */
  async commit(offsets: readonly { topic: string; partition: number; offset: number }[]): Promise<void> {
    if (this.#isClosed) throw closedError('Committing');
    const consumer = this.#consumer;
    if (consumer === null || this.#assigned === null) {
      throw new F1Error(
        'F1_KAFKA_REFUSED',
        `Committing for group '${this.group}' failed: it is being joined`,
        {
          hint: 'Commit again after the next batch',
          canRetry: true,
        },
      );
    }
    const all = offsets.map(({ topic, partition, offset }) => ({
      topic,
      partition,
      offset: BigInt(offset),
      leaderEpoch: -1,
    }));
    try {
      await consumer.commit({ offsets: all });
    } catch (error) {
      throw translateError(error, `Committing for group '${this.group}' failed`);
    }
  }

  /** Leaves the group; returns after 1.5 s at the latest. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#wakeBackoff?.();
    const consumer = this.#consumer;
    this.#consumer = null;
    this.#assigned = null;
    if (consumer !== null) await endConsumer(consumer);
  }

  #rejoin(): void {
    if (this.#isClosed || this.#joining !== null) return;
    this.#joining = this.#join().finally(() => {
      this.#joining = null;
    });
  }

  async #join(): Promise<void> {
    let backoffMs = 100;
    while (!this.#isClosed) {
      const old = this.#consumer;
      this.#consumer = null;
      if (old !== null) await endConsumer(old);
      const consumer = this.#create();
      this.#consumer = consumer;
      try {
        await consumer.joinGroup({});
        return;
      } catch (error) {
        if (this.#isClosed) return;
        const known = translateError(error, `Joining group '${this.group}' failed`);
        this.#options.log.warn(`${known.message}; trying again`);
      }
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wakeBackoff = resolve;
      const timer = setTimeout(resolve, backoffMs);
      await promise;
      clearTimeout(timer);
      backoffMs = Math.min(maxBackoffMs, backoffMs * 2);
    }
  }

  #create(): Consumer {
    const { bootstrap, clientId, security, group, topics, log } = this.#options;
    const consumer = new Consumer({
      ...security,
      clientId,
      groupId: group,
      bootstrapBrokers: bootstrap.map(addressText),
      groupProtocol: 'classic',
      autocommit: false,
      autocreateTopics: false,
      sessionTimeout: sessionTimeoutMs,
      heartbeatInterval: heartbeatIntervalMs,
      rebalanceTimeout: rebalanceTimeoutMs,
      protocols: [{ name: 'roundrobin', version: 1 }],
      minBytes: 1,
      maxBytes: 1_048_576,
      maxWaitTime: 500,
      isolationLevel: 0,
      retries: 8,
      retryDelay: 250,
      connectTimeout: 3_000,
      requestTimeout: 15_000,
      timeout: 5_000,
      metadataMaxAge: 1_000,
    });
    consumer.topics.trackAll(...topics);
    consumer.on('error', (error: unknown) => this.#lost(consumer, error));
    consumer.on('consumer:heartbeat:stalled', ({ lastError }) => this.#lost(consumer, lastError));
    consumer.on('consumer:group:join', ({ assignments }) => {
      if (consumer !== this.#consumer) return;
      this.#take(assignments ?? []);
      log.debug(`Group '${group}': reads ${describeAssignment(assignments ?? [])}`);
    });
    return consumer;
  }

  #take(assignments: readonly GroupAssignment[]): void {
    this.#assigned = new Map(assignments.map(({ topic, partitions }) => [topic, partitions]));
    this.#options.onAssigned();
  }

  #lost(consumer: Consumer, error: unknown): void {
    if (consumer !== this.#consumer || this.#isClosed) return;
    this.#options.log.warn(`Group '${this.group}': membership lost (${messageOf(error)}), joining again`);
    this.#rejoin();
  }
}

async function endConsumer(consumer: Consumer): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, closeTimeoutMs);
  const closing = consumer.close(true).catch(() => undefined);
  await Promise.race([closing, promise]);
  clearTimeout(timer);
  for (const [, connection] of consumer.connections) connection.socket?.destroy();
}

function describeAssignment(assignments: readonly GroupAssignment[]): string {
  const parts = assignments.map(({ topic, partitions }) => `${topic}[${partitions.join(' ')}]`);
  return parts.length === 0 ? 'nothing' : parts.join(', ');
}
