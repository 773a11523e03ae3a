import type { CarSamples, PosSamples } from '../domain/raw-session.ts';
import type { LapTelemetry } from '../domain/lap-telemetry.ts';
import { originNames } from '../domain/table.ts';
import type { CarDataRow, PosDataRow, TelemetryRow } from './rows.ts';
import type { Table } from './table.ts';

/** Copies what the merger holds into a table of its own. O(rows). */
export function telemetryTable(t: LapTelemetry, t0EpochMs: number): Table<TelemetryRow> {
  const { from, rows } = t;
  const cut = (column: ArrayLike<number>): Float64Array =>
    Float64Array.from({ length: rows }, (_, row) => column[from + row]!);
  const list = <Value>(value: (i: number) => Value): Value[] =>
    Array.from({ length: rows }, (_, row) => value(from + row));
  const Date = cut(t.epochMs);
  return {
    rows,
    columns: {
      Date,
      SessionTime: Date.map((ms) => (ms - t0EpochMs) / 1000),
      DriverAhead: list((i) => t.aheadNumbers[t.driverAhead[i]!]!),
      DistanceToDriverAhead: cut(t.distanceAheadM),
      Time: Date.map((ms) => (ms - t0EpochMs - t.startMs) / 1000),
      RPM: cut(t.rpm),
      Speed: cut(t.speedKmh),
      nGear: cut(t.gear),
      Throttle: cut(t.throttlePct),
      Brake: list((i) => t.brake[i] === 1),
      DRS: cut(t.drs),
      Source: list((i) => originNames[t.origin[i]!]!),
      Distance: cut(t.distanceM),
      RelativeDistance: cut(t.relativeDistance),
      Status: list((i) => (t.onTrack[i] === 1 ? 'OnTrack' : 'OffTrack')),
      X: cut(t.x),
      Y: cut(t.y),
      Z: cut(t.z),
    },
  };
}

export function carDataTable(car: CarSamples, t0EpochMs: number): Table<CarDataRow> {
  return {
    rows: car.epochMs.length,
    columns: {
      Date: car.epochMs.slice(),
      SessionTime: car.epochMs.map((ms) => (ms - t0EpochMs) / 1000),
      RPM: Float64Array.from(car.rpm),
      Speed: Float64Array.from(car.speedKmh),
      nGear: Float64Array.from(car.gear),
      Throttle: Float64Array.from(car.throttlePct),
      Brake: Float64Array.from(car.brakePct),
      DRS: Float64Array.from(car.drs),
      Filled: Array.from(car.filled, (mark) => mark === 1),
    },
  };
}

export function posDataTable(pos: PosSamples, t0EpochMs: number): Table<PosDataRow> {
  return {
    rows: pos.epochMs.length,
    columns: {
      Date: pos.epochMs.slice(),
      SessionTime: pos.epochMs.map((ms) => (ms - t0EpochMs) / 1000),
      Status: Array.from(pos.onTrack, (mark) => (mark === 1 ? 'OnTrack' : 'OffTrack')),
      X: Float64Array.from(pos.x),
      Y: Float64Array.from(pos.y),
      Z: Float64Array.from(pos.z),
      Filled: Array.from(pos.filled, (mark) => mark === 1),
    },
  };
}
