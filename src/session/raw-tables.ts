import type { Driver } from '../domain/driver.ts';
import type { CarSamples, PosSamples } from '../domain/raw-session.ts';
import { blocksOf, type ExportType, type LargeTable, type Piece, type SourceColumn } from './large-table.ts';
import { lapTimesOf, type LapTimes } from './lap-telemetry/relevant-laps.ts';
import type { TelemetrySource } from './telemetry-tables.ts';

interface OwnSamples<Samples> {
  readonly samples: Samples;
  readonly driver: number;
  readonly laps: LapTimes | null;
}

type Columns<Samples> = SourceColumn<OwnSamples<Samples>>[];
type Timed = { readonly epochMs: Float64Array; readonly filled: Uint8Array };

const statusNames = ['OffTrack', 'OnTrack'] as const;

/** Samples of the car feed as FastF1's `car_data` has them: every driver at source rate, rows made up by the outer join marked. */
export function carDataTable(source: TelemetrySource): LargeTable {
  const columns: Columns<CarSamples> = [
    dateColumn(),
    valueColumn('RPM', 'DOUBLE', ({ rpm }, i) => rpm[i]!),
    valueColumn('Speed', 'DOUBLE', ({ speedKmh }, i) => speedKmh[i]!),
    valueColumn('nGear', 'INT32', ({ gear }, i) => gear[i]!),
    valueColumn('Throttle', 'DOUBLE', ({ throttlePct }, i) => throttlePct[i]!),
    valueColumn('Brake', 'BOOLEAN', ({ brakePct }, i) => (brakePct[i]! > 0 ? 1 : 0)),
    valueColumn('DRS', 'INT32', ({ drs }, i) => (drs[i] === 255 ? 0 : drs[i]!)),
    sourceColumn('car'),
    timeColumn('Time', source.t0EpochMs),
    timeColumn('SessionTime', source.t0EpochMs),
    ...labelColumns<CarSamples>(source.drivers, source.t0EpochMs),
  ];
  return rawTable('car_data', source, source.car, columns);
}

/** Samples of the position feed as FastF1's `pos_data` has them. */
export function posDataTable(source: TelemetrySource): LargeTable {
  const columns: Columns<PosSamples> = [
    dateColumn(),
    { ...valueColumn<PosSamples>('Status', 'STRING', ({ onTrack }, i) => onTrack[i]!), labels: statusNames },
    valueColumn('X', 'DOUBLE', ({ x }, i) => x[i]!),
    valueColumn('Y', 'DOUBLE', ({ y }, i) => y[i]!),
    valueColumn('Z', 'DOUBLE', ({ z }, i) => z[i]!),
    sourceColumn('pos'),
    timeColumn('Time', source.t0EpochMs),
    timeColumn('SessionTime', source.t0EpochMs),
    ...labelColumns<PosSamples>(source.drivers, source.t0EpochMs),
  ];
  return rawTable('pos_data', source, source.pos, columns);
}

function rawTable<Samples extends Timed>(
  name: string,
  source: TelemetrySource,
  feed: ReadonlyMap<string, Samples>,
  columns: Columns<Samples>,
): LargeTable {
  const laps = lapTimesOf(source.raw.timing.lapTable);
  function* pieces(): Generator<Piece<OwnSamples<Samples>>> {
    for (const [driver, { number }] of source.drivers.entries()) {
      const samples = feed.get(number);
      if (samples === undefined) continue;
      const own = { samples, driver, laps: laps.get(number) ?? null };
      yield { source: own, from: 0, rows: samples.epochMs.length };
    }
  }
  return { name, columns, blocks: (blockRows) => blocksOf(pieces(), columns, blockRows) };
}

function valueColumn<Samples>(
  name: string,
  type: ExportType,
  read: (samples: Samples, index: number) => number,
): SourceColumn<OwnSamples<Samples>> {
  return {
    name,
    type,
    decimals: 0,
    labels: [],
    fill: ({ samples }, from, count, out, at) => {
      for (let i = 0; i < count; i++) out[at + i] = read(samples, from + i);
    },
  };
}

function dateColumn<Samples extends Timed>(): SourceColumn<OwnSamples<Samples>> {
  return valueColumn('Date', 'TIMESTAMP', ({ epochMs }, i) => epochMs[i]!);
}

function timeColumn<Samples extends Timed>(
  name: string,
  t0EpochMs: number,
): SourceColumn<OwnSamples<Samples>> {
  return {
    ...valueColumn<Samples>(name, 'DOUBLE', ({ epochMs }, i) => (epochMs[i]! - t0EpochMs) / 1000),
    decimals: 3,
  };
}

function sourceColumn<Samples extends Timed>(label: string): SourceColumn<OwnSamples<Samples>> {
  return { ...valueColumn<Samples>('Source', 'STRING', () => 0), labels: [label] };
}

function labelColumns<Samples extends Timed>(
  drivers: readonly Driver[],
  t0EpochMs: number,
): Columns<Samples> {
  const byDriver: SourceColumn<OwnSamples<Samples>>['fill'] = ({ driver }, _from, count, out, at) => {
    out.fill(driver, at, at + count);
  };
  const text = { type: 'STRING', decimals: 0, fill: byDriver } as const;
  return [
    { ...text, name: 'DriverNumber', labels: drivers.map(({ number }) => number) },
    { ...text, name: 'Driver', labels: drivers.map(({ code }) => code) },
    {
      name: 'LapNumber',
      type: 'INT32',
      decimals: 0,
      labels: [],
      fill: ({ samples, laps }, from, count, out, at) => {
        for (let i = 0; i < count; i++) {
          const ms = samples.epochMs[from + i]! - t0EpochMs;
          out[at + i] = laps?.at(ms) ?? Number.NaN;
        }
      },
    },
    valueColumn('Filled', 'BOOLEAN', ({ filled }, i) => filled[i]!),
  ];
}
