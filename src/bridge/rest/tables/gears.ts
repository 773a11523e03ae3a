import { GearAnomaly } from '../../../analysis/gear-anomaly.ts';
import { Origin } from '../../../domain/table.ts';
import { rowSpan } from '../row-span.ts';
import { createStamps } from '../stamps.ts';
import { askedDrivers, pointsOf } from '../table-context.ts';
import type { TableContext } from '../table-context.ts';
import { oneOf } from '../table-request.ts';
import { ratio } from '../table.ts';
import type { Cell, Table } from '../table.ts';
import { columnOf } from './drivers.ts';

const gears = 9;

/** Share of car samples in each gear, 0 (neutral) to 8, with the gear anomalies among them. O(rows in range). */
export function gearsTable(context: TableContext): Table {
  const stamps = createStamps(context);
  const isByGear = oneOf('by', context.request.values['by'], ['driver', 'gear'] as const) === 'gear';
  const all = new Float64Array(gears * 4);
  const rows: Cell[][] = [];
  const t = stamps.now ?? 0;
  for (const { driver, buffer } of pointsOf(context, askedDrivers(context).codes)) {
    const own = isByGear ? all : new Float64Array(gears * 4);
    const { from, to } = rowSpan(context, buffer);
    const gear = columnOf(buffer, 'gear');
    const anomaly = columnOf(buffer, 'gear_anomaly');
    for (let row = from; row < to; row++) {
      const slot = row % buffer.capacity;
      const at = gear.data[slot]!;
      if (buffer.origin[slot] !== Origin.car || at >= gears) continue;
      own[at * 4]! += 1;
      const kind = anomaly.data[slot]!;
      if (kind >= GearAnomaly.lugging && kind <= GearAnomaly.neutralAtSpeed) own[at * 4 + kind]! += 1;
    }
    if (!isByGear) rows.push(...rowsOf(t, own, [driver]));
  }
  if (isByGear) rows.push(...rowsOf(t, all, []));
  return {
    columns: [
      't',
      ...(isByGear ? [] : ['driver']),
      'gear',
      'ratio',
      'lugging',
      'over_revving',
      'neutral_at_speed',
    ],
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
    ratio(counts[gear * 4]!, total),
    ...[1, 2, 3].map((kind) => counts[gear * 4 + kind]!),
  ]);
}
