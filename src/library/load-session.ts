import { splitQualifying } from '../analysis/qualifying-parts.ts';
import { corners, type Corner } from '../analysis/laps/corners.ts';
import { trackLine, type TrackLine } from '../analysis/laps/track-line.ts';
import { writeExtract, type WrittenFile } from '../commands/extract-files.ts';
import { largeKinds, type Format } from '../commands/extract-plan.ts';
import { createLapTracer, fastestLaps } from '../commands/lap-traces.ts';
import { openRaw, type OpenedRaw } from '../commands/load-raw.ts';
import { defaultConfig } from '../config/defaults.ts';
import type { Config } from '../config/schema.ts';
import type { Driver } from '../domain/driver.ts';
import { F1Error } from '../domain/errors.ts';
import type { FastF1Lap } from '../domain/lap-table.ts';
import { noLog, type Log, type Progress } from '../domain/log.ts';
import type { ReadReport, SessionIdentity } from '../domain/raw-session.ts';
import type { SmallTable } from '../domain/small-table.ts';
import { correctedLapsTable, lapsTable, telemetrySource } from '../session/index.ts';
import { isNamed } from '../session/select-drivers.ts';
import { mergeRequest, type TelemetrySource } from '../session/telemetry-tables.ts';
import { makeFolder } from '../util/make-folder.ts';
import type {
  CarDataRow,
  CorrectedLapRow,
  LapRow,
  PosDataRow,
  RaceControlRow,
  ResultRow,
  StatusRow,
  TelemetryRow,
  WeatherRow,
} from './rows.ts';
import { filterRows, rowAt, tableFrom, type Table } from './table.ts';
import { carDataTable, posDataTable, telemetryTable } from './telemetry-table.ts';

export interface LoadOptions {
  /** Identity of a session that has none of its own: '2023 Qatar Race'. */
  readonly name?: string;
  /** Car numbers to rename, old → new. */
  readonly carAlias?: ReadonlyMap<string, string>;
  /** False: neither reads nor writes the cache. A text: folder of the cache (default: `.cache/slipstream`). */
  readonly cache?: boolean | string;
  /** A local copy of the timing archive, asked before the network. */
  readonly archiveDir?: string;
  /** Asks the results API for classification, grid and first lap. */
  readonly resultsApi?: boolean;
  /** Other settings of the section `source` of the configuration. */
  readonly source?: Partial<Config['source']>;
  readonly signal?: AbortSignal;
  /** Gets warnings and what is odd; silent without it. */
  readonly log?: Log;
  readonly onProgress?: (progress: Progress) => void;
}

/** A lap by its row of the lap table, or by driver (code or car number) and lap number. */
export type LapKey =
  | Pick<LapRow, 'DriverNumber' | 'LapNumber'>
  | { readonly driver: string; readonly lap: number };

/** A session with FastF1's tables. Tables are made when asked for and kept; samples stay as they were read. */
export interface Session {
  readonly identity: SessionIdentity;
  /** Session time zero; null without telemetry. */
  readonly t0: Date | null;
  readonly drivers: readonly Driver[];
  /** What was read, missing and odd. */
  readonly report: ReadReport;
  /** FastF1's 31 columns. */
  readonly laps: Table<LapRow>;
  readonly correctedLaps: Table<CorrectedLapRow>;
  readonly results: Table<ResultRow>;
  readonly weather: Table<WeatherRow>;
  readonly raceControlMessages: Table<RaceControlRow>;
  readonly trackStatus: Table<StatusRow & { Message: string | null }>;
  readonly sessionStatus: Table<StatusRow>;
  /** Names of all small tables, for `table`. */
  readonly tableNames: readonly string[];
  /** Any small table by its name in `extract`; null when the session has none of it. */
  table(name: string): Table<Record<string, unknown>> | null;
  /** FastF1's `get_telemetry()` of one lap; `frequency` [Hz] resamples as FastF1 does. Throws F1_USAGE. */
  telemetry(lap: LapKey, options?: { readonly frequency?: number }): Promise<Table<TelemetryRow>>;
  /** One slice over all laps of a driver, as FastF1's `laps.get_telemetry()`. Throws F1_USAGE. */
  driverTelemetry(driver: string): Table<TelemetryRow>;
  /** Car samples of a driver. Throws F1_USAGE. */
  carData(driver: string): Table<CarDataRow>;
  /** Positions of a driver. Throws F1_USAGE. */
  posData(driver: string): Table<PosDataRow>;
  /** Weather of a lap: the first sample in it, else the last before its end; null without one. */
  weatherOf(lap: LapRow): WeatherRow | null;
  /** Laps of Q1, Q2 and Q3; a part that was not run is null. */
  qualifyingParts(): readonly (Table<LapRow> | null)[];
  /** Line and corners of the circuit from the fastest lap with positions (estimated); null without one. */
  trackMap(): {
    readonly line: TrackLine;
    readonly corners: readonly Corner[];
    readonly lengthM: number;
  } | null;
  /** Writes the files of `slipstream extract` to a folder. */
  extract(
    dir: string,
    options?: {
      readonly formats?: readonly Format[];
      readonly laps?: boolean;
      readonly telemetry?: 'lap' | 'driver' | 'raw';
    },
  ): Promise<readonly WrittenFile[]>;
}

