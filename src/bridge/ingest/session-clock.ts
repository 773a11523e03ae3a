import { lowerBound } from '../../domain/bounds.ts';

/** Published wall-clock time of every session time of the current segment: a chain of lines between observed pairs. */
export interface SessionClock {
  /** Takes an observed pair [session ms, epoch ms]; pairs before the newest are left out. O(1), no allocation in the steady state. */
  note(sessionMs: number, epochMs: number): void;
  /** Speed of the replay, session time to real time, for the time before the second pair; 0 = not paced. */
  setSpeed(speed: number): void;
  /**
   * Epoch ms at which a session time was, or would have been, published; null before the first pair. Behind the chain's
   * ends its first and last lines go on. While the replay stood still: when it came there. O(log pairs).
   */
  publishedMs(sessionMs: number): number | null;
  clear(): void;
}

/** A pair this close to the line so far belongs to it [ms]. */
const toleranceMs = 20;
/** Pairs closer than this say nothing about the slope of a line [ms]. */
const spacingMs = 200;
/** Corners of the chain; when there are more, every other one is given up. */
const maxCorners = 4096;

/** A clock that has seen nothing. */
export function createSessionClock(): SessionClock {
  const sessions = new Float64Array(maxCorners);
  const epochs = new Float64Array(maxCorners);
  let count = 0;
  let speed = 1;
  /** Speed when the first pair came: what goes before it. */
  let firstSpeed = 1;
  /** The newest pair, also where it is too close to the last corner to be one. */
  let newestSession = Number.NaN;
  let newestEpoch = Number.NaN;

  const push = (sessionMs: number, epochMs: number): void => {
    if (count === maxCorners) thin();
    sessions[count] = sessionMs;
    epochs[count] = epochMs;
    count++;
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
      const last = count - 1;
      if (last < 0 || (sessionMs >= newestSession && epochMs >= newestEpoch)) {
        newestSession = sessionMs;
        newestEpoch = epochMs;
      }
      if (last < 0) firstSpeed = speed;
      if (last < 0) return push(sessionMs, epochMs);
      if (epochMs < epochs[last]! + spacingMs || sessionMs < sessions[last]!) return;
      if (last > 0) {
        const slope = (sessions[last]! - sessions[last - 1]!) / (epochs[last]! - epochs[last - 1]!);
        const offMs = sessionMs - (sessions[last]! + slope * (epochMs - epochs[last]!));
        // In wall-clock time, so that the tolerance is the same at every speed.
        if (offMs === 0 || Math.abs(offMs) <= toleranceMs * slope) {
          sessions[last] = sessionMs;
          epochs[last] = epochMs;
          return;
        }
      }
      push(sessionMs, epochMs);
    },
    setSpeed(value) {
      speed = value;
    },
    publishedMs(sessionMs) {
      if (count === 0) return null;
      const at = lowerBound(sessions, sessionMs, count);
      if (at < count && sessions[at] === sessionMs) return epochs[at]!;
      if (at > 0 && at < count) {
        const share = (sessionMs - sessions[at - 1]!) / (sessions[at]! - sessions[at - 1]!);
        return epochs[at - 1]! + share * (epochs[at]! - epochs[at - 1]!);
      }
      if (at === count && sessionMs <= newestSession) {
        const share = (sessionMs - sessions[at - 1]!) / (newestSession - sessions[at - 1]!);
        return epochs[at - 1]! + share * (newestEpoch - epochs[at - 1]!);
      }
      const corner = at === 0 ? 0 : count - 1;
      // The pairs of a segment's first moments are close together and say little of its speed.
      const known = at === 0 ? firstSpeed : speed;
      const rate = known > 0 ? known : slopeFrom(corner, at === 0 ? 1 : -1);
      const [sessionAt, epochAt] = at === 0 ? [sessions[0]!, epochs[0]!] : [newestSession, newestEpoch];
      // Not paced and only one pair: everything is published now.
      return rate === 0 ? epochAt : epochAt + (sessionMs - sessionAt) / rate;
    },
    clear() {
      count = 0;
    },
  };
}
