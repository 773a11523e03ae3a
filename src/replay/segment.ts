import type { RecordHeaders } from '../domain/broker.ts';
import { headerNames, messageVersion, type TopicNames } from '../domain/topics.ts';
import { Cursor } from './cursor.ts';
import type { Lane } from './lane.ts';
import type { Schedule } from './schedule.ts';
import { lowerBound } from '../domain/bounds.ts';
import { type BatchBuffer, createTelemetryLane } from './telemetry-lane.ts';
import { createTimingLane, type EncodeTimingEvent } from './timing-lane.ts';
import type { TimeMapping } from './time-mapping.ts';

/** A stretch of a run with one clock mapping: its lanes, each at its own place, and the headers of its records. */
export interface Segment {
  readonly number: number;
  readonly headers: RecordHeaders;
  readonly telemetry: readonly Lane[];
  readonly timing: Lane;
  /** Timing events before the segment's start: they are republished first. */
  readonly pastEvents: number;
}

export interface SegmentOptions {
  readonly schedule: Schedule;
  readonly run: string;
  readonly number: number;
  readonly startMs: number;
  readonly topics: TopicNames;
  readonly bufferOf: (partition: number) => BatchBuffer;
  readonly encodeEvent: EncodeTimingEvent;
}

/** Lanes that stand at `startMs`; session, drivers, coverage and the events before it wait to go out at once. */
export function openSegment(options: SegmentOptions): Segment {
  const { schedule, startMs, topics } = options;
  const pastEvents = lowerBound(schedule.eventDueMs, startMs);
  return {
    number: options.number,
    headers: {
      [headerNames.run]: options.run,
      [headerNames.segment]: String(options.number),
      [headerNames.version]: messageVersion,
    },
    telemetry: schedule.lanes.map((order) => {
      const cursor = new Cursor(order.dueMs, lowerBound(order.dueMs, startMs));
      return createTelemetryLane(
        schedule,
        order,
        cursor,
        topics.telemetry,
        options.bufferOf(order.partition),
      );
    }),
    timing: createTimingLane(
      schedule,
      new Cursor(schedule.eventDueMs, 0, pastEvents),
      topics.timing,
      options.encodeEvent,
    ),
    pastEvents,
  };
}

/** Every lane of the segment. */
export function lanesOf(segment: Segment): readonly Lane[] {
  return [...segment.telemetry, segment.timing];
}

/** Rows that are due and not handed over. */
export function backlogOf(segment: Segment): number {
  let rows = 0;
  for (const lane of segment.telemetry) rows += lane.cursor.pending;
  return rows;
}

/** Session ms of the oldest telemetry row that was not handed over; Infinity when all were. */
export function oldestDueMs(segment: Segment): number {
  let oldest = Number.POSITIVE_INFINITY;
  for (const lane of segment.telemetry) oldest = Math.min(oldest, lane.cursor.tailDueMs);
  return oldest;
}

/** Session ms of the next row or event that is not due yet; Infinity when all are. */
export function nextDueMs(segment: Segment): number {
  let next = segment.timing.cursor.nextDueMs;
  for (const lane of segment.telemetry) next = Math.min(next, lane.cursor.nextDueMs);
  return next;
}

/** What is not due yet becomes due under `mapping`. */
export function mapAll(segment: Segment, mapping: TimeMapping): void {
  for (const lane of lanesOf(segment)) lane.cursor.map(mapping);
}

/** Session ms by which a due time and the clock may differ through rounding: a wake at a due time must find it due. */
const roundingMs = 0.001;

/** Marks what is due up to and including `sessionMs`. */
export function advanceAll(segment: Segment, sessionMs: number): void {
  for (const lane of segment.telemetry) lane.cursor.advance(sessionMs + roundingMs);
  segment.timing.cursor.advance(sessionMs + roundingMs);
}

/** Takes back what was released but not handed over. */
export function retractAll(segment: Segment): void {
  for (const lane of lanesOf(segment)) lane.cursor.retract();
}

/** Session time that one partition may be ahead of another at `max`: cars of one moment stay together in a view. */
const maxSkewMs = 30_000;

/** At `max`: releases rows up to a bounded skew ahead of the slowest lane, and the events that all rows have passed. */
export function releaseAll(segment: Segment): void {
  const passedMs = oldestDueMs(segment);
  segment.timing.cursor.advance(passedMs);
  const limitMs = Math.min(passedMs, segment.timing.cursor.tailDueMs) + maxSkewMs;
  for (const lane of segment.telemetry) lane.cursor.advance(limitMs);
}

/** Gives up the oldest waiting rows until `limit` wait; returns how many. O(rows given up × lanes). */
export function dropOldest(segment: Segment, limit: number): number {
  let excess = backlogOf(segment) - limit;
  const dropped = Math.max(0, excess);
  for (; excess > 0; excess--) {
    let oldest: Lane | null = null;
    for (const lane of segment.telemetry) {
      if (lane.cursor.pending === 0) continue;
      if (oldest === null || lane.cursor.tailDueMs < oldest.cursor.tailDueMs) oldest = lane;
    }
    oldest!.cursor.tail++;
  }
  return dropped;
}

/** Makes the next `count` rows in time order due (events alone where there are no rows); returns the last one's session ms. */
export function stepRows(segment: Segment, count: number): number | null {
  const lanes = segment.telemetry.length > 0 ? segment.telemetry : [segment.timing];
  let reachedMs: number | null = null;
  for (let row = 0; row < count; row++) {
    let next = lanes[0]!;
    for (const lane of lanes) if (lane.cursor.nextDueMs < next.cursor.nextDueMs) next = lane;
    if (next.cursor.nextDueMs === Number.POSITIVE_INFINITY) break;
    reachedMs = next.cursor.nextDueMs;
    next.cursor.head++;
  }
  if (reachedMs !== null) segment.timing.cursor.advance(reachedMs);
  return reachedMs;
}
