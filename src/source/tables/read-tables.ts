import { absentTopics } from './absent-topics.ts';
import { hasRaceDistance } from '../identity/session-name.ts';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { unlistedDriver, type Driver } from '../../domain/driver.ts';
import { F1Error, messageOf } from '../../domain/errors.ts';
import type { RawSession, SessionIdentity, TopicReport } from '../../domain/raw-session.ts';
import type { SmallTable } from '../../domain/small-table.ts';
import type { SessionTiming } from '../../domain/timing.ts';
import { isObject } from '../decode/feed-columns.ts';
import type { ReadFolderOptions } from '../read-folder.ts';
import { weatherColumns } from '../small-tables/fastf1-tables.ts';
import { textOf } from './cell-values.ts';
import {
  FastF1Collector,
  fastF1LapColumns,
  fastF1Laps,
  fastF1Samples,
  fastF1Weather,
  fastF1WeatherColumns,
} from './fastf1-tables.ts';
import {
  OpenF1Collector,
  openF1LapColumns,
  openF1Laps,
  openF1Samples,
  openF1StintColumns,
  openF1Stints,
  openF1Weather,
  openF1WeatherColumns,
} from './openf1-tables.ts';
import { createSampleCollector, type SampleNames } from './sample-columns.ts';
import { openTable, type Batch, type TableFile } from './table-file.ts';

/** What a table is, told by its columns. */
type TableKind =
  | 'OpenF1 car data'
  | 'OpenF1 positions'
  | 'OpenF1 laps'
  | 'OpenF1 stints'
  | 'OpenF1 weather'
  | 'FastF1 laps'
  | 'FastF1 telemetry'
  | 'FastF1 car data'
  | 'FastF1 positions'
  | 'FastF1 weather';

const carNames = ['RPM', 'Speed', 'nGear', 'Throttle', 'Brake', 'DRS', 'Date'];
const posNames = ['X', 'Y', 'Z', 'Date'];

/** Kind of a table, or null for one that is not ours to read. */
export function kindOfTable(columns: readonly string[]): TableKind | null {
  const has = (names: readonly string[]): boolean => names.every((name) => columns.includes(name));
  if (has(openF1Laps)) return 'OpenF1 laps';
  if (has(openF1Stints)) return 'OpenF1 stints';
  if (has(['driver_number', 'date', ...openF1Samples.car])) return 'OpenF1 car data';
  if (has(['driver_number', 'date', ...openF1Samples.pos])) return 'OpenF1 positions';
  if (has(openF1Weather)) return 'OpenF1 weather';
  if (has(fastF1Laps)) return 'FastF1 laps';
  if (!columns.includes('DriverNumber') && !columns.includes('Driver')) {
    return has(fastF1Weather) ? 'FastF1 weather' : null;
  }
  if (has([...carNames, ...posNames])) return 'FastF1 telemetry';
  if (has(carNames)) return 'FastF1 car data';
  return has(posNames) ? 'FastF1 positions' : null;
}

/** Files of a folder, or the file itself, that are tables of a session, by kind; of several of a kind the largest. */
export async function findTables(path: string): Promise<Map<TableKind, TableFile>> {
  const isFolder = (await stat(path)).isDirectory();
  const names = isFolder ? await readdir(path) : [''];
  const found = new Map<TableKind, { file: TableFile; bytes: number }>();
  for (const name of names.sort()) {
    const file = isFolder ? join(path, name) : path;
    const stats = await stat(file);
    if (!stats.isFile()) continue;
    const table = await openTable(file).catch(() => null);
    const kind = table === null ? null : kindOfTable(table.columns);
    if (table === null || kind === null) continue;
    // Of the same table as CSV and Parquet the typed one is read.
    const isParquet = name.endsWith('.parquet');
    const known = found.get(kind);
    if (known === undefined || isParquet || stats.size > known.bytes)
      found.set(kind, { file: table, bytes: stats.size });
  }
  // Samples at source rate say more than a merged table made from them.
  if (found.has('FastF1 car data') && found.has('FastF1 positions')) found.delete('FastF1 telemetry');
  return new Map([...found].map(([kind, { file }]) => [kind, file]));
}

