import type { ConsumeRequest, ResetReason, StartPosition } from '../../domain/broker.ts';
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

/** What a topic was when it was seen last, and how its partitions are to begin. */
interface KnownTopic {
  readonly id: string;
  /** Partitions at the first look; those that came later begin at `lateStart`. */
  readonly firstPartitions: number;
  readonly start: StartPosition;
  readonly lateStart: StartPosition;
  partitions: number;
  /** Partitions whose next first batch says that what was read before is void. */
  readonly void: Set<number>;
}

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
  readonly #known = new Map<string, KnownTopic>();
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
    this.#forget(name);
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
    const wanted = this.#assignment.partitionsOf(topic);
    if (wanted === null) return true;
    const known = this.#recognise(topic);
    for (const [key, cursor] of this.cursors) {
      if (cursor.topic !== topic.name) continue;
      if (wanted.includes(cursor.partition)) cursor.leader = topic.leaders[cursor.partition] ?? -1;
      else {
        cursor.generation += 1;
        this.cursors.delete(key);
      }
    }
    const missing = wanted.filter((partition) => !this.cursors.has(partitionKey(topic.name, partition)));
    for (const isLate of [false, true]) {
      const some = missing.filter((partition) => partition >= known.firstPartitions === isLate);
      if (some.length > 0) await this.#add(link, topic, some, isLate ? known.lateStart : known.start);
    }
    const isSettled = wanted.every((partition) => this.cursors.has(partitionKey(topic.name, partition)));
    if (isSettled) this.#absentSince.delete(topic.name);
    return isSettled;
  }

  /** Remembers a topic at first sight; forgets the cursors of an earlier one of the same name. */
  #recognise(topic: TopicView): KnownTopic {
    const known = this.#known.get(topic.name);
    const partitions = topic.leaders.length;
    if (known !== undefined && known.id === topic.id) {
      if (known.partitions < partitions) this.#tell(topic.name, 'partitions-changed');
      known.partitions = partitions;
      return known;
    }
    const asked = this.#request.topics.find((one) => one.topic === topic.name)?.start ?? 'earliest';
    const isRelative = asked === 'latest' || (typeof asked === 'object' && 'tail' in asked);
    const lateStart = isRelative && this.#request.group === undefined ? 'earliest' : asked;
    const isRecreated = known !== undefined;
    const first: KnownTopic = {
      id: topic.id,
      firstPartitions: partitions,
      start: isRecreated ? 'earliest' : this.#isFirstLook ? asked : lateStart,
      lateStart: isRecreated ? 'earliest' : lateStart,
      partitions,
      void: new Set(isRecreated ? topic.leaders.keys() : []),
    };
    this.#known.set(topic.name, first);
    if (isRecreated) {
      this.#forget(topic.name);
      this.#tell(topic.name, 'topic-recreated');
    }
    return first;
  }

  async #add(
    link: KafkaLink,
    topic: TopicView,
    partitions: readonly number[],
    start: StartPosition,
  ): Promise<void> {
    const committed = await this.#assignment.committed(topic.name, partitions);
    const offsets = await startOffsets(link, topic, partitions, start);
    const voids = this.#known.get(topic.name)?.void;
    for (const partition of partitions) {
      const position = committed.get(partition) ?? offsets.get(partition);
      if (position === undefined) continue;
      const leader = topic.leaders[partition] ?? -1;
      const reset = voids?.delete(partition) === true ? 'topic-recreated' : null;
      const cursor = createCursor(topic.name, topic.id, partition, leader, position, reset);
      this.cursors.set(partitionKey(topic.name, partition), cursor);
    }
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
