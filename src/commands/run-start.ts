import { createBridge, requireFreePort, type Bridge } from '../bridge/index.ts';
import { createDetector, createRules } from '../detect/index.ts';
import type { Broker } from '../domain/broker.ts';
import { messageOf } from '../domain/errors.ts';
import type { ReplayState } from '../domain/messages.ts';
import { topicNames } from '../kafka/index.ts';
import { startProcessor, type Processor } from '../process/index.ts';
import { listSessions } from '../source/index.ts';
import { aborted } from '../util/aborted.ts';
import { withBridgeOptions, type BridgeOptions } from './bridge-options.ts';
import { buildPage } from './build-page.ts';
import { chooseBroker, type ChosenBroker } from './choose-broker.ts';
import type { CliContext } from './cli.ts';
import { pickSession, type PickedSession } from './pick-session.ts';
import { prepareTopics } from './prepare-topics.ts';
import { createProgressLine } from './progress-line.ts';
import { startReplay, type ReplayHandle } from './replay-host.ts';
import { replayRequest, type ReplayOptions } from './replay-options.ts';
import { summaryLine, summaryText, type StartFacts } from './start-summary.ts';
import { warnOtherRun } from './warn-other-run.ts';

export interface StartOptions extends ReplayOptions, BridgeOptions {}

/** What is open, to be closed in this order: replay, processor, bridge, broker, session. */
interface OpenParts {
  chosen?: ChosenBroker;
  bridge?: Bridge;
  replay?: ReplayHandle;
  processor?: Processor;
  picked?: PickedSession;
}

/** Opens everything, plays the session and closes everything: the action of `slipstream start`. */
export async function runStart(
  session: string | undefined,
  options: StartOptions,
  context: CliContext,
): Promise<void> {
  const { log, signal } = context;
  const startedMs = performance.now();
  const config = withBridgeOptions(await context.config(), options);
  if (options.bridgePort !== undefined) await requireFreePort(options.bridgePort);
  const ending = new AbortController();
  const running = AbortSignal.any([signal, ending.signal]);
  const request = replayRequest(options, config, log, running);
  const progress = createProgressLine(context.quiet);
  const parts: OpenParts = {};
  try {
    const [webRoot, chosen, picked] = await allSettledOrError(
      [
        options.page ? buildPage(log, running) : Promise.resolve(null),
        chooseBroker({
          choice: options.broker,
          config,
          log,
          signal: running,
          allowInstall: true,
          onProgress: progress.onProgress,
        }).then((broker) => (parts.chosen = broker)),
        pickSession({ spec: session, config, log, signal: running, onProgress: progress.onProgress }).then(
          (picked) => (parts.picked = picked),
        ),
      ],
      () => ending.abort(),
    );
    progress.close();
    log.info(`Broker: ${chosen.label} (${chosen.reason})`);
    log.info(`Session: ${picked.reason}`);
    const partitions = await prepareTopics(chosen.broker, config, log);
    await warnOtherRun(chosen.broker, config.kafka.topics.control, log, signal);
    const names = topicNames(config);
    const before = await endOffsets(chosen.broker, names.telemetry);
    const since = { sinceMs: Date.now() };
    const rules = createRules(config.alerts);
    const processor = startProcessor({
      broker: chosen.broker,
      topics: topicNames(config),
      alertPartitions: partitions.get(config.kafka.topics.alerts) ?? config.kafka.partitions.alerts,
      createDetector: () => createDetector(rules),
      log,
      signal: running,
      since,
      group: null,
    });
    parts.processor = processor;
    parts.bridge = await createBridge({
      broker: chosen.broker,
      config,
      log,
      signal: running,
      webRoot,
      sessions: () => listSessions({ config, log, signal }),
      info: { brokerKind: chosen.kind, brokerLabel: chosen.label },
      extraMetrics: processorMetrics(processor),
      extraReasons: () => [...chosen.reasons(), ...failureReasons(parts.replay)],
      nextFreePort: options.bridgePort === undefined,
    });
    announce(parts.bridge, webRoot, config.grafana.bridge_port, context);
    const closeEpisodes = async (): Promise<void> => {
      await drain(processor, before, await endOffsets(chosen.broker, names.telemetry), running);
      await processor.finish();
    };
    const onEnd = (): void => {
      log.info('The replay has ended; page and API stay up, Ctrl-C ends them');
      closeEpisodes().catch((error: unknown) =>
        log.warn(`Cannot close the open alerts: ${messageOf(error)}`),
      );
    };
    const replay = await startReplay({
      ...request,
      spec: picked.spec,
      chosen,
      onState: options.once === true ? () => {} : whenEnding(onEnd),
    });
    parts.replay = replay;
    await Promise.race([replay.done, processor.done, aborted(signal)]);
    if (signal.aborted) return;
    const summary = await replay.done;
    if (summary.status === 'failed' || summary.lost > 0 || summary.refused > 0) process.exitCode = 1;
    if (options.once !== true) {
      await aborted(signal);
      return;
    }
    await closeEpisodes();
    const seconds = (performance.now() - startedMs) / 1000;
    report(
      { summary, processor: processor.stats(), alertTopic: names.alerts, broker: chosen.label, seconds },
      context,
    );
  } finally {
    progress.close();
    await closeAll(parts, ending, context);
  }
}

