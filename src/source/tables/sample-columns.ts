import type { CarSamples, PosSamples } from '../../domain/raw-session.ts';
import { grown } from '../decode/feed-columns.ts';
import { epochMsOf, numberOf } from './cell-values.ts';
import type { Batch } from './table-file.ts';

/** How a table calls the columns of samples. */
export interface SampleNames {
  readonly driver: string;
  readonly date: string;
  readonly car: readonly [
    rpm: string,
    speed: string,
    gear: string,
    throttle: string,
    brake: string,
    drs: string,
  ];
  readonly pos: readonly [x: string, y: string, z: string];
  /** Column that says which feed a row is of ('car', 'pos'); null where the file is of one. */
  readonly source: string | null;
  /** 'OnTrack' or 'OffTrack'; null where it is not told. */
  readonly status: string | null;
}

interface Growing {
  rows: number;
  times: Float64Array;
  readonly columns: Float64Array[];
}

/** Samples by car while tables are read. */
export interface SampleCollector {
  add(batch: Batch, names: SampleNames, feed: 'car' | 'pos'): void;
  car(): Map<string, CarSamples>;
  pos(): Map<string, PosSamples>;
  /** Rows left out because they have no date, driver or value. */
  readonly dropped: number;
}

const firstRows = 4096;

/** Creates a collector; `numberOfDriver` gives the car number that a driver cell means. Memory: 8 bytes a value. */
export function createSampleCollector(numberOfDriver: (cell: unknown) => string | null): SampleCollector {
  const feeds = { car: new Map<string, Growing>(), pos: new Map<string, Growing>() };
  let dropped = 0;
  const rowsOf = (feed: 'car' | 'pos', number: string): Growing => {
    const map = feeds[feed];
    let own = map.get(number);
    if (own === undefined) {
      const columns = Array.from({ length: feed === 'car' ? 6 : 4 }, () => new Float64Array(firstRows));
      own = { rows: 0, times: new Float64Array(firstRows), columns };
      map.set(number, own);
    }
    if (own.rows === own.times.length) {
      own.times = grown(own.times);
      for (const [index, column] of own.columns.entries()) own.columns[index] = grown(column);
    }
    return own;
  };
  return {
    add({ rows, columns }, names, feed) {
      const [drivers, dates] = [columns.get(names.driver), columns.get(names.date)];
      const sources = names.source === null ? undefined : columns.get(names.source);
      const values = names[feed].map((name) => columns.get(name));
      const statuses = names.status === null ? undefined : columns.get(names.status);
      for (let row = 0; row < rows; row++) {
        if (sources !== undefined && sources[row] !== feed) continue;
        const number = numberOfDriver(drivers?.[row]);
        const epochMs = epochMsOf(dates?.[row]);
        const isWhole = values.every((column) => !Number.isNaN(numberOf(column?.[row])));
        if (number === null || epochMs === null || !isWhole) {
          dropped++;
          continue;
        }
        const own = rowsOf(feed, number);
        own.times[own.rows] = epochMs;
        for (const [index, column] of values.entries())
          own.columns[index]![own.rows] = numberOf(column?.[row]);
        if (feed === 'pos') own.columns[3]![own.rows] = statuses?.[row] === 'OffTrack' ? 0 : 1;
        own.rows++;
      }
    },
    car: () => new Map([...feeds.car].map(([number, own]) => [number, toCar(sorted(own))])),
    pos: () => new Map([...feeds.pos].map(([number, own]) => [number, toPos(sorted(own))])),
    get dropped() {
      return dropped;
    },
  };
}

/** Rows in order of time, the first of several with one time kept. */
function sorted({ rows, times, columns }: Growing): { epochMs: Float64Array; columns: Float64Array[] } {
  const order = Uint32Array.from({ length: rows }, (_, at) => at);
  let isSorted = true;
  for (let at = 1; at < rows && isSorted; at++) isSorted = times[at - 1]! < times[at]!;
  if (!isSorted) order.sort((a, b) => times[a]! - times[b]! || a - b);
  const kept = isSorted ? order : order.filter((row, at) => at === 0 || times[row] !== times[order[at - 1]!]);
  return {
    epochMs: Float64Array.from(kept, (row) => times[row]!),
    columns: columns.map((column) => Float64Array.from(kept, (row) => column[row]!)),
  };
}

function toCar({ epochMs, columns }: { epochMs: Float64Array; columns: Float64Array[] }): CarSamples {
  const [rpm, speed, gear, throttle, brake, drs] = columns as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  return {
    epochMs,
    rpm: Uint16Array.from(rpm),
    speedKmh: Uint16Array.from(speed),
    gear: Uint8Array.from(gear),
    throttlePct: Uint8Array.from(throttle),
    // FastF1 keeps on or off only: 1 is fully on.
    brakePct: Uint8Array.from(brake, (value) => (value === 1 ? 100 : value)),
    drs: Uint8Array.from(drs),
    filled: new Uint8Array(epochMs.length),
  };
}

function toPos({ epochMs, columns }: { epochMs: Float64Array; columns: Float64Array[] }): PosSamples {
  const [x, y, z, onTrack] = columns as [Float64Array, Float64Array, Float64Array, Float64Array];
  return {
    epochMs,
    x: Int32Array.from(x, Math.round),
    y: Int32Array.from(y, Math.round),
    z: Int32Array.from(z, Math.round),
    onTrack: Uint8Array.from(onTrack),
    filled: new Uint8Array(epochMs.length),
  };
}
