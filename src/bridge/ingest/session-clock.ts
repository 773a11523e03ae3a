import { lowerBound } from '../../domain/bounds.ts';

/** Published wall-clock time of every session time of the current segment: a chain of lines between observed pairs. */
export interface SessionClock {
  /** Takes an observed pair [session ms, epoch ms]; pairs before the newest are left out. O(1), no allocation. */
  note(sessionMs: number, epochMs: number): void;
  /** Speed of the replay, session time to real time, for the time before the second pair; 0 = not paced. */
  setSpeed(speed: number): void;
  /**
   * Epoch ms at which a session time was, or would have been, published; null before the first pair. Behind the chain's
   * ends its first and last lines go on. While the replay stood still: when it came there. O(1) in order, else O(log pairs).
   */
  publishedMs(sessionMs: number): number | null;
  clear(): void;
}

/** Observed pairs are at most this far off the chain [ms of wall-clock time]. */
const toleranceMs = 20;
/** Corners of the chain; when there are more, every other one is given up. */
const maxCorners = 4096;

/** A clock that has seen nothing. */
export function createSessionClock(): SessionClock {
  /** Corners, and behind them the newest pair: the line to it may still grow. */
  const sessions = new Float64Array(maxCorners);
  const epochs = new Float64Array(maxCorners);
  let count = 0;
  /** Slopes of a line from the last corner [wall-clock ms per session ms] that passes every pair since closely enough. */
  let flattest = 0;
  let steepest = 0;
  let speed = 1;
  /** Line that was asked for last, by its end: most questions come in order. */
  let asked = 0;
  /** Speed when the first pair came: what goes before it. */
  let firstSpeed = 1;

  const add = (sessionMs: number, epochMs: number): void => {
    if (count === maxCorners) thin();
    sessions[count] = sessionMs;
    epochs[count] = epochMs;
    count++;
    flattest = Number.NEGATIVE_INFINITY;
    steepest = Number.POSITIVE_INFINITY;
  };
  const thin = (): void => {
    let kept = 0;
    for (let i = 0; i < count; i++) {
      if (i % 2 === 1 && i < count - 2) continue;
      sessions[kept] = sessions[i]!;
      epochs[kept] = epochs[i]!;
      kept++;
    }
    count = kept;
  };
  /** Session ms per wall-clock ms of the first or last line that moves; the replay's speed without one. */
  const slopeFrom = (corner: number, step: 1 | -1): number => {
    for (let i = corner; i + step >= 0 && i + step < count; i += step) {
      const moved = sessions[i + step]! - sessions[i]!;
      if (moved !== 0) return moved / (epochs[i + step]! - epochs[i]!);
    }
    return speed;
  };

  return {
    note(sessionMs, epochMs) {
      const newest = count - 1;
      if (newest < 0) {
        firstSpeed = speed;
        return add(sessionMs, epochMs);
      }
      if (sessionMs < sessions[newest]! || epochMs < epochs[newest]!) return;
      const stands = sessionMs === sessions[newest];
      if (stands && epochMs - epochs[newest]! <= toleranceMs) return;
      const corner = newest - 1;
      const slope = corner < 0 ? Number.NaN : (epochMs - epochs[corner]!) / (sessionMs - sessions[corner]!);
      const goesOn =
        corner >= 0 &&
        stands === (sessions[corner] === sessions[newest]) &&
        (stands || (slope >= flattest && slope <= steepest));
      if (goesOn) {
        sessions[newest] = sessionMs;
        epochs[newest] = epochMs;
      } else add(sessionMs, epochMs);
      if (stands) return;
      const movedMs = sessionMs - sessions[count - 2]!;
      const passedMs = epochMs - epochs[count - 2]!;
      flattest = Math.max(flattest, (passedMs - toleranceMs) / movedMs);
      steepest = Math.min(steepest, (passedMs + toleranceMs) / movedMs);
    },
    setSpeed(value) {
      speed = value;
    },
    publishedMs(sessionMs) {
      if (count === 0) return null;
      const isSame =
        asked > 0 && asked < count && sessions[asked - 1]! < sessionMs && sessionMs <= sessions[asked]!;
      const at = isSame ? asked : lowerBound(sessions, sessionMs, count);
      asked = at;
      if (at < count && sessions[at] === sessionMs) return epochs[at]!;
      if (at > 0 && at < count) {
        const share = (sessionMs - sessions[at - 1]!) / (sessions[at]! - sessions[at - 1]!);
        return epochs[at - 1]! + share * (epochs[at]! - epochs[at - 1]!);
      }
      const end = at === 0 ? 0 : count - 1;
      // The pairs of a segment's first moments are close together and say little of its speed.
      const known = at === 0 ? firstSpeed : speed;
      const rate = known > 0 ? known : slopeFrom(end, at === 0 ? 1 : -1);
      // Not paced and only one pair: everything is published now.
      return rate === 0 ? epochs[end]! : epochs[end]! + (sessionMs - sessions[end]!) / rate;
    },
    clear() {
      count = 0;
    },
  };
}
