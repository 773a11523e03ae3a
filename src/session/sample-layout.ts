import type { CarSamples, PosSamples } from '../domain/raw-session.ts';
import { alignUp, type StoredColumns } from './cache-file.ts';

/** One driver's samples: how many, and which of the kept time columns is theirs. */
type Place = readonly [number: string, rows: number, times: number];

/** Order in which a session's samples are kept: time columns first, each once, as cars sampled together share theirs. */
export interface SampleLayout {
  /** Lengths of the time columns. */
  readonly times: readonly number[];
  readonly car: readonly Place[];
  readonly pos: readonly Place[];
}

/** The columns of a session's samples in the order of a layout. O(drivers²) comparisons of references, no copies. */
export function packSamples(
  car: ReadonlyMap<string, CarSamples>,
  pos: ReadonlyMap<string, PosSamples>,
): { readonly layout: SampleLayout; readonly columns: readonly ArrayBufferView[] } {
  const times: Float64Array[] = [];
  const placesOf = (feed: ReadonlyMap<string, { readonly epochMs: Float64Array }>): Place[] =>
    [...feed].map(([number, { epochMs }]) => {
      if (!times.includes(epochMs)) times.push(epochMs);
      return [number, epochMs.length, times.indexOf(epochMs)];
    });
  const layout = { car: placesOf(car), pos: placesOf(pos), times: times.map(({ length }) => length) };
  const columns = [
    ...times,
    ...[...car.values()].flatMap(({ rpm, speedKmh, gear, throttlePct, brakePct, drs, filled }) => [
      rpm,
      speedKmh,
      gear,
      throttlePct,
      brakePct,
      drs,
      filled,
    ]),
    ...[...pos.values()].flatMap(({ x, y, z, onTrack, filled }) => [x, y, z, onTrack, filled]),
  ];
  return { layout, columns };
}

/** The samples of a layout, viewed where they lie. */
export function viewSamples(
  { times, car, pos }: SampleLayout,
  { buffer, offset }: StoredColumns,
): { readonly car: Map<string, CarSamples>; readonly pos: Map<string, PosSamples> } {
  let at = offset;
  const next = <Column extends ArrayBufferView>(
    Type: new (buffer: ArrayBuffer, at: number, rows: number) => Column,
    rows: number,
  ): Column => {
    const column = new Type(buffer, at, rows);
    at += alignUp(column.byteLength);
    return column;
  };
  const timeColumns = times.map((rows) => next(Float64Array, rows));
  const carSamples = car.map(([number, rows, time]): [string, CarSamples] => [
    number,
    {
      epochMs: timeColumns[time]!,
      rpm: next(Uint16Array, rows),
      speedKmh: next(Uint16Array, rows),
      gear: next(Uint8Array, rows),
      throttlePct: next(Uint8Array, rows),
      brakePct: next(Uint8Array, rows),
      drs: next(Uint8Array, rows),
      filled: next(Uint8Array, rows),
    },
  ]);
  const posSamples = pos.map(([number, rows, time]): [string, PosSamples] => [
    number,
    {
      epochMs: timeColumns[time]!,
      x: next(Int32Array, rows),
      y: next(Int32Array, rows),
      z: next(Int32Array, rows),
      onTrack: next(Uint8Array, rows),
      filled: next(Uint8Array, rows),
    },
  ]);
  return { car: new Map(carSamples), pos: new Map(posSamples) };
}
