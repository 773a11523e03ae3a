import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type {
  Broker,
  BrokerDescription,
  RecordBatch,
  ResetReason,
  StartPosition,
} from '../../domain/broker.ts';
import { messageOf } from '../../domain/errors.ts';
import type { Log } from '../../domain/log.ts';
import type { ReplayState } from '../../domain/messages.ts';
import type { TopicNames, TopicRole } from '../../domain/topics.ts';
import type { BridgeState } from './bridge-state.ts';
import { topicRoles } from './counters.ts';
import { isReplayState } from './record-shapes.ts';

/** Where reading stands. `waiting`: broker or topics are not there; `catching-up`: the window is being read back. */
export type ReaderPhase = 'waiting' | 'catching-up' | 'live' | 'closed';

/** Offsets of a partition as the bridge knows them. */
export interface PartitionProgress {
  readonly role: TopicRole;
  readonly topic: string;
  readonly partition: number;
  /** Next offset to read; null before the first record (start position not reached by any). */
  next: number | null;
  /** End offset as last told by a batch or by the poll. */
  end: number;
}

export interface ReaderDeps {
  readonly broker: Broker;
  readonly topics: TopicNames;
  readonly state: BridgeState;
  readonly windowMs: number;
  readonly log: Log;
  readonly clock: () => number;
  readonly signal: AbortSignal;
  /** Called after every batch: what is waiting may be sent. `performance.now()` of its arrival; null while catching up. */
  readonly onBatch: (arrivedAt: number | null) => void;
}

/** The bridge's own fetch loop over every partition of all topics. */
export interface Reader {
  readonly phase: ReaderPhase;
  /** Why reading has not begun; null once it has. */
  readonly waitingFor: string | null;
  readonly partitions: ReadonlyMap<string, PartitionProgress>;
  /** When the last batch arrived, epoch ms; NaN before the first. */
  readonly lastBatchMs: number;
  readonly resets: ReadonlyMap<ResetReason, number>;
  /** Takes end offsets of the background poll. */
  observe(description: BrokerDescription): void;
  /** Reads until the signal is aborted. */
  run(): Promise<void>;
}

/** The newest `state` record of the control topic. */
interface Marker {
  readonly state: ReplayState;
  readonly publishedMs: number;
  readonly offset: number;
}

const retryMs = 500;
const sayEveryMs = 5000;
const idleMs = 400;
const markerTail = 64;
const markerTimeoutMs = 5000;

