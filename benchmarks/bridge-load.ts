/**
 * Load on a bridge: memory of full rings, query latency while rows arrive, processor share, due time to WebSocket client.
 * `node benchmarks/bridge-load.ts [--broker HOST:PORT] [--rate 2200] [--seconds 20] [--points 60000] [--json]`
 * Without --broker an embedded broker lives in this process and the memory figures include it; with Kafka the bridge runs
 * as a process of its own and this one only produces and asks.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { defaultConfig } from '../src/config/defaults.ts';
import type { Broker, ProduceRecord } from '../src/domain/broker.ts';
import { noLog } from '../src/domain/log.ts';
import { partitionForKey } from '../src/domain/partition.ts';
import { maxTelemetryBytes, writeTelemetry } from '../src/domain/telemetry-codec.ts';
import { createTelemetryRow } from '../src/domain/telemetry-row.ts';
import { connectKafka, topicSpecs } from '../src/kafka/index.ts';

const { values: options } = parseArgs({
  options: {
    broker: { type: 'string' },
    rate: { type: 'string', default: '2200' },
    seconds: { type: 'string', default: '20' },
    points: { type: 'string', default: '60000' },
    port: { type: 'string', default: '21610' },
    entry: { type: 'string', default: 'src/main.ts' },
    json: { type: 'boolean', default: false },
  },
  allowNegative: true,
});
const rate = Number(options.rate);
const seconds = Number(options.seconds);
const fill = Number(options.points);
const root = resolve(import.meta.dirname, '..');
/** Topics of this run alone: what a run before wrote would count as window. */
const stamp = Date.now().toString(36);
const topics = { ...defaultConfig.kafka.topics };
for (const role of Object.keys(topics) as (keyof typeof topics)[]) topics[role] = `load-${stamp}-${role}`;
const config = { ...defaultConfig, kafka: { ...defaultConfig.kafka, topics } };
const codes = Array.from({ length: 20 }, (_, i) => `D${String.fromCodePoint(65 + i)}X`);
const partitions = config.kafka.partitions.telemetry;
const lanes = codes.map((code) => partitionForKey(code, partitions));
const row = createTelemetryRow();
const scratch = new Uint8Array(maxTelemetryBytes);
const keys = codes.map((code) => new TextEncoder().encode(code));
const run = `${new Date().toISOString().replaceAll(/[-:.]/gu, '')}-load`;
const headers = { run, segment: '0', v: '1' };

/** Row `n` of all drivers together, as a race car would send it. */
function recordOf(n: number, timestampMs: number): ProduceRecord {
  const driver = n % codes.length;
  const step = Math.floor(n / codes.length);
  row.driver = codes[driver]!;
  row.driverNumber = driver + 1;
  row.timestampMs = timestampMs;
  row.originalMs = 1_685_278_800_000 + step * 131;
  row.sessionMs = 3_600_000 + step * 131;
  row.speedKmh = Math.round((180 + 110 * Math.sin(step / 40 + driver)) * 10) / 10;
  row.rpm = Math.round(10_500 + 1500 * Math.sin(step / 7 + driver));
  row.throttlePct = step % 9 === 0 ? 0 : 100;
  row.brake = step % 9 === 0 ? 1 : 0;
  row.gear = 2 + (step % 7);
  row.drs = step % 50 < 8 ? 12 : 0;
  row.x = Math.round(5000 * Math.sin(step / 300));
  row.y = Math.round(5000 * Math.cos(step / 300));
  row.z = 40;
  row.lapNumber = 2 + Math.floor(step / 600);
  row.compound = 2;
  row.distanceM = (step % 600) * 5.5;
  row.origin = step % 2;
  return { key: keys[driver]!, value: scratch.slice(0, writeTelemetry(scratch, 0, row)) };
}

