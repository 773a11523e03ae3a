import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config/schema.ts';
import type { Broker } from '../domain/broker.ts';
import { messageOf } from '../domain/errors.ts';
import type { Log } from '../domain/log.ts';
import { buildApp } from './http/app.ts';
import type { AppContext, SessionChoice } from './http/app-context.ts';
import { createBridgeState } from './ingest/bridge-state.ts';
import { createBrokerWatch } from './ingest/broker-watch.ts';
import { readHealth } from './health.ts';
import type { Health } from './health.ts';
import { listen } from './http/listen.ts';
import { createLivePusher } from './grafana-live/pusher.ts';
import { createLiveHub } from './live/live-hub.ts';
import { createBridgeMetrics } from './metrics/bridge-metrics.ts';
import type { ExtraMetric } from './metrics/bridge-metrics.ts';
import { createReader } from './ingest/reader.ts';
import { runCommand } from './http/replay-routes.ts';
import { createRequestGuard } from './http/request-guard.ts';
import type { Caller } from './http/request-guard.ts';

const closePatienceMs = 2000;

export interface BridgeOptions {
  readonly broker: Broker;
  readonly config: Config;
  readonly log: Log;
  /** Aborting it is the same as `close()`. */
  readonly signal: AbortSignal;
  /** Epoch ms; `Date.now` when absent. */
  readonly clock?: () => number;
  /** Folder of the built page; null = no page. */
  readonly webRoot: string | null;
  /** Sessions that can be opened, as `GET /sessions` lists them. */
  readonly sessions: () => Promise<readonly SessionChoice[]>;
  readonly info: { readonly brokerKind: string; readonly brokerLabel: string };
  readonly version?: string;
  readonly extraMetrics?: readonly ExtraMetric[];
  /** Health reasons of other stages in the same command, such as a blocked producer lane. */
  readonly extraReasons?: () => readonly string[];
  /** Take the next free port when the configured one is taken. */
  readonly nextFreePort?: boolean;
}

export interface BridgeStats {
  readonly health: Health;
  readonly run: string | null;
  readonly segment: number;
  readonly points: number;
  readonly records: number;
  readonly clients: number;
}

/** An open bridge. */
export interface Bridge {
  /** Addresses for people, the plainest first. */
  readonly urls: readonly string[];
  readonly port: number;
  readonly app: FastifyInstance;
  stats(): BridgeStats;
  /** Ends reading, sockets and listeners. Idempotent; within 3 s, also without a broker. */
  close(): Promise<void>;
}

/**
 * Starts a bridge: HTTP is up when this resolves and answers 503 with the reason until the broker and its topics are
 * there; reading begins by itself.
 * @throws {F1Error} F1_BRIDGE_PORT when the port cannot be opened
 */
export async function createBridge(options: BridgeOptions): Promise<Bridge> {
  const { broker, config, log, info } = options;
  const clock = options.clock ?? Date.now;
  const version = options.version ?? '0.1.0';
  const ending = new AbortController();
  const signal = AbortSignal.any([options.signal, ending.signal]);
  const topics = config.kafka.topics;
  const state = createBridgeState(config.bridge.buffer_points);
  const guard = createRequestGuard({
    controlToken: config.bridge.control_token,
    allowedOrigins: config.bridge.allowed_origins,
    bridgeHost: config.grafana.bridge_host,
  });
  const callers = new Map<number, Caller>();
  const hub = createLiveHub({
    state,
    log,
    clock,
    health: () => health(),
    version,
    broker: { kind: info.brokerKind, label: info.brokerLabel },
    maxClients: config.bridge.max_clients,
    async command(message, client) {
      const caller = callers.get(client);
      if (caller === undefined) return;
      const { token }: { token?: unknown } = message;
      await runCommand(context, caller, typeof token === 'string' ? token : null, message, 'page');
    },
  });
  const reader = createReader({
    broker,
    topics,
    state,
    windowMs: config.bridge.window_seconds * 1000,
    log,
    clock,
    signal,
    onBatch: (arrivedAt) => hub.flush(arrivedAt),
  });
  const watch = createBrokerWatch({ broker, topics, clock, signal, onAnswer: reader.observe });
  const health = (): Health =>
    readHealth({ broker, reader, watch, state, clock, extraReasons: options.extraReasons ?? (() => []) });
  const pusher = createLivePusher({ settings: config.grafana.live, state, log, clock });
  const metrics = createBridgeMetrics({
    state,
    reader,
    watch,
    hub,
    pusher,
    topics,
    health,
    clock,
    version,
    extra: options.extraMetrics ?? [],
  });
  const hasPage = options.webRoot !== null && existsSync(join(options.webRoot, 'index.html'));
  if (options.webRoot !== null && !hasPage) log.warn('The page is not built: run npm run build:web');
  const context: AppContext = {
    broker,
    config,
    log,
    clock,
    state,
    reader,
    watch,
    hub,
    pusher,
    metrics,
    guard,
    health,
    webRoot: hasPage ? options.webRoot : null,
    sessions: options.sessions,
    info,
    version,
    recentCommandsMs: [],
    startedMs: clock(),
  };
  const app = await buildApp(context, (socket, caller) => {
    const client = hub.accept(socket);
    callers.set(client, caller);
    socket.on('close', () => callers.delete(client));
  });
  const { bridge_host: host, bridge_port: port } = config.grafana;
  const listening = await listen(app, { host, port, nextFreePort: options.nextFreePort ?? false });
  const running = [reader.run(), watch.run(), pusher.run(signal)].map((work) =>
    work.catch((error: unknown) => log.error(`Bridge stopped reading: ${messageOf(error)}`, { error })),
  );
  if (!isLoopbackHost(host)) {
    const warning =
      config.bridge.control_token === null
        ? '; steering from there is off until bridge.control_token is set'
        : '';
    log.warn(`The bridge is open to the network: ${listening.urls.join(', ')}${warning}`);
  }

  let closing: Promise<void> | null = null;
  const close = (): Promise<void> => {
    closing ??= (async () => {
      ending.abort();
      hub.close();
      metrics.close();
      await listening.close();
      await app.close();
      // A broker that hangs must not keep the bridge from closing.
      await Promise.race([Promise.all(running), delay(closePatienceMs, undefined, { ref: false })]);
    })();
    return closing;
  };
  signal.addEventListener('abort', () => void close(), { once: true });

  return {
    urls: listening.urls,
    port: listening.port,
    app,
    stats: () => ({
      health: health(),
      run: state.tracker.run,
      segment: state.tracker.segment,
      points: state.points.points(),
      records: Object.values(state.counters.records).reduce((sum, count) => sum + count, 0),
      clients: hub.clients,
    }),
    close,
  };
}

function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || host.startsWith('127.');
}
