/** FastF1's lap table, one row a lap. Times are seconds of session time unless they say otherwise; numbers missing are NaN. */
export interface LapRow {
  /** When the lap ended [s]. */
  Time: number;
  /** Three-letter code. */
  Driver: string;
  DriverNumber: string;
  /** [s] */
  LapTime: number;
  LapNumber: number;
  /** 1-based. */
  Stint: number;
  /** When the car left the pits on this lap [s]. */
  PitOutTime: number;
  /** When it came in [s]. */
  PitInTime: number;
  /** [s] */
  Sector1Time: number;
  /** [s] */
  Sector2Time: number;
  /** [s] */
  Sector3Time: number;
  /** When the sector time was set [s of session time]. */
  Sector1SessionTime: number;
  /** [s of session time] */
  Sector2SessionTime: number;
  /** [s of session time] */
  Sector3SessionTime: number;
  /** Speed trap of sector 1 [km/h]. */
  SpeedI1: number;
  /** Speed trap of sector 2 [km/h]. */
  SpeedI2: number;
  /** Speed trap at the finish line [km/h]. */
  SpeedFL: number;
  /** Speed trap on the longest straight [km/h]. */
  SpeedST: number;
  IsPersonalBest: boolean | null;
  /** SOFT, MEDIUM, HARD, INTERMEDIATE, WET, UNKNOWN … */
  Compound: string | null;
  /** Laps on the set at the end of the lap. */
  TyreLife: number;
  FreshTyre: boolean | null;
  Team: string | null;
  /** When the lap began [s]. */
  LapStartTime: number;
  /** The same as UTC epoch ms; NaN in a session without telemetry. */
  LapStartDate: number;
  /** Codes in order of occurrence: 1 clear, 2 yellow, 4 safety car, 5 red, 6 and 7 VSC. */
  TrackStatus: string | null;
  /** Place at the end of the lap; races only. */
  Position: number;
  Deleted: boolean | null;
  DeletedReason: string | null;
  /** The lap was added by FastF1's rules: the last one of a car that stopped. */
  FastF1Generated: boolean | null;
  /** All times are there and agree, no pit, no flag worse than yellow. */
  IsAccurate: boolean | null;
}

/** Our own reading beside FastF1's lap table, row for row. */
export interface CorrectedLapRow {
  DriverNumber: string;
  Driver: string;
  LapNumber: number;
  compound: string | null;
  /** Laps on the set at the end of the lap; NaN rather than a guess. */
  tyreAge: number;
  /** announced, counted or unknown. */
  ageQuality: string;
  /** Changes of set before the lap. */
  stops: number;
  /** False for laps that are no measure of pace. */
  racing: boolean;
  deletedByText: boolean;
  /** Lap number as the feed counts it. */
  officialLap: number;
  /** FastF1 columns that were filled in or dropped, separated by blanks. */
  repaired: string | null;
  /** The lap's end is an estimate. */
  generated: boolean;
}

/** FastF1's telemetry, one row a sample of either feed. */
export interface TelemetryRow {
  /** UTC epoch ms. */
  Date: number;
  /** [s] since the session's t0 */
  SessionTime: number;
  /** Car number of the car ahead on track; '' for nobody. */
  DriverAhead: string;
  /** [m] */
  DistanceToDriverAhead: number;
  /** [s] since the start of the lap (or of the driver's first lap). */
  Time: number;
  /** [1/min] */
  RPM: number;
  /** [km/h] */
  Speed: number;
  nGear: number;
  /** [%] 104 = no value. */
  Throttle: number;
  Brake: boolean;
  /** 10, 12, 14 = open. */
  DRS: number;
  /** car, pos or interpolation. */
  Source: string;
  /** [m] since the start of the lap. */
  Distance: number;
  /** 0 to 1 of the lap. */
  RelativeDistance: number;
  /** OnTrack or OffTrack. */
  Status: string;
  /** [1/10 m] circuit frame of the feed. */
  X: number;
  /** [1/10 m] */
  Y: number;
  /** [1/10 m] */
  Z: number;
}

/** Car samples at source rate. */
export interface CarDataRow {
  /** UTC epoch ms. */
  Date: number;
  /** [s] since the session's t0 */
  SessionTime: number;
  /** [1/min] */
  RPM: number;
  /** [km/h] */
  Speed: number;
  nGear: number;
  /** [%] 104 = no value. */
  Throttle: number;
  /** 0 or 100, 104 = no value. */
  Brake: number;
  /** 255 = the record has no such channel. */
  DRS: number;
  /** Made by the outer join over cars, not measured. */
  Filled: boolean;
}

/** Position samples at source rate. */
export interface PosDataRow {
  /** UTC epoch ms. */
  Date: number;
  /** [s] since the session's t0 */
  SessionTime: number;
  /** OnTrack or OffTrack. */
  Status: string;
  /** [1/10 m]; X = Y = Z = 0 means no fix. */
  X: number;
  /** [1/10 m] */
  Y: number;
  /** [1/10 m] */
  Z: number;
  /** Made by the outer join over cars, not measured. */
  Filled: boolean;
}

/** One reading of the weather station, once a minute. */
export interface WeatherRow {
  /** [s] */
  Time: number;
  /** [°C] */
  AirTemp: number;
  /** [%] */
  Humidity: number;
  /** [mbar] */
  Pressure: number;
  Rainfall: boolean | null;
  /** [°C] */
  TrackTemp: number;
  /** [°] */
  WindDirection: number;
  /** [m/s] */
  WindSpeed: number;
}

/** One car of the results, first place first. */
export interface ResultRow {
  DriverNumber: string;
  BroadcastName: string | null;
  Abbreviation: string | null;
  DriverId: string | null;
  TeamName: string | null;
  TeamColor: string | null;
  TeamId: string | null;
  FirstName: string | null;
  LastName: string | null;
  FullName: string | null;
  HeadshotUrl: string | null;
  CountryCode: string | null;
  Position: number;
  ClassifiedPosition: string | null;
  GridPosition: number;
  /** [s] */
  Q1: number;
  /** [s] */
  Q2: number;
  /** [s] */
  Q3: number;
  /** [s] race time of the winner, gap of the others (results API); best lap in practice. */
  Time: number;
  Status: string | null;
  Points: number;
  Laps: number;
}

/** One message of race control. */
export interface RaceControlRow {
  /** UTC epoch ms. */
  Time: number;
  Category: string | null;
  Message: string | null;
  Status: string | null;
  Flag: string | null;
  Scope: string | null;
  /** Marshal sector. */
  Sector: number;
  RacingNumber: string | null;
  Lap: number;
}

/** A change of the track's state (1 clear, 2 yellow, 4 safety car, 5 red, 6 and 7 VSC) or the session's (Started …). */
export interface StatusRow {
  /** [s] */
  Time: number;
  Status: string | null;
}
