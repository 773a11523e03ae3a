import { Connection, ConnectionPool, metadataV12 } from '@platformatic/kafka';
import type { ConnectionOptions } from '@platformatic/kafka';
import { deniedTopicError, translateError } from './kafka-error.ts';

export interface LinkOptions {
  /** Addresses of the configuration, in order. */
  readonly bootstrap: readonly Address[];
  readonly clientId: string;
  readonly security: Pick<ConnectionOptions, 'tls' | 'tlsServerName' | 'sasl'>;
  readonly connectTimeoutMs: number;
  /** A request without an answer for so long breaks its connection, ms. */
  readonly requestTimeoutMs: number;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface TopicView {
  readonly name: string;
  readonly id: string;
  /** Node that leads each partition; −1 while there is none. */
  readonly leaders: readonly number[];
}

/** The cluster as one metadata answer describes it; topics that do not exist are absent. */
export interface ClusterView {
  readonly clusterId: string | null;
  readonly nodes: ReadonlyMap<number, Address>;
  readonly topics: ReadonlyMap<string, TopicView>;
}

const topicAuthorizationFailed = 29;
const zeroId = '00000000-0000-0000-0000-000000000000';

/**
 * Connections to the nodes of one cluster and its metadata, without any retry of its own. Every connection has an
 * error listener for its whole life: the library emits errors that would end the process otherwise.
 */
export class KafkaLink {
  readonly #options: LinkOptions;
  readonly #pool: ConnectionPool;
  readonly #connections = new Set<Connection>();
  #nodes: ReadonlyMap<number, Address> = new Map();
  #isClosed = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#pool = new ConnectionPool(options.clientId, {
      ...options.security,
      connectTimeout: options.connectTimeoutMs,
      requestTimeout: options.requestTimeoutMs,
      maxInflights: 64,
    });
    this.#pool.on('error', () => undefined);
    this.#pool.on('connecting', ({ connection }) => {
      connection.on('error', () => undefined);
      this.#connections.add(connection);
      connection.once('close', () => this.#connections.delete(connection));
    });
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** The first configured (else known) address that answers. Throws F1_KAFKA_UNREACHABLE or _SECURITY. */
  async any(): Promise<Connection> {
    const brokers = [...this.#options.bootstrap, ...this.#nodes.values()];
    const names = this.#options.bootstrap.map(addressText).join(',');
    try {
      return await this.#pool.getFirstAvailable(brokers);
    } catch (error) {
      throw translateError(error, `Connecting to Kafka at ${names} failed`);
    }
  }

  /** Connection to a node of the last metadata answer. Throws F1_KAFKA_UNREACHABLE or _SECURITY. */
  async node(id: number): Promise<Connection> {
    const address = this.#nodes.get(id);
    if (address === undefined)
      throw translateError(new Error(`node ${id} is not known`), 'Connecting to Kafka failed');
    try {
      return await this.#pool.get(address);
    } catch (error) {
      throw translateError(error, `Connecting to the Kafka node at ${addressText(address)} failed`);
    }
  }

  /** Asks for these topics (null = all). Never creates one. Throws F1_KAFKA_SECURITY when the user may not see one. */
  async metadata(topics: readonly string[] | null): Promise<ClusterView> {
    const connection = await this.any();
    const response = await answerOf(() =>
      metadataV12.api.async(connection, topics === null ? null : [...topics], false, false),
    );
    const nodes = new Map(response.brokers.map(({ nodeId, host, port }) => [nodeId, { host, port }]));
    if (nodes.size > 0) this.#nodes = nodes;
    const found = new Map<string, TopicView>();
    for (const { name, topicId, errorCode, partitions } of response.topics) {
      if (errorCode === topicAuthorizationFailed) throw deniedTopicError(name ?? '');
      if (name === null || name === undefined || errorCode !== 0 || topicId === zeroId) continue;
      const leaders: number[] = partitions.map(() => -1);
      for (const { partitionIndex, leaderId } of partitions) leaders[partitionIndex] = leaderId;
      found.set(name, { name, id: topicId, leaders });
    }
    return { clusterId: response.clusterId ?? null, nodes, topics: found };
  }

  /** Ends every connection at once; requests under way fail. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#pool.close(() => undefined);
    for (const connection of this.#connections) connection.socket?.destroy();
  }
}

/** The answer of a request, also when it carries errors of single topics or partitions (each has its own code). */
export async function answerOf<T extends object>(request: () => Promise<T>): Promise<T> {
  try {
    return await request();
  } catch (error) {
    if (error instanceof Error && 'response' in error && isAnswer<T>(error.response)) return error.response;
    throw error;
  }
}

function isAnswer<T extends object>(response: unknown): response is T {
  return (
    typeof response === 'object' && response !== null && ('topics' in response || 'responses' in response)
  );
}

/** `host:port`, an IPv6 host in brackets. */
export function addressText({ host, port }: Address): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
