import { compoundIndex } from '../domain/compound.ts';
import type { Driver } from '../domain/driver.ts';
import type { LapTelemetry } from '../domain/lap-telemetry.ts';
import type { CarSamples, LapSession, PosSamples, RawSession } from '../domain/raw-session.ts';
import { telemetryColumns, type LabelledSlice } from './export-columns.ts';
import { DriverAheadFinder } from './lap-telemetry/driver-ahead.ts';
import { LapMerger, type LapMergeRequest } from './lap-telemetry/lap-merger.ts';
import { lapTimesOf } from './lap-telemetry/relevant-laps.ts';
import { blocksOf, type LargeTable, type Piece } from './large-table.ts';
import { lapWindows, type LapWindow } from './lap-windows.ts';
import { orderSamples } from './order-samples.ts';

/** What the telemetry tables of a session are made from; made once, used for all of them. */
export interface TelemetrySource<Session extends LapSession = RawSession> extends OrderedFeeds {
  readonly raw: Session;
  readonly t0EpochMs: number;
  readonly drivers: readonly Driver[];
  readonly merger: LapMerger;
  readonly finder: DriverAheadFinder;
}

/** Samples of both feeds, each car's in order of time. */
export interface OrderedFeeds {
  readonly car: ReadonlyMap<string, CarSamples>;
  readonly pos: ReadonlyMap<string, PosSamples>;
}

/** Puts the samples of every car in order of time; what had to be put is told. O(samples) in the usual case. */
export function orderFeeds(
  raw: Pick<LapSession, 'car' | 'pos'>,
  onWarning: (warning: string) => void,
): OrderedFeeds {
  const warnings: string[] = [];
  const ordered = <T extends CarSamples | PosSamples>(
    feed: ReadonlyMap<string, T>,
    topic: string,
  ): Map<string, T> => {
    const samples = new Map<string, T>();
    // Cars sampled together share one column of times: it is looked through once.
    const rising = new Set<Float64Array>();
    for (const [number, own] of feed) {
      const inOrder = rising.has(own.epochMs) ? own : orderSamples(own, `car ${number}`, topic, warnings);
      if (inOrder === null) continue;
      if (inOrder === own) rising.add(own.epochMs);
      samples.set(number, inOrder);
    }
    return samples;
  };
  const feeds = { car: ordered(raw.car, 'CarData.z'), pos: ordered(raw.pos, 'Position.z') };
  for (const warning of warnings) onWarning(warning);
  return feeds;
}

/** What to merge of a car between two session times, both inclusive. */
export function mergeRequest(
  { car, pos }: OrderedFeeds,
  number: string,
  startMs: number,
  endMs: number,
): LapMergeRequest {
  return { number, car: car.get(number) ?? null, pos: pos.get(number) ?? null, startMs, endMs };
}

/** Puts a session's samples in order and sums up its distances; null without telemetry. `drivers` are written, all are driven past. */
export function telemetrySource<Session extends LapSession>(
  raw: Session,
  drivers: readonly Driver[],
  onWarning: (warning: string) => void,
): TelemetrySource<Session> | null {
  const { t0EpochMs } = raw;
  if (t0EpochMs === null) return null;
  const { car, pos } = orderFeeds(raw, onWarning);
  const numbers = raw.drivers.map(({ number }) => number);
  const finder = new DriverAheadFinder(numbers, car, lapTimesOf(raw.timing.lapTable), t0EpochMs);
  return {
    raw,
    t0EpochMs,
    drivers,
    merger: new LapMerger(t0EpochMs, finder),
    finder,
    car,
    pos,
  };
}

/** Sums of one lap's telemetry, the columns of FastF1's checksums. */
export interface LapSums {
  readonly driverNumber: string;
  readonly driver: string;
  readonly lapNumber: number;
  readonly rows: number;
  readonly speedSum: number;
  readonly rpmSum: number;
  readonly lastDistanceM: number;
  readonly xSum: number;
  readonly lastMs: number;
}

/** `lap.get_telemetry()` of every lap, lap after lap in the order of the lap table; `onLap` is told each lap's sums. */
export function telemetryByLap(source: TelemetrySource, onLap?: (sums: LapSums) => void): LargeTable {
  const columns = telemetryColumns(source.drivers, source.t0EpochMs, source.finder.numbers);
  const chosen = new Map(source.drivers.map(({ number }, index) => [number, index]));
  const compoundOf = new Map(
    source.raw.timing.laps.map((lap) => [`${lap.driverNumber} ${lap.lap}`, compoundIndex(lap.compound)]),
  );
  const labels = createLabels();
  function* pieces(): Generator<Piece<LabelledSlice>> {
    for (const lap of source.raw.timing.lapTable) {
      const driver = chosen.get(lap.driverNumber);
      if (driver === undefined || lap.startMs === null || lap.endMs === null) continue;
      const telemetry = merge(source, lap.driverNumber, lap.startMs, lap.endMs);
      if (telemetry === null) continue;
      const { from, rows } = telemetry;
      labels.reserve(from + rows);
      labels.lap.fill(lap.lapNumber, from, from + rows);
      labels.compound.fill(compoundOf.get(`${lap.driverNumber} ${lap.lapNumber}`) ?? 0, from, from + rows);
      labels.generated.fill(lap.isGenerated ? 1 : 0, from, from + rows);
      yield piece(source, lap.driverNumber, driver, telemetry, labels);
      onLap?.(sumsOf(telemetry, lap, source.t0EpochMs));
    }
  }
  return {
    name: 'telemetry_by_lap',
    columns,
    blocks: (blockRows) => blocksOf(pieces(), columns, blockRows),
  };
}

