import { setTimeout as delay } from 'node:timers/promises';
import type { Broker } from '../src/domain/broker.ts';
import { placeArguments, prepareSession } from './harness/bench-session.ts';
import type { BenchSession } from './harness/bench-session.ts';
import type { Benchmark, BenchContext } from './harness/context.ts';
import { dashboardRequest } from './harness/dashboard-request.ts';
import { connectBench, startBenchKafka, topicArguments } from './harness/kafka-broker.ts';
import { lastJson } from './harness/processes.ts';
import { publishedDriftMs, publishedRate, readPublished } from './harness/published.ts';
import type { Published } from './harness/published.ts';
import { latencySummary } from './harness/statistics.ts';

/** The last line of `slipstream start --json` and `slipstream replay --json`, as far as it is used. */
interface Summary {
  readonly rows: number;
  readonly published: number;
  readonly scheduleErrorMs: Quantiles | null;
  readonly lagMs: Quantiles | null;
  readonly dropped: number;
  readonly lost: number;
  readonly refused: number;
  readonly holds: number;
  readonly heldMs: number;
}

interface Quantiles {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** What all scenarios share. */
interface Stage {
  readonly context: BenchContext;
  readonly session: BenchSession;
  readonly bootstrap: string;
  readonly broker: Broker;
}

/** `slipstream start` against real Kafka: precision at 1× with a dashboard beside, the whole race at 100×, 110× and max. */
export const replay: Benchmark = {
  name: 'replay',
  title: 'Replay on Apache Kafka',
  limitS: 480,
  async run(context) {
    const session = await prepareSession(context);
    const { bootstrap } = await startBenchKafka(context);
    const broker = await connectBench(context, bootstrap);
    const stage = { context, session, bootstrap, broker };
    context.method(
      'Whole command: `slipstream start SESSION --speed … --broker HOST:PORT --no-page --once --json` (replay, alert processor and bridge in one process) on a broker in a process of its own; each run has topics of its own.',
    );
    context.method(
      'Schedule error: hand-over to the Kafka client − due. Lag: acknowledgement by the broker − due. Both over every row and counted from the intended time, so a late row is counted late and never left out. Rates and drift are not the program’s own word: they come from the publication times of the records in Kafka, read afterwards.',
    );
    await atSpeedOne(stage);
    await paced(stage, 100, context.options.quick ? 8 : Number.POSITIVE_INFINITY);
    await paced(stage, 110, context.options.quick ? 6 : 20);
    await unpaced(stage);
    if (session.simulated) context.caveat('The bars are meant for the recorded 2023 Monaco race');
    context.caveat(
      'Broker, replay, processor, bridge and the program that asks share this machine. Publication times have steps of 1 ms.',
    );
  },
};

async function atSpeedOne(stage: Stage): Promise<void> {
  const { context, session } = stage;
  const seconds = context.options.quick ? 10 : 60;
  const startS = (session.lightsOutS ?? session.startS) + 120;
  const asked: number[] = [];
  let answerBytes = 0;
  const { summary, published } = await start(
    stage,
    'one',
    ['--speed', '1', ...range(startS, startS + seconds)],
    async (port, signal) => {
      const url = `http://127.0.0.1:${port}`;
      await untilPlaying(url, signal);
      for (let dueMs = performance.now(); !signal.aborted; dueMs += 1000) {
        await delay(Math.max(0, dueMs - performance.now()));
        try {
          const response = await fetch(`${url}/query`, {
            method: 'POST',
            body: dashboardRequest(Date.now()),
            signal,
          });
          answerBytes = (await response.arrayBuffer()).byteLength;
          if (response.status !== 200) throw new Error(`POST /query answered ${response.status}`);
          asked.push(performance.now() - dueMs);
        } catch (error) {
          // The command ends by itself after the last row, maybe in the middle of an answer.
          if (!signal.aborted && !isConnectionEnd(error)) throw error;
          break;
        }
      }
    },
  );
  const error = summary.scheduleErrorMs;
  if (error === null) throw new Error('The summary has no schedule error');
  const where = `1×, ${seconds} s, a dashboard refresh every second`;
  context.method(
    `Dashboard refresh at 1×: \`POST /query\` of speed, rpm, throttle and gear for ${session.drivers.length} drivers, last 5 minutes, 1,000 points, once a second from another process. The buffers hold what was replayed by then, ${seconds} s at the end.`,
  );
  context.figure({
    id: 'one-p50',
    label: `Schedule error p50 (${where})`,
    unit: 'ms',
    values: [error.p50],
    bar: { is: 'at most', limit: 1 },
  });
  context.figure({
    id: 'one-p99',
    label: 'Schedule error p99 (same run)',
    unit: 'ms',
    values: [error.p99],
    bar: { is: 'at most', limit: 5 },
  });
  context.figure({ id: 'one-max', label: 'Schedule error max (same run)', unit: 'ms', values: [error.max] });
  const drift = publishedDriftMs(published, 1, (seconds * 1000) / 6);
  context.figure({
    id: 'one-drift',
    label:
      'Drift, size (mean deviation in the last sixth of the run − in the first); zero within the 1 ms of the stamps',
    unit: 'ms',
    values: [Math.abs(drift)],
    bar: { is: 'at most', limit: 1 },
  });
  const query = latencySummary(asked);
  context.figure({
    id: 'one-query-p99',
    label: `Dashboard answer p99 of ${query.count} (${(answerBytes / 1e6).toFixed(1)} MB at the end)`,
    unit: 'ms',
    values: [query.p99],
  });
}

/** The whole session at a speed, or `seconds` of it from the start of the race. */
async function paced(stage: Stage, speed: number, seconds: number): Promise<void> {
  const { context, session } = stage;
  const fromS = session.lightsOutS ?? session.startS;
  const isWhole = !Number.isFinite(seconds);
  const untilS = Math.min(session.endS, fromS + seconds * speed);
  const options = isWhole ? [] : range(fromS, untilS);
  const { summary, published } = await start(stage, `x${speed}`, ['--speed', String(speed), ...options]);
  const { lagMs, scheduleErrorMs } = summary;
  if (lagMs === null || scheduleErrorMs === null) throw new Error('The summary has no lag');
  const spanS = (isWhole ? session.endS - session.startS : untilS - fromS) / speed;
  const label = `${speed}×, ${isWhole ? 'the whole session' : 'a part'}, ${spanS.toFixed(0)} s`;
  const id = `x${speed}`;
  context.figure({
    id: `${id}-rate`,
    label: `Rows published a second (${label}, ${summary.published.toLocaleString('en')} rows)`,
    unit: 'rows/s',
    values: [publishedRate(published)],
    ...(speed === 110 ? { bar: { is: 'at least' as const, limit: 15_000 } } : {}),
  });
  context.figure({ id: `${id}-lag-p50`, label: `Lag p50 (${speed}×)`, unit: 'ms', values: [lagMs.p50] });
  context.figure({
    id: `${id}-lag-p99`,
    label: `Lag p99 (${speed}×)`,
    unit: 'ms',
    values: [lagMs.p99],
    ...(speed === 100 ? { bar: { is: 'at most' as const, limit: 20 } } : {}),
  });
  context.figure({ id: `${id}-lag-max`, label: `Lag max (${speed}×)`, unit: 'ms', values: [lagMs.max] });
  context.figure({
    id: `${id}-error-p99`,
    label: `Schedule error p99 (${speed}×)`,
    unit: 'ms',
    values: [scheduleErrorMs.p99],
  });
  context.figure({
    id: `${id}-held`,
    label: `Time the clock was held or rows dropped (${speed}×): keeps its schedule when 0`,
    unit: 'ms',
    values: [summary.heldMs + summary.dropped],
    ...(speed === 100 ? { bar: { is: 'at most' as const, limit: 0 } } : {}),
  });
  context.figure({
    id: `${id}-drift`,
    label: `Drift, size (${speed}×)`,
    unit: 'ms',
    values: [Math.abs(publishedDriftMs(published, speed, (spanS * 1000) / 6))],
  });
}

/** `max`: whole race, then fewer drivers, then the replay alone. */
async function unpaced(stage: Stage): Promise<void> {
  const { context, session } = stage;
  const part = context.options.quick ? ['--laps', '1-5'] : [];
  const grid = session.drivers.length;
  const rows: (string | number)[][] = [];
  const full: number[] = [];
  const spanS = session.endS - session.startS;
  const cases = [...new Set([1, 3, 10, grid])].filter((count) => count <= grid);
  for (const count of cases) {
    const chosen = session.drivers.slice(0, count);
    const rates: number[] = [];
    const runs = count === grid ? context.runs(3) : 1;
    let sent = 0;
    for (let run = 0; run < runs; run++) {
      const drivers = count === grid ? [] : ['--drivers', chosen.map(({ code }) => code).join(',')];
      const { published, summary } = await start(stage, `max${count}-${run}`, [
        '--speed',
        'max',
        ...drivers,
        ...part,
      ]);
      rates.push(publishedRate(published));
      sent = summary.published;
    }
    if (count === grid) full.push(...rates);
    const atOne = chosen.reduce((sum, driver) => sum + driver.rows, 0) / spanS;
    const rate = rates.toSorted((a, b) => a - b)[rates.length >> 1]!;
    context.say(`max, ${count} drivers: ${Math.round(rate)} rows/s`);
    rows.push([
      count,
      sent,
      round1(atOne),
      Math.round(atOne * 100),
      Math.round(rate),
      Math.round(rate / atOne),
    ]);
  }
  context.figure({
    id: 'max-rate',
    label: `Rows published a second (max, all ${grid} drivers)`,
    unit: 'rows/s',
    values: full,
    bar: { is: 'at least', limit: 15_000 },
  });
  context.table({
    title:
      'Rows a second by number of drivers at `max` (median of the runs), with the speed factor it equals; the rates of 1× and 100× are those of the schedule',
    columns: [
      'drivers',
      'rows sent',
      'rows/s at 1×',
      'rows/s at 100×',
      'rows/s at max',
      'speed factor at max',
    ],
    rows,
  });
  const alone: number[] = [];
  for (let run = 0; run < context.runs(3); run++) {
    const { published } = await start(
      stage,
      `alone-${run}`,
      ['--speed', 'max', ...part],
      undefined,
      'replay',
    );
    alone.push(publishedRate(published));
  }
  context.figure({
    id: 'max-rate-alone',
    label: '`slipstream replay` alone at max, no bridge and no processor',
    unit: 'rows/s',
    values: alone,
  });
}

/** Runs a command to its end on topics of its own; `beside` runs while it does and is told when it ends. */
async function start(
  { context, session, bootstrap, broker }: Stage,
  name: string,
  options: readonly string[],
  beside?: (port: number, signal: AbortSignal) => Promise<void>,
  command: 'start' | 'replay' = 'start',
): Promise<{ summary: Summary; published: Published }> {
  const port = context.port(4);
  const prefix = `bench-${name}`;
  const own = command === 'start' ? ['--no-page', '--bridge-port', String(port)] : [];
  const ending = new AbortController();
  const running = context.processes.runNode([
    'src/main.ts',
    command,
    session.folder,
    '--broker',
    bootstrap,
    '--once',
    '--json',
    '--quiet',
    ...own,
    ...options,
    ...placeArguments(context, session),
    ...topicArguments(prefix),
  ]);
  const work = beside?.(port, AbortSignal.any([context.signal, ending.signal]));
  work?.catch(() => {}); // awaited below, after the command
  let stdout: string;
  try {
    ({ stdout } = await running);
  } finally {
    ending.abort();
  }
  await work;
  const summary = lastJson<Summary>(stdout);
  if (summary.published !== summary.rows || summary.lost + summary.refused > 0)
    throw new Error(
      `Run ${name} published ${summary.published} of ${summary.rows} rows, ${summary.lost} lost, ${summary.refused} refused`,
    );
  const published = await readPublished(broker, `${prefix}-telemetry`);
  if (published.publishedMs.length !== summary.published)
    throw new Error(
      `Kafka holds ${published.publishedMs.length} rows of run ${name}, not ${summary.published}`,
    );
  return { summary, published };
}

async function untilPlaying(url: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      const response = await fetch(`${url}/replay`, { signal });
      if (((await response.json()) as { status?: string }).status === 'playing') return;
    } catch {
      // not up yet
    }
    await delay(20);
  }
}

function isConnectionEnd(error: unknown): boolean {
  return error instanceof TypeError; // what fetch throws when the connection ends
}

function range(fromS: number, toS: number): string[] {
  return ['--start', fromS.toFixed(3), '--end', toS.toFixed(3)];
}

function round1(value: number): number {
  return Math.round(value * 10) / 10;
}
