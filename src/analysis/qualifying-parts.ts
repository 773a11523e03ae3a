import type { FastF1Lap } from '../domain/lap-table.ts';

/**
 * Laps of the parts of a qualifying (FastF1's split): by lap start between the starts of two parts; a lap that leaves
 * the pits before the next part and ends in it belongs to that one. `startsMs` are the starts of the parts, `endMs` the time of the last
 * session status. A part without laps is null.
 */
export function splitQualifying(
  laps: readonly FastF1Lap[],
  startsMs: readonly number[],
  endMs: number,
): (readonly FastF1Lap[] | null)[] {
  const bounds = [...startsMs, endMs];
  const parts: (readonly FastF1Lap[] | null)[] = [];
  let early: ReadonlySet<FastF1Lap> = new Set();
  for (let part = 0; part + 1 < bounds.length; part++) {
    const from = bounds[part]!;
    const to = bounds[part + 1]!;
    const nextEarly = new Set(
      laps.filter(
        ({ startMs, endMs: lapEndMs, pitOutMs }) =>
          startMs !== null && startMs < to && lapEndMs !== null && lapEndMs > to && pitOutMs !== null,
      ),
    );
    const own = laps.filter(
      (lap) =>
        ((lap.startMs !== null && lap.startMs > from && lap.startMs < to) || early.has(lap)) &&
        !nextEarly.has(lap),
    );
    parts.push(own.length > 0 ? own : null);
    early = nextEarly;
  }
  return parts;
}
