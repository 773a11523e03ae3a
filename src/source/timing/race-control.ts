import type { Driver } from '../../domain/driver.ts';
import { feedEntries, feedObject, isFeedObject } from '../../domain/feed-shape.ts';
import type { RaceControlMessage } from '../../domain/timing.ts';
import { mergeState } from './merge-state.ts';
import { toCount, toText, toTextOrNull } from './feed-values.ts';

/** Collects RaceControlMessages lines. */
export interface RaceControlReader {
  accept(stampMs: number, data: unknown): void;
  readonly messages: readonly RaceControlMessage[];
}

/** Creates a collector; a message that is patched later keeps its first stamp. */
export function createRaceControlReader(): RaceControlReader {
  const byIndex = new Map<string, { sessionMs: number; state: unknown }>();

  function toMessage(sessionMs: number, state: unknown): RaceControlMessage {
    const fields = feedObject(state);
    const message = toText(fields['Message']);
    return {
      sessionMs,
      lap: toCount(fields['Lap']),
      category: toText(fields['Category']),
      message,
      flag: toTextOrNull(fields['Flag']),
      scope: toTextOrNull(fields['Scope']),
      sector: toCount(fields['Sector']),
      status: toTextOrNull(fields['Status']) ?? toTextOrNull(fields['Mode']),
      driverNumber: toTextOrNull(fields['RacingNumber']) ?? /\bCAR (\d{1,2})\b/.exec(message)?.[1] ?? null,
      foreign: false,
    };
  }

  return {
    accept(stampMs, data) {
      for (const [key, patch] of feedEntries(feedObject(data)['Messages'])) {
        if (!isFeedObject(patch)) continue;
        const known = byIndex.get(key);
        if (known === undefined)
          byIndex.set(key, { sessionMs: stampMs, state: mergeState(undefined, patch) });
        else known.state = mergeState(known.state, patch);
      }
    },
    get messages() {
      return [...byIndex.values()]
        .map(({ sessionMs, state }) => toMessage(sessionMs, state))
        .sort((a, b) => a.sessionMs - b.sessionMs);
    },
  };
}

/** 'own' when every 'CAR n (XXX)' names a car of the session by its own code, 'other' when one does not, else null. */
function seriesOf(message: string, codes: ReadonlyMap<string, string>): 'own' | 'other' | null {
  let series: 'own' | null = null;
  for (const [, number = '', code = ''] of message.matchAll(/\b(\d{1,3}) \(([A-Z]{3})\)/g)) {
    if (codes.get(number) !== code) return 'other';
    series = 'own';
  }
  return series;
}

export interface SessionEndInput {
  readonly messages: readonly RaceControlMessage[];
  /** Number of chequered flags the session has: 3 in a qualifying of three parts, else 1. */
  readonly parts: number;
  /** Starts and ends of all laps driven. */
  readonly laps: readonly { readonly startMs: number | null; readonly endMs: number | null }[];
}

/** How long cars are taken to be on track after the flag where no lap is known. */
const lastLapsMs = 600_000;

/**
 * When the session was over: its chequered flag and the end of the last lap begun before it (ten minutes where no lap
 * is known); null when no flag was shown.
 */
export function sessionEndMs(input: SessionEndInput): number | null {
  const flags = input.messages.filter(
    ({ flag, message }) => flag === 'CHEQUERED' || message === 'CHEQUERED FLAG',
  );
  const flag = flags[Math.min(input.parts, flags.length) - 1];
  if (flag === undefined) return null;
  if (input.laps.length === 0) return flag.sessionMs + lastLapsMs;
  let end = flag.sessionMs;
  for (const { startMs, endMs } of input.laps) {
    if (endMs !== null && endMs > end && startMs !== null && startMs <= flag.sessionMs) end = endMs;
  }
  return end;
}

/**
 * Messages with those of another series, and all after the end of the session, marked foreign. A foreign message is
 * only given to a driver when it names that driver's own code: numbers are shared between series.
 */
export function markForeign(
  messages: readonly RaceControlMessage[],
  drivers: readonly Driver[],
  endMs: number | null,
): RaceControlMessage[] {
  const codes = new Map(drivers.map((driver) => [driver.number, driver.code]));
  return messages.map((message) => {
    const series = codes.size > 0 ? seriesOf(message.message, codes) : null;
    const isAfter = endMs !== null && message.sessionMs > endMs;
    if (!isAfter && series !== 'other') return message;
    return { ...message, driverNumber: series === 'own' ? message.driverNumber : null, foreign: true };
  });
}
