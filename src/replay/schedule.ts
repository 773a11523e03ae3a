import type { TimingEvent } from '../domain/messages.ts';
import { partitionForKey } from '../domain/partition.ts';
import type { DriverTable, SessionTable } from '../domain/table.ts';
import { lowerBound } from '../domain/bounds.ts';

/** Rows of one partition in due order: three columns of equal length. Rows of one driver keep their order. */
export interface LaneOrder {
  readonly partition: number;
  /** Index into `Schedule.tables`. */
  readonly driver: Uint16Array;
  /** Row of that driver's table. */
  readonly row: Uint32Array;
  /** When the row is due, session ms, rising. */
  readonly dueMs: Float64Array;
}

/** Which row is due when, as plain data: nothing here knows a clock. */
export interface Schedule {
  readonly tables: readonly DriverTable[];
  readonly t0EpochMs: number | null;
  /** One for every partition that has rows. */
  readonly lanes: readonly LaneOrder[];
  readonly rows: number;
  /** Timing events in due order; those without a time come first. */
  readonly events: readonly TimingEvent[];
  /** Due session time of each event: −Infinity without a time; never after `endMs`. */
  readonly eventDueMs: Float64Array;
  /** First and last due session time. */
  readonly startMs: number;
  readonly endMs: number;
}

export interface ScheduleOptions {
  /** Partitions of the telemetry topic. */
  readonly partitions: number;
  /** Codes to replay; empty or absent = all. Race-level events are not filtered. */
  readonly drivers?: readonly string[];
  /** First and last lap, inclusive, by each driver's own count. */
  readonly lapRange?: { readonly first: number; readonly last: number };
  /** Only rows due in [startMs, endMs], session ms. */
  readonly startMs?: number;
  readonly endMs?: number;
}

interface Slice {
  readonly table: DriverTable;
  readonly driver: number;
  at: number;
  readonly end: number;
}

/**
 * Merges the rows of all drivers in time order, by partition, and the timing events beside them. Equal times keep
 * driver order. Events after the last row are due with it (none is lost at the end of a session), unless the range
 * was cut on purpose. O(rows × drivers per partition), 14 bytes a row.
 */
export function createSchedule(
  table: SessionTable,
  events: readonly TimingEvent[],
  options: ScheduleOptions,
): Schedule {
  const wanted = new Set(options.drivers ?? []);
  const tables = table.tables.filter((entry) => wanted.size === 0 || wanted.has(entry.driver.code));
  const byPartition = new Map<number, Slice[]>();
  let rows = 0;
  let firstMs = Number.POSITIVE_INFINITY;
  let lastMs = Number.NEGATIVE_INFINITY;
  for (const [driver, entry] of tables.entries()) {
    const [from, end] = sliceRange(entry, options);
    if (from >= end) continue;
    const partition = partitionForKey(entry.driver.code, options.partitions);
    const slices = byPartition.get(partition);
    const slice = { table: entry, driver, at: from, end };
    if (slices === undefined) byPartition.set(partition, [slice]);
    else slices.push(slice);
    rows += end - from;
    firstMs = Math.min(firstMs, entry.sessionMs[from]!);
    lastMs = Math.max(lastMs, entry.sessionMs[end - 1]!);
  }
  const partitions = [...byPartition.keys()].sort((a, b) => a - b);
  const lanes = partitions.map((partition) => mergeLane(partition, byPartition.get(partition)!));
  const timed = events.filter((event) => event.sessionMs !== null);
  if (rows === 0) {
    firstMs = timed.reduce((least, event) => Math.min(least, event.sessionMs!), Number.POSITIVE_INFINITY);
    lastMs = timed.reduce((most, event) => Math.max(most, event.sessionMs!), Number.NEGATIVE_INFINITY);
    if (!Number.isFinite(firstMs)) firstMs = lastMs = options.startMs ?? 0;
  }
  const startMs = Math.max(firstMs, options.startMs ?? firstMs);
  const endMs = Math.max(startMs, Math.min(lastMs, options.endMs ?? lastMs));
  return {
    tables,
    t0EpochMs: table.t0EpochMs,
    lanes,
    rows,
    ...orderEvents(events, endMs, options),
    startMs,
    endMs,
  };
}

function sliceRange(table: DriverTable, options: ScheduleOptions): [from: number, end: number] {
  const times = table.sessionMs;
  let from = options.startMs === undefined ? 0 : lowerBound(times, options.startMs, table.rows);
  let end = table.rows;
  if (options.endMs !== undefined) {
    while (end > from && times[end - 1]! > options.endMs) end = lastWithin(times, options.endMs, from, end);
  }
  if (options.lapRange !== undefined) {
    const { first, last } = options.lapRange;
    const isOutside = (row: number): boolean => table.lap[row]! < first || table.lap[row]! > last;
    while (from < end && isOutside(from)) from++;
    while (end > from && isOutside(end - 1)) end--;
  }
  return [from, end];
}

/** End of the rows in [from, end) that are due no later than `limitMs`. */
function lastWithin(times: Float64Array, limitMs: number, from: number, end: number): number {
  let low = from;
  let high = end;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (times[middle]! <= limitMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

function mergeLane(partition: number, slices: Slice[]): LaneOrder {
  const length = slices.reduce((sum, slice) => sum + slice.end - slice.at, 0);
  const driver = new Uint16Array(length);
  const row = new Uint32Array(length);
  const dueMs = new Float64Array(length);
  const heads = Float64Array.from(slices, (slice) => slice.table.sessionMs[slice.at]!);
  for (let to = 0; to < length; to++) {
    let next = 0;
    for (let i = 1; i < heads.length; i++) if (heads[i]! < heads[next]!) next = i;
    const slice = slices[next]!;
    driver[to] = slice.driver;
    row[to] = slice.at;
    dueMs[to] = heads[next]!;
    slice.at++;
    heads[next] = slice.at < slice.end ? slice.table.sessionMs[slice.at]! : Number.POSITIVE_INFINITY;
  }
  return { partition, driver, row, dueMs };
}

function orderEvents(
  events: readonly TimingEvent[],
  endMs: number,
  options: ScheduleOptions,
): Pick<Schedule, 'events' | 'eventDueMs'> {
  const dueOf = (event: TimingEvent): number => event.sessionMs ?? Number.NEGATIVE_INFINITY;
  const isCut = options.endMs !== undefined || options.lapRange !== undefined;
  // A lap is told when it ends, up to one sample after its last row.
  const isLastLap = (event: TimingEvent): boolean =>
    options.endMs === undefined &&
    isLapEvent(event) &&
    event.body.lap_number <= (options.lapRange?.last ?? 0);
  const kept = events
    .filter((event) => !isCut || dueOf(event) <= endMs || isLastLap(event))
    .sort((a, b) => (dueOf(a) < dueOf(b) ? -1 : dueOf(a) > dueOf(b) ? 1 : 0));
  return { events: kept, eventDueMs: Float64Array.from(kept, (event) => Math.min(dueOf(event), endMs)) };
}

function isLapEvent(event: TimingEvent): event is TimingEvent<'lap'> {
  return event.type === 'lap';
}
