import type { PointBuffer } from '../ingest/point-buffer.ts';
import { rowClock } from './row-clock.ts';
import type { TableContext } from './table-context.ts';

/** Absolute indices `[from, to)` of a ring's rows in a request's range; the default window where it names none. */
export interface RowSpan {
  readonly from: number;
  readonly to: number;
}

/** Range of telemetry tables in ms of the request's clock, and whether the session has that clock at all. */
export function telemetryRange(context: TableContext): { fromMs: number; toMs: number } | null {
  const { request, app, nowMs, sessionNowMs, t0EpochMs } = context;
  if (rowClock(request.time, t0EpochMs) === null) return null;
  if (!request.isWholeRange) return { fromMs: request.fromMs, toMs: request.toMs };
  const newest =
    request.time === 'published'
      ? nowMs
      : request.time === 'session'
        ? (sessionNowMs ?? 0)
        : (t0EpochMs ?? 0) + (sessionNowMs ?? 0);
  return { fromMs: newest - app.config.bridge.window_seconds * 1000, toMs: newest };
}

/** Rows of a ring in the range of a request. O(log rows). */
export function rowSpan(context: TableContext, buffer: PointBuffer): RowSpan {
  const clock = rowClock(context.request.time, context.t0EpochMs);
  const range = telemetryRange(context);
  if (clock === null || range === null) return { from: 0, to: 0 };
  const from = clock.lowerBound(buffer, range.fromMs);
  return { from, to: Math.max(from, clock.lowerBound(buffer, Math.floor(range.toMs) + 1)) };
}
