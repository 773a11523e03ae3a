import { setTimeout as delay } from 'node:timers/promises';
import { initProducerIdV4 } from '@platformatic/kafka';
import type { Connection } from '@platformatic/kafka';
import type { ProduceBatch, ProduceRecord, ProduceResult } from '../../domain/broker.ts';
import { F1Error, messageOf } from '../../domain/errors.ts';
import type { Log } from '../../domain/log.ts';
import { closedError, unknownTopicError } from '../errors.ts';
import { recordOverheadBytes } from '../validate-batch.ts';
import type { Cluster } from './cluster.ts';
import { isKafkaError, translateError } from './kafka-error.ts';
import type { KafkaLink } from './link.ts';
import type { ProduceRequests } from './produce-request.ts';
import { RecordWriter } from './record-writer.ts';

export interface LaneOptions {
  readonly topic: string;
  readonly partition: number;
  readonly link: KafkaLink;
  readonly cluster: Cluster;
  readonly requests: ProduceRequests;
  readonly deliveryTimeoutMs: number;
  readonly signal: AbortSignal;
  readonly log: Log;
  /** Told when the lane begins or ends to wait for the broker, and at every further failed attempt. */
  readonly onState: () => void;
}

/** Largest Produce request, bytes of records: below the 1 MiB that a broker takes by default. */
const chunkBytes = 900 * 1024;
const chunkRecords = 5_000;
const retryDelayMs = 100;
const maxRetryDelayMs = 250;
/** How long a topic that was never seen may be missing: what a new one needs to spread through the cluster. */
const newTopicPatienceMs = 1_000;
const reportEveryMs = 5_000;

const recordErrors = ['MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE', 'INVALID_RECORD', 'INVALID_TIMESTAMP'];
const producerErrors = [
  'OUT_OF_ORDER_SEQUENCE_NUMBER',
  'UNKNOWN_PRODUCER_ID',
  'INVALID_PRODUCER_ID_MAPPING',
  'INVALID_PRODUCER_EPOCH',
];

interface Identity {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  sequence: number;
}

interface Job {
  readonly batch: ProduceBatch;
  readonly timestampMs: number;
  readonly deadlineMs: number;
  readonly done: PromiseWithResolvers<ProduceResult>;
}

interface Delivery {
  baseOffset: number | null;
  /** Index after the last record that was decided on. */
  decided: number;
  readonly refused: { index: number; reason: string }[];
}

/**
 * The one way into a partition: batches leave in call order, one request in flight, each with an idempotent sequence
 * number that survives retries, so a lost acknowledgement neither doubles nor reorders a record.
 */
export class ProduceLane {
  readonly #options: LaneOptions;
  readonly #queue: Job[] = [];
  readonly #writer = new RecordWriter();
  #identity: Identity | null = null;
  #isRunning = false;
  #running: Promise<void> = Promise.resolve();
  #wasStored = false;
  #blockedSinceMs: number | null = null;
  #reportedMs = 0;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  /** How long the lane has been waiting for the broker, ms; 0 when it is not. */
  get blockedMs(): number {
    return this.#blockedSinceMs === null ? 0 : performance.now() - this.#blockedSinceMs;
  }

  /** Resolves when every batch handed over so far has its result. */
  async drained(): Promise<void> {
    await this.#running;
  }

  produce(batch: ProduceBatch): Promise<ProduceResult> {
    const done = Promise.withResolvers<ProduceResult>();
    const deadlineMs = performance.now() + this.#options.deliveryTimeoutMs;
    this.#queue.push({ batch, timestampMs: batch.timestampMs ?? Date.now(), deadlineMs, done });
    if (!this.#isRunning) {
      this.#isRunning = true;
      this.#running = this.#run();
    }
    return done.promise;
  }

