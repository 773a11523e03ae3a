import type { ReplayStatus } from '../../src/domain/messages.ts';

/** How far the clock may run ahead of the last report of the replay, wall time [ms]. */
const maxAheadMs = 1_200;
/** Share of the remaining error that one frame takes away. */
const easing = 0.12;

/**
 * The replay's clock between two of its reports: advances at the replay's speed, is corrected smoothly by each report,
 * never runs further ahead than the reports allow and never backwards within a segment.
 */
export class Playhead {
  #reportedS: number | null = null;
  #reportedAtMs = 0;
  #speed = 1;
  #status: ReplayStatus = 'stopped';
  #shownS: number | null = null;
  #shownAtMs = 0;

  /** A new segment begins: nothing carries over. */
  reset(): void {
    this.#reportedS = null;
    this.#shownS = null;
  }

  /** A `state` of the replay arrived. `speed` 0 = as fast as it goes. */
  report(sessionS: number | null, speed: number, status: ReplayStatus, nowMs: number): void {
    if (status !== 'playing' || this.#status !== 'playing') this.#shownS = null;
    this.#reportedS = sessionS;
    this.#reportedAtMs = nowMs;
    this.#speed = speed;
    this.#status = status;
  }

  /** Session time to show now [s]; null before anything is known. `newestS` is the newest telemetry row. */
  read(newestS: number, nowMs: number): number | null {
    const newest = Number.isFinite(newestS) ? newestS : null;
    if (this.#reportedS === null) return newest;
    const isRunning = this.#status === 'playing';
    const sinceMs = Math.min(nowMs - this.#reportedAtMs, maxAheadMs);
    let targetS = isRunning ? this.#reportedS + (sinceMs / 1000) * this.#speed : this.#reportedS;
    if (newest !== null && newest > targetS) targetS = newest;
    if (this.#shownS === null || !isRunning) {
      this.#shownS = targetS;
    } else {
      const elapsedS = ((nowMs - this.#shownAtMs) / 1000) * this.#speed;
      const errorS = targetS - (this.#shownS + elapsedS);
      const isFar = Math.abs(errorS) > Math.max(1, this.#speed) * 2 || this.#speed === 0;
      const nextS = isFar ? targetS : this.#shownS + elapsedS + errorS * easing;
      this.#shownS = isFar ? nextS : Math.max(this.#shownS, nextS);
    }
    this.#shownAtMs = nowMs;
    return this.#shownS;
  }
}
