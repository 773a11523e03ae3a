import { readFile } from 'node:fs/promises';
import type { Config } from '../config/schema.ts';
import type { Broker } from '../domain/broker.ts';
import { F1Error, messageOf } from '../domain/errors.ts';
import type { Log, OnProgress } from '../domain/log.ts';
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
  /** Closes the connection, and the broker when it is owned. */
  close(): Promise<void>;
}

/**
 * The broker for `--broker`: `auto` = the configured one when it answers and every address it names can be reached, else
 * the managed one when it is installed, else the embedded one. Looking takes at most 5 seconds, and no time where
 * nothing listens. Throws F1_KAFKA_UNREACHABLE, F1_KAFKA_ADVERTISED, F1_KAFKA_SECURITY, F1_USAGE for a broker that was
 * named, and what `startKafka` and `installKafka` throw for `managed`.
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
  const reach = await look(choice, options);
  if (reach.state !== 'usable') throw reachError(choice, reach);
  return useKafka(choice, `--broker ${choice}`, options);
}

async function chooseAutomatically(options: ChooseBrokerOptions): Promise<ChosenBroker> {
  const { config, log, environment = process.env } = options;
  const { bootstrap_servers: configured, managed } = config.kafka;
  const reach = await look(configured, options);
  if (reach.state === 'usable') return useKafka(configured, 'the configured broker answers', options);
  if (reach.state !== 'closed') log.warn(`Not using the configured broker: ${reach.reason}`);
  const why =
    reach.state === 'closed' ? `no broker at ${configured}` : `the broker at ${configured} is not usable`;
  const { findKafka } = await import('../kafka/managed/index.ts');
  if (process.platform !== 'win32' && findKafka(managed.dir, environment) !== null) {
    try {
      return await useManaged(options, `${why}, managed Kafka is installed`);
    } catch (error) {
      options.signal.throwIfAborted();
      log.warn(`Not using managed Kafka: ${messageOf(error)}`);
      return useEmbedded(`${why}, and managed Kafka did not start`);
    }
  }
  return useEmbedded(`${why}, and managed Kafka is not installed (slipstream kafka install)`);
}

async function look(bootstrap: string, { config, signal }: ChooseBrokerOptions): Promise<Reach> {
  const { checkReach } = await import('../kafka/managed/index.ts');
  const connection = await connectionOptions(config.kafka.security);
  return checkReach({ bootstrap, signal, ...(connection === null ? {} : { connection }) });
}

type Reach = Awaited<ReturnType<(typeof import('../kafka/managed/index.ts'))['checkReach']>>;

async function useEmbedded(reason: string): Promise<ChosenBroker> {
  const { createEmbeddedBroker } = await import('../kafka/index.ts');
  const broker = createEmbeddedBroker();
  return {
    broker,
    kind: 'embedded',
    label: 'embedded broker (in this process, for trying out)',
    reason,
    bootstrap: null,
    ownsBroker: true,
    close: () => broker.close(),
  };
}

async function useManaged(options: ChooseBrokerOptions, reason: string): Promise<ChosenBroker> {
  const { config, log, signal, allowInstall, onProgress, environment = process.env } = options;
  const { findKafka, installKafka, requireJava, startKafka } = await import('../kafka/managed/index.ts');
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
  const plain = { ...security, protocol: 'PLAINTEXT', mechanism: null } as const; // what the managed broker speaks
  const broker = await connectKafka({
    bootstrapServers: bootstrap,
    clientId,
    security: isManaged ? plain : security,
    deliveryTimeoutMs,
    log,
  });
  return {
    broker,
    kind: 'kafka',
    label: `Apache Kafka at ${bootstrap}`,
    reason,
    bootstrap,
    ownsBroker: false,
    close: () => broker.close(),
  };
}

function reachError(bootstrap: string, reach: Exclude<Reach, { state: 'usable' }>): F1Error {
  const choices = 'Start it, name another one, or use --broker auto, managed or embedded';
  if (reach.state === 'advertised') {
    return new F1Error('F1_KAFKA_ADVERTISED', `Cannot use the broker ${bootstrap}: ${reach.reason}`, {
      hint: 'Set advertised.listeners of that broker to an address that this machine reaches',
      exitCode: 2,
    });
  }
  if (reach.state === 'refused' && reach.isSecurity) {
    return new F1Error('F1_KAFKA_SECURITY', `Cannot use the broker ${bootstrap}: ${reach.reason}`, {
      hint: 'Compare kafka.security (protocol, mechanism, username, password, ca_file) with the listener of the broker',
      exitCode: 2,
    });
  }
  return new F1Error('F1_KAFKA_UNREACHABLE', `Cannot use the broker ${bootstrap}: ${reach.reason}`, {
    hint: choices,
    exitCode: 2,
  });
}

/** TLS and SASL options of the client for a reachability check; null for a plain listener. */
async function connectionOptions(security: Config['kafka']['security']): Promise<ConnectionSecurity | null> {
  const { protocol, mechanism, username, password, ca_file: caFile } = security;
  if (protocol === 'PLAINTEXT') return null;
  const usesTls = protocol === 'SSL' || protocol === 'SASL_SSL';
  const usesSasl = protocol === 'SASL_PLAINTEXT' || protocol === 'SASL_SSL';
  const tls = caFile === null ? {} : { ca: await readFile(caFile) };
  return {
    ...(usesTls ? { tls } : {}),
    ...(usesSasl
      ? { sasl: { mechanism: mechanism ?? 'PLAIN', username: username ?? '', password: password ?? '' } }
      : {}),
  };
}

interface ConnectionSecurity {
  readonly tls?: { ca?: Buffer };
  readonly sasl?: {
    mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512';
    username: string;
    password: string;
  };
}
