import type { PointBuffer } from '../ingest/point-buffer.ts';
import type { RowSpan } from './row-span.ts';

/**
 * Rows of each lap that a ring holds whole, by the lap number that each row carries. A lap is whole when rows of another lap,
 * or the start of the recording, lie before it and rows of a later one behind it. O(rows).
 */
export function lapRows({ lap, capacity, first, appended }: PointBuffer): ReadonlyMap<number, RowSpan> {
  const spans = new Map<number, { from: number; to: number }>();
  let current = { from: first, to: first };
  let number = -1;
  let slot = first % capacity;
  for (let row = first; row < appended; row++) {
    if (lap[slot] !== number) {
      number = lap[slot]!;
      current = spans.get(number) ?? { from: row, to: row };
      spans.set(number, current);
    }
    current.to = row + 1;
    if (++slot === capacity) slot = 0;
  }
  spans.delete(0);
  for (const [lapNumber, { from, to }] of spans) {
    // A ring that has already lost its first rows may have lost some of this lap.
    if (to === appended || (from === first && first > 0)) spans.delete(lapNumber);
  }
  return spans;
}
