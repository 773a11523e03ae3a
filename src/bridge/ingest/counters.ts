import type { Severity, TopicRole } from '../../domain/topics.ts';

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

/** Bounds [s] for the work on one batch: 0.1 ms to 100 ms. */
export const batchBoundsS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1] as const;

/** Severities, the gravest first. A closed set, also a label of the metric. */
export const severities = ['high', 'medium', 'low'] as const satisfies readonly Severity[];

/** Rules of the alert processor; what anybody else writes counts as `other`. A closed set, also a label of the metric. */
export const alertRules = ['high_speed', 'drs_status_change', 'brake_temperature', 'other'] as const;
export type AlertRule = (typeof alertRules)[number];

/** Models by partition of `f1-predictions` (PROTOCOL §2.1). A closed set, also the label of the metric. */
export const modelTypes = ['crash_risk', 'tire_failure', 'pit_stop_probability'] as const;
export type ModelType = (typeof modelTypes)[number];

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
  /** Due time of a telemetry row to the end of the batch that brought it: from then on the bridge answers with it. */
  readonly endToEnd: DurationHistogram;
  /** Time to take one batch into the buffers. */
  readonly batches: DurationHistogram;
  /** Openings of alerts of the runs shown. */
  readonly alerts: Record<Severity, Record<AlertRule, number>>;
  /** Records of predictions with a value. */
  readonly predictions: Record<ModelType, number>;
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
    endToEnd: createDurationHistogram(hopBoundsS),
    batches: createDurationHistogram(batchBoundsS),
    alerts: { high: zeros(alertRules), medium: zeros(alertRules), low: zeros(alertRules) },
    predictions: zeros(modelTypes),
    newest: [],
  };
}

/** Counts a record that is not used and remembers where it came from. */
export function setAside(counters: IngestCounters, record: SetAside): void {
  counters.setAside[record.reason]++;
  counters.newest.push(record);
  if (counters.newest.length > keptSetAside) counters.newest.shift();
}

/** Counts the opening of an alert. */
export function countAlert({ alerts }: IngestCounters, severity: Severity, type: string): void {
  alerts[severity][isAlertRule(type) ? type : 'other']++;
}

function isAlertRule(type: string): type is AlertRule {
  return (alertRules as readonly string[]).includes(type);
}

/** Due times of the rows of the batch that is being taken: they can be asked for together, once it has ended. */
export interface DueTimes {
  /** Notes a due time, epoch ms; allocates only for a batch larger than any before. */
  note(dueMs: number): void;
  /** Observes how long ago [s] each was due at `atMs`, epoch ms, and forgets them. */
  settle(atMs: number): void;
}

/** Due times that end in a histogram. */
export function createDueTimes(histogram: DurationHistogram): DueTimes {
  let due = new Float64Array(1024);
  let count = 0;
  return {
    note(dueMs) {
      if (count === due.length) {
        const larger = new Float64Array(2 * count);
        larger.set(due);
        due = larger;
      }
      due[count++] = dueMs;
    },
    settle(atMs) {
      for (let i = 0; i < count; i++) histogram.observe((atMs - due[i]!) / 1000);
      count = 0;
    },
  };
}
