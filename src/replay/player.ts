import { messageOf } from '../domain/errors.ts';
import type { SeekTarget } from '../domain/replay-command.ts';
import type { Wake } from './clock.ts';
import { ErrorHistogram } from './error-histogram.ts';
import { type PlayerOptions, type PlayerSnapshot, scheduleFor } from './player-options.ts';
import { blockedReason, countsOf, lagOf } from './player-report.ts';
import type { Schedule, ScheduleOptions } from './schedule.ts';
import { resolveSeek } from './seek.ts';
import {
  advanceAll,
  backlogOf,
  dropOldest,
  lanesOf,
  mapAll,
  nextDueMs,
  oldestDueMs,
  openSegment,
  releaseAll,
  retractAll,
  type Segment,
  stepRows,
} from './segment.ts';
import { type LostBatch, Sender } from './sender.ts';
import { type BatchBuffer, createBatchBuffer } from './telemetry-lane.ts';
import { dueAt, sessionAt, type TimeMapping, unpaced } from './time-mapping.ts';

/** Below this a due instant is far enough from the next to wait for it exactly. */
const preciseSpeed = 5;
/** Executes a schedule against the clock: one anchor per segment, everything due in one batch per partition. */
export class Player {
  readonly scheduleError = new ErrorHistogram();
  readonly lag = new ErrorHistogram();
  /** Settles when the last row was acknowledged (no loop) or delivery failed for good. */
  readonly finished: Promise<void>;
  readonly #options: PlayerOptions;
  readonly #senders = new Map<string, Sender>();
  readonly #buffers = new Map<number, BatchBuffer>();
  #schedule: Schedule;
  #segment: Segment;
  #range: ScheduleOptions;
  #status: 'playing' | 'paused' | 'stopped' | 'ended' | 'failed' = 'playing';
  #reason: string | null = null;
  #speed: number;
  #loop: boolean;
  /** Null while the clock stands (opening, holding, paused, at the end). */
  #mapping: TimeMapping | null = null;
  #positionMs: number;
  #isOpening = true;
  #isClosed = false;
  #holdSinceMs: number | null = null;
  #holds = 0;
  #heldMs = 0;
  #dropped = 0;
  #wake: Wake | null = null;
  #deferred: Wake | null = null;
  #finish: () => void = () => {};
  #onQuiet: (() => void)[] = [];

