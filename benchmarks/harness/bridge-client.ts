import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { bucketQuantile } from './statistics.ts';

/** Waits until `GET url` answers `status`; rejects after a minute. */
export async function untilStatus(url: string, status: number, signal: AbortSignal): Promise<void> {
  const startedMs = performance.now();
  while (performance.now() - startedMs < 60_000) {
    signal.throwIfAborted();
    const answer = await fetch(url, { signal }).catch(() => null);
    await answer?.arrayBuffer();
    if (answer?.status === status) return;
    await delay(50);
  }
  throw new Error(`GET ${new URL(url).pathname} did not answer ${status} within a minute`);
}

/** Metrics of a bridge by name with labels, as `GET /metrics` writes them. */
export async function readMetrics(url: string): Promise<Map<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const metrics = new Map<string, number>();
  for (const line of text.split('\n')) {
    if (line.startsWith('#') || line === '') continue;
    const at = line.lastIndexOf(' ');
    metrics.set(line.slice(0, at), Number(line.slice(at + 1)));
  }
  return metrics;
}

/** Quantile [ms] of a hop between two readings of the metrics: the bridge's own histogram, interpolated in its buckets. */
export function hopQuantileMs(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
  hop: string,
  share: number,
): number {
  const bounds: { bound: number; count: number }[] = [];
  for (const [name, value] of after) {
    const match = /^f1_hop_latency_seconds_bucket\{(.*)\}$/u.exec(name);
    if (match === null || !match[1]!.includes(`hop="${hop}"`)) continue;
    const le = /le="([^"]+)"/u.exec(match[1]!)?.[1] ?? '';
    bounds.push({
      bound: le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le),
      count: value - (before.get(name) ?? 0),
    });
  }
  bounds.sort((a, b) => a.bound - b.bound);
  const cumulative = bounds.map(({ count }) => count);
  return bucketQuantile(
    bounds.slice(0, -1).map(({ bound }) => bound * 1000),
    cumulative,
    share,
  );
}

/** What a WebSocket client without a rate limit got while it measured. */
export interface Received {
  readonly code: string;
  /** Session time of the row [ms]. */
  readonly sessionMs: number;
  /** Due time as the bridge sends it, epoch ms. */
  readonly dueMs: number;
  /** When the frame arrived, epoch ms, before it was parsed. */
  readonly atMs: number;
}

export interface LiveClient {
  /** From now on rows are kept. */
  measure(): void;
  /** Ends measuring and gives what came. */
  take(): { rows: Received[]; alertMs: number[]; frames: number };
  close(): void;
}

/** Subscribes to four channels of every driver, as fast as they come. */
export async function openLiveClient(url: string): Promise<LiveClient> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/ws`);
  let rows: Received[] = [];
  let alertMs: number[] = [];
  let frames = 0;
  let isMeasuring = false;
  socket.on('message', (data: Buffer) => {
    const atMs = performance.timeOrigin + performance.now();
    if (!isMeasuring) return;
    const message = JSON.parse(data.toString()) as {
      op: string;
      telemetry?: Record<string, { t: number[]; s: number[] }>;
      alerts?: { timestamp: string; state: string }[];
    };
    if (message.op === 'alerts')
      for (const { timestamp, state } of message.alerts ?? [])
        if (state === 'open') alertMs.push(atMs - Date.parse(timestamp));
    if (message.op !== 'delta') return;
    frames++;
    for (const [code, { t, s }] of Object.entries(message.telemetry ?? {}))
      for (const [at, dueMs] of t.entries())
        rows.push({ code, sessionMs: Math.round(s[at]! * 1000), dueMs, atMs });
  });
  const opened = Promise.withResolvers<void>();
  socket.on('open', () => {
    socket.send('{"op":"subscribe","drivers":[],"channels":["speed","rpm","throttle","n_gear"]}');
    opened.resolve();
  });
  socket.on('error', (error) => opened.reject(error));
  await opened.promise;
  // The server wants a sign of life at least every 20 s.
  const timer = setInterval(() => socket.send('{"op":"ping"}'), 10_000);
  socket.on('close', () => clearInterval(timer));
  return {
    measure: () => void (isMeasuring = true),
    take() {
      isMeasuring = false;
      const taken = { rows, alertMs, frames };
      rows = [];
      alertMs = [];
      frames = 0;
      return taken;
    },
    close: () => socket.terminate(),
  };
}
