import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import type { TestContext } from 'node:test';
import { promisify } from 'node:util';
import { encodeTimingEvent } from '../../src/analysis/timing-events.ts';
import { createBridge } from '../../src/bridge/index.ts';
import type { Bridge } from '../../src/bridge/index.ts';
import { defaultConfig } from '../../src/config/defaults.ts';
import type { Config } from '../../src/config/schema.ts';
import { createDetector, createRules } from '../../src/detect/index.ts';
import type { Broker, ProduceBatch } from '../../src/domain/broker.ts';
import { noLog } from '../../src/domain/log.ts';
import { createEmbeddedBroker, topicNames, topicSpecs } from '../../src/kafka/index.ts';
import { startProcessor } from '../../src/process/index.ts';
import { runReplay, systemClock } from '../../src/replay/index.ts';
import { syntheticSession } from './synthetic-session.ts';
import type { SyntheticOptions } from './synthetic-session.ts';

const root = resolve(import.meta.dirname, '../..');

export interface PipelineOptions {
  /** Sessions by SESSION; the first one is played. */
  readonly sessions?: Readonly<Record<string, SyntheticOptions>>;
  readonly speed?: number;
  readonly paused?: boolean;
  readonly drivers?: readonly string[];
  /** Session time in seconds to begin at. */
  readonly startS?: number;
  readonly bridge?: Partial<Config['bridge']>;
  /** Without: broker and bridge alone. */
  readonly replay?: boolean;
}

/** The real pipeline in this process: embedded broker, replay, processor and bridge. */
export interface Pipeline {
  readonly broker: Broker;
  /** Address of the bridge, with a slash at its end. */
  readonly url: string;
  readonly pageUrl: string;
  command(command: string, value?: unknown): Promise<{ status: number; body: Record<string, unknown> }>;
  /** Ends the bridge; `startBridge` opens a new one on the same port. */
  stopBridge(): Promise<void>;
  startBridge(): Promise<void>;
  /** From now on nothing of the replay reaches the broker, as if its process hung; lasts until the test ends. */
  stallReplay(): void;
}

let built: Promise<unknown> | null = null;

/** Builds the page once per test process when it is stale. */
export function buildPage(): Promise<unknown> {
  built ??= promisify(execFile)(process.execPath, [resolve(root, 'scripts/build-web.mjs'), '--quiet'], {
    cwd: root,
  });
  return built;
}

/** Starts the pipeline on a free port; everything ends with the test. */
export async function startPipeline(t: TestContext, options: PipelineOptions = {}): Promise<Pipeline> {
  await buildPage();
  const { sessions = { synthetic: {} }, speed = 1, drivers = [] } = options;
  const base = defaultConfig;
  const config: Config = {
    ...base,
    grafana: { ...base.grafana, bridge_port: 0 },
    bridge: { ...base.bridge, ...options.bridge },
  };
  const broker = createEmbeddedBroker();
  const names = topicNames(config);
  await broker.createTopics(topicSpecs(config));
  const ending = new AbortController();
  const replayEnding = new AbortController();
  let stalled: PromiseWithResolvers<void> | null = null;
  const replayBroker: Broker = Object.assign(Object.create(broker) as Broker, {
    async produce(batch: ProduceBatch) {
      await stalled?.promise;
      return broker.produce(batch);
    },
  });
  const first = Object.keys(sessions)[0] ?? 'synthetic';
  const rules = createRules(config.alerts);
  const processor = startProcessor({
    broker,
    topics: names,
    alertPartitions: config.kafka.partitions.alerts,
    createDetector: () => createDetector(rules),
    log: noLog,
    signal: ending.signal,
    since: 'earliest',
    group: 'page-test',
  });
  const replay =
    options.replay === false
      ? Promise.resolve(null)
      : runReplay({
          broker: replayBroker,
          topics: names,
          telemetryPartitions: config.kafka.partitions.telemetry,
          clock: systemClock(),
          log: noLog,
          signal: replayEnding.signal,
          source: first,
          open: async (source) => {
            const wanted = sessions[source];
            if (wanted === undefined) throw new Error(`There is no session ${source}`);
            return syntheticSession(wanted);
          },
          encodeEvent: (event, timestamp, original) =>
            Buffer.from(encodeTimingEvent(event, timestamp, original)),
          speed,
          loop: false,
          mode: 'lossless',
          maxBacklogRows: config.replay.max_backlog_rows,
          drivers,
          paused: options.paused ?? false,
          ...(options.startS === undefined ? {} : { start: options.startS }),
          once: false,
        });
  let bridge: Bridge | null = null;
  let port = 0;
  const startBridge = async (): Promise<void> => {
    bridge = await createBridge({
      broker,
      config: { ...config, grafana: { ...config.grafana, bridge_port: port } },
      log: noLog,
      signal: ending.signal,
      webRoot: resolve(root, 'web/dist'),
      sessions: () =>
        Promise.resolve(
          Object.keys(sessions).map((source) => ({ spec: source, title: source, origin: 'local' })),
        ),
      info: { brokerKind: 'embedded', brokerLabel: 'embedded' },
    });
    port = bridge.port;
  };
  await startBridge();
  t.after(async () => {
    stalled?.resolve();
    replayEnding.abort();
    ending.abort();
    await bridge?.close();
    await replay;
    await processor.done;
    await broker.close();
  });
  const url = `http://127.0.0.1:${port}/`;
  return {
    broker,
    url,
    pageUrl: `${url}app/`,
    startBridge,
    async command(command, value) {
      const response = await fetch(`${url}replay`, {
        method: 'POST',
        body: JSON.stringify({ command, value }),
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },
    async stopBridge() {
      await bridge?.close();
    },
    stallReplay() {
      stalled = Promise.withResolvers<void>();
    },
  };
}