/** A reader of every topic into `state`, from where the newest run begins: `run` reads. */
export function createReader(deps: ReaderDeps): Reader {
  const { broker, topics, state, log, clock, signal } = deps;
  const roleOf = new Map<string, TopicRole>(topicRoles.map((role) => [topics[role], role]));
  const partitions = new Map<string, PartitionProgress>();
  const resets = new Map<ResetReason, number>();
  let phase: ReaderPhase = 'waiting';
  let waitingFor: string | null = 'the broker was not asked yet';
  let lastBatchMs = Number.NaN;
  let saidAtMs = Number.NEGATIVE_INFINITY;
  let targets = new Map<string, number>();

  const progressOf = (role: TopicRole, topic: string, partition: number): PartitionProgress => {
    const key = `${topic}/${partition}`;
    let progress = partitions.get(key);
    if (progress === undefined) {
      progress = { role, topic, partition, next: null, end: 0 };
      partitions.set(key, progress);
    }
    return progress;
  };

  const observe = (description: BrokerDescription): void => {
    for (const { name, partitions: described } of description.topics) {
      const role = roleOf.get(name);
      if (role === undefined) continue;
      for (const { partition, endOffset } of described) progressOf(role, name, partition).end = endOffset;
    }
  };

  const wait = (reason: string): void => {
    waitingFor = reason;
    if (clock() - saidAtMs < sayEveryMs) return;
    saidAtMs = clock();
    log.warn(`Bridge waits: ${reason}`);
  };

  /** Asks until the broker knows every topic. */
  const awaitTopics = async (): Promise<BrokerDescription> => {
    for (;;) {
      signal.throwIfAborted();
      try {
        const description = await broker.describe({ topics: Object.values(topics), timeoutMs: 2000 });
        const present = new Set(description.topics.map(({ name }) => name));
        const missing = topicRoles.map((role) => topics[role]).filter((name) => !present.has(name));
        if (missing.length === 0) return description;
        wait(`topics do not exist yet on ${broker.address}: ${missing.join(', ')}`);
      } catch (error) {
        wait(`the broker at ${broker.address} does not answer: ${messageOf(error)}`);
      }
      await delay(retryMs, undefined, { signal });
    }
  };

  /** The newest `state` record of the control topic, searched backwards from its end. */
  const findMarker = async (description: BrokerDescription): Promise<Marker | null> => {
    const control = description.topics.find(({ name }) => name === topics.control)?.partitions[0];
    if (control === undefined || control.endOffset <= control.startOffset) return null;
    for (let tail = markerTail; ; tail *= 8) {
      const from = Math.max(control.startOffset, control.endOffset - tail);
      const found = await lastStateIn(from, control.endOffset);
      if (found !== null || from === control.startOffset) return found;
    }
  };

  const lastStateIn = async (from: number, end: number): Promise<Marker | null> => {
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), markerTimeoutMs);
    let found: Marker | null = null;
    try {
      const start: StartPosition = { offsets: new Map([[0, from]]) };
      const stream = broker.consume({
        topics: [{ topic: topics.control, start }],
        signal: AbortSignal.any([signal, limit.signal]),
      });
      for await (const { records } of stream) {
        for (const { offset, value, timestampMs } of records) {
          const message = value === null ? null : parse(value);
          if (isReplayState(message)) found = { state: message, publishedMs: timestampMs, offset };
        }
        if ((records.at(-1)?.offset ?? -1) >= end - 1) break;
      }
    } finally {
      clearTimeout(timer);
    }
    signal.throwIfAborted();
    return found;
  };

  const goLive = (): void => {
    phase = 'live';
    state.setLive(clock());
    log.debug('Bridge has read back its window', {
      points: state.points.points(),
      run: state.tracker.run,
      segment: state.tracker.segment,
    });
  };

  const isCaughtUp = (): boolean => {
    for (const [key, target] of targets) {
      const next = partitions.get(key)?.next ?? null;
      if (target > 0 && (next === null || next < target)) return false;
    }
    return true;
  };

  const take = (batch: RecordBatch): void => {
    const role = roleOf.get(batch.topic);
    if (role === undefined) return;
    const arrivedAt = performance.now();
    const receivedAt = clock();
    lastBatchMs = receivedAt;
    const progress = progressOf(role, batch.topic, batch.partition);
    const first = batch.records[0]?.offset;
    if (batch.reset !== undefined)
      voidAfter(batch.reset, role, batch.partition, first !== progress.next, progress);
    let fresh = batch;
    if (first !== undefined && progress.next !== null && first < progress.next) {
      const records = batch.records.filter(({ offset }) => offset >= progress.next!);
      state.counters.duplicates += batch.records.length - records.length;
      fresh = { ...batch, records };
    }
    const last = fresh.records.at(-1)?.offset;
    if (last !== undefined) progress.next = last + 1;
    progress.end = batch.endOffset;
    state.ingest(role, fresh, receivedAt);
    deps.onBatch(phase === 'live' ? arrivedAt : null);
  };

  /** Contiguous reading after a lost connection voids nothing; anything else does. */
  const voidAfter = (
    reason: ResetReason,
    role: TopicRole,
    partition: number,
    isElsewhere: boolean,
    progress: PartitionProgress,
  ): void => {
    if (reason === 'topic-recreated') {
      progress.next = null;
      state.forget(role, null);
    } else if (reason === 'partitions-changed') {
      if (isElsewhere) progress.next = null;
      if (isElsewhere) state.forget(role, null);
    } else if (isElsewhere) {
      progress.next = null;
      state.forget(role, role === 'telemetry' ? partition : null);
    }
  };

  const onReset = ({
    topic,
    partition,
    reason,
  }: {
    topic: string;
    partition: number | null;
    reason: ResetReason;
  }): void => {
    resets.set(reason, (resets.get(reason) ?? 0) + 1);
    log.warn(`Bridge reads ${topic}${partition === null ? '' : `/${partition}`} anew: ${reason}`);
  };

  const follow = async (description: BrokerDescription): Promise<void> => {
    const marker = await findMarker(description);
    const sinceWindowMs = clock() - deps.windowMs;
    if (marker !== null) state.seed(marker.state, marker.publishedMs);
    const race: StartPosition = marker === null ? 'earliest' : { sinceMs: marker.state.run_started_at };
    const control: StartPosition = marker === null ? 'earliest' : { offsets: new Map([[0, marker.offset]]) };
    const startMs = Math.max(sinceWindowMs, marker?.state.run_started_at ?? 0);
    observe(description);
    targets = new Map();
    for (const [key, { role, end }] of partitions) if (role !== 'control') targets.set(key, end);
    phase = 'catching-up';
    waitingFor = null;
    let idle: NodeJS.Timeout | undefined;
    const settle = (): void => {
      // A partition whose last record is older than the start sends nothing: silence ends the wait for it.
      clearTimeout(idle);
      if (phase !== 'catching-up') return;
      if (isCaughtUp()) goLive();
      else idle = setTimeout(() => phase === 'catching-up' && goLive(), idleMs);
    };
    settle();
    try {
      const stream = broker.consume({
        topics: [
          { topic: topics.control, start: control },
          { topic: topics.timing, start: race },
          { topic: topics.alerts, start: race },
          { topic: topics.predictions, start: race },
          { topic: topics.telemetry, start: { sinceMs: startMs } },
        ],
        signal,
        onReset,
      });
      for await (const batch of stream) {
        take(batch);
        if (phase === 'catching-up') settle();
      }
    } finally {
      clearTimeout(idle);
    }
  };

  return {
    get phase() {
      return phase;
    },
    get waitingFor() {
      return waitingFor;
    },
    partitions,
    get lastBatchMs() {
      return lastBatchMs;
    },
    resets,
    observe,
    async run() {
      try {
        while (!signal.aborted) {
          try {
            await follow(await awaitTopics());
          } catch (error) {
            if (signal.aborted) break;
            // The seam survives outages by itself; what arrives here ended its stream, so all is read again.
            wait(`reading ended: ${messageOf(error)}`);
            onReset({ topic: 'all topics', partition: null, reason: 'connection' });
          }
          if (signal.aborted) break;
          phase = 'waiting';
          partitions.clear();
          state.forgetAll();
          await delay(retryMs, undefined, { signal });
        }
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        phase = 'closed';
      }
    },
  };
}

const decoder = new TextDecoder();

function parse(value: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(value));
  } catch {
    return null; // counted when the record is read for good
  }
}
