/**
 * One row of FastF1's lap table: its 31 columns with FastF1's values, errors of FastF1 included (`CorrectedLap` has what
 * is believed instead). Times and spans in ms of session time; null where FastF1 has NaT, NaN or None.
 */
export interface FastF1Lap {
  readonly driverNumber: string;
  readonly driver: string;
  readonly team: string;
  readonly lapNumber: number;
  readonly stint: number | null;
  /** Lap end, `Time`. */
  readonly endMs: number | null;
  readonly lapTimeMs: number | null;
  readonly pitOutMs: number | null;
  readonly pitInMs: number | null;
  readonly sector1Ms: number | null;
  readonly sector2Ms: number | null;
  readonly sector3Ms: number | null;
  readonly sector1SessionMs: number | null;
  readonly sector2SessionMs: number | null;
  readonly sector3SessionMs: number | null;
  readonly speedI1Kmh: number | null;
  readonly speedI2Kmh: number | null;
  readonly speedFlKmh: number | null;
  readonly speedStKmh: number | null;
  /** Null for a generated lap. */
  readonly isPersonalBest: boolean | null;
  /** '' without tyre data, 'nan' before the first announcement, 'None' where none named it: FastF1's own texts. */
  readonly compound: string;
  readonly tyreLife: number | null;
  /** True before the first announcement: FastF1's reading of a missing value. */
  readonly freshTyre: boolean;
  /** `LapStartTime`; `LapStartDate` is this plus the session's t0. */
  readonly startMs: number | null;
  /** Status codes in order of occurrence, e.g. '12'. */
  readonly trackStatus: string | null;
  readonly position: number | null;
  /** Null when the session has no race control messages. */
  readonly deleted: boolean | null;
  readonly deletedReason: string;
  readonly isGenerated: boolean;
  readonly isAccurate: boolean;
}

/** Times of a lap that must add up [ms]. */
export type LapTimes = Pick<FastF1Lap, 'lapTimeMs' | 'sector1Ms' | 'sector2Ms' | 'sector3Ms'>;

/** FastF1's tolerance between times that must agree. */
export const agreeWithinMs = 3;

/** True when lap time and sectors are all there and the sectors add up to the lap. */
export function sectorsAgree({ lapTimeMs, sector1Ms, sector2Ms, sector3Ms }: LapTimes): boolean {
  if (lapTimeMs === null || sector1Ms === null || sector2Ms === null || sector3Ms === null) return false;
  return Math.abs(sector1Ms + sector2Ms + sector3Ms - lapTimeMs) <= agreeWithinMs;
}

/** How far the tyre age of a lap is to be believed. */
export type AgeQuality = 'announced' | 'counted' | 'unknown';

/** Our own reading of a lap where FastF1 is known to be wrong or silent; same keys as its `FastF1Lap`. */
export interface CorrectedLap {
  readonly driverNumber: string;
  readonly driver: string;
  readonly lapNumber: number;
  /** '' when unknown. */
  readonly compound: string;
  /** Laps on the set at the end of this lap; null rather than a guess below what was driven since the last stop. */
  readonly tyreAge: number | null;
  readonly ageQuality: AgeQuality;
  /** Changes of set before this lap. */
  readonly stops: number;
  /** False for laps that are no measure of pace: stoppage, restart, safety-car start, far slower than the driver's median. */
  readonly racing: boolean;
  /** Race control deleted this lap's time, by text, the last message counts. */
  readonly deletedByText: boolean;
  /** Lap number as the feed counts it; null for a generated lap. */
  readonly officialLap: number | null;
  /** FastF1 columns of this lap that hold what was filled in or dropped instead of what was sent: 'LapTime', 'Sector2Time'. */
  readonly repaired: readonly string[];
  /** The lap is a stopped car's last or a lap 1 nobody timed: its end is an estimate. */
  readonly generated: boolean;
}
