import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { defaultConfig } from '../src/config/defaults.ts';
import type { Broker } from '../src/domain/broker.ts';
import { topicSpecs } from '../src/kafka/index.ts';
import { placeArguments, prepareSession } from './harness/bench-session.ts';
import type { BenchSession } from './harness/bench-session.ts';
import { hopQuantileMs, openLiveClient, readMetrics, untilStatus } from './harness/bridge-client.ts';
import type { Benchmark, BenchContext } from './harness/context.ts';
import { connectBench, startBenchKafka, topicArguments } from './harness/kafka-broker.ts';
import { createQueryClient } from './harness/query-client.ts';
import { cpuSeconds, rssMb } from './harness/processes.ts';
import type { Running } from './harness/processes.ts';
import { readPublished } from './harness/published.ts';
import { latencySummary, quantile } from './harness/statistics.ts';
import type { LoadCommand, LoadReport } from './load-generator.ts';

interface Stage {
  readonly context: BenchContext;
  readonly session: BenchSession;
  readonly bootstrap: string;
  readonly broker: Broker;
}

const drivers = 20;
const points = 60_000;
const steadyPerS = 2200;

/** The bridge alone in its process on real Kafka: memory, queries, processor share, due time to client. */
export const bridge: Benchmark = {
  name: 'bridge',
  title: 'Bridge on Apache Kafka',
  limitS: 360,
  async run(context) {
    const session = await prepareSession(context);
    const { bootstrap } = await startBenchKafka(context);
    const stage = { context, session, bootstrap, broker: await connectBench(context, bootstrap) };
    context.method(
      '`slipstream bridge --no-page` alone in its process; broker, load and the asking client are processes of their own on the same machine. Latencies count from the intended time of an open loop: due time of a row, schedule of a query.',
    );
    await memoryAndQueries(stage);
    await dueToClient(stage, steadyPerS, 10);
    await dueToClient(stage, 15_000, 25);
    context.caveat(
      'Memory and processor time are read from /proc (Linux). Two processors, broker and load included: latency tails show the scheduler too. The client takes four channels (speed, rpm, throttle, gear) of every driver.',
    );
  },
};

async function memoryAndQueries(stage: Stage): Promise<void> {
  const { context, bootstrap } = stage;
  const { options, processes, signal } = context;
  const { url, running, topic } = await startBridge(stage, 'fill');
  const { pid } = running;
  await delay(options.quick ? 1000 : 3000);
  const idleMb = rssMb(pid);
  const load = processes.startNode(
    [
      'benchmarks/load-generator.ts',
      bootstrap,
      topic,
      String(defaultConfig.kafka.partitions.telemetry),
      String(drivers),
    ],
    { ipc: true },
  );
  const held = options.quick ? 6000 : points;
  const filled = await ask(load, { op: 'fill', points: held, perS: steadyPerS }, signal);
  context.say(`${filled.rows.toLocaleString('en')} rows sent in ${filled.seconds.toFixed(1)} s`);
  await untilMetric(url, 'f1_buffer_points', held * drivers, signal);
  await delay(options.quick ? 500 : 3000);
  const fullMb = rssMb(pid);
  const bufferMb = ((await readMetrics(url)).get('f1_buffer_bytes') ?? Number.NaN) / 1e6;
  context.method(
    `Memory: ${drivers} drivers × ${held.toLocaleString('en')} rows, filled from Kafka as fast as they can be read, with times as if they had arrived at ${steadyPerS.toLocaleString('en')}/s. Queries: \`POST /query\` of 4 metrics × ${drivers} drivers, 1,000 points, ten a second, while ${steadyPerS.toLocaleString('en')} rows/s arrive.`,
  );
  context.figure({
    id: 'idle-rss',
    label: 'Resident memory of the idle bridge',
    unit: 'MB',
    values: [idleMb],
  });
  context.figure({
    id: 'buffers',
    label: `Ring buffers (f1_buffer_bytes), ${drivers} × 60,000 rows`,
    unit: 'MB',
    values: [bufferMb],
    bar: { is: 'at most', limit: 60 },
  });
  context.figure({
    id: 'full-rss',
    label: 'Resident memory, buffers full',
    unit: 'MB',
    values: [fullMb],
    bar: { is: 'at most', limit: 235 },
  });
  context.figure({
    id: 'added-rss',
    label: 'More than idle',
    unit: 'MB',
    values: [fullMb - idleMb],
    bar: { is: 'at most', limit: 85 },
  });

  tellLoad(load, { op: 'pace', perS: steadyPerS });
  await delay(options.quick ? 1000 : 4000);
  const shares: number[] = [];
  for (let run = 0; run < context.runs(3); run++)
    shares.push(await cpuShare(pid, options.quick ? 2000 : 5000));
  context.figure({
    id: 'cpu',
    label: `Processor share at ${steadyPerS.toLocaleString('en')} rows/s, no queries, no viewers`,
    unit: '% of a core',
    values: shares,
    bar: { is: 'at most', limit: 8 },
  });
  const client = await openLiveClient(url);
  context.onEnd(() => client.close());
  context.figure({
    id: 'cpu-viewer',
    label: 'The same with one viewer without a rate limit',
    unit: '% of a core',
    values: [await cpuShare(pid, options.quick ? 2000 : 5000)],
  });
  client.close();
  const count = options.quick ? 20 : 200;
  const five = await askAtRate(url, 300_000, count, signal);
  const whole = await askAtRate(url, 600_000, options.quick ? 10 : 50, signal);
  context.figure({
    id: 'query-p50',
    label: `/query, 5-minute range, p50 of ${count} (${(five.bytes / 1e6).toFixed(1)} MB each)`,
    unit: 'ms',
    values: [quantile(five.tookMs, 0.5)],
  });
  context.figure({
    id: 'query-p99',
    label: `/query, 5-minute range, p99 of ${count}`,
    unit: 'ms',
    values: [quantile(five.tookMs, 0.99)],
    bar: { is: 'at most', limit: 20 },
  });
  context.figure({
    id: 'query-whole-p99',
    label: '/query over the whole of the full buffers, p99',
    unit: 'ms',
    values: [quantile(whole.tookMs, 0.99)],
  });
  context.figure({
    id: 'end-rss',
    label: 'Resident memory after the queries',
    unit: 'MB',
    values: [rssMb(pid)],
  });
  await ask(load, { op: 'stop' }, signal);
  await load.end();
  await running.end();
}

