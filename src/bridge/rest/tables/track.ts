import { words } from '../table.ts';
import type { PointBuffer } from '../../ingest/point-buffer.ts';
import type { DriverPoints } from '../../ingest/point-store.ts';
import { lapRows } from '../lap-rows.ts';
import { rowClock } from '../row-clock.ts';
import type { RowSpan } from '../row-span.ts';
import type { TableContext } from '../table-context.ts';
import type { Cell, Table } from '../table.ts';
import { columnOf } from './drivers.ts';

/** Points of an outline: enough for a panel, few enough for a browser. */
const outlinePoints = 400;
/** Share of rows of a lap that must have a position. */
const leastPositions = 0.8;

/**
 * Outline of the circuit: the places of the fastest lap that is held whole, closed to a ring. Positions are the feed's own,
 * 1/10 m. O(laps · log + rows of the drivers looked at, most often one).
 */
export function trackTable(context: TableContext): Table {
  const columns = words('t x y distance driver lap_number');
  const clock = rowClock(context.request.time, context.t0EpochMs);
  const found = clock === null ? null : fastestHeldLap(context);
  if (clock === null || found === null) return { columns, rows: [], reasonColumn: 'driver' };
  const { points, lapNumber, span } = found;
  const { buffer } = points;
  const x = columnOf(buffer, 'x');
  const y = columnOf(buffer, 'y');
  const distance = columnOf(buffer, 'distance');
  const unit = context.request.time === 'session' ? 1000 : 1;
  const step = Math.max(1, Math.floor((span.to - span.from) / outlinePoints));
  const rows: Cell[][] = [];
  for (let row = span.from; row < span.to; row += step) {
    const slot = row % buffer.capacity;
    if (x.data[slot] === x.nullRaw || y.data[slot] === y.nullRaw) continue;
    const raw = distance.data[slot]!;
    rows.push([
      clock.at(buffer, row % buffer.capacity) / unit,
      x.data[slot]!,
      y.data[slot]!,
      raw === distance.nullRaw ? null : raw / distance.scale,
      points.driver,
      lapNumber,
    ]);
  }
  const [start] = rows;
  if (start !== undefined) rows.push([clock.at(buffer, span.to % buffer.capacity) / unit, ...start.slice(1)]);
  return { columns, rows, reasonColumn: 'driver' };
}

function fastestHeldLap({
  app,
  race,
}: TableContext): { points: DriverPoints; lapNumber: number; span: RowSpan } | null {
  const candidates = Object.entries(race.laps)
    .flatMap(([code, laps]) => laps.map((lap) => ({ code, lap })))
    .filter(({ lap }) => lap.lap_time !== null && lap.pit_in === null && lap.pit_out === null)
    .sort((a, b) => a.lap.lap_time! - b.lap.lap_time!);
  const held = new Map<string, ReadonlyMap<number, RowSpan>>();
  for (const { code, lap } of candidates) {
    const points = app.state.points.find(code);
    if (points === undefined) continue;
    const laps = held.get(code) ?? lapRows(points.buffer);
    held.set(code, laps);
    const span = laps.get(lap.lap_number);
    if (span === undefined) continue;
    if (positionShare(points.buffer, span) >= leastPositions)
      return { points, lapNumber: lap.lap_number, span };
  }
  return null;
}

function positionShare(buffer: PointBuffer, { from, to }: RowSpan): number {
  const { data, nullRaw } = columnOf(buffer, 'x');
  let known = 0;
  for (let row = from; row < to; row++) if (data[row % buffer.capacity] !== nullRaw) known++;
  return known / (to - from);
}
