import type { TopicRole } from '../../domain/topics.ts';

/** Why a record was set aside: counted, not used. A closed set, also the label of the metric. */
export const setAsideReasons = [
  'undecodable',
  'implausible',
  'no-identity',
  'out-of-order',
  'too-many-drivers',
  'tombstone',
] as const;
export type SetAsideReason = (typeof setAsideReasons)[number];

/** Every topic by what it is for; the bridge reads all of them. */
export const topicRoles = [
  'telemetry',
  'alerts',
  'predictions',
  'timing',
  'control',
] as const satisfies readonly TopicRole[];

/** Where a record that was set aside came from. */
export interface SetAside {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly reason: SetAsideReason;
  readonly detail: string;
}

/** Distribution of durations: fixed bounds, counts only. */
export interface DurationHistogram {
  /** Upper bounds [s], rising. */
  readonly boundsS: readonly number[];
  /** Counts per bound; one more for what is above the last. */
  readonly counts: Float64Array;
  readonly sumS: number;
  readonly count: number;
  /** O(bounds), no allocation. Negative and missing values count as 0 and not at all. */
  observe(seconds: number): void;
}

/** An empty histogram; bounds in seconds, rising, without +Inf. `observe` allocates nothing. */
export function createDurationHistogram(boundsS: readonly number[]): DurationHistogram {
  const counts = new Float64Array(boundsS.length + 1);
  let sumS = 0;
  let count = 0;
  return {
    boundsS,
    counts,
    get sumS() {
      return sumS;
    },
    get count() {
      return count;
    },
    observe(seconds) {
      if (Number.isNaN(seconds)) return;
      const value = seconds > 0 ? seconds : 0;
      let at = 0;
      while (at < boundsS.length && value > boundsS[at]!) at++;
      counts[at] = counts[at]! + 1;
      sumS += value;
      count++;
    },
  };
}

/** Bounds [s] for hops and queries: 1 ms to 10 s. */
export const hopBoundsS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10] as const;

/** Hops of a value from its due time to the client. A closed set, also the label of the metric. */
export const hopNames = ['replay', 'broker', 'bridge', 'total', 'processor'] as const;
export type HopName = (typeof hopNames)[number];

/** Everything that the bridge counts while it reads. */
export interface IngestCounters {
  /** Records read, by role of the topic. */
  readonly records: Record<TopicRole, number>;
  /** Value bytes read, by role. */
  readonly bytes: Record<TopicRole, number>;
  readonly setAside: Record<SetAsideReason, number>;
  /** Records of runs and segments left behind. */
  stale: number;
  /** Records read again after a stream was rebuilt. */
  duplicates: number;
  /** Changes of (run, segment). */
  changes: number;
  readonly hops: Record<HopName, DurationHistogram>;
  /** The newest records that were set aside, at most 50. */
  readonly newest: SetAside[];
}

const keptSetAside = 50;

/** Counters at zero. */
export function createIngestCounters(): IngestCounters {
  const zeros = <K extends string>(keys: readonly K[]): Record<K, number> =>
    Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>;
  return {
    records: zeros(topicRoles),
    bytes: zeros(topicRoles),
    setAside: zeros(setAsideReasons),
    stale: 0,
    duplicates: 0,
    changes: 0,
    hops: Object.fromEntries(hopNames.map((hop) => [hop, createDurationHistogram(hopBoundsS)])) as Record<
      HopName,
      DurationHistogram
    >,
    newest: [],
  };
}

/** Counts a record that is not used and remembers where it came from. */
export function setAside(counters: IngestCounters, record: SetAside): void {
  counters.setAside[record.reason]++;
  counters.newest.push(record);
  if (counters.newest.length > keptSetAside) counters.newest.shift();
}
