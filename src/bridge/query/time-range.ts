import { HttpError } from '../http/http-error.ts';

/** A range of due times, epoch ms, both ends included. */
export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

const isoPattern = /^[+-]?\d{4,6}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?$/u;
const relativePattern = /^now(?:-(\d{1,9})(ms|s|m|h|d))?$/u;
const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** Largest time that a Date can hold. */
const maxEpochMs = 8.64e15;

/** Epoch ms of epoch ms, of an ISO 8601 time (UTC without an offset) or of `now-5m`; null when it is none of them. */
export function readTime(value: unknown, nowMs: number): number | null {
  if (typeof value === 'number') return Math.abs(value) <= maxEpochMs ? value : null;
  if (typeof value !== 'string') return null;
  const text = value.trim();
  if (/^-?\d{1,16}(?:\.\d+)?$/u.test(text)) return readTime(Number(text), nowMs);
  const relative = relativePattern.exec(text);
  if (relative !== null) return nowMs - Number(relative[1] ?? 0) * (unitMs[relative[2] ?? ''] ?? 0);
  if (!isoPattern.test(text)) return null;
  const hasOffset = /Z|[+-]\d\d:?\d\d$/u.test(text.slice(10));
  const time = Date.parse(text.length > 10 && !hasOffset ? `${text}Z` : text);
  return Number.isNaN(time) ? null : time;
}

/**
 * The range of a request; an absent end is now, an absent start is `windowMs` before the end.
 * @throws {HttpError} 400 F1_BRIDGE_RANGE when a time cannot be read or the range is reversed
 */
export function readRange(from: unknown, to: unknown, nowMs: number, windowMs: number): TimeRange {
  const toMs = isAbsent(to) ? nowMs : readTime(to, nowMs);
  if (toMs === null) throw unreadable('to', to);
  const fromMs = isAbsent(from) ? toMs - windowMs : readTime(from, nowMs);
  if (fromMs === null) throw unreadable('from', from);
  if (fromMs > toMs) {
    throw new HttpError(
      400,
      'F1_BRIDGE_RANGE',
      `Cannot query a reversed range: from is ${fromMs}, to is ${toMs}`,
      'Give a start that is not after the end',
    );
  }
  return { fromMs, toMs };
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function unreadable(name: string, value: unknown): HttpError {
  return new HttpError(
    400,
    'F1_BRIDGE_RANGE',
    `Cannot read ${name} as a time: current value is ${String(JSON.stringify(value)).slice(0, 80)}`,
    'Give epoch milliseconds, an ISO 8601 time or now-5m',
  );
}