/**
 * Reads OpenF1's tables or FastF1's exports into the session model, as far as they go: what no table says stays empty and is
 * told. Rejects with F1_SOURCE_EMPTY without a table and F1_SOURCE_NO_IDENTITY without a name. Memory: 8 bytes a value and one
 * row group or 50,000 lines.
 */
export async function readTables(path: string, options: ReadFolderOptions): Promise<RawSession> {
  const tables = await findTables(path);
  if (tables.size === 0)
    throw new F1Error('F1_SOURCE_EMPTY', `Cannot open ${path}: it holds no table of a session`, {
      hint: "Known are OpenF1's car_data, location, laps, stints and weather, and FastF1's laps, telemetry and weather, as CSV or Parquet",
      exitCode: 2,
    });
  const { signal, onProgress, log } = options;
  const openF1 = new OpenF1Collector();
  const fastF1 = new FastF1Collector();
  const codes = new Map<string, string>();
  const samples = createSampleCollector((cell) => {
    const text = textOf(cell);
    return text === '' ? null : /^\d+$/.test(text) ? text : (codes.get(text) ?? null);
  });
  const topics: TopicReport[] = [];
  const readers: Readonly<
    Record<TableKind, [columns: readonly string[], take: (batch: Batch, names: SampleNames) => void]>
  > = {
    // Laps first: they tell which code is which car.
    'FastF1 laps': [fastF1LapColumns, (batch) => fastF1.addLaps(batch)],
    'OpenF1 laps': [openF1LapColumns, (batch) => openF1.addLaps(batch)],
    'OpenF1 stints': [openF1StintColumns, (batch) => openF1.addStints(batch)],
    'OpenF1 weather': [openF1WeatherColumns, (batch) => openF1.addWeather(batch)],
    'FastF1 weather': [fastF1WeatherColumns, (batch) => fastF1.addWeather(batch)],
    'OpenF1 car data': [
      ['driver_number', 'date', ...openF1Samples.car],
      (batch) => samples.add(batch, openF1Samples, 'car'),
    ],
    'OpenF1 positions': [
      ['driver_number', 'date', ...openF1Samples.pos],
      (batch) => samples.add(batch, openF1Samples, 'pos'),
    ],
    'FastF1 car data': [
      ['DriverNumber', 'Driver', 'SessionTime', ...carNames],
      (batch, names) => {
        fastF1.addClock(batch);
        samples.add(batch, { ...names, source: null }, 'car');
      },
    ],
    'FastF1 positions': [
      ['DriverNumber', 'Driver', 'SessionTime', 'Status', ...posNames],
      (batch, names) => {
        fastF1.addClock(batch);
        samples.add(batch, { ...names, source: null }, 'pos');
      },
    ],
    'FastF1 telemetry': [
      ['DriverNumber', 'Driver', 'SessionTime', 'Status', 'Source', ...carNames, ...posNames],
      (batch, names) => {
        fastF1.addClock(batch);
        samples.add(batch, names, 'car');
        samples.add(batch, names, 'pos');
      },
    ],
  };
  const warnings: string[] = [];
  for (const [kind, [columns, take]] of Object.entries(readers) as [
    TableKind,
    (typeof readers)[TableKind],
  ][]) {
    const table = tables.get(kind);
    if (table === undefined) continue;
    let rows = 0;
    const names = fastF1Samples(table.columns);
    try {
      await table.read(
        columns,
        (batch) => {
          take(batch, names);
          rows += batch.rows;
          onProgress?.({
            stage: 'read',
            file: basename(table.path),
            done: rows,
            total: null,
            unit: 'rows',
            etaSeconds: null,
          });
        },
        signal,
      );
    } catch (error) {
      signal.throwIfAborted();
      warnings.push(`${basename(table.path)} cannot be read in full: ${messageOf(error)}`);
    }
    for (const [number, { code }] of fastF1.drivers()) codes.set(code, number);
    topics.push({ topic: kind, lines: rows, bytes: 0, repaired: 0, malformed: 0, outOfOrder: 0 });
  }
  const car = samples.car();
  const pos = samples.pos();
  const firstSampleMs = [...car.values(), ...pos.values()].reduce(
    (least, { epochMs }) => Math.min(least, epochMs[0] ?? Infinity),
    Infinity,
  );
  const isOpenF1 = [...tables.keys()].some((kind) => kind.startsWith('OpenF1'));
  const firstMs = Math.min(Math.floor(firstSampleMs), openF1.firstMs() ?? Infinity);
  const t0EpochMs = fastF1.t0EpochMs ?? (Number.isFinite(firstMs) ? firstMs : null);
  const timing = isOpenF1 ? openF1.finish(t0EpochMs ?? 0) : fastF1.finish();
  const identity = await identityOf(path, options.identityHint);
  if (identity === null)
    throw new F1Error(
      'F1_SOURCE_NO_IDENTITY',
      `Cannot tell which session is in ${path}: no manifest and no name say it`,
      {
        hint: 'Say it: --name "2023 Qatar Race"',
        exitCode: 2,
      },
    );
  if (isOpenF1)
    warnings.push(
      "Laps, stints and samples are OpenF1's: session time counts from the first of them, laps have no positions, no flags and no pit times",
    );
  if (tables.has('FastF1 telemetry'))
    warnings.push(
      'Samples are taken from merged telemetry by its Source: those outside of its laps are missing',
    );
  if (samples.dropped > 0)
    warnings.push(`${samples.dropped} rows without date, driver or value are left out`);
  for (const warning of warnings) log.warn(warning);
  const hold = {
    car: car.size > 0,
    pos: pos.size > 0,
    laps: timing.lapTable.length > 0,
    stints: timing.stints.length > 0,
    weather: timing.weather.length > 0,
  };
  const missing = absentTopics(hold, hasRaceDistance(identity.year, identity.session));
  return {
    identity,
    t0EpochMs: car.size === 0 && pos.size === 0 ? null : t0EpochMs,
    drivers: driversOf([...car.keys(), ...pos.keys()], timing, fastF1),
    car,
    pos,
    timing,
    smallTables: timing.weather.length === 0 ? [] : [weatherTable(timing)],
    report: { topics, missing, malformed: [], warnings },
  };
}

