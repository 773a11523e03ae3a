import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { scheduleErrorBucketsMs } from '../../domain/messages.ts';
import type { TopicNames } from '../../domain/topics.ts';
import type { BridgeState } from '../ingest/bridge-state.ts';
import type { BrokerWatch } from '../ingest/broker-watch.ts';
import {
  createDurationHistogram,
  hopBoundsS,
  hopNames,
  setAsideReasons,
  topicRoles,
} from '../ingest/counters.ts';
import type { DurationHistogram } from '../ingest/counters.ts';
import type { Health } from '../health.ts';
import type { LiveHub } from '../live/live-hub.ts';
import type { Reader } from '../ingest/reader.ts';

/** What other stages of the same command add to `GET /metrics`: one gauge or counter each, without labels. */
export interface ExtraMetric {
  /** Full name, `f1_…`. */
  readonly name: string;
  readonly help: string;
  readonly type: 'gauge' | 'counter';
  /** Called at each scrape; must not block. NaN is left out. */
  read(): number;
}

export interface MetricsDeps {
  readonly state: BridgeState;
  readonly reader: Reader;
  readonly watch: BrokerWatch;
  readonly hub: LiveHub;
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
  /** Names and helps, for docs. */
  list(): readonly { readonly name: string; readonly help: string; readonly type: string }[];
  observeQuery(seconds: number): void;
  countRequest(status: number): void;
  close(): void;
}

interface HistogramSource {
  readonly labels: Readonly<Record<string, string>>;
  /** Cumulative counts per bound; the last is +Inf. */
  read(): {
    readonly boundsS: readonly number[];
    readonly cumulative: readonly number[];
    readonly sumS: number;
  } | null;
}

/** A histogram whose counts are kept elsewhere and copied at each scrape. */
class CopiedHistogram extends Histogram {
  readonly #sources: readonly HistogramSource[];
  readonly #name: string;
  readonly #help: string;

  constructor(name: string, help: string, labelNames: string[], sources: readonly HistogramSource[]) {
    super({ name, help, labelNames, registers: [] });
    this.#name = name;
    this.#help = help;
    this.#sources = sources;
  }

