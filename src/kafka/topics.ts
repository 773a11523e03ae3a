import type { Config } from '../config/schema.ts';
import { severityPartition } from '../domain/topics.ts';
import type { Severity, TopicNames, TopicRole, TopicSpec } from '../domain/topics.ts';

/** Largest value that Kafka takes for a time in ms: stamps from any clock are stored. */
const anyTimeMs = '9223372036854775807';

/** Names of the topics as configured. */
export function topicNames(config: Config): TopicNames {
  return { ...config.kafka.topics };
}

/** Every topic of the pipeline as it is to be created; timing and control have one partition because order matters. */
export function topicSpecs(config: Config): TopicSpec[] {
  const {
    topics,
    partitions,
    replication_factor: replicationFactor,
    retention_bytes: retentionBytes,
  } = config.kafka;
  const topicConfig = {
    'retention.bytes': String(retentionBytes),
    'message.timestamp.type': 'CreateTime',
    'message.timestamp.after.max.ms': anyTimeMs,
  };
  const spec = (role: TopicRole, count: number): TopicSpec => ({
    role,
    name: topics[role],
    partitions: count,
    replicationFactor,
    config: topicConfig,
  });
  return [
    spec('telemetry', partitions.telemetry),
    spec('alerts', partitions.alerts),
    spec('predictions', partitions.predictions),
    spec('timing', 1),
    spec('control', 1),
  ];
}

/** Partition of an alert of this severity: high 0, medium 1, low 2, modulo the partition count. */
export function severityPartitionOf(severity: Severity, partitions: number): number {
  return severityPartition[severity] % partitions;
}
