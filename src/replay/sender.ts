import type { Broker, ProduceRecord, RecordHeaders } from '../domain/broker.ts';
import type { ReplayClock } from './clock.ts';
import type { ErrorHistogram } from './error-histogram.ts';
import type { Lane } from './lane.ts';
import { dueAt, type TimeMapping } from './time-mapping.ts';

/** What a sender counts for its partition since the run began. */
export interface SenderCounts {
  /** Records stored. */
  published: number;
  /** Records the broker refused one by one. */
  refused: number;
  /** Records of produce calls that failed as a whole. */
  lost: number;
}

export interface SenderOptions {
  readonly broker: Broker;
  readonly clock: ReplayClock;
  /** Hand-over − due; null where it is not measured. */
  readonly scheduleError: ErrorHistogram | null;
  /** Acknowledgement − due. */
  readonly lag: ErrorHistogram | null;
  /** Told after every produce call: ready for the next batch. */
  readonly onIdle: () => void;
  readonly onRefused: (topic: string, partition: number, count: number, reason: string) => void;
  readonly onFailed: (error: unknown, lost: LostBatch) => void;
}

/** A produce call that failed as a whole. */
export interface LostBatch {
  readonly topic: string;
  readonly partition: number;
  readonly records: number;
  /** Due session ms of its first row. */
  readonly firstDueMs: number;
}

interface Batch {
  readonly records: readonly ProduceRecord[];
  readonly headers: RecordHeaders;
  readonly timestampMs: number;
  readonly mapping: TimeMapping;
  readonly dueMs: Float64Array;
  readonly from: number;
  readonly end: number;
}

interface Flight {
  readonly since: number;
  readonly records: number;
  readonly mapping: TimeMapping;
  /** Due session ms of the batch's first row. */
  readonly firstDueMs: number;
}

/**
 * Hands the waiting rows of a lane to the broker, one batch in flight. It belongs to a partition, not to a segment:
 * the first batch of a new segment waits for the last one of the old. A produce call is never raced with a timer,
 * because it cannot be taken back.
 */
export class Sender {
  readonly topic: string;
  readonly partition: number;
  readonly counts: SenderCounts = { published: 0, refused: 0, lost: 0 };
  readonly #options: SenderOptions;
  #flight: Flight | null = null;

  constructor(topic: string, partition: number, options: SenderOptions) {
    this.topic = topic;
    this.partition = partition;
    this.#options = options;
  }

  get isIdle(): boolean {
    return this.#flight === null;
  }

  get inFlight(): number {
    return this.#flight?.records ?? 0;
  }

  /** For how long the batch in flight has been waiting [ms]; 0 when there is none. */
  waitedMs(nowMs: number): number {
    return this.#flight === null ? 0 : nowMs - this.#flight.since;
  }

  /** Age of the oldest row in flight against its due time [ms]; 0 when there is none or it is not paced. */
  flightLagMs(nowMs: number): number {
    const flight = this.#flight;
    if (flight === null || flight.mapping.speed === 0) return 0;
    return Math.max(0, nowMs - dueAt(flight.mapping, flight.firstDueMs));
  }

  /** Sends the next batch when rows wait and none is in flight. */
  pump(lane: Lane, headers: RecordHeaders): void {
    const { cursor } = lane;
    if (this.#flight !== null || cursor.pending === 0) return;
    const { clock } = this.#options;
    const { mapping, end: stretchEnd } = cursor.stretch();
    const handOverEpochMs = clock.epochMs();
    const from = cursor.tail;
    const { records, end } = lane.encode(stretchEnd, mapping, handOverEpochMs);
    cursor.tail = end;
    const nowMs = clock.nowMs();
    if (mapping.speed !== 0)
      recordDelays(this.#options.scheduleError, cursor.dueMs, from, end, mapping, nowMs);
    this.#flight = { since: nowMs, records: records.length, mapping, firstDueMs: cursor.dueMs[from]! };
    void this.#send({
      records,
      mapping,
      dueMs: cursor.dueMs,
      from,
      end,
      headers,
      timestampMs: Math.floor(handOverEpochMs),
    });
  }

  async #send(batch: Batch): Promise<void> {
    const { topic, partition, counts } = this;
    const { records, headers, timestampMs, mapping, dueMs, from, end } = batch;
    try {
      const { refused } = await this.#options.broker.produce({
        topic,
        partition,
        records,
        headers,
        timestampMs,
      });
      counts.published += records.length - refused.length;
      counts.refused += refused.length;
      if (refused.length > 0) this.#options.onRefused(topic, partition, refused.length, refused[0]!.reason);
      if (mapping.speed !== 0)
        recordDelays(this.#options.lag, dueMs, from, end, mapping, this.#options.clock.nowMs());
    } catch (error) {
      counts.lost += records.length;
      this.#options.onFailed(error, { topic, partition, records: records.length, firstDueMs: dueMs[from]! });
    }
    this.#flight = null;
    this.#options.onIdle();
  }
}

function recordDelays(
  histogram: ErrorHistogram | null,
  dueMs: Float64Array,
  from: number,
  end: number,
  mapping: TimeMapping,
  nowMs: number,
): void {
  if (histogram === null) return;
  for (let index = from; index < end; index++) histogram.record(nowMs - dueAt(mapping, dueMs[index]!));
}
