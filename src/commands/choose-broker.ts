import type { Config } from '../config/schema.ts';
import type { Broker } from '../domain/broker.ts';
import { F1Error, messageOf } from '../domain/errors.ts';
import type { Log, OnProgress } from '../domain/log.ts';
import type { KafkaStats } from '../kafka/index.ts';
import { managedOptions } from './managed-options.ts';

export interface ChooseBrokerOptions {
  /** `auto`, `embedded`, `managed` or HOST:PORT. */
  readonly choice: string;
  readonly config: Config;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** `managed` may obtain Kafka when it is missing; `auto` never does. */
  readonly allowInstall: boolean;
  readonly onProgress?: OnProgress;
  readonly environment?: NodeJS.ProcessEnv;
}

/** A broker that answers, with why it is this one. */
export interface ChosenBroker {
  readonly broker: Broker;
  readonly kind: 'kafka' | 'embedded';
  /** For people: 'Apache Kafka at localhost:9092', 'embedded'. */
  readonly label: string;
  readonly reason: string;
  /** host:port for other clients; null for the embedded broker. */
  readonly bootstrap: string | null;
  /** True when the broker was started for this command and ends with `close`. */
  readonly ownsBroker: boolean;
  /** True for the managed broker: it speaks plain text whatever `kafka.security` says. */
  readonly isManaged: boolean;
  /** What hinders the connection now, sentences for the health answer; empty while all is well. */
  reasons(): string[];
  /** Closes the connection, and the broker when it is owned. */
  close(): Promise<void>;
}

/**
 * The broker for `--broker`: `auto` = the configured one when it answers and every address it names can be reached, else
 * the managed one when it is installed, else the embedded one. Looking takes at most 5 seconds, and no time where
 * nothing listens. Throws F1_KAFKA_UNREACHABLE, F1_KAFKA_ADVERTISED, F1_KAFKA_SECURITY, F1_USAGE (exit code 2) for a
 * broker that was named, and what `startKafka` and `installKafka` throw for `managed`.
 */
export async function chooseBroker(options: ChooseBrokerOptions): Promise<ChosenBroker> {
  const { choice } = options;
  if (choice === 'embedded') return useEmbedded('--broker embedded');
  if (choice === 'managed') return useManaged(options, '--broker managed');
  if (choice === 'auto') return chooseAutomatically(options);
  if (!/^(?:\[[^\]]+\]|[\w.-]+):\d{1,5}(?:,.*)?$/u.test(choice)) {
    throw new F1Error(
      'F1_USAGE',
      `Cannot use --broker ${choice}: it must be auto, embedded, managed or HOST:PORT`,
      {
        exitCode: 2,
      },
    );
  }
  try {
    return await useKafka(choice, `--broker ${choice}`, options);
  } catch (error) {
    if (!(error instanceof F1Error)) throw error;
    const { code, message, hint, canRetry } = error; // whoever names a broker can correct it
    throw new F1Error(code, message, { hint, canRetry, exitCode: 2, cause: error.cause });
  }
}

async function chooseAutomatically(options: ChooseBrokerOptions): Promise<ChosenBroker> {
  const { config, log, signal, environment = process.env } = options;
  const { bootstrap_servers: configured, managed } = config.kafka;
  const closed = await whyClosed(configured);
  let why = `no broker at ${configured} (${closed})`;
  if (closed === null) {
    try {
      return await useKafka(configured, 'the configured broker answers', options);
    } catch (error) {
      signal.throwIfAborted();
      log.warn(`Not using the configured broker: ${messageOf(error)}`);
      why = `the configured broker ${configured} is not usable`;
    }
  }
  const { findKafka } = await import('../kafka/managed/index.ts');
  if (process.platform === 'win32' || findKafka(managed.dir, environment) === null) {
    return useEmbedded(`${why}, and managed Kafka is not installed (slipstream kafka install)`);
  }
  try {
    return await useManaged({ ...options, allowInstall: false }, `${why}, managed Kafka is installed`);
  } catch (error) {
    signal.throwIfAborted();
    log.warn(`Not using managed Kafka: ${messageOf(error)}`);
    return useEmbedded(`${why}, and managed Kafka did not start`);
  }
}