  /** What the registry (and `get`) of prom-client calls for a histogram's samples; its types leave it out. */
  getForPromString(): Promise<object> {
    const name = this.#name;
    const values: object[] = [];
    for (const { labels, read } of this.#sources) {
      const data = read();
      if (data === null) continue;
      const total = data.cumulative.at(-1) ?? 0;
      const bucket = (le: number | string, value: number): void => {
        values.push({ labels: { ...labels, le }, value, metricName: `${name}_bucket` });
      };
      data.boundsS.forEach((bound, index) => bucket(bound, data.cumulative[index] ?? 0));
      bucket('+Inf', total);
      values.push({ labels, value: data.sumS, metricName: `${name}_sum` });
      values.push({ labels, value: total, metricName: `${name}_count` });
    }
    return Promise.resolve({ name, help: this.#help, type: 'histogram', values, aggregator: 'sum' });
  }
}

const resetReasons = [
  'topic-recreated',
  'partitions-changed',
  'stalled',
  'offset-out-of-range',
  'connection',
] as const;
const statusClasses = ['2xx', '3xx', '4xx', '5xx'] as const;
const replayStatuses = ['loading', 'playing', 'paused', 'holding', 'ended', 'stopped', 'failed'] as const;

export function createBridgeMetrics(deps: MetricsDeps): BridgeMetrics {
  const { state, reader, watch, hub, topics, clock } = deps;
  const registry = new Registry();
  const loop = monitorEventLoopDelay({ resolution: 20 });
  loop.enable();
  const queries = createDurationHistogram(hopBoundsS);
  const requests = new Map<string, number>(statusClasses.map((status) => [status, 0]));
  const { counters } = state;
  const registers: Registry[] = [];

  type Labels = Readonly<Record<string, string>>;
  type Sample = readonly [labels: Labels, value: number];
  type AddMetric = (
    name: string,
    help: string,
    labelNames: readonly string[],
    read: () => readonly Sample[],
  ) => void;
  const gauge: AddMetric = (name, help, labelNames, read) => {
    const metric = new Gauge({
      name,
      help,
      labelNames,
      registers,
      collect() {
        this.reset();
        for (const [labels, value] of read()) if (!Number.isNaN(value)) this.set(labels, value);
      },
    });
    registry.registerMetric(metric);
  };
  const counter: AddMetric = (name, help, labelNames, read) => {
    const metric = new Counter({
      name,
      help,
      labelNames,
      registers,
      collect() {
        this.reset();
        for (const [labels, value] of read()) if (value >= 0) this.inc(labels, value);
      },
    });
    registry.registerMetric(metric);
  };
  const histogram = (
    name: string,
    help: string,
    labelNames: string[],
    sources: readonly HistogramSource[],
  ): void => registry.registerMetric(new CopiedHistogram(name, help, labelNames, sources));
  const single = (value: number): readonly Sample[] => [[{}, value]];
  const seconds = (sinceMs: number): number => Math.max(0, (clock() - sinceMs) / 1000);

  gauge('f1_build_info', 'Version of the bridge, value 1', ['version'], () => [
    [{ version: deps.version }, 1],
  ]);
  gauge('f1_up', '1 when GET / answers 200', [], () => single(deps.health().status === 'ok' ? 1 : 0));
  counter('f1_consumer_records_total', 'Records read from the broker', ['topic'], () =>
    topicRoles.map((role) => [{ topic: topics[role] }, counters.records[role]]),
  );
  counter('f1_consumer_bytes_total', 'Bytes of record values read', ['topic'], () =>
    topicRoles.map((role) => [{ topic: topics[role] }, counters.bytes[role]]),
  );
  counter('f1_consumer_set_aside_total', 'Records counted and not used', ['reason'], () =>
    setAsideReasons.map((reason) => [{ reason }, counters.setAside[reason]]),
  );
  counter('f1_consumer_stale_total', 'Records of runs and segments that were left', [], () =>
    single(counters.stale),
  );
  counter('f1_consumer_duplicates_total', 'Records read again after a stream was rebuilt', [], () =>
    single(counters.duplicates),
  );
  counter('f1_consumer_resets_total', 'Streams rebuilt', ['reason'], () =>
    resetReasons.map((reason) => [{ reason }, reader.resets.get(reason) ?? 0]),
  );
  gauge('f1_consumer_lag_records', 'Records written and not yet read', ['topic'], () =>
    topicRoles.map((role) => {
      let lag = 0;
      for (const { role: own, next, end } of reader.partitions.values()) {
        if (own === role && next !== null) lag += Math.max(0, end - next);
      }
      return [{ topic: topics[role] }, lag];
    }),
  );
  gauge('f1_consumer_age_seconds', 'Time since the last batch arrived', [], () =>
    single(seconds(reader.lastBatchMs)),
  );
  gauge('f1_telemetry_age_seconds', 'Time since the newest telemetry record was published', [], () =>
    single(seconds(state.lastTelemetryMs)),
  );
  gauge(
    'f1_broker_figures_age_seconds',
    'Age of the broker figures (end offsets) polled in the background',
    [],
    () => single(seconds(watch.answeredMs)),
  );
  gauge('f1_topic_end_offset_records', 'End offsets of all partitions of a topic together', ['topic'], () =>
    topicRoles.map((role) => {
      const found = watch.description?.topics.find(({ name }) => name === topics[role]);
      const end = found?.partitions.reduce((sum, { endOffset }) => sum + endOffset, 0);
      return [{ topic: topics[role] }, end ?? Number.NaN];
    }),
  );
  counter('f1_run_changes_total', 'Changes of run or segment', [], () => single(counters.changes));
  gauge('f1_buffer_bytes', 'Bytes of the ring buffers, full size', [], () => single(state.points.bytes()));
  gauge('f1_buffer_points', 'Telemetry rows held', [], () => single(state.points.points()));
  gauge('f1_buffer_drivers', 'Drivers with telemetry', [], () => single(state.points.drivers.length));
  gauge('f1_alerts_held', 'Alert episodes held', [], () => single(state.alerts.size));
  gauge('f1_ws_clients', 'WebSocket clients', [], () => single(hub.clients));
  counter('f1_ws_frames_total', 'WebSocket frames sent', [], () => single(hub.framesSent));
  counter('f1_ws_bytes_total', 'Bytes of WebSocket frames sent', [], () => single(hub.bytesSent));
  counter('f1_ws_dropped_points_total', 'Points that slow WebSocket clients lost', [], () =>
    single(hub.droppedPoints),
  );
  counter(
    'f1_ws_stalled_clients_total',
    'WebSocket clients closed because they took nothing for 30 s',
    [],
    () => single(hub.stalledClients),
  );
  counter('f1_http_requests_total', 'HTTP answers by class of status', ['status'], () =>
    statusClasses.map((status) => [{ status }, requests.get(status) ?? 0]),
  );
  gauge('f1_replay_status', '1 for the status that the replay is in', ['status'], () =>
    replayStatuses.map((status) => [{ status }, state.replay?.status === status ? 1 : 0]),
  );
  gauge(
    'f1_replay_speed_ratio',
    'Replay speed, session time to real time; 0 is as fast as possible',
    [],
    () => single(state.replay?.speed ?? Number.NaN),
  );
  gauge('f1_replay_lag_seconds', 'How far the replay is behind its schedule', [], () =>
    single((state.replay?.lag_ms ?? Number.NaN) / 1000),
  );
  gauge('f1_replay_rows_sent', 'Rows sent in this run', [], () =>
    single(state.replay?.rows_sent ?? Number.NaN),
  );
  gauge('f1_replay_rows_dropped', 'Oldest rows given up in this run, mode live', [], () =>
    single(state.replay?.rows_dropped ?? Number.NaN),
  );
  gauge('f1_replay_held_seconds', 'How long this run held its clock, mode lossless', [], () =>
    single((state.replay?.held_ms ?? Number.NaN) / 1000),
  );
  histogram(
    'f1_replay_schedule_error_seconds',
    'Hand-over to the broker client minus due time, since the run began; absent at speed max',
    [],
    [{ labels: {}, read: () => scheduleError(state) }],
  );
  histogram(
    'f1_hop_latency_seconds',
    'Latency by hop: replay (due to published), broker (published to received), bridge (received to handed to clients), total (due to handed to clients), processor (row to alert)',
    ['hop'],
    hopNames.map((hop) => ({ labels: { hop }, read: () => cumulate(counters.hops[hop]) })),
  );
  histogram(
    'f1_query_duration_seconds',
    'Time to answer /query',
    [],
    [{ labels: {}, read: () => cumulate(queries) }],
  );
  gauge('f1_event_loop_delay_seconds', 'Event loop delay since the last scrape, 99th percentile', [], () => {
    const p99 = loop.percentile(99) / 1e9;
    loop.reset();
    return single(p99);
  });
  gauge('f1_process_resident_memory_bytes', 'Resident memory of the process', [], () =>
    single(process.memoryUsage.rss()),
  );
  counter('f1_process_cpu_seconds_total', 'Processor time of the process', [], () => {
    const { user, system } = process.cpuUsage();
    return single((user + system) / 1e6);
  });
  for (const { name, help, type, read } of deps.extra) {
    (type === 'gauge' ? gauge : counter)(name, help, [], () => single(safely(read)));
  }

  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    list: () =>
      registry.getMetricsAsArray().map(({ name, help, type }) => ({ name, help, type: String(type) })),
    observeQuery: (value) => queries.observe(value),
    countRequest(status) {
      const group = `${Math.floor(status / 100)}xx`;
      requests.set(group, (requests.get(group) ?? 0) + 1);
    },
    close: () => loop.disable(),
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

function cumulate({ boundsS, counts, sumS }: DurationHistogram): ReturnType<HistogramSource['read']> {
  let sum = 0;
  return { boundsS, cumulative: Array.from(counts, (count) => (sum += count)), sumS };
}

function scheduleError({ replay }: BridgeState): ReturnType<HistogramSource['read']> {
  const error = replay?.schedule_error_ms ?? null;
  if (error === null) return null;
  const boundsS = scheduleErrorBucketsMs.map((bound) => bound / 1000);
  return {
    boundsS,
    cumulative: [...error.buckets.slice(0, boundsS.length), error.count],
    sumS: error.sum / 1000,
  };
}