  async #run(): Promise<void> {
    for (let job = this.#queue.shift(); job !== undefined; job = this.#queue.shift()) {
      const delivery: Delivery = { baseOffset: null, decided: 0, refused: [] };
      try {
        for (const [from, to] of chunksOf(job.batch.records)) await this.#deliver(job, from, to, delivery);
        job.done.resolve({ baseOffset: delivery.baseOffset, refused: delivery.refused });
      } catch (error) {
        this.#settleFailure(job, delivery, error);
      }
    }
    this.#isRunning = false;
  }

  /** What was stored before a failure is never reported as not stored: then the rest is listed as refused. */
  #settleFailure(job: Job, delivery: Delivery, error: unknown): void {
    this.#identity = null;
    if (delivery.baseOffset === null) {
      job.done.reject(error);
      return;
    }
    for (let index = delivery.decided; index < job.batch.records.length; index++) {
      delivery.refused.push({ index, reason: messageOf(error) });
    }
    job.done.resolve({ baseOffset: delivery.baseOffset, refused: delivery.refused });
  }

  /** Stores records `from` to `to` (exclusive); splits until a record that the broker refuses is alone. */
  async #deliver(job: Job, from: number, to: number, delivery: Delivery): Promise<void> {
    try {
      const offset = await this.#send(job, from, to);
      delivery.baseOffset ??= offset;
      delivery.decided = to;
    } catch (error) {
      if (!isKafkaError(error, ...recordErrors)) throw error;
      const sharesReason = isKafkaError(error, 'INVALID_TIMESTAMP');
      if (to - from === 1 || sharesReason) {
        const reason = refusalOf(error, job, this.#options.topic);
        for (let index = from; index < to; index++) delivery.refused.push({ index, reason });
        delivery.decided = to;
        return;
      }
      const middle = (from + to) >> 1;
      await this.#deliver(job, from, middle, delivery);
      await this.#deliver(job, middle, to, delivery);
    }
  }

  /** Sends one chunk until it is acknowledged, refused or its time is up; an attempt under way is always waited for. */
  async #send(job: Job, from: number, to: number): Promise<number> {
    const { signal } = this.#options;
    let waitMs = retryDelayMs;
    let lastError: unknown = null;
    for (;;) {
      if (signal.aborted) throw closedError('Producing');
      if (lastError !== null && performance.now() >= job.deadlineMs) throw this.#timeoutError(job, lastError);
      try {
        const offset = await this.#attempt(job, from, to);
        this.#recovered();
        return offset;
      } catch (error) {
        if (signal.aborted) throw closedError('Producing');
        if (isKafkaError(error, ...recordErrors)) {
          this.#recovered();
          throw error;
        }
        lastError = error;
        this.#failed(error);
      }
      await delay(waitMs, undefined, { signal }).catch(() => undefined);
      waitMs = Math.min(maxRetryDelayMs, waitMs * 1.5);
    }
  }

  async #attempt(job: Job, from: number, to: number): Promise<number> {
    const { topic, partition } = this.#options;
    try {
      const connection = await this.#leader();
      const identity = await this.#identify(connection);
      const { records, headers } = job.batch;
      const bytes = this.#writer.write(records, from, to, headers, job.timestampMs, identity);
      const offset = await this.#options.requests.send(connection, topic, partition, bytes);
      identity.sequence = (identity.sequence + to - from) % 2_147_483_648;
      this.#wasStored = true;
      return offset;
    } catch (error) {
      if (isKafkaError(error, ...producerErrors)) this.#identity = null;
      else if (isKafkaError(error, ...recordErrors)) throw error;
      const known = translateError(error, `Writing to '${topic}' partition ${partition} failed`);
      if (known.code === 'F1_KAFKA_SECURITY') throw new FatalError(known);
      throw error;
    }
  }

  async #leader(): Promise<Connection> {
    const { cluster, link, topic, partition } = this.#options;
    const isRetry = this.#blockedSinceMs !== null;
    const view = isRetry ? await cluster.refresh(topic) : await cluster.topic(topic);
    const leader = view?.leaders[partition];
    if (leader === undefined) {
      const error = unknownTopicError(topic, partition, view?.leaders.length ?? 0);
      if (!this.#wasStored && this.blockedMs > newTopicPatienceMs) throw new FatalError(error);
      throw error;
    }
    return link.node(leader);
  }

  async #identify(connection: Connection): Promise<Identity> {
    if (this.#identity !== null) return this.#identity;
    const { producerId, producerEpoch } = await initProducerIdV4.api.async(connection, null, 60_000, -1n, -1);
    this.#identity = { producerId, producerEpoch, sequence: 0 };
    return this.#identity;
  }

  #failed(error: unknown): void {
    if (error instanceof FatalError) {
      this.#blockedSinceMs = null;
      throw error.error;
    }
    const { log, topic, partition } = this.#options;
    const now = performance.now();
    if (this.#blockedSinceMs === null) {
      this.#blockedSinceMs = now;
      this.#reportedMs = now - reportEveryMs + 1_000;
    } else if (now - this.#reportedMs >= reportEveryMs) {
      this.#reportedMs = now;
      const seconds = Math.round(this.blockedMs / 1_000);
      const reason = translateError(error, `writing to '${topic}' partition ${partition}`).message;
      log.warn(`Kafka has not taken records for ${seconds} s, trying again: ${reason}`);
    }
    this.#options.onState();
  }

  #recovered(): void {
    if (this.#blockedSinceMs === null) return;
    const seconds = this.blockedMs / 1_000;
    this.#blockedSinceMs = null;
    const { log, topic, partition, onState } = this.#options;
    if (seconds >= 1)
      log.info(
        `Kafka takes records of '${topic}' partition ${partition} again after ${seconds.toFixed(1)} s`,
      );
    onState();
  }

  #timeoutError(job: Job, cause: unknown): F1Error {
    const { topic, partition, deliveryTimeoutMs } = this.#options;
    this.#blockedSinceMs = null;
    const what = `${job.batch.records.length} records for '${topic}' partition ${partition}`;
    const reason = translateError(cause, 'the last attempt failed').message;
    return new F1Error(
      'F1_KAFKA_DELIVERY_TIMEOUT',
      `Kafka did not acknowledge ${what} within ${deliveryTimeoutMs / 1_000} s, they are lost: ${reason}`,
      { hint: 'Bring the broker back, or raise kafka.delivery_timeout_ms', cause },
    );
  }
}

