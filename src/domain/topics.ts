/** The Kafka topics by role. */
export type TopicRole = 'telemetry' | 'alerts' | 'predictions' | 'timing' | 'control';

export interface TopicSpec {
  readonly role: TopicRole;
  readonly name: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  /** Topic configuration in Kafka's own words. */
  readonly config: Readonly<Record<string, string>>;
}

/** Names of the topics by what they are for. */
export interface TopicNames {
  readonly telemetry: string;
  readonly alerts: string;
  readonly predictions: string;
  readonly timing: string;
  readonly control: string;
}

/** Severity decides the partition of an alert (when the topic has at least three). */
export const severityPartition = { high: 0, medium: 1, low: 2 } as const;
export type Severity = keyof typeof severityPartition;

/** Version of the message format, header `v` of every record. */
export const messageVersion = '1';

/** Names of the record headers, all UTF-8 text. */
export const headerNames = { run: 'run', segment: 'segment', version: 'v' } as const;
