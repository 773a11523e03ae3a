import type { Driver } from './driver.ts';
import type { SmallTable } from './small-table.ts';
import type { SessionTiming } from './timing.ts';

/** Who, where and when: from SessionInfo, else from the folder's name, else from `--name`. */
export interface SessionIdentity {
  /** Session key of the archive, e.g. 9094; null when unknown. */
  readonly key: number | null;
  readonly year: number | null;
  /** Event name: 'Monaco Grand Prix'. */
  readonly event: string;
  /** Session name: 'Race', 'Qualifying', 'Practice 1'. */
  readonly session: string;
  readonly circuit: string;
  readonly country: string;
  /** Offset of track time from UTC in minutes, signed; null when unknown. */
  readonly gmtOffsetMinutes: number | null;
  /** Planned start, UTC epoch ms; null when unknown. */
  readonly startEpochMs: number | null;
  /** Path inside the archive when known: '2023/2023-05-28_Monaco_Grand_Prix/2023-05-28_Race/'. */
  readonly path: string | null;
  /** Where the identity was read from. */
  readonly origin: 'SessionInfo' | 'path' | 'name';
  /** True for generated sessions: labelled SIMULATED wherever shown. */
  readonly simulated: boolean;
}

/**
 * Car samples of one driver at source rate, columns of equal length ordered by time.
 * Values are the feed's raw integers (sentinels included).
 */
export interface CarSamples {
  /** Sample time as UTC epoch ms, rounded to whole ms after truncation to µs (FastF1's `Date`). */
  readonly epochMs: Float64Array;
  /** [1/min] */
  readonly rpm: Uint16Array;
  /** [km/h] */
  readonly speedKmh: Uint16Array;
  /** 0 neutral … 8; garbage up to 128 is kept. */
  readonly gear: Uint8Array;
  /** [%] 0–100, 104 = invalid. */
  readonly throttlePct: Uint8Array;
  /** 0 or 100, 104 = invalid. */
  readonly brakePct: Uint8Array;
  /** DRS code; 255 where the record has no channel 45. */
  readonly drs: Uint8Array;
  /** 1 where the row was made by the outer join over drivers (zeros, not measured). */
  readonly filled: Uint8Array;
}

/** Position samples of one driver at source rate, columns of equal length ordered by time. */
export interface PosSamples {
  readonly epochMs: Float64Array;
  /** [1/10 m], local circuit frame; X=Y=Z=0 means no fix. */
  readonly x: Int32Array;
  readonly y: Int32Array;
  readonly z: Int32Array;
  /** 1 = OnTrack, 0 = OffTrack. */
  readonly onTrack: Uint8Array;
  readonly filled: Uint8Array;
}

/** A line that could not be read and was set aside. */
export interface MalformedLine {
  readonly topic: string;
  /** 1-based line number in the topic's file. */
  readonly line: number;
  readonly reason: string;
  /** True when it was the topic's first line, its key frame. */
  readonly keyFrame: boolean;
}

/** How much of a topic was read. */
export interface TopicReport {
  readonly topic: string;
  readonly lines: number;
  readonly bytes: number;
  /** Lines in which a bare NaN or Infinity was read as null. */
  readonly repaired: number;
  readonly malformed: number;
  /** Lines whose stamp is earlier than that of the line before. */
  readonly outOfOrder: number;
}

/** A topic that the session does not have. */
export interface MissingTopic {
  readonly topic: string;
  /** Why, and what is not shown for it: one sentence for the user. */
  readonly reason: string;
}

/** What was read, what was missing and what was odd: everything a view needs to say why it is empty. */
export interface ReadReport {
  readonly topics: readonly TopicReport[];
  readonly missing: readonly MissingTopic[];
  /** The first 100 malformed lines; `TopicReport.malformed` counts all. */
  readonly malformed: readonly MalformedLine[];
  /** Sentences for the user: repairs, oddities, intended differences. */
  readonly warnings: readonly string[];
}

/** An archive session as read: decoded columns and first-reading timing, before any merging. */
export interface RawSession {
  readonly identity: SessionIdentity;
  /**
   * Session time zero as UTC epoch ms: the maximum over both feeds and all cars of (unrounded sample time −
   * stamp), rounded to ms. Null without telemetry.
   */
  readonly t0EpochMs: number | null;
  readonly drivers: readonly Driver[];
  /** By car number. Empty without CarData.z. */
  readonly car: ReadonlyMap<string, CarSamples>;
  /** By car number. Empty without Position.z. */
  readonly pos: ReadonlyMap<string, PosSamples>;
  readonly timing: SessionTiming;
  /** Tables of the topics that are neither telemetry nor laps: weather, results, stints … */
  readonly smallTables: readonly SmallTable[];
  readonly report: ReadReport;
}

/** What the telemetry of single laps is made from: the part of a session that is kept apart for a quick start. */
export type LapSession = Pick<RawSession, 'identity' | 't0EpochMs' | 'drivers' | 'car' | 'pos' | 'report'> & {
  readonly timing: Pick<SessionTiming, 'lapTable'>;
};