/**
 * Opens a session: a folder, a recording file, a URL, or `2023/Monaco/R`. Rejects with F1Error (`F1_SOURCE_*`) for what cannot
 * be opened, or with the signal's reason. Memory: 9 bytes a car sample, 14 a position sample, ≈ 270 MB for a race.
 */
export async function loadSession(spec: string, options: LoadOptions = {}): Promise<Session> {
  const source = {
    ...defaultConfig.source,
    ...(typeof options.cache === 'string' ? { cache_dir: options.cache } : {}),
    ...(options.archiveDir === undefined ? {} : { archive_dir: options.archiveDir }),
    ...options.source,
  };
  const config: Config = { ...defaultConfig, source };
  const log = options.log ?? noLog;
  const signal = options.signal ?? new AbortController().signal;
  signal.throwIfAborted();
  let opened = await openRaw({
    spec,
    config,
    log,
    signal,
    onProgress: options.onProgress,
    name: options.name,
    carAlias: options.carAlias,
    noCache: options.cache === false,
  });
  if (options.resultsApi === true) {
    const { applyResults, readResults } = await import('../source/results-api/index.ts');
    const results = await readResults(opened.raw.identity, { config, log, signal });
    opened = { ...opened, raw: applyResults(opened.raw, results) };
  }
  return createSession(opened, log, signal);
}

const emptyTables: Readonly<Record<string, readonly string[]>> = {
  results: ['DriverNumber', 'Abbreviation', 'TeamName', 'Position'],
};