export interface SliceOptions {
  /** Everything recorded instead of first lap start to last lap end. */
  readonly all: boolean;
  readonly name: 'telemetry' | 'telemetry_driver';
}

/** One `get_telemetry()` over all laps of each driver, driver after driver in driver-list order. */
export function telemetryByDriver(source: TelemetrySource, { all, name }: SliceOptions): LargeTable {
  const columns = telemetryColumns(source.drivers, source.t0EpochMs, source.finder.numbers);
  const byNumber = Map.groupBy(source.raw.timing.laps, ({ driverNumber }) => driverNumber);
  const hasLaps = source.raw.timing.laps.length > 0;
  const labels = createLabels();
  function* pieces(): Generator<Piece<LabelledSlice>> {
    for (const [driver, { number }] of source.drivers.entries()) {
      const laps = byNumber.get(number) ?? [];
      const windows = lapWindows(laps);
      const recorded = recordedSpan(source, number);
      if (recorded === null || (windows.length === 0 && hasLaps && !all)) continue;
      const first = windows[0]?.startMs ?? recorded.startMs;
      const last = windows.reduce(
        (end, window) =>
          Math.max(end, window.isEndKnown ? window.endMs : Math.min(window.endMs, recorded.endMs)),
        first,
      );
      const isWhole = all || windows.length === 0;
      const telemetry = merge(
        source,
        number,
        isWhole ? recorded.startMs : first,
        isWhole ? recorded.endMs : last,
      );
      if (telemetry === null) continue;
      const generated = new Set(laps.filter((lap) => lap.generated === true).map(({ lap }) => lap));
      labels.reserve(telemetry.from + telemetry.rows);
      labels.fillFrom(telemetry, windows, generated, source.t0EpochMs);
      yield piece(source, number, driver, telemetry, labels);
    }
  }
  return { name, columns, blocks: (blockRows) => blocksOf(pieces(), columns, blockRows) };
}

function merge(source: TelemetrySource, number: string, startMs: number, endMs: number): LapTelemetry | null {
  const request = mergeRequest(source, number, startMs, endMs);
  if (request.car === null && request.pos === null) return null;
  const telemetry = source.merger.merge(request);
  return telemetry.rows === 0 ? null : telemetry;
}

function piece(
  source: TelemetrySource,
  number: string,
  driver: number,
  telemetry: LapTelemetry,
  { lap, compound, generated }: Labels,
): Piece<LabelledSlice> {
  const hasCar = source.car.has(number);
  const hasPositions = source.pos.has(number);
  const slice = { telemetry, driver, hasCar, hasPositions, lap, compound, generated };
  return { source: slice, from: telemetry.from, rows: telemetry.rows };
}

function recordedSpan(source: TelemetrySource, number: string): { startMs: number; endMs: number } | null {
  const car = source.car.get(number)?.epochMs;
  const pos = source.pos.get(number)?.epochMs;
  const first = Math.min(car?.[0] ?? Infinity, pos?.[0] ?? Infinity);
  const last = Math.max(car?.at(-1) ?? -Infinity, pos?.at(-1) ?? -Infinity);
  if (!Number.isFinite(first)) return null;
  return { startMs: first - source.t0EpochMs, endMs: last - source.t0EpochMs };
}

function sumsOf(
  { from, rows, speedKmh, rpm, x, distanceM, epochMs, startMs }: LapTelemetry,
  { driverNumber, driver, lapNumber }: { driverNumber: string; driver: string; lapNumber: number },
  t0EpochMs: number,
): LapSums {
  let speedSum = 0;
  let rpmSum = 0;
  let xSum = 0;
  for (let row = from; row < from + rows; row++) {
    speedSum += speedKmh[row]!;
    rpmSum += rpm[row]!;
    // Leading rows without a position count as nothing, as in pandas.
    if (!Number.isNaN(x[row]!)) xSum += x[row]!;
  }
  const last = from + rows - 1;
  const lastMs = epochMs[last]! - t0EpochMs - startMs;
  return {
    driverNumber,
    driver,
    lapNumber,
    rows,
    speedSum,
    rpmSum,
    lastDistanceM: distanceM[last]!,
    xSum,
    lastMs,
  };
}

interface Labels {
  lap: Uint16Array;
  compound: Uint8Array;
  generated: Uint8Array;
  reserve(rows: number): void;
  fillFrom(
    telemetry: LapTelemetry,
    windows: readonly LapWindow[],
    generated: ReadonlySet<number>,
    t0EpochMs: number,
  ): void;
}

function createLabels(): Labels {
  return {
    lap: new Uint16Array(0),
    compound: new Uint8Array(0),
    generated: new Uint8Array(0),
    reserve(rows) {
      if (this.lap.length >= rows) return;
      this.lap = new Uint16Array(rows + 1024);
      this.compound = new Uint8Array(rows + 1024);
      this.generated = new Uint8Array(rows + 1024);
    },
    fillFrom({ from, rows, epochMs }, windows, generated, t0EpochMs) {
      let at = 0;
      for (let row = from; row < from + rows; row++) {
        const ms = epochMs[row]! - t0EpochMs;
        while (at + 1 < windows.length && ms >= windows[at + 1]!.startMs) at++;
        const window = windows[at];
        const isOn = window !== undefined && ms >= window.startMs && ms <= window.endMs;
        this.lap[row] = isOn ? window.lap : 0;
        this.compound[row] = isOn ? window.compound : 0;
        this.generated[row] = isOn && generated.has(window.lap) ? 1 : 0;
      }
    },
  };
}
