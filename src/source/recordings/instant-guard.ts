import type { RecordedMessage } from './recorded-message.ts';

/** An instant further than this from its neighbours is damaged: no session is as long. */
const maxJumpMs = 12 * 3_600_000;
/** More messages in doubt than this are let go. */
const maxDoubted = 64;

/** Keeps single damaged instants from moving the clock of a whole recording. */
export interface InstantGuard {
  push(message: RecordedMessage): void;
  /** Hands over what still waits. */
  flush(): void;
  /** Messages whose instant was replaced with that of a neighbour. */
  readonly replaced: number;
}

function instantOf({ epochMs, stampMs }: RecordedMessage): number | null {
  return epochMs ?? stampMs;
}

function isNear(a: number, b: number | null): boolean {
  return b !== null && Math.abs(a - b) <= maxJumpMs;
}

/**
 * An instant more than 12 h from the one before counts only if one of the next is near it; otherwise the message goes with
 * its neighbour in the file. The order of messages stays. Memory: 64 messages.
 */
export function createInstantGuard(emit: (message: RecordedMessage) => void): InstantGuard {
  let trustedMs: number | null = null;
  let doubted: RecordedMessage[] = [];
  let replaced = 0;
  /** Those near `keptMs` keep their instants, the others take that of a neighbour. */
  const settle = (keptMs: number | null, insteadMs: number | null): void => {
    for (const message of doubted) {
      const ownMs = instantOf(message);
      if (ownMs === null || insteadMs === null || isNear(ownMs, keptMs)) emit(message);
      else {
        replaced++;
        emit(
          message.epochMs === null ? { ...message, stampMs: insteadMs } : { ...message, epochMs: insteadMs },
        );
      }
    }
    doubted = [];
  };
  return {
    push(message) {
      const ownMs = instantOf(message);
      if (ownMs === null) {
        if (doubted.length === 0) emit(message);
        else doubted.push(message);
      } else if (isNear(ownMs, trustedMs)) {
        settle(null, trustedMs);
        trustedMs = ownMs;
        emit(message);
      } else if (doubted.some((one) => isNear(ownMs, instantOf(one) ?? Number.NaN))) {
        settle(ownMs, trustedMs ?? ownMs);
        trustedMs = ownMs;
        emit(message);
      } else doubted.push(message);
      if (doubted.length > maxDoubted) settle(null, trustedMs);
    },
    flush: () => settle(null, trustedMs),
    get replaced() {
      return replaced;
    },
  };
}
