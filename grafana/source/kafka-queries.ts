/** Ranges of rates: four scrapes on a time axis; a fixed range where a single figure is asked for. */
const rateRange = '$__rate_interval';
const figureRange = '1m';

/**
 * PromQL of the dashboard about Kafka, by what a panel shows; units are those of the metrics (seconds, bytes, records).
 * Comparisons with 0 leave out series without an observation: a quantile of nothing is NaN, not a value. Names are those
 * of `docs/metrics.md`; lag and offsets are named as kafka_exporter names them, so `max by` keeps a sum right where both
 * are scraped. The single figure of lag is that of the bridge: the processor commits once a segment, so its lag says
 * how much a restart reads again, not how far it is behind.
 */
export const kafkaQueries = {
  up: 'f1_up',
  brokerKind: 'f1_broker_info',
  replaySpeed: 'f1_replay_speed_ratio',
  throughputByTopic: `sum by (topic) (${throughput()})`,
  throughputByPartition: throughput('{topic=~".*telemetry"}'),
  bytesReadByTopic: `sum by (topic) (rate(f1_consumer_bytes_total[${rateRange}]))`,
  bridgeLag: 'sum(kafka_consumergroup_lag{consumergroup="slipstream-bridge"})',
  lagByGroupAndTopic: `sum by (consumergroup, topic) (${lag()})`,
  hopLatencyP50: hopQuantile(0.5),
  hopLatencyP95: hopQuantile(0.95),
  hopLatencyP99: hopQuantile(0.99),
  endToEndP50: quantile(0.5, 'f1_end_to_end_latency_seconds'),
  endToEndP95: quantile(0.95, 'f1_end_to_end_latency_seconds'),
  endToEndP99: quantile(0.99, 'f1_end_to_end_latency_seconds'),
  endToEndP99LastMinute: quantile(0.99, 'f1_end_to_end_latency_seconds', figureRange),
  scheduleErrorP50: quantile(0.5, 'f1_replay_schedule_error_seconds'),
  scheduleErrorP99: quantile(0.99, 'f1_replay_schedule_error_seconds'),
  setAsideTotal: 'sum(f1_consumer_set_aside_total)',
  setAsideByReason: 'f1_consumer_set_aside_total',
  alertsByRule: 'sum by (rule) (f1_alerts_total)',
  processCpu: `rate(f1_process_cpu_seconds_total[${rateRange}])`,
  processMemory: 'f1_process_resident_memory_bytes',
  bufferBytes: 'f1_buffer_bytes',
  bufferRowsByDriver: 'f1_driver_points',
  eventLoopDelay: 'f1_event_loop_delay_seconds',
  webSocketClients: 'f1_ws_clients',
} as const satisfies Readonly<Record<string, string>>;

/** Records written a second, by topic and partition; of those topics that a selector names. */
function throughput(selector = ''): string {
  return `max by (topic, partition) (rate(kafka_topic_partition_current_offset${selector}[${rateRange}]))`;
}

/** Records to read, by group, topic and partition; kafka_exporter writes -1 where a group has committed nothing. */
function lag(): string {
  return 'max by (consumergroup, topic, partition) (kafka_consumergroup_lag >= 0)';
}

function hopQuantile(share: number): string {
  return `histogram_quantile(${share}, sum by (le, hop) (rate(f1_hop_latency_seconds_bucket[${rateRange}]))) >= 0`;
}

function quantile(share: number, histogram: string, range = rateRange): string {
  return `histogram_quantile(${share}, sum by (le) (rate(${histogram}_bucket[${range}]))) >= 0`;
}
