/**
 * One clock mapping: due = anchor + (session time − anchor's session time) ÷ speed, so errors never add up.
 * Speed 0 means "not paced": rows are due when they are handed over (at `max`, in steps, at a segment's start).
 */
export interface TimeMapping {
  /** Session time at the anchor [ms]. */
  readonly sessionMs: number;
  /** Monotonic time at the anchor [ms]. */
  readonly nowMs: number;
  /** Wall-clock time at the anchor, epoch ms. */
  readonly epochMs: number;
  /** Session seconds per second; 0 = not paced. */
  readonly speed: number;
}

/** The mapping of rows without a due time of their own. */
export const unpaced: TimeMapping = { sessionMs: 0, nowMs: 0, epochMs: 0, speed: 0 };

/** Session time [ms] at a monotonic time. */
export function sessionAt(mapping: TimeMapping, nowMs: number): number {
  return mapping.sessionMs + (nowMs - mapping.nowMs) * mapping.speed;
}

/** Monotonic time [ms] at which a session time is due. */
export function dueAt(mapping: TimeMapping, sessionMs: number): number {
  return mapping.nowMs + (sessionMs - mapping.sessionMs) / mapping.speed;
}