/** Real replay and processor in processes of their own; a client on the socket; hops worked out afterwards. */
async function dueToClient(stage: Stage, perS: number, limitMs: number): Promise<void> {
  const { context, session, bootstrap, broker } = stage;
  const { options, processes, signal } = context;
  const name = `live-${perS}`;
  const { url, running, topic, topics } = await startBridge(stage, name);
  const common = ['--broker', bootstrap, '--quiet', ...placeArguments(context, session), ...topics];
  const processor = processes.startNode(['src/main.ts', 'process', '--group', name, ...common]);
  await delay(options.quick ? 3000 : 5000); // it joins its group
  const speed = Math.min(1000, perS / session.rowsPerS);
  const warmS = options.quick ? 2 : 5;
  const measureS = options.quick ? 4 : 20;
  const fromS = session.lightsOutS ?? session.startS;
  const needS = (warmS + measureS + 10) * speed;
  const place = session.endS - fromS > needS ? ['--start', fromS.toFixed(3)] : ['--loop'];
  const player = processes.startNode([
    'src/main.ts',
    'replay',
    session.folder,
    '--speed',
    speed.toFixed(3),
    ...place,
    ...common,
  ]);
  const client = await openLiveClient(url);
  context.onEnd(() => client.close());
  await untilMetric(url, 'f1_buffer_points', perS, signal);
  await delay(warmS * 1000);
  const before = await readMetrics(url);
  const cpuBefore = cpuSeconds(running.pid);
  client.measure();
  const startedMs = performance.now();
  await delay(measureS * 1000);
  const { rows, alertMs, frames } = client.take();
  const seconds = (performance.now() - startedMs) / 1000;
  const cpu = ((cpuSeconds(running.pid) - cpuBefore) / seconds) * 100;
  const after = await readMetrics(url);
  client.close();
  await player.end();
  await processor.end();
  await running.end();
  if (rows.length === 0)
    throw new Error(`No row came to the client at ${perS}/s: ${player.stderr().slice(-300)}`);
  const published = await readPublished(broker, topic);
  // The due time is part of the key: a short session is looped, and its session times come again.
  const publishedAt = new Map<string, number>();
  for (let at = 0; at < published.publishedMs.length; at++)
    publishedAt.set(
      `${published.codes[at]}|${published.sessionMs[at]}|${published.dueMs[at]}`,
      published.publishedMs[at]!,
    );
  const total = latencySummary(rows.map(({ atMs, dueMs }) => atMs - dueMs));
  const replayMs: number[] = [];
  const restMs: number[] = [];
  for (const { code, sessionMs, dueMs, atMs } of rows) {
    const time = publishedAt.get(`${code}|${sessionMs}|${dueMs}`);
    if (time === undefined) continue;
    replayMs.push(Math.max(0, time - dueMs));
    restMs.push(atMs - time);
  }
  if (replayMs.length < rows.length)
    context.caveat(
      `${rows.length - replayMs.length} of ${rows.length} rows of the client at ${perS}/s were not found in Kafka and are left out of the hops`,
    );
  const label = `${perS.toLocaleString('en')} rows/s`;
  context.figure({
    id: `live-${perS}-p50`,
    label: `Due time to WebSocket client, p50 (${label} wanted, ${Math.round(rows.length / seconds).toLocaleString('en')} came)`,
    unit: 'ms',
    values: [total.p50],
  });
  context.figure({
    id: `live-${perS}-p99`,
    label: `Due time to WebSocket client, p99 (${label})`,
    unit: 'ms',
    values: [total.p99],
    bar: { is: 'at most', limit: limitMs },
  });
  context.figure({
    id: `live-${perS}-max`,
    label: `Due time to WebSocket client, max (${label})`,
    unit: 'ms',
    values: [total.max],
  });
  const hop = (hopName: string, share: number): number | string => {
    const value = hopQuantileMs(before, after, hopName, share);
    return Number.isFinite(value) ? round2(value) : 'none seen';
  };
  context.table({
    title: `By hop at ${label} [ms] (${rows.length.toLocaleString('en')} rows, ${frames.toLocaleString('en')} frames, ${alertMs.length} alerts; quantiles of hops do not add up)`,
    columns: ['hop', 'p50', 'p99', 'from'],
    rows: [
      ['replay: due → published', quantile(replayMs, 0.5), quantile(replayMs, 0.99), 'stamps of the records'],
      [
        'broker: published → in the bridge',
        hop('broker', 0.5),
        hop('broker', 0.99),
        "the bridge's histogram",
      ],
      ['bridge: in → handed to clients', hop('bridge', 0.5), hop('bridge', 0.99), "the bridge's histogram"],
      [
        'broker and bridge: published → in the client',
        round2(quantile(restMs, 0.5)),
        round2(quantile(restMs, 0.99)),
        'client',
      ],
      [
        'processor: row due → alert published',
        hop('processor', 0.5),
        hop('processor', 0.99),
        "the bridge's histogram",
      ],
      [
        'alerts: row due → alert in the client',
        alertMs.length === 0 ? 'none seen' : round2(quantile(alertMs, 0.5)),
        alertMs.length === 0 ? 'none seen' : round2(quantile(alertMs, 0.99)),
        'client',
      ],
    ],
  });
  context.figure({
    id: `live-${perS}-cpu`,
    label: `Processor share of the bridge with this client (${label})`,
    unit: '% of a core',
    values: [cpu],
  });
}

