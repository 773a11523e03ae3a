import type { CorrectedLap, FastF1Lap } from './lap-table.ts';

/** One lap of one driver. Times are session ms; null where the feed did not say. */
export interface Lap {
  readonly driverNumber: string;
  /** 1-based lap number of this driver. */
  readonly lap: number;
  readonly startMs: number | null;
  /** When the lap ended; null for a last lap that was not finished. */
  readonly endMs: number | null;
  readonly lapTimeMs: number | null;
  readonly sector1Ms: number | null;
  readonly sector2Ms: number | null;
  readonly sector3Ms: number | null;
  readonly pitInMs: number | null;
  readonly pitOutMs: number | null;
  /** '' when unknown. */
  readonly compound: string;
  /** Laps on the set at the end of this lap; null when unknown. */
  readonly tyreAge: number | null;
  /** 1-based stint number of this driver. */
  readonly stint: number;
  readonly position: number | null;
  /** True for the last lap of a car that stopped on track: its end is estimated, not measured. Absent = false. */
  readonly generated?: boolean;
}

/** A run of laps on one set of tyres. */
export interface Stint {
  readonly driverNumber: string;
  /** 1-based. */
  readonly stint: number;
  readonly compound: string;
  readonly fresh: boolean | null;
  /** Laps already on the set when it was fitted. */
  readonly ageAtStart: number | null;
  /** When the stint was first announced, session ms. */
  readonly sessionMs: number;
}

/** A car takes a place. */
export interface PositionChange {
  readonly sessionMs: number;
  readonly driverNumber: string;
  /** 1-based place. */
  readonly position: number;
  /** Gap to the leader as the feed writes it: '', '+1.234', '1 L', 'LAP 12'; null when unknown. */
  readonly gap: string | null;
  /** True when derived (from Line, GridPos or lap order) and not sent as Position. */
  readonly derived: boolean;
}

/** The state of the track changes. */
export interface TrackStatusChange {
  readonly sessionMs: number;
  /** '1' clear, '2' yellow, '4' safety car, '5' red, '6' VSC, '7' VSC ending. */
  readonly status: string;
  readonly message: string;
}

/** The state of the session changes. */
export interface SessionStatusChange {
  readonly sessionMs: number;
  /** Inactive, Started, Aborted, Finished, Finalised, Ends. */
  readonly status: string;
}

/** What race control told the teams; null where a message does not say. */
export interface RaceControlMessage {
  readonly sessionMs: number;
  readonly lap: number | null;
  readonly category: string;
  readonly message: string;
  readonly flag: string | null;
  readonly scope: string | null;
  readonly sector: number | null;
  readonly status: string | null;
  readonly driverNumber: string | null;
  /** True for what another series or the time after the session added: shown apart, never acted on. */
  readonly foreign: boolean;
}

/** One reading of the weather station; null where it is absent. */
export interface WeatherSample {
  readonly sessionMs: number;
  readonly airTempC: number | null;
  readonly trackTempC: number | null;
  readonly humidityPct: number | null;
  readonly pressureMbar: number | null;
  readonly rainfall: boolean | null;
  readonly windDirectionDeg: number | null;
  readonly windSpeedMs: number | null;
}

/** The lap that the race is in, of how many. */
export interface LapCountChange {
  readonly sessionMs: number;
  readonly currentLap: number | null;
  readonly totalLaps: number | null;
}

/** Everything about a session that is not telemetry, each list ordered by session time. */
export interface SessionTiming {
  /** First SessionStatus 'Started', session ms ("lights out" in a race); null when unknown. */
  readonly startMs: number | null;
  /** Race distance: the last TotalLaps sent, and the first beside it. */
  readonly totalLaps: number | null;
  readonly firstTotalLaps: number | null;
  readonly laps: readonly Lap[];
  /** FastF1's lap table, by driver in driver-list order and lap number. */
  readonly lapTable: readonly FastF1Lap[];
  /** Our own columns beside it, row for row. */
  readonly correctedLaps: readonly CorrectedLap[];
  readonly stints: readonly Stint[];
  readonly positions: readonly PositionChange[];
  readonly trackStatus: readonly TrackStatusChange[];
  readonly sessionStatus: readonly SessionStatusChange[];
  readonly raceControl: readonly RaceControlMessage[];
  readonly weather: readonly WeatherSample[];
  readonly lapCount: readonly LapCountChange[];
  /** Starts of the parts of a qualifying, session ms; empty for other sessions. */
  readonly partStartsMs: readonly number[];
  /** Time of the last session status: the last part ends there; null without one. */
  readonly lastStatusMs: number | null;
}

/** Timing of a session of which nothing is known. */
export const emptyTiming: SessionTiming = {
  startMs: null,
  totalLaps: null,
  firstTotalLaps: null,
  laps: [],
  lapTable: [],
  correctedLaps: [],
  stints: [],
  positions: [],
  trackStatus: [],
  sessionStatus: [],
  raceControl: [],
  weather: [],
  lapCount: [],
  partStartsMs: [],
  lastStatusMs: null,
};
