import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { defaultConfig } from '../src/config/defaults.ts';
import { topicSpecs } from '../src/kafka/index.ts';
import { readMetrics, untilStatus } from './harness/bridge-client.ts';
import type { Benchmark, BenchContext } from './harness/context.ts';
import { createGrafanaLiveServer } from '../test/support/grafana-live-server.ts';
import { createDashboardViewer } from './harness/dashboard-viewer.ts';
import type { Answer, DashboardViewer } from './harness/dashboard-viewer.ts';
import { connectBench, startBenchKafka, topicArguments } from './harness/kafka-broker.ts';
import { cpuSeconds } from './harness/processes.ts';
import type { Running } from './harness/processes.ts';
import { quantile } from './harness/statistics.ts';
import type { LoadCommand, LoadReport } from './load-generator.ts';

const drivers = 20;
const steadyPerS = 2200;
const rangeMs = 300_000;
const points = 1000;
const viewers = 10;
const dashboard = 'f1_consolidated';
/** What a grid of cars sends at the speed of the race. */
const gridPerS = 150;

type StartBridge = (more: readonly string[]) => Promise<Running>;

/** The bridge under dashboards on real Kafka: every query of the telemetry dashboard, alone and from ten viewers, and what is pushed to Live. */
export const grafana: Benchmark = {
  name: 'grafana',
  title: 'Dashboards on the bridge',
  limitS: 300,
  async run(context) {
    const { bootstrap } = await startBenchKafka(context);
    const { url, running, load, startBridge } = await startLoaded(context, bootstrap);
    context.method(
      `\`slipstream bridge --no-page\` and \`slipstream process\` on Apache Kafka, ${drivers} drivers, five minutes of ${steadyPerS.toLocaleString('en')} rows/s held (${((rangeMs / 1000) * steadyPerS).toLocaleString('en')} rows) while ${steadyPerS.toLocaleString('en')} rows/s go on. Asked is what Grafana's Infinity source sends for every query of \`${dashboard}.json\` with all drivers, the last five minutes and ${points.toLocaleString('en')} points in every panel of telemetry, over HTTP from a process of its own.`,
    );
    await askInTurn(context, url, false);
    await askInTurn(context, url, true);
    await manyViewers(context, url, running);
    await running.end();
    await pushToLive(context, startBridge, load);
    await load.end();
    context.caveat(
      'The rows are made (sines), spread over the drivers in turn. Broker, load, processor, asking process and bridge share two processors. Grafana itself is not part of it: its proxy and the browser come on top.',
    );
  },
};

async function startLoaded(
  context: BenchContext,
  bootstrap: string,
): Promise<{ url: string; running: Running; load: Running; startBridge: StartBridge }> {
  const { processes, signal, options } = context;
  const broker = await connectBench(context, bootstrap);
  const prefix = 'bench-grafana';
  const topics = topicArguments(prefix);
  const roles = ['telemetry', 'alerts', 'predictions', 'timing', 'control'] as const;
  const named = Object.fromEntries(roles.map((role) => [role, `${prefix}-${role}`])) as Record<
    (typeof roles)[number],
    string
  >;
  await broker.createTopics(
    topicSpecs({ ...defaultConfig, kafka: { ...defaultConfig.kafka, topics: named } }),
  );
  const port = context.port(7);
  const common = ['--broker', bootstrap, '--quiet', ...topics];
  const url = `http://127.0.0.1:${port}`;
  const startBridge: StartBridge = async (more) => {
    const started = processes.startNode([
      'src/main.ts',
      'bridge',
      '--bridge-port',
      String(port),
      '--no-page',
      ...common,
      ...more,
    ]);
    await untilStatus(`${url}/`, 200, signal);
    return started;
  };
  const running = await startBridge([]);
  processes.startNode(['src/main.ts', 'process', '--group', prefix, ...common]);
  const load = processes.startNode(
    [
      'benchmarks/load-generator.ts',
      bootstrap,
      named.telemetry,
      String(defaultConfig.kafka.partitions.telemetry),
      String(drivers),
    ],
    { ipc: true },
  );
  const held = options.quick ? 6000 : Math.ceil(((rangeMs / 1000) * steadyPerS) / drivers);
  const filled = once(load.child, 'message', { signal }) as Promise<[LoadReport]>;
  load.child.send({ op: 'fill', points: held, perS: steadyPerS } satisfies LoadCommand);
  await filled;
  for (
    let waitedMs = 0;
    ((await readMetrics(url)).get('f1_buffer_points') ?? 0) < held * drivers;
    waitedMs += 200
  ) {
    if (waitedMs > 60_000) throw new Error('The bridge has not read the rows within a minute');
    await delay(200);
  }
  load.child.send({ op: 'pace', perS: steadyPerS } satisfies LoadCommand);
  await delay(options.quick ? 1000 : 5000);
  return { url, running, load, startBridge };
}

