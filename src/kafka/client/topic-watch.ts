import type { ConsumeRequest, ResetReason } from '../../domain/broker.ts';
import type { Log } from '../../domain/log.ts';
import { createCursor } from './cursor.ts';
import type { Cursor } from './cursor.ts';
import type { KafkaLink, TopicView } from './link.ts';
import { latestTime, listOffsets, partitionKey } from './list-offsets.ts';
import { startOffsets } from './start-offsets.ts';

/** Which partitions a reader is to read, and where those begin that it has not read yet. */
export interface Assignment {
  /** Partitions of a topic, or null while that is not decided. */
  partitionsOf(topic: TopicView): readonly number[] | null;
  /** Committed offsets by partition; partitions without one are absent. */
  committed(topic: string, partitions: readonly number[]): Promise<ReadonlyMap<number, number>>;
  /** Told which topics exist with how many partitions, at every check. */
  seen(topics: ReadonlyMap<string, TopicView>): void;
}

/** Every partition, no committed offsets: a reader that belongs to no group. */
export const everyPartition: Assignment = {
  partitionsOf: (topic) => topic.leaders.map((_, partition) => partition),
  committed: async () => new Map(),
  seen: () => {},
};

const waitReportMs = 5_000;
const stalledAfterMs = 5_000;

/**
 * Keeps a reader's cursors equal to what the broker has: new topics and partitions join, a topic that was deleted and
 * created again starts anew, leaders follow, silence while the end moves is noticed.
 */
export class TopicWatch {
  readonly cursors = new Map<string, Cursor>();
  readonly #request: ConsumeRequest;
  readonly #assignment: Assignment;
  readonly #log: Log;
  /** Topics seen before; those that appear after the first look are read from their beginning. */
  readonly #ids = new Map<string, { id: string; partitions: number }>();
  #isFirstLook = true;
  /** Cursors with records ahead that had not arrived, and where they stood. */
  #suspects = new Map<Cursor, number>();
  readonly #absentSince = new Map<string, { sinceMs: number; reportedMs: number }>();

  constructor(request: ConsumeRequest, assignment: Assignment, log: Log) {
    this.#request = request;
    this.#assignment = assignment;
    this.#log = log;
  }

