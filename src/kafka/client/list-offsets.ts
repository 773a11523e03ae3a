import { listOffsetsV7 } from '@platformatic/kafka';
import { answerOf } from './link.ts';
import type { KafkaLink, TopicView } from './link.ts';

/** ListOffsets' special times: the offset after the last record, and that of the first. */
export const latestTime = -1;
export const earliestTime = -2;

export interface OffsetQuestion {
  readonly topic: TopicView;
  readonly partition: number;
  /** Epoch ms, `latestTime` or `earliestTime`. */
  readonly time: number;
}

/** 'topic/partition' → offset of the first record at or after the time, −1 where there is none. Partitions whose leader did not answer are absent. */
export async function listOffsets(
  link: KafkaLink,
  questions: readonly OffsetQuestion[],
): Promise<Map<string, number>> {
  const byNode = Map.groupBy(questions, ({ topic, partition }) => topic.leaders[partition] ?? -1);
  const offsets = new Map<string, number>();
  const asking = [...byNode].filter(([node]) => node >= 0);
  await Promise.all(
    asking.map(async ([node, some]) => {
      const connection = await link.node(node);
      const topics = [...Map.groupBy(some, ({ topic }) => topic.name)].map(([name, parts]) => ({
        name,
        partitions: parts.map(({ partition, time }) => ({
          partitionIndex: partition,
          currentLeaderEpoch: -1,
          timestamp: BigInt(Math.ceil(time)),
        })),
      }));
      const answer = await answerOf(() => listOffsetsV7.api.async(connection, -1, 0, topics));
      for (const { name, partitions } of answer.topics) {
        for (const { partitionIndex, errorCode, offset } of partitions) {
          if (errorCode === 0) offsets.set(partitionKey(name, partitionIndex), Number(offset));
        }
      }
    }),
  );
  return offsets;
}

/** One text for topic and partition, as a key of maps. */
export function partitionKey(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}
