import type { BridgeState } from '../ingest/bridge-state.ts';
import { valueAt } from '../ingest/point-buffer.ts';
import type { PointBuffer } from '../ingest/point-buffer.ts';
import type { DriverPoints } from '../ingest/point-store.ts';
import { findRows, maxBreaksFor } from './decimate.ts';
import type { RowRange } from './decimate.ts';
import { info, standsStill, warning } from './notice.ts';
import type { Notice } from './notice.ts';
import type { Series } from './query-engine.ts';
import type { QueryRequest, RequestedTarget } from './query-request.ts';

/** Topics of the feed that telemetry rests on. */
const telemetryTopics: ReadonlySet<string> = new Set(['CarData.z', 'Position.z']);
/** A range that ends this short before now is one up to now: clocks of machines differ. */
const clockDifferenceMs = 60_000;
/** Rows looked back through for a value: derived channels exist on car rows only. */
const newestDepth = 64;

/** Gives each series of a target the rows that it is answered from, and what a reader should know of them. */
export type RowChooser = (target: RequestedTarget, series: readonly Series[]) => Series[];

/** A chooser for one query: the rows of a driver are looked for once, whatever number of targets asks for him. */
export function createRowChooser(state: BridgeState, request: QueryRequest): RowChooser {
  const { range, maxPoints, nowMs } = request;
  const rowsByDriver = new Map<DriverPoints, RowRange>();
  const standing = standsStill(state, nowMs, true);
  const standingEmpty = standsStill(state, nowMs, false);
  const rowsOf = (points: DriverPoints): RowRange => {
    let rows = rowsByDriver.get(points);
    if (rows === undefined) {
      rows = findRows(points.buffer, range.fromMs, range.toMs, maxBreaksFor(maxPoints));
      rowsByDriver.set(points, rows);
    }
    return rows;
  };

  const choose = (target: RequestedTarget, one: Series): Series => {
    const { points } = one;
    const notices = (more: readonly Notice[], hasRows: boolean): Notice[] => [
      ...one.notices,
      ...more,
      ...(hasRows ? standing : standingEmpty),
    ];
    if (points === null) return { ...one, notices: notices(missingTopics(state), false) };
    const found = rowsOf(points);
    const rows = target.lap === null ? found : rowsOfLap(points.buffer, found, target.lap);
    if (rows.to > rows.from) return { ...one, rows, notices: notices([], true) };
    const newest = target.wantsNewest && target.lap === null ? newestRow(one, points, request) : null;
    if (newest !== null) {
      const ageS = Math.round((nowMs - points.buffer.timeAt(newest.from % points.buffer.capacity)) / 1000);
      const notice = info(`The newest value is ${ageS} s old`);
      return { ...one, rows: newest, notices: notices([notice], true) };
    }
    return { ...one, rows, notices: notices([warning(whyEmpty(target, request))], false) };
  };

  return (target, series) => series.map((one) => choose(target, one));
}

/** The part of some rows that belongs to a lap. O(rows). */
function rowsOfLap({ lap, capacity }: PointBuffer, rows: RowRange, number: number): RowRange {
  let { from, to } = rows;
  while (from < to && lap[from % capacity] !== number) from++;
  while (to > from && lap[(to - 1) % capacity] !== number) to--;
  return { from, to, breaks: rows.breaks.filter((at) => at > from && at < to) };
}

/** The newest row with a value of the channel, for a range that ends about now; null when there is none. */
function newestRow(
  { channel }: Series,
  { buffer }: DriverPoints,
  { range, nowMs }: QueryRequest,
): RowRange | null {
  const column = buffer.columns[channel];
  const endsNow = range.fromMs <= nowMs && range.toMs >= nowMs - clockDifferenceMs;
  if (column === undefined || !endsNow) return null;
  const first = Math.max(buffer.first, buffer.appended - newestDepth);
  for (let row = buffer.appended - 1; row >= first; row--) {
    if (buffer.timeAt(row % buffer.capacity) > range.toMs) continue;
    if (valueAt(buffer, column, row) !== null) return { from: row, to: row + 1, breaks: [] };
  }
  return null;
}

function whyEmpty({ lap }: RequestedTarget, { range, nowMs }: QueryRequest): string {
  if (range.fromMs > nowMs) return 'The range lies in the future';
  return lap === null ? 'No telemetry in this range' : `Lap ${lap} is not in this range`;
}

/** What the session says of topics that it lacks, where no driver at all has telemetry. */
function missingTopics({ race, points }: BridgeState): Notice[] {
  if (points.drivers.length > 0) return [];
  return race.coverage.filter(({ topic }) => telemetryTopics.has(topic)).map(({ reason }) => warning(reason));
}
