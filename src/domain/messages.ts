import type { Severity } from './topics.ts';

/** Value of an `f1-alerts` record, in wire order. */
export interface AlertMessage {
  readonly timestamp: string;
  readonly original_timestamp: string | null;
  readonly alert_id: string;
  readonly alert_type: string;
  readonly severity: Severity;
  readonly driver: string;
  readonly driver_id: string;
  readonly state: 'open' | 'closed';
  /** Session time in seconds. */
  readonly started_at: number;
  readonly ended_at: number | null;
  readonly description: string;
  readonly value: number | null;
  readonly threshold: number | null;
  readonly session_time: number;
  readonly lap_number: number | null;
  readonly escalated_from: string | null;
  readonly quality: 'measured' | 'estimated';
  readonly message_type: 'alert';
}

/** First fields of every `f1-timing` value, in wire order. */
export interface TimingHead {
  readonly timestamp: string;
  readonly original_timestamp: string | null;
  /** Seconds since the session's t0; null for what has no time (session, driver, coverage). */
  readonly session_time: number | null;
  readonly message_type: TimingType;
  readonly driver: string | null;
  readonly driver_id: string | null;
  readonly driver_number: number | null;
}

export type TimingType =
  | 'session'
  | 'driver'
  | 'coverage'
  | 'lap'
  | 'stint'
  | 'position'
  | 'track_status'
  | 'session_status'
  | 'race_control'
  | 'weather'
  | 'lap_count';

/** Rest of an `f1-timing` value by type, in wire order (after the head). Times are seconds. */
export interface TimingBody {
  session: {
    session_key: number | null;
    year: number | null;
    event: string;
    session: string;
    circuit: string;
    country: string;
    gmt_offset_minutes: number | null;
    simulated: boolean;
    t0: string | null;
    start: number | null;
    end: number | null;
    lights_out: number | null;
    total_laps: number | null;
    first_total_laps: number | null;
    has_telemetry: boolean;
  };
  driver: {
    code: string;
    name: string;
    team: string;
    team_colour: string;
    line: number;
    has_telemetry: boolean;
  };
  coverage: { topic: string; reason: string };
  lap: {
    lap_number: number;
    lap_start: number | null;
    lap_end: number | null;
    lap_time: number | null;
    sector1: number | null;
    sector2: number | null;
    sector3: number | null;
    pit_in: number | null;
    pit_out: number | null;
    compound: string | null;
    tyre_age: number | null;
    stint: number;
    position: number | null;
    /** True for the last lap of a car that stopped on track: its end is estimated, not measured. */
    generated: boolean;
  };
  stint: { stint: number; compound: string | null; fresh: boolean | null; age_at_start: number | null };
  position: { position: number; gap: string | null; derived: boolean };
  track_status: { status: string; message: string };
  session_status: { status: string };
  race_control: {
    lap_number: number | null;
    category: string;
    message: string;
    flag: string | null;
    scope: string | null;
    sector: number | null;
    status: string | null;
    foreign: boolean;
  };
  weather: {
    air_temp: number | null;
    track_temp: number | null;
    humidity: number | null;
    pressure: number | null;
    rainfall: boolean | null;
    wind_direction: number | null;
    wind_speed: number | null;
  };
  lap_count: { current_lap: number | null; total_laps: number | null };
}

/** A timing record before it is published: everything but the two wall-clock stamps. */
export interface TimingEvent<T extends TimingType = TimingType> {
  /** When it is due, session ms; null = at the start of every segment. */
  readonly sessionMs: number | null;
  readonly type: T;
  readonly driverNumber: string | null;
  readonly driver: string | null;
  readonly body: TimingBody[T];
}

/** Commands that `f1-control` carries. */
export const replayCommands = [
  'pause',
  'resume',
  'step',
  'seek',
  'speed',
  'restart',
  'load',
  'drivers',
  'loop',
  'stop',
] as const;
export type ReplayCommandName = (typeof replayCommands)[number];

/**
 * `f1-control` value with `message_type: "command"`. `value`: seek: session seconds, `{"utc":ISO}`, `{"lap":n}` or
 * `"lights out"`; speed: 0.1–1000 or `"max"`; step: rows (1); load: SESSION; drivers: codes; loop: boolean.
 */
export interface CommandMessage {
  readonly timestamp: string;
  readonly command: ReplayCommandName;
  readonly value: unknown;
  /** Who asked, shown to everybody: 'page', 'api', 'cli' or an address. */
  readonly by: string;
  readonly command_id: string;
  readonly message_type: 'command';
}

export type ReplayStatus = 'loading' | 'playing' | 'paused' | 'holding' | 'ended' | 'stopped' | 'failed';

/** `f1-control` value with `message_type: "state"`: published on change and at least every 500 ms. */
export interface ReplayState {
  readonly timestamp: string;
  readonly run: string;
  /** When the run's first record was published, epoch ms: where readers of race-level topics begin. */
  readonly run_started_at: number;
  readonly segment: number;
  readonly status: ReplayStatus;
  /** Why it is holding, failed or loading: one sentence; null otherwise. */
  readonly reason: string | null;
  /** SESSION as opened, e.g. '2023/Monaco/R' or a folder. */
  readonly source: string;
  readonly title: string;
  readonly simulated: boolean;
  /** Seconds since the session's t0. */
  readonly session_time: number | null;
  readonly start: number | null;
  readonly end: number | null;
  readonly lights_out: number | null;
  readonly lap_number: number | null;
  readonly total_laps: number | null;
  /** 0 = `max`. */
  readonly speed: number;
  readonly loop: boolean;
  readonly mode: 'lossless' | 'live';
  /** Driver codes replayed; empty = all. */
  readonly drivers: readonly string[];
  readonly rows_total: number;
  readonly rows_sent: number;
  /** Oldest unsent samples given up in mode `live`. */
  readonly rows_dropped: number;
  /** How often and for how long (ms) mode `lossless` held the clock. */
  readonly holds: number;
  readonly held_ms: number;
  readonly lag_ms: number | null;
  readonly backlog_rows: number;
  /** Schedule error (hand-over to the broker client − due) since the run began; null at `max`. */
  readonly schedule_error_ms: {
    readonly p50: number;
    readonly p99: number;
    readonly max: number;
    readonly count: number;
    readonly sum: number;
    /** Cumulative counts for the upper bounds of `scheduleErrorBucketsMs`. */
    readonly buckets: readonly number[];
  } | null;
  /** Progress of loading; null when not loading. */
  readonly loading: {
    readonly stage: string;
    readonly file: string | null;
    readonly bytes: number;
    readonly total_bytes: number | null;
    readonly eta_s: number | null;
  } | null;
  /** Last command that changed something and who gave it. */
  readonly changed_by: string | null;
  readonly last_command: string | null;
  readonly last_command_id: string | null;
  readonly message_type: 'state';
}

/** Upper bounds [ms] of the schedule error histogram (the last bucket, +Inf, equals `count`). */
export const scheduleErrorBucketsMs = [0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 250, 1000] as const;
