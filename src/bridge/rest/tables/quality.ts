import { limits } from '../../../analysis/quality/verdict.ts';
import type { PointBuffer } from '../../ingest/point-buffer.ts';
import { topicsOfTable } from '../notices.ts';
import { rowSpan } from '../row-span.ts';
import { createStamps } from '../stamps.ts';
import { askedDrivers } from '../table-context.ts';
import type { TableContext } from '../table-context.ts';
import { oneOf } from '../table-request.ts';
import { ratio, rounded, words } from '../table.ts';
import type { Cell, Table } from '../table.ts';
import { rateHz } from './drivers.ts';

/** What the data are worth: by driver, by topic of the feed, or what the bridge set aside. O(pages in range). */
export function qualityTable(context: TableContext): Table {
  const of = oneOf('of', context.request.values['of'], ['drivers', 'topics', 'set-aside'] as const);
  if (of === 'topics') return topicsTable(context);
  if (of === 'set-aside') return setAsideTable(context);
  const t = createStamps(context).now ?? 0;
  return {
    columns: words(
      't driver rows car_rows position_rows rate_hz longest_gap_s speed_null_ratio position_null_ratio laps laps_without_time verdict why',
    ),
    rows: askedDrivers(context)
      .codes.sort()
      .map((code) => rowOf(context, t, code)),
  };
}

function rowOf(context: TableContext, t: number, code: string): Cell[] {
  const { app, race } = context;
  const laps = race.laps[code] ?? [];
  const untimed = laps.filter(({ lap_time: time }) => time === null).length;
  const buffer = app.state.points.find(code)?.buffer;
  const found = buffer === undefined ? null : feedOf(context, buffer);
  if (found === null || found.rows === 0) {
    return [
      t,
      code,
      0,
      0,
      0,
      null,
      null,
      null,
      null,
      laps.length,
      untimed,
      'none',
      'No telemetry in this range',
    ];
  }
  const reasons: string[] = [];
  let isPoor = false;
  const judge = (value: number, care: number, poor: number, text: string): void => {
    if (value <= care) return;
    reasons.push(text);
    isPoor ||= value > poor;
  };
  const { gapMs, faultyShare } = limits;
  const gap = found.longestGapMs;
  judge(gap, gapMs.careAbove, gapMs.poorAbove, `longest hole ${(gap / 1000).toFixed(1)} s`);
  judge(found.speedNull, faultyShare.careAbove, faultyShare.poorAbove, 'speeds are missing');
  judge(found.positionNull, faultyShare.careAbove, faultyShare.poorAbove, 'positions are missing');
  return [
    t,
    code,
    found.rows,
    found.carRows,
    found.positionRows,
    found.rateHz,
    rounded(gap / 1000, 3),
    rounded(found.speedNull, 4),
    rounded(found.positionNull, 4),
    laps.length,
    untimed,
    isPoor ? 'poor' : reasons.length > 0 ? 'fair' : 'good',
    reasons.join('; '),
  ];
}

interface Feed {
  readonly rows: number;
  readonly carRows: number;
  readonly positionRows: number;
  readonly rateHz: number | null;
  readonly longestGapMs: number;
  readonly speedNull: number;
  readonly positionNull: number;
}

function feedOf(context: TableContext, buffer: PointBuffer): Feed {
  const { from, to } = rowSpan(context, buffer);
  const totals = buffer.totals(from, to);
  const carRows = totals.of('carRows');
  const positionRows = totals.of('positionRows');
  return {
    rows: to - from,
    carRows,
    positionRows,
    rateHz: rateHz(buffer, { from, to }),
    longestGapMs: Math.max(0, totals.of('longestStepMs')),
    speedNull: ratio(totals.of('speedNulls'), carRows) ?? 1,
    positionNull: ratio(totals.of('positionNulls'), positionRows) ?? 1,
  };
}

function topicsTable(context: TableContext): Table {
  const t = createStamps(context).now ?? 0;
  const missing = new Map(context.race.coverage.map(({ topic, reason }) => [topic, reason]));
  const known = new Set([...Object.values(topicsOfTable).flat(), ...missing.keys()]);
  const rows = [...known]
    .sort()
    .map((topic) => [t, topic, !missing.has(topic), missing.get(topic) ?? 'present']);
  return { columns: words('t topic present reason'), rows: context.race.session === null ? [] : rows };
}

function setAsideTable(context: TableContext): Table {
  const t = createStamps(context).now ?? 0;
  const { setAside, stale, duplicates } = context.app.state.counters;
  const rows = Object.entries({ ...setAside, stale, duplicates }).map(([reason, count]) => [
    t,
    reason,
    count,
  ]);
  return { columns: words('t reason records'), rows };
}
