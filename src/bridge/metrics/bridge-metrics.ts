import type { TopicNames } from '../../domain/topics.ts';
import type { Health } from '../health.ts';
import type { BridgeState } from '../ingest/bridge-state.ts';
import type { BrokerWatch } from '../ingest/broker-watch.ts';
import type { Reader } from '../ingest/reader.ts';
import type { LivePusher } from '../grafana-live/pusher.ts';
import type { LiveHub } from '../live/live-hub.ts';
import { addIngestMetrics } from './ingest-metrics.ts';
import { addKafkaMetrics } from './kafka-metrics.ts';
import { addLivePushMetrics } from './live-push-metrics.ts';
import { createMetricPage, single } from './metric-page.ts';
import type { MetricHead } from './metric-page.ts';
import { addProcessMetrics } from './process-metrics.ts';
import { createQueryMeter } from './query-meter.ts';
import { addReplayMetrics } from './replay-metrics.ts';
import { addServingMetrics } from './serving-metrics.ts';

/** What other stages of the same command add to `GET /metrics`: one gauge or counter each, without labels. */
export interface ExtraMetric {
  /** Full name, `f1_…`. */
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter';
  /** Called at each scrape; must not block. NaN is left out. */
  read(): number;
}

/** What the metrics are copied from. */
export interface MetricsDeps {
  readonly state: BridgeState;
  readonly reader: Reader;
  readonly watch: BrokerWatch;
  readonly hub: LiveHub;
  readonly pusher: LivePusher;
  readonly topics: TopicNames;
  readonly health: () => Health;
  readonly clock: () => number;
  readonly version: string;
  readonly extra: readonly ExtraMetric[];
}

/** The exposition of `GET /metrics`; every figure is copied from memory, nothing is asked of the broker. */
export interface BridgeMetrics {
  readonly contentType: string;
  text(): Promise<string>;
  /** Names, helps and types, for docs. */
  list(): readonly MetricHead[];
  /** Counts an answer to a query: path of the route as registered, HTTP status, time to answer [s]. */
  observeQuery(endpoint: string, status: number, seconds: number): void;
  countRequest(status: number): void;
  close(): void;
}

/** Metrics at zero; `close` ends the measurement of the event loop. */
export function createBridgeMetrics(deps: MetricsDeps): BridgeMetrics {
  const page = createMetricPage();
  const requests = new Map<string, number>();
  const queries = createQueryMeter();
  page.gauge('f1_build_info', 'Version of the bridge, value 1', () => [[{ version: deps.version }, 1]]);
  page.gauge('f1_up', '1 when GET / answers 200', () => single(deps.health().status === 'ok' ? 1 : 0));
  addIngestMetrics(page, deps);
  addKafkaMetrics(page, deps);
  addServingMetrics(page, deps.hub, requests, queries);
  addLivePushMetrics(page, deps.pusher, deps.clock);
  addReplayMetrics(page, deps.state, deps.topics);
  const stopMeasuring = addProcessMetrics(page);
  for (const { name, help, type, read } of deps.extra) {
    page[type](name, help, () => single(safely(read)));
  }
  return {
    contentType: page.contentType,
    text: page.text,
    list: page.list,
    observeQuery: queries.observe,
    countRequest(status) {
      const group = `${Math.floor(status / 100)}xx`;
      requests.set(group, (requests.get(group) ?? 0) + 1);
    },
    close: stopMeasuring,
  };
}

/** A figure of another stage must not take the whole page down. */
function safely(read: () => number): number {
  try {
    return read();
  } catch {
    return Number.NaN; // left out of the answer
  }
}
