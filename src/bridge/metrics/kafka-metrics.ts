import { single } from './metric-page.ts';
import type { Labels, MetricPage, Sample } from './metric-page.ts';
import { partitionRows, positionRows } from './partition-rows.ts';
import type { PartitionSources, PositionRow } from './partition-rows.ts';

/**
 * Offsets and lag under the names, labels and values of kafka_exporter 1.9, so that dashboards and alert rules written for
 * it work. Source: danielqsj/kafka_exporter `kafka_exporter.go`.
 */
export function addKafkaMetrics(page: MetricPage, sources: PartitionSources): void {
  page.gauge('kafka_brokers', 'Number of Brokers in the Kafka Cluster.', () =>
    single(sources.watch.description?.nodes ?? Number.NaN),
  );
  page.gauge('kafka_topic_partitions', 'Number of partitions for this Topic', () =>
    (sources.watch.description?.topics ?? []).map(({ name, partitions }) => [
      { topic: name },
      partitions.length,
    ]),
  );
  page.gauge('kafka_topic_partition_current_offset', 'Current Offset of a Broker at Topic/Partition', () =>
    partitionRows(sources).map((row) => [placeOf(row), row.end]),
  );
  page.gauge('kafka_topic_partition_oldest_offset', 'Oldest Offset of a Broker at Topic/Partition', () =>
    partitionRows(sources).map((row) => [placeOf(row), row.oldest]),
  );
  page.gauge(
    'kafka_consumergroup_current_offset',
    'Current Offset of a ConsumerGroup at Topic/Partition',
    () => positionRows(sources).map((row) => [{ consumergroup: row.group, ...placeOf(row) }, row.offset]),
  );
  page.gauge('kafka_consumergroup_lag', 'Current Approximate Lag of a ConsumerGroup at Topic/Partition', () =>
    positionRows(sources).map((row) => [{ consumergroup: row.group, ...placeOf(row) }, row.lag]),
  );
  // The rules of names keep the suffix _sum for histograms, which only a metric without a type may break.
  page.untyped(
    'kafka_consumergroup_current_offset_sum',
    'Current Offset of a ConsumerGroup at Topic for all partitions',
    () => sums(positionRows(sources), ({ offset }) => offset),
  );
  page.untyped(
    'kafka_consumergroup_lag_sum',
    'Current Approximate Lag of a ConsumerGroup at Topic for all partitions',
    () => sums(positionRows(sources), ({ lag }) => lag),
  );
}

function placeOf({ topic, partition }: { topic: string; partition: number }): Labels {
  return { topic, partition: String(partition) };
}

/** Sums by group and topic; partitions without a committed offset count as nothing. */
function sums(rows: readonly PositionRow[], valueOf: (row: PositionRow) => number): Sample[] {
  return [...Map.groupBy(rows, ({ group, topic }) => `${group} ${topic}`).values()].map((some) => {
    const [{ group: consumergroup, topic }] = some as [PositionRow];
    return [{ consumergroup, topic }, some.reduce((sum, row) => sum + Math.max(0, valueOf(row)), 0)];
  });
}
