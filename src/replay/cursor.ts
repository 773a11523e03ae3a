import { type TimeMapping, unpaced } from './time-mapping.ts';

/**
 * Position in one lane's order: rows before `tail` were handed over, rows in [tail, head) are due and wait. Waiting
 * rows are a pair of indices, never a queue. Each stretch of rows keeps the mapping under which it became due, so a
 * change of speed does not rewrite the due times of rows that wait.
 */
export class Cursor {
  readonly dueMs: Float64Array;
  tail: number;
  head: number;
  #stretches: { readonly from: number; readonly mapping: TimeMapping }[];

  constructor(dueMs: Float64Array, tail: number, head: number = tail) {
    this.dueMs = dueMs;
    this.tail = tail;
    this.head = head;
    this.#stretches = [{ from: tail, mapping: unpaced }];
  }

  get pending(): number {
    return this.head - this.tail;
  }

  get isDone(): boolean {
    return this.tail === this.dueMs.length;
  }

  /** Session ms of the next row that is not due yet; Infinity at the end. */
  get nextDueMs(): number {
    return this.dueMs[this.head] ?? Number.POSITIVE_INFINITY;
  }

  /** Session ms of the oldest row that was not handed over; Infinity at the end. */
  get tailDueMs(): number {
    return this.dueMs[this.tail] ?? Number.POSITIVE_INFINITY;
  }

  /** Rows from `head` on become due under `mapping`. */
  map(mapping: TimeMapping): void {
    const kept = this.#stretches.filter((stretch) => stretch.from < this.head);
    this.#stretches = [...kept, { from: this.head, mapping }];
  }

  /** Marks every row due up to and including `sessionMs`. */
  advance(sessionMs: number): void {
    const { dueMs } = this;
    while (this.head < dueMs.length && dueMs[this.head]! <= sessionMs) this.head++;
  }

  /** Takes back what is due but was not handed over (leaving `max`). */
  retract(): void {
    this.head = this.tail;
  }

  /** Mapping of the row at `tail`, and the end of the waiting rows that share it. */
  stretch(): { mapping: TimeMapping; end: number } {
    while (this.#stretches.length > 1 && this.#stretches[1]!.from <= this.tail) this.#stretches.shift();
    return {
      mapping: this.#stretches[0]!.mapping,
      end: Math.min(this.head, this.#stretches[1]?.from ?? this.head),
    };
  }
}
