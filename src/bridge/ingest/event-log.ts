/** The newest JSON texts of a kind, numbered, so that every client can follow at its own pace. */
export interface EventLog {
  /** Number of the next event. */
  readonly next: number;
  /** Number of the oldest event held. */
  readonly first: number;
  push(text: string): void;
  /** Texts from a number on, at most `limit`. */
  since(number: number, limit: number): string[];
  /** Forgets the texts; numbers go on. */
  clear(): void;
}

/** A log of at most `capacity` texts. */
export function createEventLog(capacity: number): EventLog {
  let texts: string[] = [];
  let next = 0;
  return {
    get next() {
      return next;
    },
    get first() {
      return next - texts.length;
    },
    push(text) {
      texts.push(text);
      next++;
      // Cut in halves, so that a full log does not shift on every event.
      if (texts.length > capacity) texts = texts.slice(-Math.ceil(capacity / 2));
    },
    since(number, limit) {
      const from = Math.max(0, number - (next - texts.length));
      return texts.slice(from, from + limit);
    },
    clear() {
      texts = [];
    },
  };
}
