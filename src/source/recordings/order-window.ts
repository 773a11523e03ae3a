import type { RecordedMessage } from './recorded-message.ts';

/** Recorders write topics up to 2 s behind others (1.985 s seen); messages wait this long for earlier ones. */
const windowMs = 3000;

/** Puts messages in order of their instants as they come. */
export interface OrderWindow {
  /** Takes a message; may hand over earlier ones. */
  push(message: RecordedMessage): void;
  /** Hands over what still waits. */
  flush(): void;
  /** Messages that came later than the window allows: they keep their place in the file. */
  readonly late: number;
}

/**
 * Messages with equal instants keep their order, those without one go with the message before them. Memory: the messages of
 * 3 s. O(log messages in the window) each.
 */
export function createOrderWindow(
  emit: (message: RecordedMessage, timeMs: number | null) => void,
): OrderWindow {
  interface Waiting {
    readonly message: RecordedMessage;
    readonly timeMs: number | null;
  }
  let waiting: Waiting[] = [];
  let newestMs = -Infinity;
  let emittedMs = -Infinity;
  let lastMs: number | null = null;
  let late = 0;
  const release = (untilMs: number): void => {
    let count = 0;
    while (count < waiting.length && (waiting[count]!.timeMs ?? -Infinity) <= untilMs) count++;
    for (const { message, timeMs } of waiting.slice(0, count)) {
      emittedMs = Math.max(emittedMs, timeMs ?? -Infinity);
      emit(message, timeMs);
    }
    if (count > 0) waiting = waiting.slice(count);
  };
  return {
    push(message) {
      const own = message.epochMs ?? message.stampMs;
      if (own !== null && own < emittedMs) late++;
      const timeMs = own === null ? lastMs : Math.max(own, emittedMs);
      lastMs = timeMs;
      let at = waiting.length;
      const placeMs = timeMs ?? Infinity;
      while (at > 0 && (waiting[at - 1]!.timeMs ?? -Infinity) > placeMs) at--;
      waiting.splice(at, 0, { message, timeMs });
      newestMs = Math.max(newestMs, timeMs ?? -Infinity);
      release(newestMs - windowMs);
    },
    flush: () => release(Infinity),
    get late() {
      return late;
    },
  };
}