async function askInTurn(context: BenchContext, url: string, isCompressed: boolean): Promise<void> {
  const { options, signal } = context;
  const viewer = createDashboardViewer(url, dashboard, { points, isCompressed });
  context.onEnd(() => viewer.close());
  const rounds = options.quick ? 5 : 60;
  const all: Answer[] = [];
  const totals: number[] = [];
  for (let warm = 0; warm < 3; warm++) await viewer.askInTurn(rangeMs);
  for (let round = 0; round < rounds; round++) {
    signal.throwIfAborted();
    const answers = await viewer.askInTurn(rangeMs);
    all.push(...answers);
    totals.push(answers.reduce((sum, { tookMs }) => sum + tookMs, 0));
    // Past the interval for which answers are shared: every round is made anew.
    await delay(1050);
  }
  viewer.close();
  const how = isCompressed ? ', gzip' : '';
  const id = isCompressed ? 'gzip' : 'plain';
  context.figure({
    id: `refresh-${id}`,
    label: `Whole refresh of ${dashboard}: ${viewer.targets} queries one after the other${how}`,
    unit: 'ms',
    values: totals,
    bar: { is: 'at most', limit: 70 },
  });
  context.figure({
    id: `answer-p99-${id}`,
    label: `One query of it, p99 of ${all.length}${how}`,
    unit: 'ms',
    values: [
      quantile(
        all.map(({ tookMs }) => tookMs),
        0.99,
      ),
    ],
    bar: { is: 'at most', limit: 20 },
  });
  const names = [...new Set(all.map(({ target }) => target))];
  context.table({
    title: `By panel${how} [ms]`,
    columns: ['panel', 'p50', 'p99', 'kB'],
    rows: names.map((name) => {
      const own = all.filter(({ target }) => target === name);
      const tookMs = own.map((answer) => answer.tookMs);
      return [
        name,
        round2(quantile(tookMs, 0.5)),
        round2(quantile(tookMs, 0.99)),
        Math.round(own.at(-1)!.bytes / 1000),
      ];
    }),
  });
}

async function manyViewers(context: BenchContext, url: string, running: Running): Promise<void> {
  const { options, signal } = context;
  const idle = await cpuShare(running.pid, options.quick ? 2000 : 10_000);
  const all = Array.from({ length: viewers }, () =>
    createDashboardViewer(url, dashboard, { points, isCompressed: true }),
  );
  context.onEnd(() => all.forEach((viewer) => viewer.close()));
  const ending = new AbortController();
  const tookMs: number[] = [];
  const look = async (viewer: DashboardViewer, index: number): Promise<void> => {
    await delay((index * 1000) / viewers);
    let nextMs = performance.now();
    while (!ending.signal.aborted && !signal.aborted) {
      tookMs.push(await viewer.refresh(rangeMs));
      nextMs += 1000;
      await delay(Math.max(0, nextMs - performance.now()));
    }
  };
  const looking = all.map(look);
  await delay(options.quick ? 1000 : 3000);
  tookMs.length = 0;
  const shares: number[] = [];
  for (let run = 0; run < context.runs(3); run++)
    shares.push(await cpuShare(running.pid, options.quick ? 3000 : 10_000));
  ending.abort();
  await Promise.all(looking);
  for (const viewer of all) viewer.close();
  context.figure({
    id: 'cpu-no-viewer',
    label: `Processor share of the bridge at ${steadyPerS.toLocaleString('en')} rows/s, no viewer`,
    unit: '% of a core',
    values: [idle],
  });
  context.figure({
    id: 'cpu-viewers',
    label: `The same with ${viewers} viewers who refresh ${dashboard} each second, a tenth of a second apart`,
    unit: '% of a core',
    values: shares,
    bar: { is: 'at most', limit: 25 },
  });
  context.figure({
    id: 'refresh-viewers',
    label: `Refresh of one of these viewers, p99 of ${tookMs.length} (six connections each)`,
    unit: 'ms',
    values: [quantile(tookMs, 0.99)],
  });
}

/** A bridge that pushes to Grafana Live: from a row's published time until a server that checks the contract has it. */
async function pushToLive(context: BenchContext, startBridge: StartBridge, load: Running): Promise<void> {
  const { options } = context;
  let latenciesMs: number[] = [];
  const server = await createGrafanaLiveServer({
    token: 'bench',
    onLine: ({ stampNs }, atMs) => latenciesMs.push(atMs - Number(stampNs / 1_000_000n)),
  });
  context.onEnd(() => server.close());
  const live = ['--set', `grafana.live.url=${server.url}`, '--set', 'grafana.live.token=bench'];
  const running = await startBridge(live);
  for (const perS of [steadyPerS, gridPerS]) {
    const stopped = once(load.child, 'message', { signal: context.signal });
    load.child.send({ op: 'stop' } satisfies LoadCommand);
    await stopped;
    load.child.send({ op: 'pace', perS } satisfies LoadCommand);
    await delay(options.quick ? 3000 : 10_000);
    latenciesMs = [];
    const cpu = await cpuShare(running.pid, options.quick ? 3000 : 30_000);
    const all = latenciesMs;
    if (all.length === 0 || server.faults.length > 0)
      throw new Error(`Nothing was pushed to Live, or not as it must be: ${server.faults.join('; ')}`);
    context.figure({
      id: `live-p99-${perS}`,
      label: `Published until pushed to Grafana Live, p99 of ${all.length.toLocaleString('en')} lines at ${perS.toLocaleString('en')} rows/s (p50 ${Math.round(quantile(all, 0.5))} ms, bridge ${round2(cpu)} % of a core)`,
      unit: 'ms',
      values: [quantile(all, 0.99)],
      bar: { is: 'at most', limit: 150 },
    });
  }
  await running.end();
}

async function cpuShare(pid: number, ms: number): Promise<number> {
  const before = cpuSeconds(pid);
  const startedMs = performance.now();
  await delay(ms);
  return ((cpuSeconds(pid) - before) / ((performance.now() - startedMs) / 1000)) * 100;
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
