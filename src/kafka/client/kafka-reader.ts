import type { ConsumeRequest, RecordBatch } from '../../domain/broker.ts';
import { F1Error } from '../../domain/errors.ts';
import type { Log } from '../../domain/log.ts';
import type { Cursor } from './cursor.ts';
import { fetchMaxBytes, fetchRecords } from './fetch-request.ts';
import type { FetchedPartition, FetchTopic, FetchWait } from './fetch-request.ts';
import { deniedTopicError, translateError } from './kafka-error.ts';
import type { KafkaLink } from './link.ts';
import { partitionKey } from './list-offsets.ts';
import { RecordReader } from './record-reader.ts';
import { Bell } from './signal-bell.ts';
import { everyPartition, TopicWatch } from './topic-watch.ts';
import type { Assignment } from './topic-watch.ts';

export interface ReaderOptions {
  readonly createLink: () => KafkaLink;
  readonly request: ConsumeRequest;
  readonly assignment?: Assignment;
  readonly log: Log;
  /** Told when a fetch was answered, and with the error when the connection was lost. */
  readonly onFetch: (error: F1Error | null) => void;
  /** Told how many damaged record batches were passed over. */
  readonly onDamage: (batches: number) => void;
}

interface Queued {
  readonly cursor: Cursor;
  readonly generation: number;
  readonly bytes: number;
  readonly batch: RecordBatch;
}

const watchEveryMs = 5_000;
const lookAgainMs = 250;
const suspectLookMs = 1_000;
const smallFetchBytes = 65_536;
/** After an empty answer: the first byte is worth an answer. */
const idleWait: FetchWait = { minBytes: 1, maxWaitMs: 500 };
/**
 * After a small answer records trickle in: the broker gathers them for a moment, which bounds the cost of reading. A
 * pause on this side would cost a second wake-up for each fetch.
 */
const trickleWait: FetchWait = { minBytes: smallFetchBytes, maxWaitMs: 4 };
/** Least time of a fetch that was answered with errors: the look at the topics that follows needs time. */
const errorPaceMs = 100;
const firstBackoffMs = 100;
const maxBackoffMs = 1_000;
const reportEveryMs = 5_000;
const offsetOutOfRange = 1;
const topicAuthorizationFailed = 29;

/**
 * Reads partitions by fetch requests with explicit offsets. It keeps its offsets through lost connections (back-off,
 * for ever), so nothing is read twice and nothing is left out; `TopicWatch` keeps it on what exists.
 */
