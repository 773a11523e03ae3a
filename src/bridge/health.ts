import type { Broker } from '../domain/broker.ts';
import type { BridgeState } from './ingest/bridge-state.ts';
import type { BrokerWatch } from './ingest/broker-watch.ts';
import type { Reader } from './ingest/reader.ts';

/** Answer of `GET /`, also the WebSocket's heartbeat. */
export interface Health {
  readonly status: 'ok' | 'unavailable';
  /** Sentences, each names what failed. */
  readonly reasons: readonly string[];
}

export interface HealthDeps {
  readonly broker: Broker;
  readonly reader: Reader;
  readonly watch: BrokerWatch;
  readonly state: BridgeState;
  readonly clock: () => number;
  /** Reasons that other stages of the same command add, such as a blocked producer lane. */
  readonly extraReasons: () => readonly string[];
}

/** Records behind and nothing read for this long: the reader stands still. */
const stuckMs = 5000;

/** Health now; O(partitions), asks nobody. */
export function readHealth({ broker, reader, watch, clock, extraReasons }: HealthDeps): Health {
  const reasons: string[] = [];
  if (watch.failure !== null) {
    const since = Number.isNaN(watch.answeredMs)
      ? 'since the bridge started'
      : `for ${Math.max(0, Math.round((clock() - watch.answeredMs) / 1000))} s`;
    reasons.push(`The broker at ${broker.address} does not answer ${since}: ${watch.failure}`);
  }
  if (reader.waitingFor !== null) reasons.push(`Reading has not begun: ${reader.waitingFor}`);
  else if (reader.phase === 'catching-up')
    reasons.push(`The window is being read back: ${lagOf(reader)} records to go`);
  else if (reader.phase === 'closed') reasons.push('The bridge is closing');
  else if (watch.failure === null) {
    const lag = lagOf(reader);
    const silentMs = clock() - reader.lastBatchMs;
    if (lag > 0 && silentMs > stuckMs) {
      reasons.push(`Reading is ${lag} records behind and got nothing for ${Math.round(silentMs / 1000)} s`);
    }
    const unread = missingPartitions(reader, watch);
    if (unread.length > 0) reasons.push(`Partitions are not read yet: ${unread.join(', ')}`);
  }
  reasons.push(...extraReasons());
  return { status: reasons.length === 0 ? 'ok' : 'unavailable', reasons };
}

/** Records written and not yet read, of all partitions that were read from at all. */
export function lagOf(reader: Reader): number {
  let lag = 0;
  for (const { next, end } of reader.partitions.values()) if (next !== null && end > next) lag += end - next;
  return lag;
}

/** Partitions that exist on the broker and that the reader does not know. */
function missingPartitions(reader: Reader, watch: BrokerWatch): string[] {
  const missing: string[] = [];
  for (const { name, partitions } of watch.description?.topics ?? []) {
    for (const { partition } of partitions) {
      if (!reader.partitions.has(`${name}/${partition}`)) missing.push(`${name}/${partition}`);
    }
  }
  return missing;
}
