import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../../config/schema.ts';
import { messageOf } from '../../domain/errors.ts';
import type { Log } from '../../domain/log.ts';
import type { BridgeState } from '../ingest/bridge-state.ts';
import { createDurationHistogram, hopBoundsS } from '../ingest/counters.ts';
import type { DurationHistogram } from '../ingest/counters.ts';
import type { DriverPoints } from '../ingest/point-store.ts';
import { createByteWriter } from '../query/byte-writer.ts';
import { createLineEncoder } from './line-encoder.ts';
import type { LineEncoder } from './line-encoder.ts';
import { createLiveClient, LiveError } from './live-client.ts';
import type { LiveState } from './live-client.ts';

/** Pushes telemetry to Grafana Live, beside everything else: what cannot be sent in time is left out. */
export interface LivePusher {
  readonly state: LiveState;
  /** Why it is not `ok`, one sentence; null when it is, or off. */
  readonly reason: string | null;
  readonly requests: number;
  readonly lines: number;
  readonly errors: number;
  /** Rows left out: over the rate, or older than a batch that failed. */
  readonly dropped: number;
  /** When a push succeeded last, epoch ms; NaN before the first. */
  readonly pushedMs: number;
  /** Due time of a row until Grafana has it. */
  readonly latency: DurationHistogram;
  /** Pushes until the signal is aborted; ends at once where no address is set. Never rejects. */
  run(signal: AbortSignal): Promise<void>;
}

const backOff = { firstMs: 500, mostMs: 30_000 } as const;
/** A batch above this is cut: Grafana takes larger ones, a proxy may not. */
const maxBatchBytes = 900_000;

interface Followed {
  readonly points: DriverPoints;
  readonly encoder: LineEncoder;
  /** Absolute index of the next row to look at. */
  next: number;
}

/** A pusher for the settings `grafana.live`; it does nothing before `run`. */
export function createLivePusher(deps: {
  readonly settings: Config['grafana']['live'];
  readonly state: BridgeState;
  readonly log: Log;
  readonly clock: () => number;
}): LivePusher {
  const { settings, state, log, clock } = deps;
  const { url, stream, batch_ms: batchMs, hz, user, password, token } = settings;
  const latency = createDurationHistogram(hopBoundsS);
  const writer = createByteWriter(64 * 1024);
  const encoders = new Map<string, LineEncoder>();
  const rowsPerBatch = Math.max(1, Math.round((hz * batchMs) / 1000));
  let followed: Followed[] = [];
  let epoch = -1;
  let current: LiveState = url === null ? 'off' : 'connecting';
  let reason: string | null = null;
  let requests = 0;
  let lines = 0;
  let errors = 0;
  let dropped = 0;
  let pushedMs = Number.NaN;

  /** Drivers of the segment shown; of a new one the rows from now on. */
  const follow = (): void => {
    if (epoch !== state.epoch) {
      epoch = state.epoch;
      followed = [];
    }
    for (let i = followed.length; i < state.points.drivers.length; i++) {
      const points = state.points.drivers[i]!;
      const encoder = encoders.get(points.driver) ?? createLineEncoder(points.driver);
      encoders.set(points.driver, encoder);
      followed.push({
        points,
        encoder,
        next: Math.max(points.buffer.first, points.buffer.appended - rowsPerBatch),
      });
    }
  };

  /** Writes what is new, at most `rowsPerBatch` rows of each driver, evenly taken and the newest always. */
  const fill = (dueMs: number[]): void => {
    writer.reset();
    dueMs.length = 0;
    for (const { points, encoder, next } of followed) {
      const { buffer } = points;
      const from = Math.max(next, buffer.first);
      const rows = buffer.appended - from;
      const kept = Math.min(rows, rowsPerBatch);
      dropped += buffer.appended - next - kept;
      let sent = 0;
      for (let row = from; row < buffer.appended; row++) {
        const isKept = Math.floor(((row - from + 1) * kept) / rows) > sent && writer.length < maxBatchBytes;
        if (!isKept) {
          encoder.see(buffer, row);
          continue;
        }
        sent++;
        encoder.write(writer, buffer, row);
        dueMs.push(buffer.timeAt(row % buffer.capacity));
      }
    }
    for (const one of followed) one.next = one.points.buffer.appended;
  };

  const fail = (error: unknown): void => {
    errors++;
    const before = current;
    current = error instanceof LiveError ? error.state : 'unreachable';
    reason = messageOf(error);
    if (before !== current) log.warn(`Grafana Live: ${reason}`);
  };

  const pushUntilFailure = async (
    client: ReturnType<typeof createLiveClient>,
    signal: AbortSignal,
  ): Promise<void> => {
    const login = await client.whoAmI(signal);
    follow();
    for (const one of followed) one.next = one.points.buffer.appended;
    const dueMs: number[] = [];
    let nextMs = performance.now();
    for (;;) {
      nextMs += batchMs;
      const waitMs = nextMs - performance.now();
      if (waitMs > 0) await delay(waitMs, undefined, { signal });
      // A slow answer takes the place of the batches that would have come meanwhile.
      else nextMs = performance.now();
      follow();
      fill(dueMs);
      if (writer.length === 0) continue;
      requests++;
      await client.push(writer.view() as Buffer<ArrayBuffer>, signal);
      pushedMs = clock();
      lines += dueMs.length;
      for (const due of dueMs) latency.observe((pushedMs - due) / 1000);
      if (current === 'ok') continue;
      current = 'ok';
      reason = null;
      log.info(`Grafana Live: pushing to ${url ?? ''} as ${login}, channel stream/${stream}/DRIVER`);
    }
  };

  return {
    get state() {
      return current;
    },
    get reason() {
      return reason;
    },
    get requests() {
      return requests;
    },
    get lines() {
      return lines;
    },
    get errors() {
      return errors;
    },
    get dropped() {
      return dropped;
    },
    get pushedMs() {
      return pushedMs;
    },
    latency,
    async run(signal) {
      if (url === null) return;
      const client = createLiveClient({ url, stream, user, password, token });
      let pauseMs: number = backOff.firstMs;
      while (!signal.aborted) {
        const before = requests;
        try {
          await pushUntilFailure(client, signal);
        } catch (error) {
          if (signal.aborted) return;
          fail(error);
        }
        // A push that went through before it failed begins the pauses anew.
        pauseMs = requests > before + 1 ? backOff.firstMs : Math.min(backOff.mostMs, pauseMs * 2);
        const jitter = 0.75 + Math.random() / 2;
        await delay(pauseMs * jitter, undefined, { signal }).catch(() => {});
      }
    },
  };
}
