import { niceStep } from '../telemetry-rows.ts';
import { createStamps, lastOfEach, ordered } from '../stamps.ts';
import type { Row, Stamps } from '../stamps.ts';
import { askedDrivers } from '../table-context.ts';
import type { TableContext } from '../table-context.ts';
import { rounded, words } from '../table.ts';
import type { Table } from '../table.ts';

/**
 * The feed's own gaps: every change, or with `fill=previous` what holds at equal time points. A car a lap down has its gap at
 * the line, of the last lap that it ended. O(entries in range · drivers).
 */
export function gapsTable(context: TableContext): Table {
  const { app, request } = context;
  const { gaps } = app.state;
  const stamps = createStamps(context);
  const unit = request.time === 'session' ? 1000 : 1;
  const timeAt = (index: number): number => (stamps.at(gaps.sessionMs(index) / 1000) ?? Number.NaN) * unit;
  const columns = words('t driver position gap interval laps_behind at_line');
  if (gaps.size === 0 || Number.isNaN(timeAt(0))) return { columns, rows: [] };
  const newestMs = stamps.now === null ? timeAt(gaps.size - 1) : stamps.now * unit;
  const windowMs = app.config.bridge.window_seconds * 1000;
  const fromMs = request.isWholeRange ? newestMs - windowMs : request.fromMs;
  const toMs = Math.min(request.toMs, newestMs);
  const asked = new Set(askedDrivers(context).codes);
  const isAsked = gaps.drivers.map((code) => asked.has(code));
  const held = new Int32Array(gaps.drivers.length).fill(-1);
  const end = firstAt(gaps.size, (index) => timeAt(index) > toMs);
  let begin = firstAt(gaps.size, (index) => timeAt(index) >= fromMs);
  if (!request.fill) {
    // Only the newest are answered: what lies before them is not made.
    let answered = 0;
    for (let index = end - 1; index >= begin; index--)
      if (isAsked[gaps.driver(index)] === true && ++answered === request.limit) begin = index;
  }
  // Intervals need the places of all cars when the range begins.
  for (let index = 0; index < begin; index++) held[gaps.driver(index)] = index;
  const stepMs = request.fill
    ? niceStep(Math.max(250, (toMs - Math.max(fromMs, timeAt(0))) / Math.max(0.5, request.maxPoints - 1)))
    : 0;
  const lines: Line[][] = [];
  const rows: Row[] = [];
  const write = (index: number, ms: number): void => {
    const who = gaps.driver(index);
    if (isAsked[who] !== true) return;
    const feedMs = gaps.gapMs(index);
    const isLapped = feedMs === null && gaps.lapsBehind(index) > 0;
    const gapMs = isLapped
      ? gapAtLine((lines[who] ??= linesOf(context.race.laps, gaps.drivers[who]!, stamps)), ms / unit)
      : feedMs;
    const ahead = isLapped ? null : aheadOf(held, gaps, gaps.position(index));
    const interval = gapMs === null || ahead === null || gapMs < ahead ? null : gapMs - ahead;
    rows.push([
      unit === 1 ? Math.round(ms) : ms / unit,
      gaps.drivers[who],
      gaps.position(index),
      gapMs === null ? null : gapMs / 1000,
      rounded(interval === null ? null : interval / 1000, 3),
      gaps.lapsBehind(index),
      isLapped,
    ]);
  };
  if (!request.fill) {
    for (let index = begin; index < end; index++) {
      held[gaps.driver(index)] = index;
      write(index, timeAt(index));
    }
    return { columns, rows: lastOfEach(ordered(rows, request.limit)) };
  }
  // Before the first gaps there are places alone, and the leader's 0.
  const isKnown = (index: number): boolean =>
    index >= 0 && gaps.position(index) > 1 && (gaps.gapMs(index) !== null || gaps.lapsBehind(index) > 0);
  const writeAll = (ms: number): void => {
    if (!held.some(isKnown)) return;
    for (const index of held) if (index >= 0) write(index, ms);
  };
  let nextMs = Math.ceil(Math.max(fromMs, timeAt(0)) / stepMs) * stepMs;
  for (let index = begin; index < end; index++) {
    const ms = timeAt(index);
    for (; nextMs < ms && nextMs <= toMs; nextMs += stepMs) writeAll(nextMs);
    held[gaps.driver(index)] = index;
  }
  for (; nextMs <= toMs; nextMs += stepMs) writeAll(nextMs);
  return { columns, rows: lastOfEach(ordered(rows, Number.POSITIVE_INFINITY)) };
}

/** When a car ended a lap (`t`) and how far behind the first car to end that lap [ms]. */
interface Line {
  readonly t: number;
  readonly gapMs: number;
}

function linesOf(laps: TableContext['race']['laps'], code: string, stamps: Stamps): Line[] {
  const lines: Line[] = [];
  for (const { lap_number: number, lap_end: endS } of laps[code] ?? []) {
    const t = stamps.at(endS);
    if (endS === null || t === null) continue;
    let firstS = endS;
    for (const others of Object.values(laps)) {
      const other =
        others[number - 1]?.lap_number === number
          ? others[number - 1]
          : others.find((lap) => lap.lap_number === number);
      if (other?.lap_end != null && other.lap_end < firstS) firstS = other.lap_end;
    }
    lines.push({ t, gapMs: Math.round((endS - firstS) * 1000) });
  }
  return lines;
}

/** Gap of the last lap that ended at or before a `t` [ms]; null before the first. */
function gapAtLine(lines: readonly Line[], t: number): number | null {
  return lines.findLast((line) => line.t <= t)?.gapMs ?? null;
}

/** Gap of the car one place ahead [ms]; null where it is not known. */
function aheadOf(
  held: Int32Array,
  gaps: TableContext['app']['state']['gaps'],
  position: number,
): number | null {
  if (position <= 1) return null;
  for (const index of held) if (index >= 0 && gaps.position(index) === position - 1) return gaps.gapMs(index);
  return null;
}

/** First index for which a test that turns true once holds; `size` when none. O(log size). */
function firstAt(size: number, test: (index: number) => boolean): number {
  let low = 0;
  let high = size;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (test(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
