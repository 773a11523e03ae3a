import type { SessionStatusChange } from '../../domain/timing.ts';
import type { LapEvent } from './lap-events.ts';
import { emptyRow } from './lap-rows.ts';
import type { LapRow } from './lap-rows.ts';

/** How long a lap that was not finished is taken to last. */
const stoppedLapMs = 150_000;

export interface StoppedLapInput {
  readonly rows: readonly LapRow[];
  readonly startMs: number | null;
  readonly totalLaps: number | null;
  readonly sessionStatus: readonly SessionStatusChange[];
}

/**
 * The lap on which a car stopped on track, or null: FastF1's rule for generated laps. Ends when the session is
 * aborted next, else 150 s after the lap before. None when the race distance or the flag was reached, or in the pits.
 */
export function stoppedLap({ rows, startMs, totalLaps, sessionStatus }: StoppedLapInput): LapRow | null {
  const last = rows.at(-1);
  if (last === undefined) return null;
  const referenceMs = last.endMs ?? startMs;
  if (referenceMs === null || last.pitInMs !== null) return null;
  if (totalLaps !== null && rows.length >= totalLaps) return null;
  const before = rows.at(-2);
  if (before !== undefined && before.pitInMs !== null && last.pitOutMs === null) return null;
  const isFinished = (change: SessionStatusChange): boolean => change.status === 'Finished';
  const later = sessionStatus.filter((change) => change.sessionMs > referenceMs);
  const earlier = sessionStatus.filter((change) => change.sessionMs <= referenceMs);
  if (earlier.some(isFinished) || !later.some(isFinished)) return null;
  const next = later[0];
  const endMs = next?.status === 'Aborted' ? next.sessionMs : referenceMs + stoppedLapMs;
  return { ...emptyRow(), endMs, isGenerated: true };
}

/** Lap 1 of a race car that moved after the start and finished no lap; null for one that did not start. */
export function unfinishedFirstLap(
  events: readonly LapEvent[],
  startMs: number | null,
  firstEndMs: number | null,
): LapRow | null {
  if (startMs === null || firstEndMs === null) return null;
  const hasMoved = events.some((event) => event.moves && event.sessionMs > startMs);
  return hasMoved ? { ...emptyRow(), endMs: firstEndMs, isGenerated: true } : null;
}
