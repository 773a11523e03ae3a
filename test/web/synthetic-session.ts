import { timingEvents } from '../../src/analysis/timing-events.ts';
import type { Driver } from '../../src/domain/driver.ts';
import type { TimingEvent } from '../../src/domain/messages.ts';
import type { MissingTopic } from '../../src/domain/raw-session.ts';
import type { DriverTable, SessionTable } from '../../src/domain/table.ts';
import type { Lap, SessionTiming } from '../../src/domain/timing.ts';

export interface SyntheticOptions {
  readonly codes?: readonly string[];
  readonly event?: string;
  readonly simulated?: boolean;
  readonly laps?: number;
  readonly missing?: readonly MissingTopic[];
  /** Codes that take part without telemetry. */
  readonly withoutTelemetry?: readonly string[];
}

const lapS = 60;
const rowS = 0.13;
const startS = 600;
const teams = [
  ['Blue Racing', '3671C6'],
  ['Silver Arrows', '27F4D2'],
  ['Scuderia', 'E8002D'],
  ['Papaya', 'FF8000'],
] as const;

/** A made-up session: every driver laps in exactly 60 s, so that a test knows what must be shown when. */
export function syntheticSession(options: SyntheticOptions = {}): {
  table: SessionTable;
  events: TimingEvent[];
} {
  const {
    codes = ['VER', 'HAM', 'LEC', 'NOR'],
    event = 'Test Grand Prix',
    simulated = false,
    laps = 20,
    missing = [],
    withoutTelemetry = [],
  } = options;
  const drivers: Driver[] = codes.map((code, at) => {
    const [team, teamColour] = teams[at % teams.length]!;
    return { number: String(at + 1), code, name: `Driver ${code}`, team, teamColour, line: at + 1 };
  });
  const tables = drivers
    .filter(({ code }) => !withoutTelemetry.includes(code))
    .map((driver) => driverRows(driver, laps));
  const table: SessionTable = {
    identity: {
      key: 1,
      year: 2031,
      event,
      session: 'Race',
      circuit: 'Test Ring',
      country: 'Nowhere',
      gmtOffsetMinutes: 120,
      startEpochMs: null,
      path: null,
      origin: 'name',
      simulated,
    },
    t0EpochMs: Date.parse('2031-05-25T12:00:00Z'),
    drivers,
    tables,
    timing: timingOf(drivers, laps),
    report: { topics: [], missing, malformed: [], warnings: [] },
  };
  const withTelemetry = new Set(tables.map(({ driver }) => driver.number));
  return { table, events: timingEvents({ ...table, hasTelemetry: (number) => withTelemetry.has(number) }) };
}

function driverRows(driver: Driver, laps: number): DriverTable {
  const rows = Math.floor((laps * lapS) / rowS);
  const sessionMs = Float64Array.from({ length: rows }, (_, row) =>
    Math.round((startS + row * rowS + driver.line * 0.01) * 1000),
  );
  const phase = (row: number): number => ((row * rowS) / lapS) * 2 * Math.PI - driver.line * 0.2;
  const floats = (value: (row: number) => number): Float32Array =>
    Float32Array.from({ length: rows }, (_, row) => value(row));
  const bytes = (value: (row: number) => number): Uint8Array =>
    Uint8Array.from({ length: rows }, (_, row) => value(row));
  const speed = (row: number): number => 200 + 70 * Math.sin(3 * phase(row)) + 45 * Math.sin(7 * phase(row));
  return {
    driver,
    rows,
    sessionMs,
    speedKmh: floats(speed),
    rpm: floats((row) => 9000 + 2500 * Math.sin(11 * phase(row))),
    throttlePct: floats((row) => 50 + 50 * Math.sin(5 * phase(row))),
    brake: bytes((row) => (Math.sin(5 * phase(row)) < -0.8 ? 1 : 0)),
    gear: bytes((row) => Math.min(8, Math.max(1, Math.round(speed(row) / 40)))),
    drs: bytes((row) => (Math.sin(3 * phase(row)) > 0.9 ? 12 : 8)),
    x: floats(() => 0),
    y: floats(() => 0),
    z: floats(() => 0),
    distanceM: floats((row) => (((row * rowS) % lapS) / lapS) * 3300),
    origin: bytes((row) => row % 2),
    onTrack: bytes(() => 1),
    invalid: bytes(() => 0),
    lap: Uint16Array.from({ length: rows }, (_, row) => 1 + Math.floor((row * rowS) / lapS)),
    compound: bytes(() => 2),
  };
}

function timingOf(drivers: readonly Driver[], lapCount: number): SessionTiming {
  const endOf = (lap: number): number => (startS + lap * lapS) * 1000;
  const numbers = Array.from({ length: lapCount }, (_, at) => at + 1);
  const lapOf = (driver: Driver, lap: number): Lap => ({
    driverNumber: driver.number,
    lap,
    startMs: endOf(lap - 1),
    endMs: endOf(lap),
    lapTimeMs: lapS * 1000 + driver.line * 100,
    sector1Ms: 20_000,
    sector2Ms: 20_000,
    sector3Ms: 20_000,
    pitInMs: null,
    pitOutMs: null,
    compound: 'MEDIUM',
    tyreAge: lap,
    stint: 1,
    position: driver.line,
  });
  const startMs = startS * 1000;
  return {
    startMs,
    totalLaps: lapCount,
    firstTotalLaps: lapCount,
    laps: numbers.flatMap((lap) => drivers.map((driver) => lapOf(driver, lap))),
    lapTable: [],
    correctedLaps: [],
    stints: drivers.map(({ number }) => ({
      driverNumber: number,
      stint: 1,
      compound: 'MEDIUM',
      fresh: true,
      ageAtStart: 0,
      sessionMs: startMs,
    })),
    positions: drivers.map(({ number, line }) => ({
      sessionMs: startMs,
      driverNumber: number,
      position: line,
      gap: line === 1 ? '' : `+${line}.000`,
      derived: false,
    })),
    trackStatus: [
      { sessionMs: startMs, status: '1', message: 'AllClear' },
      { sessionMs: endOf(5), status: '4', message: 'SCDeployed' },
      { sessionMs: endOf(7), status: '1', message: 'AllClear' },
    ],
    sessionStatus: [{ sessionMs: startMs, status: 'Started' }],
    raceControl: numbers.map((lap) => ({
      sessionMs: endOf(lap - 1) + 1000,
      lap,
      category: 'Other',
      message: `MESSAGE OF LAP ${lap}`,
      flag: null,
      scope: null,
      sector: null,
      status: null,
      driverNumber: null,
      foreign: false,
    })),
    weather: [
      {
        sessionMs: startMs,
        airTempC: 21.5,
        trackTempC: 38.2,
        humidityPct: 55,
        pressureMbar: 1010,
        rainfall: false,
        windDirectionDeg: 90,
        windSpeedMs: 2,
      },
    ],
    partStartsMs: [],
    lastStatusMs: null,
    lapCount: numbers.map((lap) => ({ sessionMs: endOf(lap - 1), currentLap: lap, totalLaps: lapCount })),
  };
}
