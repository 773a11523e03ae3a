import type { Config } from '../config/schema.ts';
import { splitServer } from '../kafka/managed/server-address.ts';

/** Options of the managed broker that come from the configuration. */
export interface ManagedOptions {
  readonly dir: string;
  /** Port of the first of `kafka.bootstrap_servers`. */
  readonly port: number;
  readonly controllerPort: number;
  readonly heapMb: number;
  /** What all topics together can grow to: retention by partitions. */
  readonly worstCaseBytes: number;
}

/** Folder, port and sizes of the managed broker as configured. */
export function managedOptions(config: Config): ManagedOptions {
  const { bootstrap_servers: servers, managed, partitions, retention_bytes: retentionBytes } = config.kafka;
  const controlAndTiming = 2;
  const count = partitions.telemetry + partitions.alerts + partitions.predictions + controlAndTiming;
  return {
    dir: managed.dir,
    port: splitServer(servers.split(',')[0] ?? '').port,
    controllerPort: managed.controller_port,
    heapMb: managed.heap_mb,
    worstCaseBytes: count * retentionBytes,
  };
}
