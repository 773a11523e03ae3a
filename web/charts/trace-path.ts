import type { KeptChannel, TraceBuffer } from '../state/trace-buffer.ts';

/** What a line is drawn with: a canvas context, or a list in a test. */
export interface PathSink {
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
}

export interface TraceWindow {
  readonly fromS: number;
  readonly toS: number;
  /** Canvas x of `fromS` and pixels per second. */
  readonly left: number;
  readonly pixelsPerS: number;
  /** Canvas y of value 0 and pixels per unit (upwards). */
  readonly zero: number;
  readonly pixelsPerUnit: number;
}

/**
 * Adds one driver's trace to a path. The line is broken at missing values and where two rows are further apart than
 * the buffer's `gapS`. Several rows on one pixel column become its minimum and maximum. Returns the rows drawn.
 * O(rows in the window), no allocation.
 */
export function addTrace(
  path: PathSink,
  buffer: TraceBuffer,
  channel: KeptChannel,
  isStep: boolean,
  window: TraceWindow,
): number {
  const { fromS, toS, left, pixelsPerS, zero, pixelsPerUnit } = window;
  const gapS = buffer.gapS;
  let index = Math.max(buffer.first, buffer.lowerBound(fromS) - 1);
  let lastS = Number.NEGATIVE_INFINITY;
  let lastY = 0;
  let column = Number.NaN;
  let lowest = 0;
  let highest = 0;
  let drawn = 0;
  for (; index < buffer.end; index++) {
    const sessionS = buffer.sessionS(index);
    const value = buffer.value(channel, index);
    if (Number.isNaN(value)) {
      lastS = Number.NEGATIVE_INFINITY;
      column = Number.NaN;
      continue;
    }
    const x = left + (sessionS - fromS) * pixelsPerS;
    const y = zero - value * pixelsPerUnit;
    if (sessionS - lastS > gapS) {
      path.moveTo(x, y);
      // A point of its own between two gaps must be seen.
      path.lineTo(x + 0.5, y);
      column = Math.round(x);
      lowest = highest = y;
    } else if (Math.round(x) === column) {
      if (y < lowest) path.lineTo(x, (lowest = y));
      else if (y > highest) path.lineTo(x, (highest = y));
    } else {
      if (isStep) path.lineTo(x, lastY);
      path.lineTo(x, y);
      column = Math.round(x);
      lowest = highest = y;
    }
    lastS = sessionS;
    lastY = y;
    drawn++;
    if (sessionS > toS) break;
  }
  return drawn;
}
