import { compoundIndex } from '../domain/compound.ts';
import type { Lap } from '../domain/timing.ts';

/** When a driver was on a lap: `startMs` inclusive; `endMs` exclusive except for the last lap. */
export interface LapWindow {
  readonly lap: number;
  readonly startMs: number;
  readonly endMs: number;
  /** False when `endMs` is a guess: rows end with the recording then. */
  readonly isEndKnown: boolean;
  /** Index into `compounds`. */
  readonly compound: number;
}

/** FastF1 gives a lap that was never finished 150 s (fastf1/core.py, `_add_missing_laps`: last lap of a retired car). */
const unfinishedLapMs = 150_000;

/**
 * Windows of one driver's laps, by time. A start that the feed did not give is the end of the lap before, the exit
 * from the pits or the end less the lap time; an end that it did not give is the pit entry or 150 s after the start.
 * A lap that has neither is left out.
 */
export function lapWindows(laps: readonly Lap[]): LapWindow[] {
  const ordered = laps.toSorted((a, b) => a.lap - b.lap);
  const windows: LapWindow[] = [];
  let previousEnd: number | null = null;
  for (const [index, lap] of ordered.entries()) {
    const startMs = lap.startMs ?? previousEnd ?? lap.pitOutMs ?? startFromLapTime(lap);
    if (startMs === null) {
      previousEnd = lap.endMs;
      continue;
    }
    const nextStart = ordered[index + 1]?.startMs ?? null;
    const endMs =
      lap.endMs ??
      nextStart ??
      (lap.pitInMs !== null && lap.pitInMs > startMs ? lap.pitInMs : startMs + unfinishedLapMs);
    previousEnd = endMs;
    const isEndKnown = lap.endMs !== null || lap.pitInMs !== null;
    if (endMs > startMs)
      windows.push({ lap: lap.lap, startMs, endMs, isEndKnown, compound: compoundIndex(lap.compound) });
  }
  return windows.sort((a, b) => a.startMs - b.startMs);
}

function startFromLapTime(lap: Lap): number | null {
  return lap.endMs !== null && lap.lapTimeMs !== null ? lap.endMs - lap.lapTimeMs : null;
}
