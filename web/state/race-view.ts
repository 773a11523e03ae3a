import type { RaceEntry, RaceState } from '../../src/analysis/race-state.ts';

/** One driver as the views show it. */
export interface DriverRow {
  readonly code: string;
  readonly number: string;
  readonly name: string;
  readonly team: string;
  readonly teamColour: string;
  readonly line: number;
  readonly hasTelemetry: boolean;
  readonly position: number | null;
  readonly gap: string | null;
  readonly compound: string | null;
  readonly tyreAge: number | null;
  readonly lastLapS: number | null;
  readonly lapsDone: number;
}

export interface LapMark {
  readonly lap: number;
  readonly startS: number;
  readonly endS: number | null;
}

/** A stretch under one track status. */
export interface FlagPhase {
  readonly fromS: number;
  /** Null while it lasts. */
  readonly toS: number | null;
  readonly status: string;
}

/** Race-level state as the views read it; derived anew when the state's version rises. */
export interface RaceView {
  readonly session: RaceEntry<'session'> | null;
  readonly drivers: readonly DriverRow[];
  readonly laps: ReadonlyMap<string, readonly LapMark[]>;
  readonly phases: readonly FlagPhase[];
  readonly sessionStatus: string | null;
  readonly raceControl: readonly RaceEntry<'race_control'>[];
  readonly weather: RaceEntry<'weather'> | null;
  readonly currentLap: number | null;
  readonly totalLaps: number | null;
  readonly coverage: readonly RaceEntry<'coverage'>[];
}

/** What the views show of a state. O(drivers + laps). */
export function viewOfRace(state: RaceState): RaceView {
  return {
    session: state.session,
    drivers: state.drivers.map((driver) => rowOf(state, driver)).sort(byPlace),
    laps: new Map(Object.entries(state.laps).map(([code, laps]) => [code, marksOf(laps)])),
    phases: phasesOf(state.track_status),
    sessionStatus: state.session_status.at(-1)?.status ?? null,
    raceControl: state.race_control,
    weather: state.weather.at(-1) ?? null,
    currentLap: state.lap_count?.current_lap ?? null,
    totalLaps: state.lap_count?.total_laps ?? state.session?.total_laps ?? null,
    coverage: state.coverage,
  };
}

function rowOf(state: RaceState, driver: RaceEntry<'driver'>): DriverRow {
  const { code } = driver;
  const laps = state.laps[code] ?? [];
  const lap = laps.at(-1);
  const stint = state.stints[code]?.at(-1);
  const place = state.positions[code];
  // A new set is known before the first lap on it ends.
  const isNewSet = stint !== undefined && (lap === undefined || stint.stint > lap.stint);
  return {
    code,
    number: driver.driver_number === null ? '' : String(driver.driver_number),
    name: driver.name || code,
    team: driver.team,
    teamColour: driver.team_colour.replace('#', ''),
    line: driver.line,
    hasTelemetry: driver.has_telemetry,
    position: place?.position ?? null,
    gap: place?.gap ?? null,
    compound: (isNewSet ? stint.compound : (lap?.compound ?? stint?.compound)) ?? null,
    tyreAge: isNewSet ? (stint.age_at_start ?? null) : (lap?.tyre_age ?? null),
    lastLapS: lap?.lap_time ?? null,
    lapsDone: laps.length,
  };
}

function byPlace(a: DriverRow, b: DriverRow): number {
  return (
    (a.position ?? 100) - (b.position ?? 100) ||
    (a.line || 100) - (b.line || 100) ||
    a.code.localeCompare(b.code)
  );
}

/** Laps with a known start, and the one under way after the last that ended. */
function marksOf(laps: readonly RaceEntry<'lap'>[]): LapMark[] {
  const marks: LapMark[] = [];
  for (const lap of laps) {
    if (lap.lap_start !== null) marks.push({ lap: lap.lap_number, startS: lap.lap_start, endS: lap.lap_end });
  }
  const last = laps.at(-1);
  if (last !== undefined && last.lap_end !== null)
    marks.push({ lap: last.lap_number + 1, startS: last.lap_end, endS: null });
  return marks;
}

function phasesOf(changes: readonly RaceEntry<'track_status'>[]): FlagPhase[] {
  const phases: FlagPhase[] = [];
  for (const { session_time: fromS, status } of changes) {
    if (fromS === null) continue;
    const last = phases.at(-1);
    if (last?.status === status) continue;
    if (last !== undefined) phases[phases.length - 1] = { ...last, toS: fromS };
    phases.push({ fromS, toS: null, status });
  }
  return phases;
}
