import type { Lap, RaceControlMessage } from '../../../domain/timing.ts';
import { spanToMs } from '../feed-values.ts';

/** One message about the time of a lap: deleted, or given back. */
interface Verdict {
  readonly driverNumber: string;
  readonly timeMs: number | null;
  /** `LAP n` of the text. */
  readonly lap: number | null;
  readonly isDeleted: boolean;
}

function verdictOf({ message, foreign }: RaceControlMessage): Verdict | null {
  if (foreign) return null;
  const car = /^CAR (\d{1,3})\b/.exec(message);
  const isReinstated = /REINSTATED/.test(message);
  if (car === null || !(isReinstated || /\bDELETED\b/.test(message))) return null;
  const time = /\bTIME (\d{1,2}:\d\d\.\d{3})/.exec(message);
  // The lap is named after the reason; "LAP DELETED" names none.
  const lap = /\bLAP (\d{1,3})\b/.exec(message);
  if (time === null && lap === null) return null;
  return {
    driverNumber: car[1]!,
    timeMs: time === null ? null : spanToMs(time[1]),
    lap: lap === null ? null : Number(lap[1]),
    isDeleted: !isReinstated,
  };
}

function byTime(laps: readonly Lap[], { driverNumber, timeMs }: Verdict): Lap | undefined {
  if (timeMs === null) return undefined;
  return laps.find((lap) => lap.driverNumber === driverNumber && lap.lapTimeMs === timeMs);
}

/**
 * How much the text's `LAP n` is ahead of our lap number: as most messages that also give a lap time have it; without one, 1 where
 * laps are counted from the out lap (practice, qualifying) and 0 in a race.
 */
function lapOffset(laps: readonly Lap[], verdicts: readonly Verdict[], isRace: boolean): number {
  const votes = new Map<number, number>();
  for (const verdict of verdicts) {
    const lap = byTime(laps, verdict);
    if (lap === undefined || verdict.lap === null) continue;
    const offset = verdict.lap - lap.lap;
    votes.set(offset, (votes.get(offset) ?? 0) + 1);
  }
  const [best] = [...votes].sort((a, b) => b[1] - a[1]);
  return best?.[0] ?? (isRace ? 0 : 1);
}

/**
 * Laps that race control deleted, by the texts of its messages: by lap time, else by lap number; of several messages about one lap
 * the last counts, so a lap can be given back and deleted again. Messages of other series are left out.
 */
export function deletedByText(
  laps: readonly Lap[],
  messages: readonly RaceControlMessage[],
  isRace: boolean,
): Set<Lap> {
  const verdicts = messages.map(verdictOf).filter((verdict) => verdict !== null);
  const offset = lapOffset(laps, verdicts, isRace);
  const deleted = new Set<Lap>();
  for (const verdict of verdicts) {
    const lap =
      byTime(laps, verdict) ??
      laps.find(
        (own) =>
          own.driverNumber === verdict.driverNumber &&
          verdict.lap !== null &&
          own.lap === verdict.lap - offset,
      );
    if (lap === undefined) continue;
    if (verdict.isDeleted) deleted.add(lap);
    else deleted.delete(lap);
  }
  return deleted;
}
