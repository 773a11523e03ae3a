import type { TopicRole } from '../../domain/topics.ts';
import type { BridgeState } from '../ingest/bridge-state.ts';
import {
  alertRules,
  hopNames,
  modelTypes,
  setAsideReasons,
  severities,
  topicRoles,
} from '../ingest/counters.ts';
import { distributionOf, single } from './metric-page.ts';
import type { MetricPage, Sample } from './metric-page.ts';
import { partitionRows } from './partition-rows.ts';
import type { PartitionSources } from './partition-rows.ts';

const resetReasons = [
  'topic-recreated',
  'partitions-changed',
  'stalled',
  'offset-out-of-range',
  'connection',
] as const;

/** What the bridge read, holds and set aside, and how long records were on their way. */
export function addIngestMetrics(
  page: MetricPage,
  sources: PartitionSources & { readonly state: BridgeState; readonly clock: () => number },
): void {
  const { state, reader, watch, topics, clock } = sources;
  const { counters } = state;
  const age = (sinceMs: number): readonly Sample[] => single(Math.max(0, (clock() - sinceMs) / 1000));
  const byTopic = (valueOf: (role: TopicRole) => number): readonly Sample[] =>
    topicRoles.map((role) => [{ topic: topics[role] }, valueOf(role)]);

  page.gauge('f1_broker_info', 'What the bridge reads from, value 1', () => [[{ kind: watch.kind }, 1]]);
  page.counter('f1_consumer_records_total', 'Records read from the broker', () =>
    byTopic((role) => counters.records[role]),
  );
  page.counter('f1_consumer_bytes_total', 'Bytes of record values read', () =>
    byTopic((role) => counters.bytes[role]),
  );
  page.counter('f1_consumer_set_aside_total', 'Records counted and not used', () =>
    setAsideReasons.map((reason) => [{ reason }, counters.setAside[reason]]),
  );
  page.counter('f1_consumer_stale_total', 'Records of runs and segments that were left', () =>
    single(counters.stale),
  );
  page.counter('f1_consumer_duplicates_total', 'Records read again after a stream was rebuilt', () =>
    single(counters.duplicates),
  );
  page.counter('f1_consumer_resets_total', 'Streams rebuilt', () =>
    resetReasons.map((reason) => [{ reason }, reader.resets.get(reason) ?? 0]),
  );
  page.gauge('f1_consumer_lag_records', 'Records written and not yet read', () =>
    byTopic((role) => {
      let lag = 0;
      for (const { role: own, next, end } of reader.partitions.values()) {
        if (own === role && next !== null) lag += Math.max(0, end - next);
      }
      return lag;
    }),
  );
  page.gauge('f1_consumer_age_seconds', 'Time since the last batch arrived', () => age(reader.lastBatchMs));
  page.histogram(
    'f1_consumer_processing_duration_seconds',
    'Time to take one batch of records into the buffers',
    () => [distributionOf(counters.batches)],
  );
  page.gauge('f1_telemetry_age_seconds', 'Time since the newest telemetry record was published', () =>
    age(state.lastTelemetryMs),
  );
  page.gauge(
    'f1_broker_figures_age_seconds',
    'Age of the broker figures (end offsets) polled in the background',
    () => age(watch.answeredMs),
  );
  page.gauge(
    'f1_group_figures_age_seconds',
    'Age of the committed offsets of consumer groups polled in the background',
    () => age(watch.groupsAnsweredMs),
  );
  page.gauge('f1_topic_end_offset_records', 'End offsets of all partitions of a topic together', () =>
    [...Map.groupBy(partitionRows(sources), ({ topic }) => topic)].map(([topic, rows]) => [
      { topic },
      rows.reduce((sum, { end }) => sum + end, 0),
    ]),
  );
  page.counter('f1_run_changes_total', 'Changes of run or segment', () => single(counters.changes));
  page.gauge('f1_buffer_bytes', 'Bytes of the ring buffers, full size', () => single(state.points.bytes()));
  page.gauge('f1_buffer_points', 'Telemetry rows held', () => single(state.points.points()));
  page.gauge('f1_buffer_drivers', 'Drivers with telemetry', () => single(state.points.drivers.length));
  page.gauge('f1_driver_points', 'Telemetry rows held of each driver, 40 drivers at most', () =>
    state.points.drivers.map(({ driver, buffer }) => [{ driver }, buffer.appended - buffer.first]),
  );
  page.gauge('f1_alerts_held', 'Alert episodes held', () => single(state.alerts.size));
  page.counter('f1_alerts_total', 'Alerts opened in the runs shown', () =>
    severities.flatMap((severity) =>
      alertRules.map((rule): Sample => [{ severity, rule }, counters.alerts[severity][rule]]),
    ),
  );
  page.counter('f1_predictions_total', 'Predictions read from the broker', () =>
    modelTypes.map((model) => [{ model_type: model }, counters.predictions[model]]),
  );
  page.histogram(
    'f1_hop_latency_seconds',
    'Latency by hop: replay (due to published), broker (published to received), bridge (received to handed to clients), total (due to handed to clients), processor (row to alert)',
    () => hopNames.map((hop) => distributionOf(counters.hops[hop], { hop })),
  );
  page.histogram(
    'f1_end_to_end_latency_seconds',
    'Due time of a telemetry row until the bridge answers with it, with or without clients',
    () => [distributionOf(counters.endToEnd)],
  );
}
