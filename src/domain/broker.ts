import type { TopicSpec } from './topics.ts';

/** Record headers as text. Records of one batch with equal headers may share one object. */
export type RecordHeaders = Readonly<Record<string, string>>;

/** A record as read from a partition. */
export interface BrokerRecord {
  readonly offset: number;
  /** Publication time, epoch ms. */
  readonly timestampMs: number;
  /** Null for a record without a key. */
  readonly key: Uint8Array | null;
  /** Null for a tombstone. The bytes are valid until the consumer asks for the next batch. */
  readonly value: Uint8Array | null;
  readonly headers: RecordHeaders;
}

/** Records of one partition in offset order. */
export interface RecordBatch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly BrokerRecord[];
  /** Offset of the next record the broker will write (the end at the time of the fetch): lag = endOffset − last offset − 1. */
  readonly endOffset: number;
  /** Set on the first batch after the partition had to be read anew; what was kept from it before is void. */
  readonly reset?: ResetReason;
}

export type ResetReason =
  | 'topic-recreated'
  | 'partitions-changed'
  | 'stalled'
  | 'offset-out-of-range'
  | 'connection';

export interface ProduceRecord {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array;
}

/** Records for one partition, stored in this order. */
export interface ProduceBatch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly ProduceRecord[];
  /** Headers of every record of the batch. */
  readonly headers: RecordHeaders;
  /** Publication time of all records, epoch ms; the time of the call when absent. */
  readonly timestampMs?: number;
}

/** What became of a batch. */
export interface ProduceResult {
  /** Offset of the first record stored; the others follow (records set aside excepted); null when none was. */
  readonly baseOffset: number | null;
  /** Records refused for a reason of their own (too large, bad stamp), with index in the batch; the rest is stored. */
  readonly refused: readonly { readonly index: number; readonly reason: string }[];
}

/**
 * Where reading of a topic starts: first or next offset, the last `tail` records of each partition, the first record
 * published at or after `sinceMs`, or explicit offsets by partition (partitions not listed start at the earliest).
 */
export type StartPosition =
  | 'earliest'
  | 'latest'
  | { readonly tail: number }
  | { readonly sinceMs: number }
  | { readonly offsets: ReadonlyMap<number, number> };

/** What to read, from where and for whom. */
export interface ConsumeRequest {
  readonly topics: readonly { readonly topic: string; readonly start: StartPosition }[];
  /**
   * With a group: partitions are shared with the group's members and reading starts at the committed offset (at
   * `start` where there is none). Without: this consumer reads every partition and belongs to no shared group.
   */
  readonly group?: string;
  readonly signal: AbortSignal;
  /** Told about stream rebuilds, for counters and one log line. */
  readonly onReset?: (reset: { topic: string; partition: number | null; reason: ResetReason }) => void;
}

/** First offset of a partition and the one that the next record gets. */
export interface PartitionOffsets {
  readonly partition: number;
  readonly startOffset: number;
  readonly endOffset: number;
}

/** A topic as the broker has it. */
export interface TopicDescription {
  readonly name: string;
  /** Changes when the topic is deleted and created again. */
  readonly id: string;
  readonly partitions: readonly PartitionOffsets[];
}

/** How far a consumer group has read. */
export interface GroupDescription {
  readonly group: string;
  /** Committed offset per topic and partition; null where nothing was committed. */
  readonly offsets: readonly { topic: string; partition: number; committed: number | null; lag: number }[];
}

/** What the broker said of itself, its topics and the groups asked for. */
export interface BrokerDescription {
  readonly clusterId: string | null;
  /** Nodes of the cluster; 1 where the broker is this process. */
  readonly nodes: number;
  readonly topics: readonly TopicDescription[];
  readonly groups: readonly GroupDescription[];
}

/** What `createTopics` did about one topic: made, found, or found with another partition count. */
export interface TopicReport {
  readonly topic: string;
  readonly status: 'created' | 'exists' | 'mismatch';
  readonly partitions: number;
  readonly wantedPartitions: number;
}

/**
 * The one seam between the pipeline and a broker. Implementations: Apache Kafka, the embedded log, and the embedded
 * log as seen from a worker thread. All pass one conformance suite.
 */
export interface Broker {
  readonly kind: 'kafka' | 'embedded';
  /** For people: 'localhost:9092' or 'embedded'. */
  readonly address: string;
  /** Creates what is missing; reports (never changes) a topic with another partition count. */
  createTopics(specs: readonly TopicSpec[]): Promise<TopicReport[]>;
  /**
   * Stores a batch, acknowledged by all replicas. Calls for one partition are stored in call order, one in flight;
   * the caller should wait for one before it hands over the next. Rejects with F1_KAFKA_* when nothing was stored
   * within the delivery time-out.
   */
  produce(batch: ProduceBatch): Promise<ProduceResult>;
  /** Reads batches until the signal is aborted; survives broker restarts and topic re-creation. */
  consume(request: ConsumeRequest): AsyncIterable<RecordBatch>;
  /** Commits "next offset to read" for a group whose `consume` is running. */
  commit(
    group: string,
    offsets: readonly { topic: string; partition: number; offset: number }[],
  ): Promise<void>;
  /** Asks the broker: topics (all, or those named) with offsets, and lag of the groups named. Fails within `timeoutMs` (3,000). */
  describe(request?: {
    readonly topics?: readonly string[];
    readonly groups?: readonly string[];
    readonly timeoutMs?: number;
  }): Promise<BrokerDescription>;
  close(): Promise<void>;
}
