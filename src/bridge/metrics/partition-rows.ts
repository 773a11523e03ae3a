import type { TopicNames } from '../../domain/topics.ts';
import type { BrokerWatch } from '../ingest/broker-watch.ts';
import { topicRoles } from '../ingest/counters.ts';
import type { Reader } from '../ingest/reader.ts';

/** The bridge reads every partition for itself and is in no consumer group: its positions go by this name. */
export const bridgeGroup = 'slipstream-bridge';

/** A partition of one of the topics, as the broker and the reader know it. */
export interface PartitionRow {
  readonly topic: string;
  readonly partition: number;
  /** Offset of the oldest record that is kept. */
  readonly oldest: number;
  /** Offset that the next record gets. */
  readonly end: number;
}

/** Where a group stands in a partition. */
export interface PositionRow {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  /** Offset that is read next; -1 where the group has committed none. */
  readonly offset: number;
  /** Records from there to the end; -1 where the group has committed none. */
  readonly lag: number;
}

/** What of the bridge these rows are made of. */
export interface PartitionSources {
  readonly topics: TopicNames;
  readonly watch: BrokerWatch;
  readonly reader: Reader;
}

/**
 * Partitions of the topics as last polled. The end is never behind the reader, and never steps back: as a counter it
 * would look like a reset.
 */
export function partitionRows({ topics, watch, reader }: PartitionSources): PartitionRow[] {
  return topicRoles.flatMap((role) => {
    const topic = watch.description?.topics.find(({ name }) => name === topics[role]);
    return (topic?.partitions ?? []).map(({ partition, startOffset, endOffset }) => {
      const next = reader.partitions.get(`${topics[role]}/${partition}`)?.next ?? 0;
      return { topic: topics[role], partition, oldest: startOffset, end: Math.max(endOffset, next) };
    });
  });
}

/** Positions of the bridge and of the groups that the watch follows, as they committed them. */
export function positionRows(sources: PartitionSources): PositionRow[] {
  const { reader, watch } = sources;
  const own = partitionRows(sources).flatMap(({ topic, partition, oldest, end }) => {
    const next = reader.partitions.get(`${topic}/${partition}`)?.next ?? null;
    // Before its first record the reader does not know where it began, except in a partition that holds nothing.
    const offset = next ?? (oldest === end ? end : null);
    return offset === null ? [] : [{ group: bridgeGroup, topic, partition, offset, lag: end - offset }];
  });
  const others = watch.groups.flatMap(({ group, offsets }) =>
    offsets.map(({ topic, partition, committed, lag }) => ({
      group,
      topic,
      partition,
      offset: committed ?? -1,
      lag: committed === null ? -1 : lag,
    })),
  );
  return [...own, ...others];
}