async function send(broker: Broker, from: number, to: number, dueOf: (n: number) => number): Promise<void> {
  const batches: ProduceRecord[][] = Array.from({ length: partitions }, () => []);
  for (let n = from; n < to; n++) batches[lanes[n % codes.length]!]!.push(recordOf(n, dueOf(n)));
  await Promise.all(
    batches.map((records, partition) =>
      records.length === 0
        ? null
        : broker.produce({ topic: config.kafka.topics.telemetry, partition, records, headers }),
    ),
  );
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function rssMb(pid: number): number {
  const pages = /VmRSS:\s+(\d+) kB/u.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Math.round(Number(pages?.[1] ?? 0) / 1024);
}

/** Processor time of a process so far [s]. */
function cpuS(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

function startBridge(bootstrap: string, port: string): ChildProcess {
  const sets = Object.entries(topics).flatMap(([role, name]) => ['--set', `kafka.topics.${role}=${name}`]);
  const flags = ['--broker', bootstrap, '--bridge-port', port, '--no-page', '--quiet', ...sets];
  const args = [options.entry, 'bridge', ...flags];
  return spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
}

async function untilStatus(url: string, status: number): Promise<void> {
  for (let i = 0; i < 300; i++) {
    const answer = await fetch(url).catch(() => null);
    if (answer?.status === status) return;
    await delay(100);
  }
  throw new Error(`${url} did not answer ${status}`);
}

async function memoryMb(): Promise<Record<string, number>> {
  const stats = (await (await fetch(`${url}/stats`)).json()) as { memory: Record<string, number> };
  return Object.fromEntries(
    Object.entries(stats.memory).map(([key, bytes]) => [key, Math.round(bytes / 1e6)]),
  );
}

const bootstrap = options.broker ?? config.kafka.bootstrap_servers;
const broker = await connectKafka({
  bootstrapServers: bootstrap,
  clientId: 'bridge-load',
  deliveryTimeoutMs: 30_000,
  log: noLog,
});
await broker.createTopics(topicSpecs(config));
const child = startBridge(bootstrap, options.port);
const url = `http://127.0.0.1:${options.port}`;
const report: Record<string, unknown> = {
  machine: `${cpus().length} × ${cpus()[0]?.model}`,
  node: process.version,
  rate,
};
try {
  await untilStatus(url, 200);
  const pid = child.pid!;
  await delay(2000);
  report['idleRssMb'] = rssMb(pid);

  report['memoryIdleMb'] = await memoryMb();
  // Fill every ring: the rows come before the measured ones at the same rate, so five minutes hold as many as they would.
  const total = fill * codes.length;
  const began = Date.now();
  const perMs = rate / 1000;
  const firstMs = began - total / perMs;
  for (let n = 0; n < total; n += 4000) {
    await send(broker, n, Math.min(total, n + 4000), (at) => Math.floor(firstMs + at / perMs));
  }
  report['fillSeconds'] = (Date.now() - began) / 1000;
  const held = async (): Promise<{ points: number; bytes: number }> => {
    const stats = (await (await fetch(`${url}/stats`)).json()) as {
      buffers: { points: number; bytes: number };
    };
    return stats.buffers;
  };
  while ((await held()).points < Math.min(total, 60_000 * codes.length)) await delay(100);
  report['bufferMb'] = (await held()).bytes / 1e6;
  report['rssFullMb'] = rssMb(pid);
  await delay(3000);
  report['memoryMb'] = await memoryMb();

  // Steady arrival, one client without a rate limit.
  const latencies: number[] = [];
  let isMeasuring = false;
  let socket: WebSocket | null = null;
  const join = (): void => {
    const own = new WebSocket(`${url.replace('http', 'ws')}/ws`);
    socket = own;
    own.on('open', () =>
      own.send('{"op":"subscribe","drivers":[],"channels":["speed","rpm","throttle","gear"]}'),
    );
    own.on('message', takeFrame);
  };
  const takeFrame = (data: Buffer): void => {
    const nowMs = performance.timeOrigin + performance.now();
    if (!isMeasuring || !data.subarray(0, 14).toString().startsWith('{"op":"delta"')) return;
    const { telemetry } = JSON.parse(data.toString()) as { telemetry: Record<string, { t: number[] }> };
    for (const { t } of Object.values(telemetry)) for (const due of t) latencies.push(nowMs - due);
  };
  let n = total;
  const ending = new AbortController();
  const anchor = performance.timeOrigin + performance.now();
  const pacing = (async () => {
    let sent = 0;
    while (!ending.signal.aborted) {
      const dueRows = Math.floor(((performance.timeOrigin + performance.now() - anchor) / 1000) * rate);
      if (dueRows > sent) {
        const from = sent;
        await send(broker, n + from, n + dueRows, (at) => Math.floor(anchor + ((at - n) / rate) * 1000));
        sent = dueRows;
      }
      await delay(1);
    }
    n += sent;
  })();
  await delay(2000);
  const cpuBefore = cpuS(pid);
  const quietFrom = performance.now();
  await delay(seconds * 400);
  const quietS = (performance.now() - quietFrom) / 1000;
  report['cpuShareWithoutQueriesAndClients'] = Math.round(((cpuS(pid) - cpuBefore) / quietS) * 1000) / 1000;
  join();
  await delay(1000);
  isMeasuring = true;
  const cpuBeforeClient = cpuS(pid);
  const clientFrom = performance.now();
  await delay(seconds * 400);
  const clientS = (performance.now() - clientFrom) / 1000;
  report['cpuShareWithOneClient'] = Math.round(((cpuS(pid) - cpuBeforeClient) / clientS) * 1000) / 1000;
  latencies.sort((a, b) => a - b);
  report['dueToClientMs'] = {
    count: latencies.length,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    max: latencies.at(-1),
  };
  isMeasuring = false;

  const took: number[] = [];
  let answerBytes = 0;
  const until = performance.now() + seconds * 500;
  while (performance.now() < until) {
    const to = Date.now();
    const body = JSON.stringify({
      targets: ['speed', 'rpm', 'throttle', 'n_gear'].map((target, i) => ({ target, refId: 'ABCD'[i] })),
      range: { from: new Date(to - 300_000).toISOString(), to: new Date(to).toISOString() },
      maxDataPoints: 1000,
    });
    const asked = performance.now();
    const answer = await fetch(`${url}/query`, { method: 'POST', body });
    const bytes = await answer.arrayBuffer();
    took.push(performance.now() - asked);
    answerBytes = bytes.byteLength;
    await delay(50);
  }
  took.sort((a, b) => a - b);
  report['queryMs'] = {
    count: took.length,
    p50: quantile(took, 0.5),
    p99: quantile(took, 0.99),
    max: took.at(-1),
    answerMb: answerBytes / 1e6,
  };
  const exposition = await (await fetch(`${url}/metrics`)).text();
  const sum = Number(/f1_query_duration_seconds_sum (\S+)/u.exec(exposition)?.[1]);
  const count = Number(/f1_query_duration_seconds_count (\S+)/u.exec(exposition)?.[1]);
  report['queryInBridgeMeanMs'] = (sum / count) * 1000;
  report['rssEndMb'] = rssMb(pid);
  report['memoryEndMb'] = await memoryMb();
  ending.abort();
  await pacing;
  (socket as WebSocket | null)?.close();
} finally {
  child.kill('SIGTERM');
  await broker.close();
}
console.log(options.json ? JSON.stringify(report) : report);
