import type { MessagePort } from 'node:worker_threads';
import type { Config } from '../config/schema.ts';
import type { Log, Progress } from '../domain/log.ts';
import type { ReplayState } from '../domain/messages.ts';
import type { SeekTarget } from '../domain/replay-command.ts';
import type { PortError } from '../kafka/remote/port-messages.ts';
import type { ReplaySummary } from '../replay/index.ts';

/** How the replay's thread reaches the broker. */
export type ReplayBrokerLink =
  | { readonly kind: 'embedded'; readonly port: MessagePort }
  | { readonly kind: 'kafka'; readonly bootstrap: string; readonly isManaged: boolean };

/** What a replay plays and how. */
export interface ReplayChoices {
  readonly config: Config;
  /** SESSION; undefined = the configured race. */
  readonly spec: string | undefined;
  /** 0.1–1000; 0 = `max`. */
  readonly speed: number;
  readonly loop: boolean;
  readonly once: boolean;
  readonly mode: 'lossless' | 'live';
  /** Codes; empty = all. */
  readonly drivers: readonly string[];
  readonly lapRange?: { readonly first: number; readonly last: number };
  readonly start?: SeekTarget;
  readonly end?: SeekTarget;
  /** Everything recorded instead of first lap start to last lap end. */
  readonly all?: boolean;
  /** Identity for a session that has none of its own. */
  readonly name?: string;
  /** Car numbers to rename, OLD=NEW, separated by commas. */
  readonly carAlias?: string;
}

/** What the thread of the replay is started with. */
export interface ReplayThreadData extends ReplayChoices {
  readonly broker: ReplayBrokerLink;
}

/** From the thread of the replay to its host. */
export type ReplayThreadMessage =
  | { readonly op: 'log'; readonly level: keyof Log; readonly message: string; readonly fields?: object }
  | { readonly op: 'progress'; readonly progress: Progress }
  | { readonly op: 'state'; readonly state: ReplayState }
  | { readonly op: 'ready' }
  | { readonly op: 'done'; readonly summary: ReplaySummary }
  | { readonly op: 'failed'; readonly error: PortError };

/** From the host to the thread of the replay. */
export interface ReplayHostMessage {
  readonly op: 'stop';
}
