import { isDrsOpen } from '../../../domain/drs.ts';
import { badRequest } from '../../http/http-error.ts';
import type { PointBuffer } from '../../ingest/point-buffer.ts';
import type { DriverPoints } from '../../ingest/point-store.ts';
import { rowClock } from '../row-clock.ts';
import type { RowClock } from '../row-clock.ts';
import { rowSpan } from '../row-span.ts';
import type { RowSpan } from '../row-span.ts';
import { ordered } from '../stamps.ts';
import type { Row } from '../stamps.ts';
import { askedDrivers, pointsOf } from '../table-context.ts';
import type { TableContext } from '../table-context.ts';
import { first, isAbsent, oneOf } from '../table-request.ts';
import { rounded, words } from '../table.ts';
import type { Table } from '../table.ts';
import { columnOf } from './drivers.ts';

/** A stretch goes on over a hole in the data up to this long [ms, session time]. */
const longestHoleMs = 1500;
/** Share of the range that is looked at first, its newest: most callers want the newest few. */
const firstShare = 1 / 16;

/** What counts as a stretch. */
interface Kind {
  readonly of: 'brake' | 'drs';
  readonly minS: number;
}

/**
 * Stretches of braking or of an open DRS flap, from the telemetry itself, the newest `limit` of them; `t` and ends are those
 * of the first and last row. O(rows that hold so many, at most twice those in range).
 */
export function episodesTable(context: TableContext): Table {
  const { request } = context;
  const kind: Kind = {
    of: oneOf('of', request.values['of'], ['brake', 'drs'] as const),
    minS: readMinS(request.values['min_s']),
  };
  const clock = rowClock(request.time, context.t0EpochMs);
  const drivers = clock === null ? [] : pointsOf(context, askedDrivers(context).codes);
  const unit = request.time === 'session' ? 1000 : 1;
  const newest = (share: number): Row[] =>
    drivers.flatMap((points) => {
      const whole = rowSpan(context, points.buffer);
      const from = whole.to - Math.ceil((whole.to - whole.from) * share);
      return stretches(points, kind, { from, to: whole.to }, from > whole.from).map((span) =>
        rowOf(points, kind, span, clock!, unit),
      );
    });
  let share = firstShare;
  let rows = newest(share);
  while (rows.length < request.limit && share < 1) rows = newest((share *= 2));
  return {
    columns: words('t driver t_end time timeEnd channel title text tags duration_s'),
    reasonColumn: 'title',
    rows: ordered(rows, request.limit),
  };
}

/** Stretches of a span, both ends included; one that began before a span that `isCut` is left out. */
function stretches(
  { buffer }: DriverPoints,
  { of, minS }: Kind,
  { from, to }: RowSpan,
  isCut: boolean,
): RowSpan[] {
  const { capacity, sessionMs } = buffer;
  const { data, nullRaw } = columnOf(buffer, of);
  const found: RowSpan[] = [];
  let begin = -1;
  let last = -1;
  let lastSlot = 0;
  let isWhole = !isCut;
  const close = (): void => {
    if (begin >= 0 && isWhole && durationS(buffer, { from: begin, to: last }) >= minS)
      found.push({ from: begin, to: last });
    begin = -1;
  };
  let next = from % capacity;
  for (let row = from; row < to; row++) {
    const slot = next;
    next = next + 1 === capacity ? 0 : next + 1;
    const raw = data[slot]!;
    if (raw === nullRaw) continue;
    const isOn = of === 'brake' ? raw === 1 : isDrsOpen(raw);
    if (!isOn) {
      if (begin >= 0) close();
      isWhole = true;
      continue;
    }
    if (begin >= 0 && sessionMs[slot]! - sessionMs[lastSlot]! > longestHoleMs) {
      close();
      isWhole = true;
    }
    if (begin < 0) begin = row;
    last = row;
    lastSlot = slot;
  }
  close();
  return found;
}

function durationS({ sessionMs, capacity }: PointBuffer, { from, to }: RowSpan): number {
  return (sessionMs[to % capacity]! - sessionMs[from % capacity]!) / 1000;
}

function rowOf(
  { driver, buffer }: DriverPoints,
  { of }: Kind,
  span: RowSpan,
  clock: RowClock,
  unit: number,
): Row {
  const t = clock.at(buffer, span.from % buffer.capacity) / unit;
  const end = clock.at(buffer, span.to % buffer.capacity) / unit;
  const seconds = durationS(buffer, span);
  const title = `${driver} ${of === 'brake' ? 'brakes' : 'DRS open'}`;
  const text = `${title} for ${seconds.toFixed(1)} s`;
  return [t, driver, end, t, end, of, title, text, `${of},${driver}`, rounded(seconds, 3)];
}

function readMinS(value: unknown): number {
  if (isAbsent(value)) return 0.5;
  const seconds = Number(first(value));
  if (seconds >= 0 && seconds <= 3600) return seconds;
  throw badRequest(
    `min_s must be 0–3600 seconds: current value is ${String(JSON.stringify(first(value))).slice(0, 60)}`,
    'Leave min_s out for 0.5',
  );
}