  /** Looks at the broker's topics once; false when something is not there yet and another look is due soon. */
  async check(link: KafkaLink): Promise<boolean> {
    const names = this.#request.topics.map(({ topic }) => topic);
    const { topics } = await link.metadata(names);
    this.#assignment.seen(topics);
    let isComplete = true;
    for (const name of names) {
      const topic = topics.get(name);
      if (topic === undefined) this.#absent(name);
      const isSettled = topic !== undefined && (await this.#follow(link, topic));
      if (!isSettled) isComplete = false;
    }
    this.#isFirstLook = false;
    return isComplete;
  }

  #absent(name: string): void {
    for (const [key, cursor] of this.cursors) {
      if (cursor.topic !== name) continue;
      cursor.generation += 1;
      this.cursors.delete(key);
    }
    const now = performance.now();
    const absent = this.#absentSince.get(name);
    if (absent === undefined) {
      this.#absentSince.set(name, { sinceMs: now, reportedMs: now });
      this.#log.warn(`Kafka has no topic '${name}' yet, waiting for it (slipstream topics create)`);
    } else if (now - absent.reportedMs >= waitReportMs) {
      absent.reportedMs = now;
      const seconds = Math.round((now - absent.sinceMs) / 1_000);
      this.#log.warn(
        `Kafka has no topic '${name}' since ${seconds} s, waiting for it (slipstream topics create)`,
      );
    }
  }

  async #follow(link: KafkaLink, topic: TopicView): Promise<boolean> {
    const known = this.#ids.get(topic.name);
    const isRecreated = known !== undefined && known.id !== topic.id;
    const hasGrown = known !== undefined && !isRecreated && known.partitions < topic.leaders.length;
    const wanted = this.#assignment.partitionsOf(topic);
    if (wanted === null) return true;
    if (isRecreated) {
      this.#forget(topic.name);
      this.#tell(topic.name, 'topic-recreated');
    }
    if (hasGrown) this.#tell(topic.name, 'partitions-changed');
    for (const [key, cursor] of this.cursors) {
      if (cursor.topic !== topic.name) continue;
      if (wanted.includes(cursor.partition)) cursor.leader = topic.leaders[cursor.partition] ?? -1;
      else {
        cursor.generation += 1;
        this.cursors.delete(key);
      }
    }
    const missing = wanted.filter((partition) => !this.cursors.has(partitionKey(topic.name, partition)));
    const isLate = known !== undefined || !this.#isFirstLook;
    const added = missing.length === 0 || (await this.#add(link, topic, missing, isLate, isRecreated));
    if (added) {
      this.#absentSince.delete(topic.name);
      this.#ids.set(topic.name, { id: topic.id, partitions: topic.leaders.length });
    }
    return added;
  }

  async #add(
    link: KafkaLink,
    topic: TopicView,
    partitions: readonly number[],
    isLate: boolean,
    isRecreated: boolean,
  ): Promise<boolean> {
    const wanted = this.#request.topics.find((one) => one.topic === topic.name)?.start ?? 'earliest';
    const isRelative = wanted === 'latest' || (typeof wanted === 'object' && 'tail' in wanted);
    const start =
      isRecreated || (isLate && isRelative && this.#request.group === undefined) ? 'earliest' : wanted;
    const committed = await this.#assignment.committed(topic.name, partitions);
    const offsets = await startOffsets(link, topic, partitions, start);
    for (const partition of partitions) {
      const position = committed.get(partition) ?? offsets.get(partition);
      if (position === undefined) continue;
      const leader = topic.leaders[partition] ?? -1;
      const reset = isRecreated ? 'topic-recreated' : null;
      const cursor = createCursor(topic.name, topic.id, partition, leader, position, reset);
      this.cursors.set(partitionKey(topic.name, partition), cursor);
    }
    return partitions.every((partition) => this.cursors.has(partitionKey(topic.name, partition)));
  }

  #forget(topic: string): void {
    for (const [key, cursor] of this.cursors) {
      if (cursor.topic !== topic) continue;
      cursor.generation += 1;
      this.cursors.delete(key);
    }
  }

  /** Puts a cursor whose offset the broker does not have to the first one that it has. */
  async restart(link: KafkaLink, cursor: Cursor): Promise<void> {
    const { topics } = await link.metadata([cursor.topic]);
    const topic = topics.get(cursor.topic);
    if (topic === undefined || topic.id !== cursor.topicId) return;
    const offsets = await startOffsets(link, topic, [cursor.partition], 'earliest');
    const position = offsets.get(cursor.partition);
    if (position === undefined) return;
    this.#log.warn(
      `Kafka no longer has offset ${cursor.position} of '${cursor.topic}' partition ${cursor.partition}, reading from ${position}`,
    );
    cursor.position = position;
    cursor.reset = 'offset-out-of-range';
    cursor.generation += 1;
    this.#request.onReset?.({
      topic: cursor.topic,
      partition: cursor.partition,
      reason: 'offset-out-of-range',
    });
  }

  /**
   * A cursor whose partition has records that did not arrive, seen so at two looks in a row after 5 s of silence, or
   * null. One request per node, only after silence.
   */
  async stalled(link: KafkaLink): Promise<Cursor | null> {
    const now = performance.now();
    const silent = [...this.cursors.values()].filter(({ arrivedMs }) => now - arrivedMs > stalledAfterMs);
    const suspects = this.#suspects;
    this.#suspects = new Map();
    if (silent.length === 0) return null;
    const questions = silent.map(({ topic, topicId, leader, partition }) => {
      const leaders: number[] = [];
      leaders[partition] = leader;
      return { topic: { name: topic, id: topicId, leaders }, partition, time: latestTime };
    });
    const ends = await listOffsets(link, questions);
    for (const cursor of silent) {
      const end = ends.get(partitionKey(cursor.topic, cursor.partition));
      if (end === undefined || end <= cursor.position) continue;
      if (suspects.get(cursor) === cursor.position) return cursor;
      this.#suspects.set(cursor, cursor.position);
    }
    return null;
  }

  get hasSuspects(): boolean {
    return this.#suspects.size > 0;
  }

  #tell(topic: string, reason: ResetReason): void {
    this.#log.warn(`Kafka topic '${topic}' changed (${reason}), the reader follows`);
    this.#request.onReset?.({ topic, partition: null, reason });
  }
}