function driversOf(
  numbers: readonly string[],
  { lapTable }: SessionTiming,
  fastF1: FastF1Collector,
): Driver[] {
  const known = fastF1.drivers();
  return [...new Set([...lapTable.map(({ driverNumber }) => driverNumber), ...numbers])].map((number) => {
    const { code, team } = known.get(number) ?? { code: number, team: '' };
    return { ...unlistedDriver(number), code, team };
  });
}

/** Identity of a manifest (OpenF1) or of our own session.json, else what the place says. */
async function identityOf(path: string, hint: SessionIdentity | null): Promise<SessionIdentity | null> {
  for (const name of ['manifest.json', 'session.json']) {
    let value: unknown;
    try {
      value = JSON.parse(await readFile(join(path, name), 'utf8'));
    } catch {
      continue;
    }
    if (!isObject(value)) continue;
    const year = value['season'] ?? value['year'];
    const event = value['name'] ?? value['event'];
    const session = value['session'];
    const key = value['session_key'];
    if (typeof year !== 'number' || typeof event !== 'string' || typeof session !== 'string') continue;
    return {
      key: typeof key === 'number' ? key : null,
      year,
      event,
      session,
      circuit: '',
      country: '',
      gmtOffsetMinutes: null,
      startEpochMs: null,
      path: null,
      origin: 'name',
      simulated: value['simulated'] === true,
    };
  }
  return hint;
}

function weatherTable({ weather }: SessionTiming): SmallTable {
  return {
    name: 'weather',
    columns: weatherColumns,
    rows: weather.map((one) => [
      one.sessionMs,
      one.airTempC,
      one.humidityPct,
      one.pressureMbar,
      one.rainfall,
      one.trackTempC,
      one.windDirectionDeg,
      one.windSpeedMs,
    ]),
  };
}
