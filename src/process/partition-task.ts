import type { BrokerRecord } from '../domain/broker.ts';
import type { AlertMessage } from '../domain/messages.ts';
import { readTelemetry, implausibleReason } from '../domain/telemetry-codec.ts';
import { createTelemetryRow } from '../domain/telemetry-row.ts';
import { headerNames } from '../domain/topics.ts';

/** What a task needs of a detector; `detect/` provides it. */
export interface RowDetector {
  update(
    row: ReturnType<typeof createTelemetryRow>,
    origin: { run: string; segment: number; partition: number; offset: number },
    out: AlertMessage[],
  ): void;
  finish(out: AlertMessage[]): void;
}

/** An alert with the place of the row that made it. */
export interface TaskOutput {
  readonly alert: AlertMessage;
  readonly run: string;
  readonly segment: number;
  readonly offset: number;
  /** Which of the outputs of that row it is. */
  readonly index: number;
}

export type SetAsideReason = 'undecodable' | 'implausible' | 'headers' | 'stale';

export interface TaskCounters {
  rows: number;
  readonly setAside: Record<SetAsideReason, number>;
}

/**
 * Detection over one partition of `f1-telemetry`: one detector per (run, segment), state forgotten when a newer one
 * begins. No record can make it throw: what cannot be used is counted and set aside with reason and place.
 */
export class PartitionTask {
  readonly #partition: number;
  readonly #createDetector: () => RowDetector;
  readonly #counters: TaskCounters;
  readonly #onSetAside: (reason: SetAsideReason, partition: number, offset: number, detail: string) => void;
  readonly #row = createTelemetryRow();
  readonly #alerts: AlertMessage[] = [];
  readonly #retiredRuns: string[] = [];
  #run = '';
  #segment = -1;
  #detector: RowDetector;
  /** Offset of the segment's first record; -1 before there is one. */
  #segmentOffset = -1;
  #readOffset = -1;
  /** The next row of the segment starts its state anew. */
  #mustBegin = false;
  /** Offset of the last row that the detector saw. */
  #lastOffset = -1;

  constructor(options: {
    partition: number;
    createDetector: () => RowDetector;
    counters: TaskCounters;
    onSetAside: (reason: SetAsideReason, partition: number, offset: number, detail: string) => void;
  }) {
    this.#partition = options.partition;
    this.#createDetector = options.createDetector;
    this.#counters = options.counters;
    this.#onSetAside = options.onSetAside;
    this.#detector = options.createDetector();
  }

  /** Feeds records in offset order; outputs are appended in source order. O(records). */
  accept(records: readonly BrokerRecord[], out: TaskOutput[]): void {
    for (const record of records) this.#acceptOne(record, out);
  }

  /** Closes what is open at the last row seen: the run has ended. */
  finish(out: TaskOutput[]): void {
    this.#detector.finish(this.#alerts);
    this.#flush(this.#lastOffset, out, 1);
  }

  /**
   * First offset a restarted task must read again to be in the same state: the segment's own. The rules remember without
   * a limit (a cooldown shifts the next opening, which shifts the one after), so a later start would make other alerts.
   */
  safeOffset(): number {
    return this.#segmentOffset >= 0 ? this.#segmentOffset : this.#readOffset + 1;
  }

  #acceptOne(record: BrokerRecord, out: TaskOutput[]): void {
    const run = record.headers[headerNames.run];
    const segment = Number(record.headers[headerNames.segment]);
    if (run === undefined || !Number.isInteger(segment)) {
      this.#setAside('headers', record.offset, 'The headers run and segment are missing');
      return;
    }
    // Records come again after a rebalance, from the offset that was committed: the segment's first.
    if (record.offset <= this.#readOffset) this.#mustBegin = true;
    this.#readOffset = record.offset;
    const isSame = run === this.#run && segment === this.#segment;
    if (!isSame && (run === this.#run ? segment < this.#segment : this.#retiredRuns.includes(run))) {
      this.#setAside('stale', record.offset, `Run ${run} segment ${segment} was left before`);
      return;
    }
    const row = this.#row;
    if (record.value === null || !readTelemetry(record.value, row)) {
      this.#setAside('undecodable', record.offset, 'The value is not a telemetry message');
      return;
    }
    const fault = implausibleReason(row);
    if (fault !== null) {
      this.#setAside('implausible', record.offset, fault);
      return;
    }
    // Only a row that can be used may tell of a new run or segment: garbage must not end the one that goes on.
    if (!isSame || this.#mustBegin) this.#begin(run, segment, record.offset);
    this.#counters.rows += 1;
    this.#lastOffset = record.offset;
    this.#detector.update(
      row,
      { run, segment, partition: this.#partition, offset: record.offset },
      this.#alerts,
    );
    if (this.#alerts.length > 0) this.#flush(record.offset, out, 0);
  }

  #begin(run: string, segment: number, offset: number): void {
    if (this.#run !== '' && run !== this.#run) {
      this.#retiredRuns.push(this.#run);
      if (this.#retiredRuns.length > 16) this.#retiredRuns.shift();
    }
    this.#run = run;
    this.#segment = segment;
    this.#detector = this.#createDetector();
    this.#segmentOffset = offset;
    this.#mustBegin = false;
  }

  #flush(offset: number, out: TaskOutput[], firstIndex: number): void {
    this.#alerts.forEach((alert, index) => {
      out.push({ alert, run: this.#run, segment: this.#segment, offset, index: firstIndex * 1000 + index });
    });
    this.#alerts.length = 0;
  }

  #setAside(reason: SetAsideReason, offset: number, detail: string): void {
    this.#counters.setAside[reason] += 1;
    this.#onSetAside(reason, this.#partition, offset, detail);
  }
}
