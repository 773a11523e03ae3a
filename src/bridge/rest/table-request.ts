import { badRequest, HttpError } from '../http/http-error.ts';
import { readCount } from '../http/request-values.ts';
import type { Values } from '../http/request-values.ts';
import { select } from '../query/query-request.ts';
import type { Selection } from '../query/selection.ts';
import { readRange } from '../query/time-range.ts';

/** What `t` of an answer is: epoch ms of publication, session seconds, epoch ms of the sample. */
export type TimeKind = 'published' | 'session' | 'original';

/** A request to `/api/v1/…` after reading (PROTOCOL §7.2). */
export interface TableRequest {
  /** Upper case; null = all. */
  readonly drivers: Selection;
  /** Null = every column. */
  readonly fields: Selection;
  readonly time: TimeKind;
  /** In ms of the clock that `time` names (session ms, epoch ms), both included; infinite where the request is silent. */
  readonly fromMs: number;
  readonly toMs: number;
  /** True when the request named neither `from` nor `to`. */
  readonly isWholeRange: boolean;
  readonly maxPoints: number;
  readonly limit: number;
  readonly fill: boolean;
  readonly noticeRow: boolean;
  readonly format: 'json' | 'csv';
  /** Everything as sent, for parameters of one table. */
  readonly values: Values;
}

const maxPointsAsked = 100_000;
const maxLimit = 100_000;
/** The latest time that a Date can hold [epoch ms]. */
const latestMs = 8.64e15;

/**
 * Reads the parameters that all tables share.
 * @throws {HttpError} 400 for a value that cannot be read, a reversed range or a variable that was not replaced
 */
export function readTableRequest(
  values: Values,
  accept: string | undefined,
  defaults: { readonly nowMs: number; readonly maxPoints: number },
): TableRequest {
  const time = oneOf('time', values['time'], ['published', 'session', 'original'] as const);
  const { from, to } = values;
  const isWholeRange = isAbsent(from) && isAbsent(to);
  const [fromMs, toMs] =
    time === 'session' ? sessionRange(from, to) : epochRange(first(from), first(to), defaults.nowMs);
  const format = isAbsent(values['format'])
    ? /\btext\/csv\b/u.test(accept ?? '')
      ? 'csv'
      : 'json'
    : oneOf('format', values['format'], ['json', 'csv'] as const);
  return {
    drivers: select(values['driver'])?.map((name) => name.toUpperCase()) ?? null,
    fields: select(values['fields']),
    time,
    fromMs,
    toMs,
    isWholeRange,
    maxPoints: readCount('maxPoints', first(values['maxPoints']), {
      fallback: defaults.maxPoints,
      min: 1,
      max: maxPointsAsked,
    }),
    limit: readCount('limit', first(values['limit']), { fallback: 5000, min: 1, max: maxLimit }),
    fill: isAbsent(values['fill'])
      ? false
      : oneOf('fill', values['fill'], ['none', 'previous'] as const) === 'previous',
    noticeRow: isAbsent(values['notice'])
      ? false
      : oneOf('notice', values['notice'], ['none', 'row'] as const) === 'row',
    format,
    values,
  };
}

/** One of several words; the first when absent. 400 for any other. */
export function oneOf<T extends string>(name: string, value: unknown, words: readonly T[]): T {
  const text = first(value);
  if (isAbsent(text)) return words[0]!;
  const found = words.find((word) => word === text);
  if (found !== undefined) return found;
  throw badRequest(
    `${name} must be one of ${words.join(', ')}: current value is ${String(JSON.stringify(text)).slice(0, 60)}`,
    `Leave ${name} out for ${words[0]}`,
  );
}

/** The first of a parameter that was given several times. */
export function first(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : value;
}

export function isAbsent(value: unknown): boolean {
  const one = first(value);
  return one === undefined || one === null || one === '';
}

function epochRange(from: unknown, to: unknown, nowMs: number): readonly [number, number] {
  // A range without an end may begin after now.
  const range = readRange(from, isAbsent(to) ? latestMs : to, nowMs, Number.POSITIVE_INFINITY);
  return [range.fromMs, isAbsent(to) ? Number.POSITIVE_INFINITY : range.toMs];
}

function sessionRange(from: unknown, to: unknown): readonly [number, number] {
  const fromMs = isAbsent(from) ? Number.NEGATIVE_INFINITY : secondsOf('from', from) * 1000;
  const toMs = isAbsent(to) ? Number.POSITIVE_INFINITY : secondsOf('to', to) * 1000;
  if (fromMs > toMs) {
    throw new HttpError(
      400,
      'F1_BRIDGE_RANGE',
      `Cannot query a reversed range: from is ${fromMs / 1000} s, to is ${toMs / 1000} s`,
      'Give a start that is not after the end',
    );
  }
  return [fromMs, toMs];
}

function secondsOf(name: string, value: unknown): number {
  const text = String(first(value)).trim();
  const seconds = /^-?\d{1,9}(?:\.\d+)?$/u.test(text) ? Number(text) : Number.NaN;
  if (!Number.isNaN(seconds)) return seconds;
  throw new HttpError(
    400,
    'F1_BRIDGE_RANGE',
    `Cannot read ${name} as seconds of session time: current value is ${JSON.stringify(text.slice(0, 60))}`,
    'With time=session give seconds; epoch ms and ISO 8601 go with time=published or time=original',
  );
}
