import type { Log } from '../../domain/log.ts';
import type { BrokerProfile } from './jvm.ts';

export interface StartOptions {
  /** Folder of the broker: data, logs, lock. */
  readonly dir: string;
  /** Port of the clients; 0 = any free one. */
  readonly port: number;
  /** Port of the controller; 0 = any free one. */
  readonly controllerPort: number;
  readonly heapMb: number;
  readonly profile: BrokerProfile;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** What all topics together can grow to, for the line about disk space. */
  readonly worstCaseBytes?: number;
  /** True keeps this process alive as long as the broker runs. */
  readonly foreground?: boolean;
  /** True ends the broker with this process, even when that is killed. */
  readonly endsWithParent?: boolean;
  /** Has the JVM write a class archive to this path when it ends. */
  readonly writeClassArchive?: string;
  readonly environment?: NodeJS.ProcessEnv;
}

/** A managed broker that passed the ready probe. */
export interface ManagedKafka {
  readonly pid: number;
  /** host:port for clients. */
  readonly bootstrap: string;
  readonly port: number;
  readonly controllerPort: number;
  readonly clusterId: string;
  /** True when it ran before this call; then it may listen on another port than the one asked for. */
  readonly alreadyRunning: boolean;
  /** Resolves when the broker's process has ended (never for one that was running already). */
  readonly ended: Promise<void>;
  stop(): Promise<void>;
}

/** How long a broker may take to pass the ready probe, on a machine that is busy with other things. */
export const readyTimeoutMs = 120_000;
