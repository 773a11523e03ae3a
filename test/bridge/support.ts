import { createServer } from 'node:net';
import type { TestContext } from 'node:test';
import { defaultConfig } from '../../src/config/defaults.ts';
import type { Config } from '../../src/config/schema.ts';
import { createBridge } from '../../src/bridge/index.ts';
import type { Bridge, BridgeOptions } from '../../src/bridge/index.ts';
import type { Broker } from '../../src/domain/broker.ts';
import { noLog } from '../../src/domain/log.ts';
import type { AlertMessage, ReplayState } from '../../src/domain/messages.ts';
import { partitionForKey } from '../../src/domain/partition.ts';
import { maxTelemetryBytes, writeTelemetry } from '../../src/domain/telemetry-codec.ts';
import { createTelemetryRow } from '../../src/domain/telemetry-row.ts';
import type { TelemetryRow } from '../../src/domain/telemetry-row.ts';
import { createEmbeddedBroker, topicSpecs } from '../../src/kafka/index.ts';

const encoder = new TextEncoder();
export const runA = '20260101T120000000Z-aaaa';
export const runB = '20260101T130000000Z-bbbb';

/** Configuration of tests: a free port, small rings. */
export function testConfig(
  change: { bridge?: Partial<Config['bridge']>; grafana?: Partial<Config['grafana']> } = {},
): Config {
  return {
    ...defaultConfig,
    bridge: { ...defaultConfig.bridge, buffer_points: 5000, ...change.bridge },
    grafana: { ...defaultConfig.grafana, bridge_port: 0, ...change.grafana },
  };
}

export interface TestBridge {
  readonly broker: Broker;
  readonly bridge: Bridge;
  readonly config: Config;
  readonly url: string;
}

/** An embedded broker with topics. */
export async function testBroker(t: TestContext, config = testConfig()): Promise<Broker> {
  const broker = createEmbeddedBroker();
  t.after(() => broker.close());
  await broker.createTopics(topicSpecs(config));
  return broker;
}

/** A bridge on an embedded broker; closed when the test ends. */
export async function testBridge(
  t: TestContext,
  options: { broker?: Broker; config?: Config; more?: Partial<BridgeOptions> } = {},
): Promise<TestBridge> {
  const config = options.config ?? testConfig();
  const broker = options.broker ?? (await testBroker(t, config));
  const bridge = await createBridge({
    broker,
    config,
    log: noLog,
    signal: new AbortController().signal,
    webRoot: null,
    sessions: () => Promise.resolve([{ spec: '2023/Monaco/R' }]),
    info: { brokerKind: broker.kind, brokerLabel: broker.address },
    ...options.more,
  });
  t.after(() => bridge.close());
  return { broker, bridge, config, url: `http://127.0.0.1:${bridge.port}` };
}

export function row(values: Partial<TelemetryRow> & { timestampMs: number }): TelemetryRow {
  return Object.assign(createTelemetryRow(), {
    driver: 'VER',
    driverNumber: 1,
    originalMs: values.timestampMs,
    sessionMs: 3_600_000,
    speedKmh: 250,
    rpm: 11_000,
    throttlePct: 100,
    brake: 0,
    gear: 7,
    drs: 0,
    x: 100,
    y: -200,
    z: 3,
    lapNumber: 5,
    compound: 2,
    distanceM: 123.4,
    origin: 0,
    ...values,
  });
}

export function telemetryValue(values: TelemetryRow): Uint8Array {
  const bytes = new Uint8Array(maxTelemetryBytes);
  return bytes.slice(0, writeTelemetry(bytes, 0, values));
}

