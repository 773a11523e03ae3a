import type { Driver } from '../../src/domain/driver.ts';
import type { CarSamples, PosSamples, RawSession } from '../../src/domain/raw-session.ts';
import { emptyTiming, type Lap } from '../../src/domain/timing.ts';

/** t0 of every synthetic session: 2024-03-02 15:00:00 UTC. */
export const t0EpochMs = Date.UTC(2024, 2, 2, 15);

type CarColumns = Partial<Record<Exclude<keyof CarSamples, 'epochMs'>, readonly number[]>>;
type PosColumns = Partial<Record<Exclude<keyof PosSamples, 'epochMs'>, readonly number[]>>;

/** Car samples at session times in ms; columns not given are those of a car in sixth gear at 200 km/h. */
export function carSamples(
  sessionMs: readonly number[],
  columns: CarColumns = {},
  t0 = t0EpochMs,
): CarSamples {
  const column = (name: keyof CarColumns, value: number): number[] => [
    ...(columns[name] ?? sessionMs.map(() => value)),
  ];
  return {
    epochMs: Float64Array.from(sessionMs, (ms) => t0 + ms),
    rpm: Uint16Array.from(column('rpm', 11_000)),
    speedKmh: Uint16Array.from(column('speedKmh', 200)),
    gear: Uint8Array.from(column('gear', 6)),
    throttlePct: Uint8Array.from(column('throttlePct', 100)),
    brakePct: Uint8Array.from(column('brakePct', 0)),
    drs: Uint8Array.from(column('drs', 1)),
    filled: Uint8Array.from(column('filled', 0)),
  };
}

/** Position samples at session times in ms; columns not given move along x. */
export function posSamples(
  sessionMs: readonly number[],
  columns: PosColumns = {},
  t0 = t0EpochMs,
): PosSamples {
  return {
    epochMs: Float64Array.from(sessionMs, (ms) => t0 + ms),
    x: Int32Array.from(columns.x ?? sessionMs.map((ms) => Math.round(ms / 2))),
    y: Int32Array.from(columns.y ?? sessionMs.map(() => 7)),
    z: Int32Array.from(columns.z ?? sessionMs.map(() => 500)),
    onTrack: Uint8Array.from(columns.onTrack ?? sessionMs.map(() => 1)),
    filled: Uint8Array.from(columns.filled ?? sessionMs.map(() => 0)),
  };
}

/** `count` times from `startMs` on, `stepMs` apart. */
export function grid(startMs: number, stepMs: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => startMs + index * stepMs);
}

export function syntheticDriver(number: string, code: string): Driver {
  return { number, code, name: `Driver ${code}`, team: 'Team', teamColour: '112233', line: Number(number) };
}

export function syntheticLap(
  driverNumber: string,
  lap: number,
  startMs: number | null,
  endMs: number | null,
  more: Partial<Lap> = {},
): Lap {
  return {
    driverNumber,
    lap,
    startMs,
    endMs,
    lapTimeMs: startMs === null || endMs === null ? null : endMs - startMs,
    sector1Ms: null,
    sector2Ms: null,
    sector3Ms: null,
    pitInMs: null,
    pitOutMs: null,
    compound: 'SOFT',
    tyreAge: lap,
    stint: 1,
    position: 1,
    ...more,
  };
}

/** A session of one car, '1' VER, with two laps of 4 s and samples from −1 s to 9 s; every part can be replaced. */
export function syntheticRaw(parts: Partial<RawSession> = {}): RawSession {
  return {
    identity: {
      key: 1,
      year: 2024,
      event: 'Test Grand Prix',
      session: 'Race',
      circuit: 'Test Ring',
      country: 'Nowhere',
      gmtOffsetMinutes: 60,
      startEpochMs: null,
      path: null,
      origin: 'SessionInfo',
      simulated: false,
    },
    t0EpochMs,
    drivers: [syntheticDriver('1', 'VER')],
    car: new Map([['1', carSamples(grid(9_000, 250, 41))]]),
    pos: new Map([['1', posSamples(grid(9_100, 250, 41))]]),
    timing: {
      ...emptyTiming,
      laps: [
        syntheticLap('1', 1, 10_000, 14_000),
        syntheticLap('1', 2, 14_000, 18_000, { compound: 'HARD' }),
      ],
    },
    smallTables: [],
    report: { topics: [], missing: [], malformed: [], warnings: [] },
    ...parts,
  };
}
