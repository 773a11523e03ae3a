import { alignUp } from './cache-file.ts';
import type { DriverTable } from '../domain/table.ts';

const arrays = { f64: Float64Array, f32: Float32Array, u16: Uint16Array, u8: Uint8Array } as const;

type ColumnName = Exclude<keyof DriverTable, 'driver' | 'rows'>;

/** Columns of a driver table in the order in which the cache stores them, widest first. */
export const tableColumns = [
  ['sessionMs', 'f64'],
  ['speedKmh', 'f32'],
  ['rpm', 'f32'],
  ['throttlePct', 'f32'],
  ['x', 'f32'],
  ['y', 'f32'],
  ['z', 'f32'],
  ['distanceM', 'f32'],
  ['lap', 'u16'],
  ['brake', 'u8'],
  ['gear', 'u8'],
  ['drs', 'u8'],
  ['origin', 'u8'],
  ['onTrack', 'u8'],
  ['invalid', 'u8'],
  ['compound', 'u8'],
] as const satisfies readonly (readonly [ColumnName, keyof typeof arrays])[];

/** Names and widths of the columns as text: a file with another layout is of another version. */
export const layoutText = tableColumns.map(([name, width]) => `${name}:${width}`).join(' ');

/** Bytes that the columns of a table of `rows` rows take, padding included. */
export function tableBytes(rows: number): number {
  let bytes = 0;
  for (const [, width] of tableColumns) bytes += alignUp(rows * arrays[width].BYTES_PER_ELEMENT);
  return bytes;
}

/** The columns as views on `buffer` from `offset` (a multiple of 8) on; nothing is copied. */
export function viewTable(
  driver: DriverTable['driver'],
  rows: number,
  buffer: ArrayBuffer,
  offset: number,
): DriverTable {
  let at = offset;
  const next = <T extends keyof typeof arrays>(width: T): InstanceType<(typeof arrays)[T]> => {
    const column = new arrays[width](buffer, at, rows);
    at += alignUp(column.byteLength);
    return column as InstanceType<(typeof arrays)[T]>;
  };
  return {
    driver,
    rows,
    sessionMs: next('f64'),
    speedKmh: next('f32'),
    rpm: next('f32'),
    throttlePct: next('f32'),
    x: next('f32'),
    y: next('f32'),
    z: next('f32'),
    distanceM: next('f32'),
    lap: next('u16'),
    brake: next('u8'),
    gear: next('u8'),
    drs: next('u8'),
    origin: next('u8'),
    onTrack: next('u8'),
    invalid: next('u8'),
    compound: next('u8'),
  };
}