async function startBridge(
  { context, session, bootstrap, broker }: Stage,
  name: string,
): Promise<{ url: string; running: Running; topic: string; topics: string[] }> {
  const prefix = `bench-${name}`;
  const topics = topicArguments(prefix);
  const roles = ['telemetry', 'alerts', 'predictions', 'timing', 'control'] as const;
  const named = Object.fromEntries(roles.map((role) => [role, `${prefix}-${role}`])) as Record<
    (typeof roles)[number],
    string
  >;
  await broker.createTopics(
    topicSpecs({ ...defaultConfig, kafka: { ...defaultConfig.kafka, topics: named } }),
  );
  const port = context.port(5);
  const running = context.processes.startNode([
    'src/main.ts',
    'bridge',
    '--broker',
    bootstrap,
    '--bridge-port',
    String(port),
    '--no-page',
    '--quiet',
    ...placeArguments(context, session),
    ...topics,
  ]);
  const url = `http://127.0.0.1:${port}`;
  await untilStatus(`${url}/`, 200, context.signal);
  return { url, running, topic: named.telemetry, topics };
}

function tellLoad(load: Running, command: LoadCommand): void {
  load.child.send(command);
}

async function ask(load: Running, command: LoadCommand, signal: AbortSignal): Promise<LoadReport> {
  const answer = once(load.child, 'message', { signal }) as Promise<[LoadReport]>;
  tellLoad(load, command);
  const ended = load.ended.then(() => {
    throw new Error(`The load generator ended: ${load.stderr().slice(-300)}`);
  });
  ended.catch(() => {}); // it ends by itself after the last command
  const [report] = await Promise.race([answer, ended]);
  return report;
}

async function untilMetric(url: string, name: string, least: number, signal: AbortSignal): Promise<void> {
  const startedMs = performance.now();
  for (;;) {
    signal.throwIfAborted();
    const value = (await readMetrics(url)).get(name) ?? 0;
    if (value >= least) return;
    if (performance.now() - startedMs > 120_000)
      throw new Error(`${name} is ${value} after two minutes, not ${least}`);
    await delay(100);
  }
}

async function cpuShare(pid: number, ms: number): Promise<number> {
  const before = cpuSeconds(pid);
  const startedMs = performance.now();
  await delay(ms);
  return ((cpuSeconds(pid) - before) / ((performance.now() - startedMs) / 1000)) * 100;
}

/** Queries at ten a second by schedule: one that starts late because the one before was slow counts from its intended time. */
async function askAtRate(
  url: string,
  rangeMs: number,
  count: number,
  signal: AbortSignal,
): Promise<{ tookMs: number[]; bytes: number }> {
  const tookMs: number[] = [];
  let bytes = 0;
  const client = createQueryClient(url);
  await client.ask(rangeMs);
  const startMs = performance.now() + 50;
  for (let n = 0; n < count; n++) {
    const dueMs = startMs + n * 100;
    await delay(Math.max(0, dueMs - performance.now()));
    signal.throwIfAborted();
    bytes = await client.ask(rangeMs);
    tookMs.push(performance.now() - dueMs);
  }
  client.close();
  return { tookMs, bytes };
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
