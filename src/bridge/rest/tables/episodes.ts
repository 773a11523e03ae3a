import { isDrsOpen } from '../../../domain/drs.ts';
import { badRequest } from '../../http/http-error.ts';
import { rowClock } from '../row-clock.ts';
import { rowSpan } from '../row-span.ts';
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

/** Stretches of braking or of an open DRS flap, from the telemetry itself; `t` and ends are those of the first and last row. O(rows in range). */
export function episodesTable(context: TableContext): Table {
  const { request } = context;
  const of = oneOf('of', request.values['of'], ['brake', 'drs'] as const);
  const minS = readMinS(request.values['min_s']);
  const clock = rowClock(request.time, context.t0EpochMs);
  const unit = request.time === 'session' ? 1000 : 1;
  const rows: Row[] = [];
  for (const { driver, buffer } of clock === null ? [] : pointsOf(context, askedDrivers(context).codes)) {
    const { from, to } = rowSpan(context, buffer);
    const { data, nullRaw } = columnOf(buffer, of);
    let begin = -1;
    let last = -1;
    const close = (): void => {
      if (begin < 0) return;
      const durationS =
        (buffer.sessionMs[last % buffer.capacity]! - buffer.sessionMs[begin % buffer.capacity]!) / 1000;
      if (durationS >= minS) {
        const t = clock!.at(buffer, begin) / unit;
        const end = clock!.at(buffer, last) / unit;
        const title = `${driver} ${of === 'brake' ? 'brakes' : 'DRS open'}`;
        const text = `${title} for ${durationS.toFixed(1)} s`;
        rows.push([t, driver, end, t, end, of, title, text, `${of},${driver}`, rounded(durationS, 3)]);
      }
      begin = -1;
    };
    for (let row = from; row < to; row++) {
      const raw = data[row % buffer.capacity]!;
      if (raw === nullRaw) continue;
      const isOn = of === 'brake' ? raw === 1 : isDrsOpen(raw);
      if (!isOn) close();
      else {
        const holeMs =
          last < 0 ? 0 : buffer.sessionMs[row % buffer.capacity]! - buffer.sessionMs[last % buffer.capacity]!;
        if (begin >= 0 && holeMs > longestHoleMs) close();
        if (begin < 0) begin = row;
        last = row;
      }
    }
    close();
  }
  return {
    columns: words('t driver t_end time timeEnd channel title text tags duration_s'),
    reasonColumn: 'title',
    rows: ordered(rows, request.limit),
  };
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
