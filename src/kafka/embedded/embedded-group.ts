import type { GroupDescription } from '../../domain/broker.ts';
import type { EmbeddedConsumer } from './embedded-consumer.ts';
import type { EmbeddedTopic } from './embedded-topic.ts';

/** A consumer group of the embedded broker: members in joining order and committed offsets. */
export class EmbeddedGroup {
  readonly name: string;
  readonly #members: EmbeddedConsumer[] = [];
  readonly #committed = new Map<string, number>();

  constructor(name: string) {
    this.name = name;
  }

  join(member: EmbeddedConsumer, topics: ReadonlyMap<string, EmbeddedTopic>): void {
    this.#members.push(member);
    this.rebalance(topics);
  }

  leave(member: EmbeddedConsumer, topics: ReadonlyMap<string, EmbeddedTopic>): void {
    const index = this.#members.indexOf(member);
    if (index >= 0) this.#members.splice(index, 1);
    this.rebalance(topics);
  }

  commit(topic: string, partition: number, offset: number): void {
    this.#committed.set(keyOf(topic, partition), offset);
  }

  /** Deals partitions round-robin over the members that asked for the topic; a kept partition keeps its place. */
  rebalance(topics: ReadonlyMap<string, EmbeddedTopic>, added?: ReadonlySet<string>): void {
    const owners = new Map<string, EmbeddedConsumer>();
    for (const topic of topics.values()) {
      const members = this.#members.filter((member) => member.startOf(topic.name) !== null);
      if (members.length === 0) continue;
      for (let partition = 0; partition < topic.logs.length; partition++) {
        owners.set(keyOf(topic.name, partition), members[partition % members.length]!);
      }
    }
    for (const member of this.#members) {
      member.retain((topic, partition) => owners.get(keyOf(topic, partition)) === member);
    }
    for (const topic of topics.values()) {
      for (const [partition, log] of topic.logs.entries()) {
        const owner = owners.get(keyOf(topic.name, partition));
        const start = added?.has(topic.name) === true ? 'earliest' : owner?.startOf(topic.name);
        if (owner === undefined || start === undefined || start === null) continue;
        owner.assign(
          topic,
          partition,
          () => this.committed(topic.name, partition) ?? log.resolve(start, partition),
        );
      }
    }
  }

  committed(topic: string, partition: number): number | null {
    return this.#committed.get(keyOf(topic, partition)) ?? null;
  }

  describe(topics: ReadonlyMap<string, EmbeddedTopic>): GroupDescription {
    const offsets: GroupDescription['offsets'][number][] = [];
    for (const topic of topics.values()) {
      const isRead = this.#members.some((member) => member.startOf(topic.name) !== null);
      for (const [partition, log] of topic.logs.entries()) {
        const committed = this.committed(topic.name, partition);
        if (committed === null && !isRead) continue;
        const lag = log.endOffset - Math.max(committed ?? 0, log.startOffset);
        offsets.push({ topic: topic.name, partition, committed, lag });
      }
    }
    return { group: this.name, offsets };
  }
}

function keyOf(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}