/** Null when one of the servers takes a TCP connection, else why none does: at once where nothing listens. */
async function whyClosed(servers: string): Promise<string | null> {
  const { splitServer, tryConnect } = await import('../kafka/managed/index.ts');
  const reasons = await Promise.all(
    servers.split(',').map((server) => {
      const { host, port } = splitServer(server.trim());
      return tryConnect(host, port, connectTimeoutMs);
    }),
  );
  return reasons.includes(null) ? null : [...new Set(reasons)].join(', ');
}

const connectTimeoutMs = 1500;

async function useEmbedded(reason: string): Promise<ChosenBroker> {
  const { createEmbeddedBroker } = await import('../kafka/embedded/embedded-broker.ts'); // without the Kafka client
  const broker = createEmbeddedBroker();
  return {
    broker,
    kind: 'embedded',
    label: 'embedded broker (in this process, for trying out)',
    reason,
    bootstrap: null,
    ownsBroker: true,
    isManaged: false,
    reasons: () => [],
    close: () => broker.close(),
  };
}

async function useManaged(options: ChooseBrokerOptions, reason: string): Promise<ChosenBroker> {
  const { config, log, signal, allowInstall, onProgress, environment = process.env } = options;
  const { explainManagedKafka, findKafka, installKafka, requireJava, startKafka } =
    await import('../kafka/managed/index.ts');
  const start = managedOptions(config);
  if (allowInstall && findKafka(start.dir, environment) === null) {
    await requireJava(environment, signal); // before a download that would be of no use
    const progress = onProgress === undefined ? {} : { onProgress };
    await installKafka({ dir: start.dir, log, signal, environment, ...progress });
  }
  const kafka = await startKafka({
    ...start,
    profile: 'normal',
    log,
    signal,
    environment,
    endsWithParent: true,
  });
  const ownsBroker = !kafka.alreadyRunning;
  try {
    const chosen = await useKafka(kafka.bootstrap, reason, options, true);
    const label = `managed Apache Kafka at localhost:${kafka.port} (pid ${kafka.pid})`;
    return {
      ...chosen,
      label: ownsBroker ? label : `${label}, already running`,
      ownsBroker,
      reasons: () => {
        const reasons = chosen.reasons();
        const gone = reasons.length > 0 ? explainManagedKafka(start.dir) : null;
        return gone === null ? reasons : [`broker down: ${gone}`, ...reasons];
      },
      close: async () => {
        await chosen.close();
        if (ownsBroker) await kafka.stop();
      },
    };
  } catch (error) {
    if (ownsBroker) await kafka.stop();
    throw error;
  }
}

async function useKafka(
  bootstrap: string,
  reason: string,
  { config, log }: ChooseBrokerOptions,
  isManaged = false,
): Promise<ChosenBroker> {
  const { connectKafka } = await import('../kafka/index.ts');
  const { client_id: clientId, security, delivery_timeout_ms: deliveryTimeoutMs } = config.kafka;
  let stats: KafkaStats | null = null;
  const broker = await connectKafka({
    bootstrapServers: bootstrap,
    clientId,
    ...(isManaged ? {} : { security }), // the managed broker speaks plain text
    deliveryTimeoutMs,
    log,
    onStats: (now) => (stats = now),
  });
  return {
    broker,
    kind: 'kafka',
    label: `Apache Kafka at ${bootstrap}`,
    reason,
    bootstrap,
    ownsBroker: false,
    isManaged,
    reasons: () => connectionReasons(stats),
    close: () => broker.close(),
  };
}

/** A lane that waits longer than this is worth a word [ms]. */
const blockedLaneMs = 2000;

function connectionReasons(stats: KafkaStats | null): string[] {
  if (stats === null) return [];
  const reasons: string[] = [];
  if (stats.readError !== null) reasons.push(`reading waits: ${stats.readError.message}`);
  if (stats.longestBlockMs > blockedLaneMs) {
    const seconds = (stats.longestBlockMs / 1000).toFixed(0);
    reasons.push(`${stats.blockedLanes} partitions wait to be written, the longest for ${seconds} s`);
  }
  return reasons;
}