function announce(bridge: Bridge, webRoot: string | null, wantedPort: number, { log }: CliContext): void {
  const [first = ''] = bridge.urls;
  if (wantedPort !== 0 && bridge.port !== wantedPort) {
    log.warn(
      `Port ${wantedPort} is taken, ${bridge.port} is used: choose one with --bridge-port or grafana.bridge_port`,
    );
  }
  log.info(webRoot === null ? `API: ${first}` : `Page: ${first}/app/`);
  for (const url of bridge.urls.slice(1)) log.debug(`also at ${url}`);
}

function processorMetrics(processor: Processor) {
  return [
    {
      name: 'f1_process_rows_total',
      help: 'Telemetry rows read by the alert processor of this process',
      type: 'counter' as const,
      read: () => processor.stats().rows,
    },
    {
      name: 'f1_process_alert_records_total',
      help: 'Alert records stored by the alert processor of this process',
      type: 'counter' as const,
      read: () => processor.stats().published,
    },
  ];
}

function failureReasons(replay: ReplayHandle | undefined): string[] {
  const state = replay?.state() ?? null;
  if (state === null || state.reason === null) return [];
  return state.status === 'failed' || state.status === 'holding'
    ? [`replay ${state.status}: ${state.reason}`]
    : [];
}

/** How long the processor may stand still before the rest of its rows is given up [ms]. */
const drainStallMs = 10_000;

/** The next offset of each partition of a topic. */
async function endOffsets(broker: Broker, topic: string): Promise<ReadonlyMap<number, number>> {
  const { topics } = await broker.describe({ topics: [topic] });
  return new Map(topics[0]?.partitions.map(({ partition, endOffset }) => [partition, endOffset]));
}

/** Waits until the processor has read what came between two ends of the telemetry topic. */
async function drain(
  processor: Processor,
  from: ReadonlyMap<number, number>,
  to: ReadonlyMap<number, number>,
  signal: AbortSignal,
): Promise<void> {
  const grown = [...to].filter(([partition, end]) => end > (from.get(partition) ?? 0));
  let seen = -1;
  let sinceMs = performance.now();
  while (!signal.aborted) {
    const positions = processor.positions();
    if (grown.every(([partition, end]) => (positions.get(partition) ?? 0) >= end)) return;
    const read = [...positions.values()].reduce((sum, offset) => sum + offset, 0);
    if (read !== seen) {
      seen = read;
      sinceMs = performance.now();
    } else if (performance.now() - sinceMs > drainStallMs) {
      return;
    }
    await new Promise((done) => setTimeout(done, 10));
  }
}

/** Calls `onEnd` each time the replay comes to its end. */
function whenEnding(onEnd: () => void): (state: ReplayState) => void {
  let was: ReplayState['status'] | null = null;
  return ({ status }) => {
    if (status === 'ended' && was !== 'ended') onEnd();
    was = status;
  };
}

function report(facts: StartFacts, context: CliContext): void {
  if (context.json) context.print(summaryLine(facts));
  else for (const line of summaryText(facts)) context.log.info(line);
}

async function closeAll(parts: OpenParts, ending: AbortController, { log }: CliContext): Promise<void> {
  const quietly = async (what: string, work: Promise<unknown> | undefined): Promise<void> => {
    try {
      await work;
    } catch (error) {
      log.debug(`Closing ${what}: ${messageOf(error)}`);
    }
  };
  await quietly('the replay', parts.replay?.stop());
  ending.abort();
  await quietly('the processor', parts.processor?.done);
  await quietly('the bridge', parts.bridge?.close());
  await quietly('the broker', parts.chosen?.close());
  await quietly('the session', parts.picked?.dispose());
  const state = parts.replay?.state() ?? null;
  if (state !== null)
    log.info(`Closed: ${state.rows_sent} of ${state.rows_total} rows were sent in run ${state.run}`);
}

/**
 * Like `Promise.all`, but settles only when all have, so that nothing is left open behind an error; `onError` can make
 * the others end early.
 */
async function allSettledOrError<T extends readonly unknown[] | []>(
  work: T,
  onError: () => void,
): Promise<{ -readonly [P in keyof T]: Awaited<T[P]> }> {
  let first: { readonly error: unknown } | null = null;
  for (const one of work) {
    Promise.resolve(one).catch((error: unknown) => {
      first ??= { error };
      onError();
    });
  }
  await Promise.allSettled(work);
  // The others may have failed because `onError` ended them: the first error is the cause.
  if (first !== null) throw (first as { readonly error: unknown }).error;
  return Promise.all(work);
}
