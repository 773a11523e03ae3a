import type { StartPosition } from '../../domain/broker.ts';
import type { KafkaLink, TopicView } from './link.ts';
import { earliestTime, latestTime, listOffsets, partitionKey } from './list-offsets.ts';

/**
 * Offset at which each of these partitions is to be read first; partitions whose leader did not answer are absent.
 * One or two requests per node.
 */
export async function startOffsets(
  link: KafkaLink,
  topic: TopicView,
  partitions: readonly number[],
  start: StartPosition,
): Promise<Map<number, number>> {
  const ask = async (time: number): Promise<Map<string, number>> =>
    listOffsets(
      link,
      partitions.map((partition) => ({ topic, partition, time })),
    );
  const [first, end] = await Promise.all([ask(earliestTime), ask(latestTime)]);
  const since =
    typeof start === 'object' && 'sinceMs' in start ? await ask(Math.max(0, start.sinceMs)) : null;
  const offsets = new Map<number, number>();
  for (const partition of partitions) {
    const key = partitionKey(topic.name, partition);
    const startOffset = first.get(key);
    const endOffset = end.get(key);
    if (startOffset === undefined || endOffset === undefined) continue;
    if (start === 'earliest') offsets.set(partition, startOffset);
    else if (start === 'latest') offsets.set(partition, endOffset);
    else if ('tail' in start)
      offsets.set(partition, Math.max(startOffset, endOffset - Math.max(0, start.tail)));
    else if ('offsets' in start) offsets.set(partition, start.offsets.get(partition) ?? startOffset);
    else {
      const found = since?.get(key);
      if (found !== undefined) offsets.set(partition, found < 0 ? endOffset : found);
    }
  }
  return offsets;
}
