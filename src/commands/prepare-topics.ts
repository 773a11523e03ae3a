import type { Config } from '../config/schema.ts';
import type { Broker } from '../domain/broker.ts';
import type { Log } from '../domain/log.ts';
import { topicSpecs } from '../kafka/index.ts';

/**
 * Creates the topics that are missing; one with another partition count is used as it is, with a warning. Resolves to
 * the partition count that each topic has.
 */
export async function prepareTopics(
  broker: Broker,
  config: Config,
  log: Log,
): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const { topic, status, partitions, wantedPartitions } of await broker.createTopics(
    topicSpecs(config),
  )) {
    counts.set(topic, partitions);
    if (status !== 'mismatch') continue;
    log.warn(
      `Topic ${topic} has ${partitions} partitions, the configuration says ${wantedPartitions}: the topic's count is used`,
    );
  }
  return counts;
}
