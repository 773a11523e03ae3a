import type { Segment } from './segment.ts';
import type { Sender, SenderCounts } from './sender.ts';
import { dueAt } from './time-mapping.ts';

/** A partition that waits longer for the broker is named in the state [ms]. */
const blockedMs = 2000;

/** Counts of one topic over its partitions. */
export function countsOf(senders: readonly Sender[], topic: string): SenderCounts {
  const sum: SenderCounts = { published: 0, refused: 0, lost: 0 };
  for (const sender of senders) {
    if (sender.topic !== topic) continue;
    sum.published += sender.counts.published;
    sum.refused += sender.counts.refused;
    sum.lost += sender.counts.lost;
  }
  return sum;
}

/** How long the oldest row that is due and not acknowledged has been due [ms]; 0 when there is none. */
export function lagOf(segment: Segment, senders: readonly Sender[], nowMs: number): number {
  let lagMs = 0;
  for (const sender of senders) lagMs = Math.max(lagMs, sender.flightLagMs(nowMs));
  for (const { cursor } of segment.telemetry) {
    if (cursor.pending === 0) continue;
    const { mapping } = cursor.stretch();
    if (mapping.speed !== 0) lagMs = Math.max(lagMs, nowMs - dueAt(mapping, cursor.tailDueMs));
  }
  return lagMs;
}

/** One sentence about a partition that the broker has not answered for over two seconds, or null. */
export function blockedReason(senders: readonly Sender[], nowMs: number): string | null {
  for (const sender of senders) {
    const waitedMs = sender.waitedMs(nowMs);
    if (waitedMs <= blockedMs) continue;
    return `${sender.topic} partition ${sender.partition} has been waiting ${(waitedMs / 1000).toFixed(1)} s for the broker`;
  }
  return null;
}