/** Ends the attempts of a chunk at once. */
class FatalError extends Error {
  readonly error: F1Error;

  constructor(error: F1Error) {
    super(error.message);
    this.error = error;
  }
}

function* chunksOf(records: readonly ProduceRecord[]): Generator<[from: number, to: number]> {
  let from = 0;
  let bytes = 0;
  for (let index = 0; index < records.length; index++) {
    const { key, value } = records[index]!;
    const size = (key?.length ?? 0) + value.length + recordOverheadBytes;
    if (index > from && (bytes + size > chunkBytes || index - from >= chunkRecords)) {
      yield [from, index];
      from = index;
      bytes = 0;
    }
    bytes += size;
  }
  if (from < records.length) yield [from, records.length];
}

function refusalOf(error: unknown, { batch, timestampMs }: Job, topic: string): string {
  if (isKafkaError(error, 'INVALID_TIMESTAMP')) {
    const stamp = new Date(timestampMs).toISOString();
    return (
      `The broker refuses the stamp ${stamp}: it is too far from the broker's clock. ` +
      `Set the clock of this machine, or message.timestamp.after.max.ms of topic '${topic}' to 9223372036854775807`
    );
  }
  if (isKafkaError(error, 'MESSAGE_TOO_LARGE', 'RECORD_LIST_TOO_LARGE')) {
    return `The record is too large for the broker (message.max.bytes of the broker, max.message.bytes of '${batch.topic}')`;
  }
  return translateError(error, 'The broker refuses the record').message;
}
