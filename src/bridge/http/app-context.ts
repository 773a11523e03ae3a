import type { Config } from '../../config/schema.ts';
import type { Broker } from '../../domain/broker.ts';
import type { Log } from '../../domain/log.ts';
import type { BridgeState } from '../ingest/bridge-state.ts';
import type { BrokerWatch } from '../ingest/broker-watch.ts';
import type { Health } from '../health.ts';
import type { LivePusher } from '../grafana-live/pusher.ts';
import type { LiveHub } from '../live/live-hub.ts';
import type { BridgeMetrics } from '../metrics/bridge-metrics.ts';
import type { Reader } from '../ingest/reader.ts';
import type { RequestGuard } from './request-guard.ts';

/** A session that can be opened: `spec` is what the command `load` takes; the rest is for people. */
export interface SessionChoice {
  readonly spec: string;
}

/** What routes work on. Everything is injected, so that tests can build the app around any part. */
export interface AppContext {
  readonly broker: Broker;
  readonly config: Config;
  readonly log: Log;
  readonly clock: () => number;
  readonly state: BridgeState;
  readonly reader: Reader;
  readonly watch: BrokerWatch;
  readonly hub: LiveHub;
  readonly pusher: LivePusher;
  readonly metrics: BridgeMetrics;
  readonly guard: RequestGuard;
  readonly health: () => Health;
  /** Folder of the built page; null = no page is served. */
  readonly webRoot: string | null;
  /** Sessions that can be opened. */
  readonly sessions: () => Promise<readonly SessionChoice[]>;
  readonly info: { readonly brokerKind: string; readonly brokerLabel: string };
  readonly version: string;
  /** Times of the commands of the last second, epoch ms: a runaway script must not fill the control topic. */
  readonly recentCommandsMs: number[];
  /** When the bridge started, epoch ms. */
  readonly startedMs: number;
}
