import type { PointBuffer } from '../ingest/point-buffer.ts';
import type { RowSpan } from './row-span.ts';

/**
 * Rows of a lap that a ring holds whole, by the lap number that each row carries; null when it does not. A lap is whole when
 * rows of another lap, or the start of the recording, lie before it and rows of a later one behind it. O(rows).
 */
export function lapRows(buffer: PointBuffer, lapNumber: number): RowSpan | null {
  const { lap, capacity, first, appended } = buffer;
  let from = -1;
  let to = -1;
  for (let row = first; row < appended; row++) {
    if (lap[row % capacity] !== lapNumber) continue;
    if (from < 0) from = row;
    to = row + 1;
  }
  // A ring that has already lost its first rows may have lost some of this lap.
  if (from < 0 || to === appended || (from === first && first > 0)) return null;
  return { from, to };
}
