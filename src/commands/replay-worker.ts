import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { encodeTimingEvent, timingEvents } from '../analysis/timing-events.ts';
import type { Broker } from '../domain/broker.ts';
import { F1Error } from '../domain/errors.ts';
import type { Log, OnProgress } from '../domain/log.ts';
import type { SessionTable } from '../domain/table.ts';
import { errorToPort } from '../kafka/remote/port-messages.ts';
import { remoteBroker } from '../kafka/remote/remote-broker.ts';
import { topicNames, topicSpecs } from '../kafka/topics.ts';
import { type OpenedSession, runReplay, systemClock } from '../replay/index.ts';
import { configuredSpec } from '../source/index.ts';
import { openSession } from './load-session.ts';
import { parseCarAlias } from './session-request.ts';
import type { ReplayHostMessage, ReplayThreadData, ReplayThreadMessage } from './replay-messages.ts';

/** The thread of the replay: opens sessions, plays them to the broker, and tells its host. Its entry is at the end. */
async function run(data: ReplayThreadData, host: MessagePort): Promise<void> {
  const tell = (message: ReplayThreadMessage): void => host.postMessage(message, []);
  const log = hostLog(tell);
  const stopping = new AbortController();
  host.on('message', (message: ReplayHostMessage) => {
    if (message.op === 'stop') stopping.abort(new F1Error('F1_INTERRUPTED', 'Interrupted'));
  });
  let broker: Broker | null = null;
  try {
    broker = await connect(data, log);
    const { config } = data;
    const reports = await broker.createTopics(topicSpecs(config));
    const topics = topicNames(config);
    const { broker: _, spec, ...choices } = data;
    const summary = await runReplay({
      ...choices,
      broker,
      topics,
      log,
      telemetryPartitions:
        reports.find(({ topic }) => topic === topics.telemetry)?.partitions ??
        config.kafka.partitions.telemetry,
      clock: systemClock(),
      signal: stopping.signal,
      source: spec ?? configuredSpec(config),
      open: (source, onProgress, signal) =>
        open(source, data, log, signal, (progress) => {
          tell({ op: 'progress', progress });
          onProgress(progress);
        }),
      encodeEvent: (event, timestamp, original) => Buffer.from(encodeTimingEvent(event, timestamp, original)),
      maxBacklogRows: config.replay.max_backlog_rows,
      onState: (state) => tell({ op: 'state', state }),
      onReady: () => tell({ op: 'ready' }),
    });
    await broker.close();
    tell({ op: 'done', summary });
  } catch (error) {
    await broker
      ?.close()
      .catch((closing: unknown) => log.debug(`Closing the broker's connection: ${String(closing)}`));
    tell({ op: 'failed', error: errorToPort(error) });
  } finally {
    host.close();
    if (data.broker.kind === 'embedded') data.broker.port.close();
  }
}

async function connect({ broker, config }: ReplayThreadData, log: Log): Promise<Broker> {
  if (broker.kind === 'embedded') return remoteBroker(broker.port);
  const { connectKafka } = await import('../kafka/client/connect-kafka.ts');
  const { client_id: clientId, security, delivery_timeout_ms: deliveryTimeoutMs } = config.kafka;
  return connectKafka({
    bootstrapServers: broker.bootstrap,
    clientId: `${clientId}-replay`,
    ...(broker.isManaged ? {} : { security }),
    deliveryTimeoutMs,
    log,
  });
}

async function open(
  source: string,
  { config, spec = configuredSpec(config), all, name, carAlias }: ReplayThreadData,
  log: Log,
  signal: AbortSignal,
  onProgress: OnProgress,
): Promise<OpenedSession> {
  // Identity and car numbers were given for the session of the command line, not for one that is loaded later.
  const own =
    source === spec ? { name, carAlias: carAlias === undefined ? undefined : parseCarAlias(carAlias) } : {};
  const { table } = await openSession({ spec: source, config, log, signal, onProgress, all, ...own });
  return { table, events: eventsOf(table) };
}

function eventsOf(table: SessionTable): OpenedSession['events'] {
  const withTelemetry = new Set(table.tables.map(({ driver }) => driver.number));
  const starts = table.tables.flatMap(({ sessionMs, rows }) => (rows > 0 ? [sessionMs[0]!] : []));
  const ends = table.tables.flatMap(({ sessionMs, rows }) => (rows > 0 ? [sessionMs[rows - 1]!] : []));
  return timingEvents({
    ...table,
    hasTelemetry: (driverNumber) => withTelemetry.has(driverNumber),
    ...(starts.length > 0 ? { startMs: Math.min(...starts), endMs: Math.max(...ends) } : {}),
  });
}

function hostLog(tell: (message: ReplayThreadMessage) => void): Log {
  const at = (level: keyof Log) => (message: string, fields?: object) =>
    tell({ op: 'log', level, message, ...(fields === undefined ? {} : { fields }) });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

if (parentPort !== null) await run(workerData as ReplayThreadData, parentPort);
