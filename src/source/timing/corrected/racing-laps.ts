import { median } from '../../../analysis/statistics.ts';
import type { Lap, SessionStatusChange } from '../../../domain/timing.ts';

/** A lap slower than this share of the driver's median is not raced: queues, damage, a slow zone. */
const slowShare = 1.3;

/**
 * Laps that say something about pace: not made up, not far slower than the driver's own median, and holding no stoppage, restart or
 * part of either.
 */
export function racingLaps(laps: readonly Lap[], statuses: readonly SessionStatusChange[]): Set<Lap> {
  const stoppages: { fromMs: number; toMs: number }[] = [];
  let abortedMs: number | null = null;
  for (const { sessionMs, status } of statuses) {
    if (status === 'Aborted') abortedMs ??= sessionMs;
    else if (status === 'Started' && abortedMs !== null) {
      stoppages.push({ fromMs: abortedMs, toMs: sessionMs });
      abortedMs = null;
    }
  }
  if (abortedMs !== null) stoppages.push({ fromMs: abortedMs, toMs: Number.POSITIVE_INFINITY });
  const racing = new Set<Lap>();
  for (const own of Map.groupBy(laps, ({ driverNumber }) => driverNumber).values()) {
    const limitMs = slowShare * (median(own.flatMap(({ lapTimeMs }) => lapTimeMs ?? [])) ?? Infinity);
    for (const lap of own) {
      const { startMs, endMs, lapTimeMs, generated } = lap;
      const holdsStop = stoppages.some(
        ({ fromMs, toMs }) => (startMs ?? -Infinity) <= toMs && (endMs ?? Infinity) >= fromMs,
      );
      const isSlow = lapTimeMs !== null && lapTimeMs > limitMs;
      if (generated !== true && !holdsStop && !isSlow) racing.add(lap);
    }
  }
  return racing;
}
