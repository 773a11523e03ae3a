import { lapDelta } from '../../../analysis/laps/lap-delta.ts';
import { valueAt as traceAt, type LapTrace } from '../../../analysis/laps/lap-trace.ts';
import { upperBound } from '../../../domain/bounds.ts';
import { badRequest } from '../../http/http-error.ts';
import { valueAt, type PointBuffer } from '../../ingest/point-buffer.ts';
import { select } from '../../query/select.ts';
import { lapRows } from '../lap-rows.ts';
import type { RowSpan } from '../row-span.ts';
import { missingTopics } from '../notices.ts';
import { createStamps } from '../stamps.ts';
import { askedDrivers } from '../table-context.ts';
import type { TableContext } from '../table-context.ts';
import { first, oneOf } from '../table-request.ts';
import { rounded } from '../table.ts';
import type { Cell, Notice, Table } from '../table.ts';
import { columnOf } from './drivers.ts';

/** Distance between two rows [m]. */
const stepM = 10;
const continuous = ['speed', 'throttle', 'rpm'] as const;
const discrete = ['brake', 'gear'] as const;
const channels = ['speed', 'throttle', 'brake', 'gear', 'rpm'] as const;

/** One lap of one driver as the comparison takes it. */
interface HeldLap {
  readonly code: string;
  readonly lapNumber: number;
  readonly lapTimeS: number | null;
  readonly startS: number;
  readonly trace: LapTrace;
  readonly columns: Readonly<Record<string, Float64Array>>;
}

/**
 * Two laps on distance with their delta; the second lap is stretched to the length of the first. With `form=long` a row for
 * each lap and place instead of one for both. O(rows of both).
 */
export function compareTable(context: TableContext): Table {
  const isLong = oneOf('form', context.request.values['form'], ['wide', 'long'] as const) === 'long';
  const columns = isLong
    ? ['t', 'distance', 'lap', ...channels]
    : ['t', 'distance', 'pair', ...channels.flatMap((name) => [`${name}_a`, `${name}_b`]), 'delta'];
  const reasonColumn = isLong ? 'lap' : 'pair';
  const notices: Notice[] = missingTopics(context, ['CarData.z']);
  const sides = [readSide(context, 'A'), readSide(context, 'B')] as const;
  const a = findLap(context, sides[0], null, notices);
  const b = a === null ? null : findLap(context, sides[1], a, notices);
  if (a === null || b === null) return { columns, rows: [], notices, reasonColumn };
  const difference =
    a.lapTimeS !== null && b.lapTimeS !== null
      ? (b.lapTimeS - a.lapTimeS) * 1000
      : b.trace.timeMs.at(-1)! - a.trace.timeMs.at(-1)!;
  const { distanceM, deltaMs } = lapDelta(b.trace, a.trace, difference, stepM);
  const stamps = createStamps(context);
  const rows: Cell[][] = [];
  const pair = `${b.code} behind ${a.code}`;
  for (const [i, atM] of distanceM.entries()) {
    const sessionS = a.startS + traceAt(a.trace, a.trace.timeMs, atM) / 1000;
    const head = [stamps.at(Math.round(sessionS * 1000) / 1000), rounded(atM, 1)];
    if (isLong) {
      for (const lap of [a, b])
        rows.push([...head, nameOf(lap), ...channels.map((name) => sample(lap, name, atM))]);
    } else {
      const values = channels.flatMap((name) => [sample(a, name, atM), sample(b, name, atM)]);
      rows.push([...head, pair, ...values, rounded(deltaMs[i]! / 1000, 3)]);
    }
  }
  return { columns, rows: rows.filter(([t]) => t !== null), notices, reasonColumn };
}

/** `VER lap 33`; laps of one driver differ in their number. */
function nameOf({ code, lapNumber }: HeldLap): string {
  return `${code} lap ${lapNumber}`;
}

function sample(lap: HeldLap, name: string, atM: number): number | null {
  const column = lap.columns[name]!;
  if (discrete.some((one) => one === name)) {
    const row = Math.max(0, upperBound(lap.trace.distanceM, atM) - 1);
    return Number.isNaN(column[row]!) ? null : column[row]!;
  }
  return rounded(traceAt(lap.trace, column, atM), 1);
}

/** One side of a comparison as it was asked for. */
interface Side {
  /** Codes or car numbers; the first driver counts. */
  readonly names: readonly string[];
  readonly lap: number | 'best';
}