/** Publishes rows in order, one batch per partition. */
export async function publishRows(
  broker: Broker,
  config: Config,
  rows: readonly TelemetryRow[],
  identity: { run?: string; segment?: number; timestampMs?: number } = {},
): Promise<void> {
  const partitions = config.kafka.partitions.telemetry;
  const lanes = new Map<number, { key: Uint8Array; value: Uint8Array }[]>();
  for (const one of rows) {
    const partition = partitionForKey(one.driver, partitions);
    const lane = lanes.get(partition) ?? [];
    lane.push({ key: encoder.encode(one.driver), value: telemetryValue(one) });
    lanes.set(partition, lane);
  }
  for (const [partition, records] of lanes) {
    await broker.produce({
      topic: config.kafka.topics.telemetry,
      partition,
      records,
      headers: headers(identity),
      ...(identity.timestampMs === undefined ? {} : { timestampMs: identity.timestampMs }),
    });
  }
}

export function headers({
  run = runA,
  segment = 0,
}: {
  run?: string;
  segment?: number;
}): Record<string, string> {
  return { run, segment: String(segment), v: '1' };
}

/** Publishes JSON values (or raw bytes) to a topic. */
export async function publish(
  broker: Broker,
  topic: string,
  values: readonly (object | Uint8Array | string)[],
  options: {
    run?: string;
    segment?: number;
    timestampMs?: number;
    partition?: number;
    headers?: Record<string, string>;
  } = {},
): Promise<void> {
  await broker.produce({
    topic,
    partition: options.partition ?? 0,
    records: values.map((value) => ({
      key: encoder.encode('k'),
      value:
        value instanceof Uint8Array
          ? value
          : encoder.encode(typeof value === 'string' ? value : JSON.stringify(value)),
    })),
    headers: options.headers ?? headers(options),
    ...(options.timestampMs === undefined ? {} : { timestampMs: options.timestampMs }),
  });
}

export function replayState(values: Partial<ReplayState> = {}): ReplayState {
  return {
    timestamp: new Date().toISOString(),
    run: runA,
    run_started_at: Date.now() - 1000,
    segment: 0,
    status: 'playing',
    reason: null,
    source: 'test',
    title: 'Test race',
    simulated: false,
    session_time: 3600,
    start: 0,
    end: 7200,
    lights_out: 3600,
    lap_number: 5,
    total_laps: 78,
    speed: 1,
    loop: false,
    mode: 'lossless',
    drivers: [],
    rows_total: 1000,
    rows_sent: 10,
    rows_dropped: 0,
    holds: 0,
    held_ms: 0,
    lag_ms: 0,
    backlog_rows: 0,
    schedule_error_ms: {
      p50: 0.1,
      p99: 0.5,
      max: 1,
      count: 10,
      sum: 2,
      buckets: [5, 8, 9, 10, 10, 10, 10, 10, 10, 10, 10, 10],
    },
    loading: null,
    changed_by: null,
    last_command: null,
    last_command_id: null,
    message_type: 'state',
    ...values,
  };
}

export function alert(values: Partial<AlertMessage> = {}): AlertMessage {
  return {
    timestamp: new Date().toISOString(),
    original_timestamp: null,
    alert_id: 'a1',
    alert_type: 'drs_status_change',
    severity: 'medium',
    driver: 'VER',
    driver_id: 'VER',
    state: 'open',
    started_at: 3600,
    ended_at: null,
    description: 'DRS open',
    value: 12,
    threshold: 10,
    session_time: 3600,
    lap_number: 5,
    escalated_from: null,
    quality: 'measured',
    message_type: 'alert',
    ...values,
  };
}

export function timing(type: string, values: object): object {
  return {
    timestamp: new Date().toISOString(),
    original_timestamp: null,
    session_time: 3600,
    message_type: type,
    driver: null,
    driver_id: null,
    driver_number: null,
    ...values,
  };
}

/** Waits until a condition holds; fails after `limitMs`. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  limitMs = 5000,
): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`Still waiting for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export async function untilOk(url: string): Promise<void> {
  await until(async () => (await fetch(`${url}/`)).status === 200, 'health ok');
}

export async function getJson<T>(url: string, init?: RequestInit): Promise<{ status: number; body: T }> {
  const response = await fetch(url, init);
  return { status: response.status, body: (await response.json()) as T };
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
