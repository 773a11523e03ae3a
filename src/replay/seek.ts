import type { SeekTarget } from '../domain/replay-command.ts';
import type { SessionTiming } from '../domain/timing.ts';

/** Session ms of a seek target, or one sentence why there is none. The caller clamps to the schedule. */
export function resolveSeek(
  target: SeekTarget,
  timing: SessionTiming,
  t0EpochMs: number | null,
): number | string {
  if (typeof target === 'number') return target * 1000;
  if (target === 'lights out') return timing.startMs ?? 'The session has no start in its recording';
  if ('utc' in target) {
    if (t0EpochMs === null) return 'The session has no UTC clock: seek by session time instead';
    const epochMs = Date.parse(target.utc);
    return Number.isNaN(epochMs)
      ? `Seek time must be ISO 8601: current value is ${target.utc}`
      : epochMs - t0EpochMs;
  }
  return lapStarts(timing).get(target.lap) ?? `Lap ${target.lap} has no known start in this session`;
}

/** When each lap was first begun by any driver (in a race: by its leader), session ms by lap number. */
export function lapStarts(timing: SessionTiming): Map<number, number> {
  const starts = new Map<number, number>();
  for (const { lap, startMs } of timing.laps) {
    if (startMs === null) continue;
    const known = starts.get(lap);
    if (known === undefined || startMs < known) starts.set(lap, startMs);
  }
  return starts;
}

/** The lap that has begun last at a session time; null before the first one. O(laps). */
export function lapAt(timing: SessionTiming, sessionMs: number): number | null {
  let lap: number | null = null;
  for (const [number, startMs] of lapStarts(timing)) {
    if (startMs <= sessionMs && number > (lap ?? 0)) lap = number;
  }
  return lap;
}