/** @throws {HttpError} 400 without a driver, for a variable that was not replaced and for what is no lap */
function readSide({ request: { values } }: TableContext, side: 'A' | 'B'): Side {
  const names = select(values[`driver${side}`]);
  if (names === null) {
    throw badRequest(
      `Cannot compare laps without one driver${side}`,
      'Give driverA, lapA, driverB and lapB, such as driverA=VER&lapA=best&driverB=LEC&lapB=best',
    );
  }
  return { names: names.map((name) => name.toUpperCase()), lap: readLap(side, values[`lap${side}`]) };
}

/** The lap of one side; with `other`, that of the first side, another lap than it and stretched to its length. */
function findLap(
  context: TableContext,
  { names, lap: wanted }: Side,
  other: HeldLap | null,
  notices: Notice[],
): HeldLap | null {
  const { codes, unknown } = askedDrivers({ ...context, request: { ...context.request, drivers: names } });
  const fail = (text: string): null => {
    notices.push({ severity: 'warning', text });
    return null;
  };
  const [code] = codes;
  if (code === undefined) return fail(`No driver ${unknown[0] ?? ''} in this session`);
  const buffer = context.app.state.points.find(code)?.buffer;
  if (buffer === undefined) return fail(`No telemetry of ${code}`);
  const laps = context.race.laps[code] ?? [];
  const candidates =
    wanted === 'best'
      ? laps.filter((lap) => lap.lap_time !== null).sort((x, y) => x.lap_time! - y.lap_time!)
      : [laps.find((lap) => lap.lap_number === wanted) ?? { lap_number: wanted, lap_time: null }];
  const spans = lapRows(buffer);
  const isOther = (lapNumber: number): boolean => other?.code === code && other.lapNumber === lapNumber;
  if (wanted !== 'best' && isOther(wanted)) return fail(`Both sides are lap ${wanted} of ${code}`);
  const lengthM = other?.trace.distanceM.at(-1) ?? null;
  for (const lap of candidates) {
    if (isOther(lap.lap_number)) continue;
    const span = spans.get(lap.lap_number);
    const held = span === undefined ? null : heldLap(buffer, span, code, lap, lengthM);
    if (held !== null) return held;
  }
  return fail(
    wanted === 'best'
      ? `No ${other?.code === code ? 'other ' : ''}timed lap of ${code} is held whole yet`
      : `Lap ${wanted} of ${code} is not held whole`,
  );
}

function readLap(side: string, value: unknown): number | 'best' {
  const one = first(value);
  const text = typeof one === 'string' ? one.trim() : '';
  if (text === '' || text === 'best') return 'best';
  if (/^\d{1,4}$/u.test(text) && Number(text) > 0) return Number(text);
  throw badRequest(
    `lap${side} must be a lap number or best: current value is ${JSON.stringify(text.slice(0, 40))}`,
    `Leave lap${side} out for the best lap`,
  );
}

function heldLap(
  buffer: PointBuffer,
  span: RowSpan,
  code: string,
  lap: { readonly lap_number: number; readonly lap_time: number | null },
  lengthM: number | null,
): HeldLap | null {
  const distance = columnOf(buffer, 'distance');
  const rows: number[] = [];
  let lastM = -1;
  for (let row = span.from; row < span.to; row++) {
    const atM = valueAt(buffer, distance, row);
    if (atM === null || atM < lastM) continue;
    rows.push(row);
    lastM = atM;
  }
  if (rows.length < 10 || lastM <= 0) return null;
  const startMs = buffer.sessionMs[rows[0]! % buffer.capacity]!;
  const firstM = valueAt(buffer, distance, rows[0]!)!;
  const scale = lengthM === null ? 1 : lengthM / (lastM - firstM);
  const of = (name: string): Float64Array => {
    const column = columnOf(buffer, name);
    return Float64Array.from(rows, (row) => valueAt(buffer, column, row) ?? Number.NaN);
  };
  const none = new Float64Array(0);
  return {
    code,
    lapNumber: lap.lap_number,
    lapTimeS: lap.lap_time,
    startS: startMs / 1000,
    trace: {
      timeMs: Float64Array.from(rows, (row) => buffer.sessionMs[row % buffer.capacity]! - startMs),
      distanceM: Float64Array.from(rows, (row) => (valueAt(buffer, distance, row)! - firstM) * scale),
      speedKmh: none,
      xM: none,
      yM: none,
      isCar: new Uint8Array(0),
      isPosition: new Uint8Array(0),
    },
    columns: Object.fromEntries([...continuous, ...discrete].map((name) => [name, of(name)])),
  };
}