  /** Throws F1_REPLAY_EMPTY when the drivers and the range leave nothing to send. */
  constructor(options: PlayerOptions) {
    this.#options = options;
    this.#range = options.range;
    this.#speed = options.speed;
    this.#loop = options.loop;
    this.#schedule = scheduleFor(options, options.range);
    this.#positionMs = this.#schedule.startMs;
    this.#segment = this.#createSegment(0, this.#positionMs);
    this.finished = new Promise((resolve) => (this.#finish = resolve));
  }

  get schedule(): Schedule {
    return this.#schedule;
  }

  /** Counts by topic and partition. */
  get senders(): readonly Sender[] {
    return [...this.#senders.values()];
  }

  start(): void {
    this.#tick();
    this.#options.onChange();
  }

  pause(): void {
    this.#halt('paused');
  }

  /** Halts and keeps the place. */
  stop(): void {
    this.#halt('stopped');
  }

  resume(): void {
    if (this.#status === 'playing') return;
    if (this.#status === 'ended') return this.restart();
    if (this.#status === 'failed') return this.#open(this.#positionMs);
    this.#status = 'playing';
    if (!this.#isOpening) this.#startClock();
    this.#changed();
  }

  /** Sends the next rows while the clock stands; a sentence when it does not. */
  step(rows: number): string | null {
    if (this.#status !== 'paused' && this.#status !== 'stopped') return 'Step needs a paused replay';
    if (this.#isOpening) return 'The segment is still opening: step again in a moment';
    mapAll(this.#segment, unpaced);
    this.#positionMs = stepRows(this.#segment, rows) ?? this.#schedule.endMs;
    this.#changed();
    return null;
  }

  /** Goes to a place in a new segment; a sentence when there is no such place. */
  seek(target: SeekTarget): string | null {
    const { table } = this.#options;
    const sessionMs = resolveSeek(target, table.timing, table.t0EpochMs);
    if (typeof sessionMs === 'string') return sessionMs;
    const { startMs, endMs } = this.#schedule;
    this.#open(Math.min(endMs, Math.max(startMs, sessionMs)));
    return null;
  }

  restart(): void {
    if (this.#status !== 'playing') this.#status = 'ended';
    this.#open(this.#schedule.startMs);
  }

  setSpeed(speed: number): void {
    const isRunning = this.#mapping !== null;
    if (isRunning) this.#freeze();
    this.#speed = speed;
    if (isRunning) this.#startClock();
    this.#changed();
  }

  setLoop(loop: boolean): void {
    this.#loop = loop;
    this.#options.onChange();
  }

  /** Other drivers from here on, in a new segment; a sentence when one is unknown or nothing is left. */
  setDrivers(drivers: readonly string[]): string | null {
    const known = new Set(this.#options.table.drivers.map((driver) => driver.code));
    const unknown = drivers.filter((code) => !known.has(code));
    if (unknown.length > 0)
      return `Drivers must be of this session (${[...known].join(', ')}): current value is ${unknown.join(', ')}`;
    if (this.#mapping !== null) this.#freeze();
    const range = { ...this.#range, drivers };
    try {
      this.#schedule = scheduleFor(this.#options, range);
    } catch (error) {
      if (this.#status === 'playing' && !this.#isOpening) this.#startClock();
      return messageOf(error);
    }
    this.#range = range;
    const { startMs, endMs } = this.#schedule;
    this.#open(Math.min(endMs, Math.max(startMs, this.#positionMs)));
    return null;
  }

  snapshot(): PlayerSnapshot {
    const nowMs = this.#options.clock.nowMs();
    const counts = countsOf(this.senders, this.#options.topics.telemetry);
    const isHolding = this.#holdSinceMs !== null;
    return {
      segment: this.#segment.number,
      status: isHolding && this.#status === 'playing' ? 'holding' : this.#status,
      reason: this.#reason ?? blockedReason(this.senders, nowMs),
      sessionMs: this.#sessionMs(nowMs),
      speed: this.#speed,
      loop: this.#loop,
      drivers: this.#range.drivers ?? [],
      rowsSent: counts.published,
      rowsDropped: this.#dropped,
      rowsLost: counts.lost,
      rowsRefused: counts.refused,
      holds: this.#holds,
      heldMs: this.#heldMs + (isHolding ? nowMs - this.#holdSinceMs! : 0),
      lagMs: this.#speed === 0 ? null : lagOf(this.#segment, this.senders, nowMs),
      backlogRows: backlogOf(this.#segment),
    };
  }

  /** Stops the clock and waits for the batches in flight, `graceMs` at most; true when none is left. */
  async close(graceMs: number): Promise<boolean> {
    if (this.#mapping !== null) this.#freeze();
    this.#isClosed = true;
    this.#wake?.cancel();
    this.#deferred?.cancel();
    if (this.#isQuiet()) return true;
    const quiet = Promise.withResolvers<void>();
    this.#onQuiet.push(quiet.resolve);
    const timer = setTimeout(quiet.resolve, graceMs);
    await quiet.promise;
    clearTimeout(timer);
    return this.#isQuiet();
  }

  #createSegment(number: number, startMs: number): Segment {
    const { run, topics, encodeEvent } = this.#options;
    return openSegment({
      schedule: this.#schedule,
      run,
      number,
      startMs,
      topics,
      encodeEvent,
      bufferOf: (partition) => {
        const buffer = this.#buffers.get(partition) ?? createBatchBuffer();
        this.#buffers.set(partition, buffer);
        return buffer;
      },
    });
  }

  #senderOf(topic: string, partition: number): Sender {
    const key = `${topic}/${partition}`;
    let sender = this.#senders.get(key);
    if (sender === undefined) {
      const isTelemetry = topic === this.#options.topics.telemetry;
      sender = new Sender(topic, partition, {
        broker: this.#options.broker,
        clock: this.#options.clock,
        scheduleError: isTelemetry ? this.scheduleError : null,
        lag: isTelemetry ? this.lag : null,
        onIdle: () => this.#requestTick(),
        onRefused: (topic, partition, count, reason) =>
          this.#options.log.warn(`${topic} partition ${partition} refused ${count} records: ${reason}`),
        onFailed: (error, lost) => this.#fail(error, lost),
      });
      this.#senders.set(key, sender);
    }
    return sender;
  }

  #open(positionMs: number): void {
    if (this.#mapping !== null) this.#freeze();
    this.#endHold();
    if (this.#status === 'ended' || this.#status === 'failed') this.#status = 'playing';
    this.#reason = null;
    this.#positionMs = positionMs;
    this.#segment = this.#createSegment(this.#segment.number + 1, positionMs);
    this.#isOpening = true;
    this.#changed();
  }

  #halt(status: 'paused' | 'stopped'): void {
    if (this.#status === 'ended' || this.#status === 'failed') return;
    if (this.#mapping !== null) this.#freeze();
    this.#endHold();
    this.#status = status;
    this.#changed();
  }

  #changed(): void {
    this.#tick();
    this.#options.onChange();
  }

  #startClock(): void {
    const { clock } = this.#options;
    this.#mapping =
      this.#speed === 0
        ? unpaced
        : { sessionMs: this.#positionMs, nowMs: clock.nowMs(), epochMs: clock.epochMs(), speed: this.#speed };
    mapAll(this.#segment, this.#mapping);
  }

  /** The clock stands; what is due by now stays due, and the place is kept. */
  #freeze(): void {
    this.#positionMs = this.#sessionMs(this.#options.clock.nowMs());
    if (this.#mapping === unpaced) retractAll(this.#segment);
    else advanceAll(this.#segment, this.#positionMs);
    this.#mapping = null;
  }

  #sessionMs(nowMs: number): number {
    if (this.#mapping === null) return this.#positionMs;
    const { endMs } = this.#schedule;
    if (this.#mapping !== unpaced) return Math.min(endMs, sessionAt(this.#mapping, nowMs));
    const hasRows = this.#segment.telemetry.length > 0;
    const reachedMs = hasRows ? oldestDueMs(this.#segment) : this.#segment.timing.cursor.tailDueMs;
    return Math.min(endMs, Math.max(this.#positionMs, reachedMs));
  }

  #requestTick(): void {
    if (this.#isClosed) {
      if (this.#isQuiet()) for (const resolve of this.#onQuiet) resolve();
      return;
    }
    // Later, not now: a broker that answers at once must not keep the thread from its other work.
    this.#deferred ??= this.#options.clock.defer(() => {
      this.#deferred = null;
      this.#tick();
    });
  }

  #tick(): void {
    if (this.#isClosed) return;
    this.#wake?.cancel();
    this.#wake = null;
    const segment = this.#segment;
    if (this.#isOpening) this.#finishOpening();
    if (this.#mapping === unpaced) releaseAll(segment);
    else if (this.#mapping !== null)
      advanceAll(segment, sessionAt(this.#mapping, this.#options.clock.nowMs()));
    this.#applyBackpressure();
    if (this.#status !== 'failed') {
      for (const lane of lanesOf(segment))
        this.#senderOf(lane.topic, lane.partition).pump(lane, segment.headers);
    }
    if (
      this.#status === 'playing' &&
      !this.#isOpening &&
      this.#isQuiet() &&
      lanesOf(segment).every((lane) => lane.cursor.isDone)
    ) {
      this.#end();
    } else this.#planWake();
  }

  #finishOpening(): void {
    const { timing, pastEvents } = this.#segment;
    if (timing.cursor.tail < pastEvents || !this.#senderOf(timing.topic, timing.partition).isIdle) return;
    this.#isOpening = false;
    if (this.#status === 'playing') this.#startClock();
  }

  #applyBackpressure(): void {
    const { mode, maxBacklogRows } = this.#options;
    const backlog = backlogOf(this.#segment);
    if (this.#holdSinceMs !== null && backlog <= maxBacklogRows / 2) {
      this.#endHold();
      if (this.#status === 'playing') this.#startClock();
      this.#options.onChange();
    }
    if (this.#mapping === null || this.#mapping === unpaced || backlog <= maxBacklogRows) return;
    if (mode === 'live') {
      this.#dropped += dropOldest(this.#segment, maxBacklogRows);
      return;
    }
    this.#freeze();
    this.#holdSinceMs = this.#options.clock.nowMs();
    this.#holds++;
    this.#reason = `The broker at ${this.#options.broker.address} is slower than the schedule: ${backlog} rows wait`;
    this.#options.onChange();
  }

  #endHold(): void {
    if (this.#holdSinceMs === null) return;
    this.#heldMs += this.#options.clock.nowMs() - this.#holdSinceMs;
    this.#holdSinceMs = null;
    this.#reason = null;
  }

  #planWake(): void {
    if (this.#mapping === null || this.#mapping === unpaced) return;
    const next = nextDueMs(this.#segment);
    if (next === Number.POSITIVE_INFINITY) return;
    const isPrecise = this.#speed <= preciseSpeed;
    this.#wake = this.#options.clock.wakeAt(dueAt(this.#mapping, next), isPrecise, () => this.#tick());
  }

  #end(): void {
    this.#positionMs = this.#schedule.endMs;
    this.#mapping = null;
    if (this.#loop) {
      this.#open(this.#schedule.startMs);
      return;
    }
    this.#status = 'ended';
    this.#options.onChange();
    this.#finish();
  }

  #fail(error: unknown, lost: LostBatch): void {
    if (this.#mapping !== null) this.#freeze();
    this.#endHold();
    // Whoever goes on from here begins with the first row that did not arrive.
    this.#positionMs = Math.max(
      this.#schedule.startMs,
      Math.min(this.#positionMs, lost.firstDueMs, oldestDueMs(this.#segment)),
    );
    retractAll(this.#segment);
    this.#status = 'failed';
    this.#reason = `${lost.records} records for ${lost.topic} partition ${lost.partition} were lost: ${messageOf(error)}`;
    this.#options.log.error(this.#reason);
    this.#options.onChange();
    this.#finish();
  }

  #isQuiet(): boolean {
    for (const sender of this.#senders.values()) if (!sender.isIdle) return false;
    return true;
  }
}
