import { rowSpan } from '../row-span.ts';
import { createStamps } from '../stamps.ts';
import { askedDrivers, pointsOf } from '../table-context.ts';
import type { TableContext } from '../table-context.ts';
import { oneOf } from '../table-request.ts';
import { ratio } from '../table.ts';
import type { Cell, Table } from '../table.ts';

const gears = 9;

/** Share of car samples in each gear, 0 (neutral) to 8, with the gear anomalies among them. O(pages in range). */
export function gearsTable(context: TableContext): Table {
  const stamps = createStamps(context);
  const isByGear = oneOf('by', context.request.values['by'], ['driver', 'gear'] as const) === 'gear';
  const all = new Float64Array(gears * 4);
  const rows: Cell[][] = [];
  const t = stamps.now ?? 0;
  for (const { driver, buffer } of pointsOf(context, askedDrivers(context).codes)) {
    const own = isByGear ? all : new Float64Array(gears * 4);
    const { from, to } = rowSpan(context, buffer);
    const totals = buffer.totals(from, to);
    for (let gear = 0; gear < gears; gear++)
      for (let kind = 0; kind <= 3; kind++) own[gear * 4 + kind]! += totals.gear(gear, kind);
    if (!isByGear) rows.push(...rowsOf(t, own, [driver]));
  }
  if (isByGear) rows.push(...rowsOf(t, all, []));
  return {
    columns: [
      't',
      ...(isByGear ? [] : ['driver']),
      'gear',
      'gear_name',
      'ratio',
      'lugging',
      'over_revving',
      'neutral_at_speed',
    ],
    reasonColumn: ['driver', 'gear_name'],
    rows,
  };
}

function rowsOf(t: number, counts: Float64Array, head: readonly Cell[]): Cell[][] {
  let total = 0;
  for (let gear = 0; gear < gears; gear++) total += counts[gear * 4]!;
  if (total === 0) return [];
  return Array.from({ length: gears }, (_, gear) => [
    t,
    ...head,
    gear,
    gear === 0 ? 'N' : String(gear),
    ratio(counts[gear * 4]!, total),
    ...[1, 2, 3].map((kind) => counts[gear * 4 + kind]!),
  ]);
}
