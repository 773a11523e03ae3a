import { createStamps, lastOfEach, ordered } from '../stamps.ts';
import type { Row } from '../stamps.ts';
import { askedDrivers } from '../table-context.ts';
import type { TableContext } from '../table-context.ts';
import { compoundCode, words } from '../table.ts';
import type { Table } from '../table.ts';

interface HeldStint {
  readonly code: string;
  readonly stint: number;
  readonly compound: string | null;
  readonly fresh: boolean | null;
  readonly ageAtStart: number | null;
  readonly lapFrom: number | null;
  readonly lapTo: number | null;
  readonly laps: number;
  readonly fromS: number;
  /** Null while it lasts. */
  readonly toS: number | null;
}

/** Stints of the drivers asked for; with `fill=previous` the set of every driver at each moment at which any of them changes. */
export function stintsTable(context: TableContext): Table {
  const { request } = context;
  const stamps = createStamps(context);
  const stints = askedDrivers(context).codes.flatMap((code) => stintsOf(context, code));
  if (request.fill) return filled(context, stints);
  const rows: Row[] = [];
  for (const one of stints) {
    const t = stamps.at(one.fromS);
    const end = one.toS === null ? null : stamps.at(one.toS);
    if (t === null || !stamps.holds(t, end)) continue;
    const { stint, compound, fresh, ageAtStart, lapFrom, lapTo, laps } = one;
    rows.push([
      t,
      one.code,
      end,
      stint,
      compound,
      compoundCode(compound),
      fresh,
      ageAtStart,
      lapFrom,
      lapTo,
      laps,
    ]);
  }
  return {
    columns: words('t driver t_end stint compound compound_code fresh age_at_start lap_from lap_to laps'),
    rows: ordered(rows, request.limit),
  };
}

/** A set is on the car from the out lap on that the lap table gives it, else from when the feed tells of it. */
function stintsOf({ race }: TableContext, code: string): HeldStint[] {
  const laps = race.laps[code] ?? [];
  const told = race.stints[code] ?? [];
  const startS = race.session?.lights_out ?? race.session?.start ?? 0;
  const found: HeldStint[] = [];
  for (const entry of told) {
    const own = laps.filter(({ stint }) => stint === entry.stint);
    const firstLap = own[0];
    const fromS =
      found.length === 0 && firstLap !== undefined
        ? Math.min(firstLap.lap_start ?? startS, entry.session_time ?? startS)
        : (firstLap?.pit_out ?? firstLap?.lap_start ?? entry.session_time ?? startS);
    const previous = found.at(-1);
    if (previous !== undefined)
      found[found.length - 1] = { ...previous, toS: Math.max(previous.fromS, fromS) };
    found.push({
      code,
      stint: entry.stint,
      compound: entry.compound,
      fresh: entry.fresh,
      ageAtStart: entry.age_at_start,
      lapFrom: firstLap?.lap_number ?? null,
      lapTo: own.at(-1)?.lap_number ?? null,
      laps: own.length,
      fromS: Math.max(previous?.fromS ?? 0, fromS),
      toS: null,
    });
  }
  return found;
}

function filled(context: TableContext, stints: readonly HeldStint[]): Table {
  const { request } = context;
  const stamps = createStamps(context);
  const codes = [...new Set(stints.map(({ code }) => code))];
  const moments = new Set(stints.map(({ fromS }) => fromS));
  if (context.sessionNowMs !== null) moments.add(Math.round(context.sessionNowMs) / 1000);
  const sorted = [...moments].sort((a, b) => a - b);
  // Each moment holds until the next: the one before the range counts while it lasts into it.
  const shown = sorted
    .filter((moment, i) => {
      const t = stamps.at(moment);
      return t !== null && stamps.holds(t, stamps.at(sorted[i + 1] ?? null));
    })
    .slice(-request.maxPoints);
  const rows: Row[] = [];
  for (const moment of shown) {
    for (const code of codes) {
      const held = stints.findLast((one) => one.code === code && one.fromS <= moment);
      rows.push([
        stamps.at(moment),
        code,
        held?.stint ?? null,
        held?.compound ?? null,
        held === undefined ? null : compoundCode(held.compound),
      ]);
    }
  }
  return {
    columns: words('t driver stint compound compound_code'),
    rows: lastOfEach(ordered(rows, Number.POSITIVE_INFINITY)),
  };
}
