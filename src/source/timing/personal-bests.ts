import type { LapEvent } from './lap-events.ts';
import type { LapRow } from './lap-rows.ts';
import { walkEvents } from './walk-events.ts';

/** When each part of a qualifying began for one car, session ms: 0 for the first, else its first best lap time. */
export function partStarts(events: readonly LapEvent[]): number[] {
  const starts = [0];
  walkEvents(events, 'step', (event) => {
    if (event.part !== null && event.part + 1 > starts.length) starts.push(event.sessionMs);
  });
  return starts;
}

/**
 * Marks the laps that were personal bests when they were set (rule 16). The feed sends the previous best again when a
 * lap is deleted: read backwards, whatever is faster than a best already seen was deleted.
 */
export function markPersonalBests(events: readonly LapEvent[], rows: readonly LapRow[]): void {
  const starts = partStarts(events);
  const bests: { sessionMs: number; bestLapMs: number }[] = [];
  walkEvents(events, 'step', ({ sessionMs, bestLapMs }) => {
    if (bestLapMs !== null) bests.push({ sessionMs, bestLapMs });
  });
  let part = starts.length - 1;
  let fastestMs = Number.POSITIVE_INFINITY;
  let accepted = new Set<number>();
  for (const { sessionMs, bestLapMs } of bests.toReversed()) {
    if (part > 0 && sessionMs < starts[part]!) {
      part -= 1;
      accepted = new Set();
      fastestMs = Number.POSITIVE_INFINITY;
    }
    if (accepted.has(bestLapMs) || (bestLapMs < fastestMs && accepted.size > 0)) continue;
    accepted.add(bestLapMs);
    fastestMs = Math.min(fastestMs, bestLapMs);
    const row = rows.find(({ lapTimeMs }) => lapTimeMs === bestLapMs);
    if (row !== undefined) row.isPersonalBest = true;
  }
}