export class KafkaReader {
  readonly #options: ReaderOptions;
  readonly #watch: TopicWatch;
  readonly #records = new RecordReader();
  readonly #queue: Queued[] = [];
  #queuedBytes = 0;
  readonly #arrived = new Bell();
  readonly #work = new Bell();
  readonly #fetching = new Map<number, number>();
  readonly #waits = new Map<number, FetchWait>();
  #turn = 0;
  #link: KafkaLink | null = null;
  #failure: unknown = null;
  #fatal: F1Error | null = null;
  #nextLookMs = 0;
  #outOfRange = new Set<Cursor>();
  #isStopped = false;
  #hasRun = false;

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#watch = new TopicWatch(options.request, options.assignment ?? everyPartition, options.log);
  }

  /** Looks at topics and assignment again now. */
  look(): void {
    this.#nextLookMs = 0;
    this.#work.ring();
  }

  /** Ends reading: the iteration returns. */
  stop(): void {
    this.#isStopped = true;
    this.#link?.close();
    this.#work.ring();
    this.#arrived.ring();
  }

  /** Batches until `stop`; throws F1_KAFKA_SECURITY when the broker denies reading. */
  async *batches(): AsyncGenerator<RecordBatch, void, undefined> {
    while (!this.#isStopped) {
      const next = this.#queue.shift();
      if (next !== undefined) {
        this.#queuedBytes -= next.bytes;
        if (this.#queuedBytes < fetchMaxBytes) this.#work.ring();
        if (next.generation === next.cursor.generation) yield next.batch;
      } else if (this.#fatal !== null) throw this.#fatal;
      else await this.#arrived.wait();
    }
  }

  /** The reading itself, until `stop` or a fatal error; never rejects. */
  async run(): Promise<void> {
    if (this.#hasRun) return;
    this.#hasRun = true;
    const { log, onFetch, request } = this.#options;
    let backoffMs = firstBackoffMs;
    let lostMs: number | null = null;
    let reportedMs = 0;
    while (!this.#isStopped && this.#fatal === null) {
      const link = this.#options.createLink();
      this.#link = link;
      this.#failure = null;
      try {
        await this.#look(link);
        if (lostMs !== null) {
          log.info(`Reading from Kafka goes on after ${((performance.now() - lostMs) / 1_000).toFixed(1)} s`);
          for (const { topic } of request.topics)
            request.onReset?.({ topic, partition: null, reason: 'connection' });
          lostMs = null;
        }
        backoffMs = firstBackoffMs;
        await this.#pump(link);
      } catch (error) {
        link.close();
        if (this.#isStopped) break;
        const known = translateError(error, 'Reading from Kafka failed');
        onFetch(known);
        if (known.code === 'F1_KAFKA_SECURITY') this.#fatal = known;
        const now = performance.now();
        lostMs ??= now;
        if (now - reportedMs > reportEveryMs) {
          reportedMs = now;
          log.warn(`${known.message}; trying again until the broker is back`);
        }
        if (this.#fatal === null) await this.#pause(backoffMs);
        backoffMs = Math.min(maxBackoffMs, backoffMs * 2);
      }
    }
    this.#link?.close();
    this.#arrived.ring();
  }

  async #pause(ms: number): Promise<void> {
    const end = performance.now() + ms;
    while (!this.#isStopped && performance.now() < end)
      await this.#work.wait(Math.max(1, end - performance.now()));
  }

  async #pump(link: KafkaLink): Promise<void> {
    while (!this.#isStopped) {
      if (this.#failure !== null) throw this.#failure;
      if (performance.now() >= this.#nextLookMs) await this.#look(link);
      if (this.#queuedBytes < fetchMaxBytes) this.#startFetches(link);
      await this.#work.wait(Math.max(1, this.#nextLookMs - performance.now()));
    }
  }

  async #look(link: KafkaLink): Promise<void> {
    this.#nextLookMs = performance.now() + watchEveryMs;
    const lost = [...this.#outOfRange];
    this.#outOfRange.clear();
    for (const cursor of lost) await this.#watch.restart(link, cursor);
    const isComplete = await this.#watch.check(link);
    if (!isComplete) this.#nextLookMs = Math.min(this.#nextLookMs, performance.now() + lookAgainMs);
    if (this.#queue.length > 0) return;
    const stalled = await this.#watch.stalled(link);
    if (this.#watch.hasSuspects)
      this.#nextLookMs = Math.min(this.#nextLookMs, performance.now() + suspectLookMs);
    if (stalled === null) return;
    const { topic, partition } = stalled;
    stalled.arrivedMs = performance.now();
    this.#options.request.onReset?.({ topic, partition, reason: 'stalled' });
    throw new Error(`nothing of '${topic}' partition ${partition} arrived for 5 s although it grew`);
  }

  #startFetches(link: KafkaLink): void {
    const byNode = new Map<number, Cursor[]>();
    for (const cursor of this.#watch.cursors.values()) {
      if (cursor.leader < 0) this.#lookSoon();
      else if (byNode.has(cursor.leader)) byNode.get(cursor.leader)!.push(cursor);
      else byNode.set(cursor.leader, [cursor]);
    }
    for (const [node, cursors] of byNode) {
      if (this.#fetching.has(node)) continue;
      this.#fetching.set(node, performance.now());
      this.#fetch(link, node, cursors)
        .catch((error: unknown) => {
          if (link === this.#link) this.#failure = error;
        })
        .finally(() => {
          this.#fetching.delete(node);
          this.#work.ring();
        });
    }
  }

  async #fetch(link: KafkaLink, node: number, cursors: readonly Cursor[]): Promise<void> {
    const startMs = performance.now();
    const asked = new Map(
      cursors.map((cursor) => [idKey(cursor.topicId, cursor.partition), cursor] as const),
    );
    const positions = new Map(cursors.map((cursor) => [cursor, cursor.position]));
    const connection = await link.node(node);
    this.#turn += 1;
    const answer = await fetchRecords(
      connection,
      topicsOf(rotate(cursors, this.#turn)),
      this.#waits.get(node) ?? idleWait,
    );
    if (this.#isStopped || link !== this.#link) return;
    this.#options.onFetch(null);
    if (answer.errorCode !== 0) throw new Error(`the fetch was refused with error ${answer.errorCode}`);
    let bytes = 0;
    let hasErrors = false;
    for (const part of answer.partitions) {
      if (part.errorCode !== 0) hasErrors = true;
      const cursor = asked.get(idKey(part.topicId, part.partition));
      if (cursor === undefined || cursor.position !== positions.get(cursor)) continue;
      bytes += part.bytes.length;
      this.#accept(cursor, part);
    }
    this.#waits.set(node, bytes > 0 && bytes < smallFetchBytes ? trickleWait : idleWait);
    const restMs = errorPaceMs - (performance.now() - startMs);
    if (hasErrors && restMs > 0) await new Promise((resolve) => setTimeout(resolve, restMs));
  }

  #accept(cursor: Cursor, part: FetchedPartition): void {
    const { topic, partition } = cursor;
    if (part.errorCode === topicAuthorizationFailed) throw deniedTopicError(topic);
    if (part.errorCode !== 0) {
      if (part.errorCode === offsetOutOfRange) this.#outOfRange.add(cursor);
      this.#lookSoon();
      return;
    }
    cursor.endOffset = part.highWatermark;
    if (part.bytes.length === 0) return;
    const { records, nextOffset, damaged } = this.#records.read(part.bytes, cursor.position);
    if (damaged > 0) {
      this.#options.onDamage(damaged);
      this.#options.log.error(
        `${damaged} damaged record batches of '${topic}' partition ${partition} were passed over`,
        {
          from: cursor.position,
          to: nextOffset,
        },
      );
    }
    if (nextOffset === cursor.position) return;
    cursor.position = nextOffset;
    cursor.arrivedMs = performance.now();
    if (records.length === 0) return;
    const batch = { topic, partition, records, endOffset: cursor.endOffset };
    const { reset, generation } = cursor;
    cursor.reset = null;
    const bytes = part.bytes.length;
    this.#queuedBytes += bytes;
    this.#queue.push({ cursor, generation, bytes, batch: reset === null ? batch : { ...batch, reset } });
    this.#arrived.ring();
  }

  #lookSoon(): void {
    this.#nextLookMs = Math.min(this.#nextLookMs, performance.now() + lookAgainMs);
  }
}

function idKey(topicId: string, partition: number): string {
  return partitionKey(topicId, partition);
}

/** Another partition first each time: a broker fills the answer in this order, and a full one must not starve the rest. */
function rotate(cursors: readonly Cursor[], turn: number): Cursor[] {
  const first = turn % cursors.length;
  return [...cursors.slice(first), ...cursors.slice(0, first)];
}

function topicsOf(cursors: readonly Cursor[]): FetchTopic[] {
  return [...Map.groupBy(cursors, ({ topicId }) => topicId)].map(([topicId, some]) => ({
    topicId,
    partitions: some.map(({ partition, position }) => ({ partition, offset: position })),
  }));
}
