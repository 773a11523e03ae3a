import { Admin } from '@platformatic/kafka';
import type { ConnectionOptions } from '@platformatic/kafka';
import { joinServer, splitServer } from './server-address.ts';
import { messagesOf } from './probe.ts';
import { withDeadline } from './deadline.ts';
import { tryConnect } from './wait-ready.ts';

/** What a look at a broker from outside found. */
export type BrokerReach =
  | { readonly state: 'usable'; readonly clusterId: string; readonly brokers: readonly string[] }
  /** Nothing listens at the address, or the name is unknown. */
  | { readonly state: 'closed'; readonly reason: string }
  /** Something listens, but it does not answer as this client needs. */
  | { readonly state: 'refused'; readonly reason: string; readonly isSecurity: boolean }
  /** It answers, but sends clients to an address that this machine cannot reach. */
  | { readonly state: 'advertised'; readonly reason: string };

export interface ReachOptions {
  /** Comma-separated host:port list. */
  readonly bootstrap: string;
  readonly connection?: Pick<ConnectionOptions, 'tls' | 'sasl'>;
  readonly signal?: AbortSignal;
}

const connectTimeoutMs = 1500;
const metadataTimeoutMs = 2000;
const securityPattern = /sasl|authenticat|certificate|\btls\b|\bssl\b|self.signed|wrong version number/iu;

/**
 * Finds out within 5 seconds whether a broker can be used from this machine: connects to the bootstrap servers (at once
 * over where nothing listens), asks for metadata, then connects to every address that the broker tells clients to use.
 */
export async function checkReach({ bootstrap, connection = {}, signal }: ReachOptions): Promise<BrokerReach> {
  const servers = bootstrap.split(',').map((server) => splitServer(server.trim()));
  const reasons = await Promise.all(
    servers.map(({ host, port }) => tryConnect(host, port, connectTimeoutMs)),
  );
  signal?.throwIfAborted();
  const open = servers.filter((_, index) => reasons[index] === null);
  if (open.length === 0) {
    const each = servers.map(
      (server, index) => `${joinServer(server)} ${explainConnect(reasons[index] ?? '')}`,
    );
    return { state: 'closed', reason: each.join(', ') };
  }
  const admin = new Admin({
    clientId: 'slipstream-reach',
    bootstrapBrokers: open,
    connectTimeout: connectTimeoutMs,
    requestTimeout: metadataTimeoutMs,
    timeout: metadataTimeoutMs,
    retries: 0,
    ...connection,
  });
  admin.on('error', () => {}); // reported by the question below
  try {
    const metadata = await withDeadline(
      admin.metadata({ topics: [], forceUpdate: true }),
      metadataTimeoutMs,
      signal,
    );
    const brokers = [...metadata.brokers.values()].map(({ host, port }) => ({ host, port }));
    const unreachable = await findUnreachable(brokers);
    if (unreachable !== null) {
      const reason = `the broker at ${open.map(joinServer).join(', ')} tells clients to use ${unreachable.server}, which this machine cannot reach: ${unreachable.reason}`;
      return { state: 'advertised', reason };
    }
    return { state: 'usable', clusterId: metadata.id, brokers: brokers.map(joinServer) };
  } catch (error) {
    signal?.throwIfAborted();
    const messages = messagesOf(error);
    const isSecurity = messages.some((message) => securityPattern.test(message));
    return { state: 'refused', reason: `${open.map(joinServer).join(', ')}: ${messages.at(-1)}`, isSecurity };
  } finally {
    await withDeadline(admin.close(), 500).catch(() => {}); // a close that hangs must not hold the answer
  }
}

async function findUnreachable(
  brokers: readonly { host: string; port: number }[],
): Promise<{ server: string; reason: string } | null> {
  const reasons = await Promise.all(
    brokers.map(({ host, port }) => tryConnect(host, port, connectTimeoutMs)),
  );
  const index = reasons.findIndex((reason) => reason !== null);
  const broker = brokers[index];
  return broker === undefined
    ? null
    : { server: joinServer(broker), reason: explainConnect(reasons[index] ?? '') };
}

function explainConnect(reason: string): string {
  if (reason === 'ECONNREFUSED') return 'nothing listens there (ECONNREFUSED)';
  if (reason === 'ENOTFOUND' || reason === 'EAI_AGAIN') return `the name is unknown (${reason})`;
  if (reason === 'EHOSTUNREACH' || reason === 'ENETUNREACH') return `no route to it (${reason})`;
  return reason;
}