function createSession(opened: OpenedRaw, log: Log, signal: AbortSignal): Session {
  const { raw } = opened;
  const { identity, t0EpochMs, report, timing } = raw;
  const kept = new Map<string, Table<unknown>>();
  const keep = <Row>(name: string, make: () => Table<Row>): Table<Row> => {
    const table = kept.get(name) ?? make();
    kept.set(name, table);
    return table as Table<Row>;
  };
  const small = (name: string): SmallTable =>
    raw.smallTables.find((table) => table.name === name) ?? {
      name,
      columns: (emptyTables[name] ?? []).map((column) => ({ name: column, kind: 'text', unit: '' })),
      rows: [],
    };
  let source: TelemetrySource | null | undefined;
  const telemetry = (): TelemetrySource => {
    source ??= telemetrySource(raw, raw.drivers, (warning) => log.warn(warning));
    if (source === null)
      throw usage('The session has no telemetry', 'session.report.missing says which topics are missing');
    return source;
  };
  const numberOf = (driver: string): string => {
    const found = opened.drivers.find((one) => isNamed(one, driver));
    if (found !== undefined) return found.number;
    throw usage(
      `Driver ${driver} is not in this session`,
      `Drivers: ${opened.drivers.map(({ code }) => code).join(', ')}`,
    );
  };
  const lapOf = (key: LapKey): FastF1Lap => {
    const number = 'driver' in key ? numberOf(key.driver) : key.DriverNumber;
    const lapNumber = 'driver' in key ? key.lap : key.LapNumber;
    const lap = timing.lapTable.find((one) => one.driverNumber === number && one.lapNumber === lapNumber);
    if (lap === undefined)
      throw usage(`Car ${number} has no lap ${lapNumber}`, 'session.laps lists all of them');
    return lap;
  };
  const samplesOf = <Samples>(feed: ReadonlyMap<string, Samples>, driver: string): Samples => {
    const samples = feed.get(numberOf(driver));
    if (samples === undefined || t0EpochMs === null)
      throw usage(
        `Driver ${driver} has no such samples`,
        'session.report.missing says which topics are missing',
      );
    return samples;
  };
  return {
    identity,
    t0: t0EpochMs === null ? null : new Date(t0EpochMs),
    drivers: opened.drivers,
    report,
    get laps() {
      return keep<LapRow>('laps', () => tableFrom(lapsTable(raw)));
    },
    get correctedLaps() {
      return keep<CorrectedLapRow>('laps_corrected', () => tableFrom(correctedLapsTable(raw)));
    },
    get results() {
      return keep<ResultRow>('results', () => tableFrom(small('results')));
    },
    get weather() {
      return keep<WeatherRow>('weather', () => tableFrom(small('weather')));
    },
    get raceControlMessages() {
      const texts = ['Category', 'Message', 'Status', 'Flag', 'Scope', 'RacingNumber'];
      return keep<RaceControlRow>('race_control_messages', () =>
        tableFrom(small('race_control_messages'), texts),
      );
    },
    get trackStatus() {
      return keep<StatusRow & { Message: string | null }>('track_status', () =>
        tableFrom(small('track_status'), ['Status', 'Message']),
      );
    },
    get sessionStatus() {
      return keep<StatusRow>('session_status', () => tableFrom(small('session_status'), ['Status']));
    },
    get tableNames() {
      return raw.smallTables.map(({ name }) => name);
    },
    table(name) {
      const found = raw.smallTables.find((table) => table.name === name);
      return found === undefined ? null : tableFrom(found);
    },
    async telemetry(key, { frequency } = {}) {
      const own = telemetry();
      const lap = lapOf(key);
      const { driverNumber: number, startMs, endMs } = lap;
      if (startMs === null || endMs === null)
        throw usage(
          `Lap ${lap.lapNumber} of ${lap.driver} has no known start or end`,
          'Choose a lap with LapStartTime and Time',
        );
      const request = mergeRequest(own, number, startMs, endMs);
      if (frequency === undefined) return telemetryTable(own.merger.merge(request), own.t0EpochMs);
      const { resampleLap } = await import('../session/lap-telemetry/resample-lap.ts');
      const resampled = resampleLap(request, frequency, own.t0EpochMs, own.finder);
      if (resampled === null)
        throw usage(
          `Lap ${lap.lapNumber} of ${lap.driver} has too few samples to resample`,
          'Leave frequency out',
        );
      return telemetryTable(resampled, own.t0EpochMs);
    },
    driverTelemetry(driver) {
      const own = telemetry();
      const number = numberOf(driver);
      const laps = timing.lapTable.filter(({ driverNumber }) => driverNumber === number);
      const startMs = laps.find((lap) => lap.startMs !== null)?.startMs;
      const endMs = laps.findLast((lap) => lap.endMs !== null)?.endMs;
      if (startMs == null || endMs == null)
        throw usage(`Driver ${driver} has no laps`, 'carData and posData have the samples');
      const request = mergeRequest(own, number, startMs, endMs);
      return telemetryTable(own.merger.merge(request), own.t0EpochMs);
    },
    carData: (driver) => carDataTable(samplesOf(raw.car, driver), t0EpochMs ?? 0),
    posData: (driver) => posDataTable(samplesOf(raw.pos, driver), t0EpochMs ?? 0),
    weatherOf({ LapStartTime, Time }) {
      const { weather } = this;
      const times = weather.columns.Time;
      let last = -1;
      for (let row = 0; row < weather.rows && times[row]! <= Time; row++) {
        last = row;
        if (times[row]! >= LapStartTime) break;
      }
      return last < 0 ? null : rowAt(weather, last);
    },
    qualifyingParts() {
      if (!/qualifying|shootout/i.test(identity.session) || timing.lastStatusMs === null)
        throw usage('Only a qualifying has parts', `This is a ${identity.session}`);
      const { laps } = this;
      const parts = splitQualifying(timing.lapTable, timing.partStartsMs, timing.lastStatusMs);
      return parts.map((part) => {
        if (part === null) return null;
        const own = new Set(part);
        return filterRows(laps, (row) => own.has(timing.lapTable[row]!));
      });
    },
    trackMap() {
      const tracer = createLapTracer(raw);
      if (tracer === null) return null;
      for (const lap of fastestLaps(timing.lapTable)) {
        const lengthM = tracer.lengthM(lap);
        const trace = lengthM === null ? null : tracer.trace(lap, lengthM);
        const line = trace === null ? null : trackLine(trace);
        if (line !== null && lengthM !== null) return { line, corners: corners(line, lengthM), lengthM };
      }
      return null;
    },
    async extract(dir, { formats = ['csv', 'parquet'] as const, laps, telemetry: kind } = {}) {
      makeFolder(dir);
      const files: WrittenFile[] = [];
      const kinds = largeKinds({
        ...(laps === undefined ? {} : { laps }),
        ...(kind === undefined ? {} : { telemetry: kind }),
      });
      const job = {
        opened,
        dir,
        kinds,
        formats,
        all: false,
        hasAllDrivers: true,
        signal,
        onProgress: () => {},
        onWarning: (warning: string) => log.warn(warning),
      };
      await writeExtract(job, files);
      return files;
    },
  };
}

function usage(message: string, hint: string): F1Error {
  return new F1Error('F1_USAGE', message, { hint, exitCode: 2 });
}
