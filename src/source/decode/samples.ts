import type { CarSamples, PosSamples } from '../../domain/raw-session.ts';
import type { CarFeed, CarRows } from './car-feed.ts';
import type { FeedColumns, RowBuffer } from './feed-columns.ts';
import { epochMsFromUs } from './instant.ts';
import type { PosFeed, PosRows } from './pos-feed.ts';

/** Where the rows of one car go: ordered by time, `row[i]` is −1 where the outer join over drivers made a row. */
interface RowPlan {
  readonly epochMs: Float64Array;
  readonly row: Int32Array;
  readonly filledRows: number;
  /** True when row i is row i: columns can be cut instead of copied row by row. */
  readonly isIdentity: boolean;
}

/** Columns of every car, ordered by time, with what the join did. */
export interface JoinedFeed<Samples> {
  readonly samples: Map<string, Samples>;
  /** Rows made by the outer join, all cars together. */
  readonly filledRows: number;
  /** Samples left out because the car already has one of the same millisecond. */
  readonly repeatedTimes: number;
}

/** Row indices of a car in time order (stable); undefined when they already are. */
function sortedRows<Row extends RowBuffer>(feed: FeedColumns<Row>, row: Row): Uint32Array | undefined {
  let isSorted = true;
  for (let at = 1; at < row.rows && isSorted; at++)
    isSorted = feed.entryUs[row.entry[at - 1]!]! <= feed.entryUs[row.entry[at]!]!;
  if (isSorted) return undefined;
  const order = Uint32Array.from({ length: row.rows }, (_, index) => index);
  return order.sort((a, b) => feed.entryUs[row.entry[a]!]! - feed.entryUs[row.entry[b]!]! || a - b);
}

/**
 * FastF1's outer join: every car gets a row at each sample time of the car with most rows (the first such car), beside
 * its own. Times are joined at µs and then rounded to ms.
 */
function planRows<Row extends RowBuffer>(
  feed: FeedColumns<Row>,
  car: Row,
  reference: Row,
  referenceOrder: Uint32Array | undefined,
): RowPlan & { readonly repeatedTimes: number } {
  const order = car === reference ? referenceOrder : sortedRows(feed, car);
  const isJoined = car.rows < reference.rows;
  const capacity = car.rows + (isJoined ? reference.rows : 0);
  const epochMs = new Float64Array(capacity);
  const rows = new Int32Array(capacity);
  let length = 0;
  let filledRows = 0;
  let repeatedTimes = 0;
  const push = (us: number, row: number): void => {
    const ms = epochMsFromUs(us);
    if (length > 0 && epochMs[length - 1] === ms) {
      // A real sample wins over a filled one; the first of two real ones stays.
      if (row === -1) return;
      if (rows[length - 1] === -1) {
        rows[length - 1] = row;
        filledRows--;
      } else repeatedTimes++;
      return;
    }
    epochMs[length] = ms;
    rows[length++] = row;
    if (row === -1) filledRows++;
  };
  let at = 0;
  let referenceAt = 0;
  for (;;) {
    const row = at < car.rows ? (order?.[at] ?? at) : -1;
    const us = row === -1 ? Number.POSITIVE_INFINITY : feed.entryUs[car.entry[row]!]!;
    let referenceUs = Number.POSITIVE_INFINITY;
    if (isJoined && referenceAt < reference.rows)
      referenceUs = feed.entryUs[reference.entry[referenceOrder?.[referenceAt] ?? referenceAt]!]!;
    if (us === Number.POSITIVE_INFINITY && referenceUs === Number.POSITIVE_INFINITY) break;
    if (us <= referenceUs) {
      push(us, row);
      at++;
      if (us === referenceUs) referenceAt++;
    } else {
      push(referenceUs, -1);
      referenceAt++;
    }
  }
  return {
    epochMs: epochMs.slice(0, length),
    row: rows.subarray(0, length),
    filledRows,
    repeatedTimes,
    isIdentity: filledRows === 0 && repeatedTimes === 0 && order === undefined,
  };
}

function join<Row extends RowBuffer, Samples>(
  feed: FeedColumns<Row>,
  build: (row: Row, plan: RowPlan) => Samples,
): JoinedFeed<Samples> {
  let reference: Row | undefined;
  for (const row of feed.cars.values())
    if (reference === undefined || row.rows > reference.rows) reference = row;
  const samples = new Map<string, Samples>();
  let filledRows = 0;
  let repeatedTimes = 0;
  if (reference === undefined || reference.rows === 0) return { samples, filledRows, repeatedTimes };
  const referenceOrder = sortedRows(feed, reference);
  let sharedMs: Float64Array | undefined;
  for (const row of feed.cars.values()) {
    if (row.rows === 0) continue;
    let plan = planRows(feed, row, reference, referenceOrder);
    // Cars sampled together share one time column.
    if (sharedMs === undefined) sharedMs = plan.epochMs;
    else if (isEqual(sharedMs, plan.epochMs)) plan = { ...plan, epochMs: sharedMs };
    filledRows += plan.filledRows;
    repeatedTimes += plan.repeatedTimes;
    samples.set(row.number, build(row, plan));
  }
  return { samples, filledRows, repeatedTimes };
}

function isEqual(a: Float64Array, b: Float64Array): boolean {
  if (a.length !== b.length) return false;
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return true;
}

function pick<T extends Int32Array | Uint16Array | Uint8Array>(column: T, plan: RowPlan, missing: number): T {
  const length = plan.epochMs.length;
  if (plan.isIdentity) return column.slice(0, length) as T;
  const result = new (column.constructor as new (length: number) => T)(length);
  for (let at = 0; at < length; at++) {
    const row = plan.row[at]!;
    result[at] = row === -1 ? missing : column[row]!;
  }
  return result;
}

function filledColumn(plan: RowPlan): Uint8Array {
  const filled = new Uint8Array(plan.epochMs.length);
  if (plan.filledRows > 0)
    for (let at = 0; at < filled.length; at++) filled[at] = plan.row[at] === -1 ? 1 : 0;
  return filled;
}

/** Car columns of every car of the feed, joined over cars as FastF1 does: made rows are 0 and marked `filled`. */
export function carSamplesOf(feed: CarFeed): JoinedFeed<CarSamples> {
  return join(feed, (row: CarRows, plan) => ({
    epochMs: plan.epochMs,
    rpm: pick(row.rpm, plan, 0),
    speedKmh: pick(row.speedKmh, plan, 0),
    gear: pick(row.gear, plan, 0),
    throttlePct: pick(row.throttlePct, plan, 0),
    brakePct: pick(row.brakePct, plan, 0),
    drs: pick(row.drs, plan, 0),
    filled: filledColumn(plan),
  }));
}

/** Position columns of every car of the feed, joined over cars as FastF1 does: made rows are 0,0,0 off track. */
export function posSamplesOf(feed: PosFeed): JoinedFeed<PosSamples> {
  return join(feed, (row: PosRows, plan) => ({
    epochMs: plan.epochMs,
    x: pick(row.x, plan, 0),
    y: pick(row.y, plan, 0),
    z: pick(row.z, plan, 0),
    onTrack: pick(row.onTrack, plan, 0),
    filled: filledColumn(plan),
  }));
}
