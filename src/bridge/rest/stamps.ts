import type { TableContext } from './table-context.ts';
import type { Cell } from './table.ts';

/** Times of one answer: turns session times into the `t` that the request asks for and knows its range. */
export interface Stamps {
  /** `t` of a session time [s]; null where it is not known. */
  at(sessionS: number | null): number | null;
  /** `t` of a wall-clock time [epoch ms], for what happens outside the session. */
  atEpoch(epochMs: number): number | null;
  /** `t` of the answer itself. */
  readonly now: number | null;
  /** True when the range holds a `t`, or a stretch of it overlaps; an end of null lasts until now. */
  holds(t: number, end?: number | null): boolean;
  /** True for a `t` before the range. */
  precedes(t: number): boolean;
  /** `t` of the range's end; of the answer where that is earlier. */
  readonly end: number | null;
}

/** Stamps for a request. */
export function createStamps({ app, request, nowMs, sessionNowMs, t0EpochMs }: TableContext): Stamps {
  const { clock } = app.state;
  const { time, fromMs, toMs } = request;
  const unit = time === 'session' ? 1000 : 1;
  const at = (sessionS: number | null): number | null => {
    if (sessionS === null) return null;
    if (time === 'session') return sessionS;
    if (time === 'original') return t0EpochMs === null ? null : Math.round(t0EpochMs + sessionS * 1000);
    const ms = clock.publishedMs(sessionS * 1000);
    return ms === null ? null : Math.round(ms);
  };
  const sessionNow = at(sessionNowMs === null ? null : Math.round(sessionNowMs) / 1000);
  const now = time === 'published' ? nowMs : sessionNow;
  return {
    at,
    // What happened to the replay has no session time of its own.
    atEpoch: (epochMs) => (time === 'published' ? Math.round(epochMs) : sessionNow),
    now,
    holds: (t, end = t) => t * unit <= toMs && (end ?? now ?? t) * unit >= fromMs,
    precedes: (t) => t * unit < fromMs,
    end: now === null ? null : Math.min(now, toMs / unit),
  };
}

export type Row = readonly Cell[];

/** Rows with a `t` (first cell), ordered by it and then by the second cell; the newest `limit` of them. */
export function ordered(rows: readonly Row[], limit: number): Row[] {
  const timed = rows.filter(([t]) => typeof t === 'number');
  timed.sort((a, b) => Number(a[0]) - Number(b[0]) || compareCells(a[1], b[1]));
  return timed.length > limit ? timed.slice(-limit) : timed;
}

/** The last row of each `t` and second cell; rows must be ordered. */
export function lastOfEach(rows: readonly Row[]): Row[] {
  return rows.filter((row, i) => {
    const next = rows[i + 1];
    return next === undefined || next[0] !== row[0] || next[1] !== row[1];
  });
}

function compareCells(a: Cell, b: Cell): number {
  const [x, y] = [String(a ?? ''), String(b ?? '')];
  return x < y ? -1 : x > y ? 1 : 0;
}
