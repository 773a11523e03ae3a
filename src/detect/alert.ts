import type { AlertMessage } from '../domain/messages.ts';
import type { TelemetryRow } from '../domain/telemetry-row.ts';
import type { Severity } from '../domain/topics.ts';

/** Where a row was read: what alert ids are made of. */
export interface RowOrigin {
  readonly run: string;
  readonly segment: number;
  readonly partition: number;
  readonly offset: number;
}

/** What a rule says about the episodes it finds. */
export interface RuleFacts {
  readonly type: string;
  readonly quality: 'measured' | 'estimated';
  /** One sentence for people; `value` is null where the rule has none. */
  describe(episode: Episode, value: number | null): string;
}

/** An episode from its opening row to its closing row. */
export interface Episode {
  readonly alertId: string;
  readonly severity: Severity;
  readonly threshold: number | null;
  readonly escalatedFrom: string | null;
  readonly startedMs: number;
  /** Extreme of the episode in the rule's unit. */
  extreme: number;
}

/** Starts an episode at a row; the id is a function of rule, driver and the row's place in the log. */
export function openEpisode(
  facts: RuleFacts,
  row: TelemetryRow,
  origin: RowOrigin,
  options: { severity: Severity; value: number; threshold: number | null; escalatedFrom?: string | null },
): Episode {
  return {
    alertId: `${facts.type}:${row.driver}:${origin.run}:${origin.segment}:${origin.partition}-${origin.offset}`,
    severity: options.severity,
    threshold: options.threshold,
    escalatedFrom: options.escalatedFrom ?? null,
    startedMs: row.sessionMs,
    extreme: options.value,
  };
}

/** The wire message of an episode that opens at `row`, or closes there. */
export function alertMessage(
  facts: RuleFacts,
  episode: Episode,
  row: TelemetryRow,
  state: 'open' | 'closed',
): AlertMessage {
  return {
    timestamp: new Date(row.timestampMs).toISOString(),
    original_timestamp: Number.isNaN(row.originalMs) ? null : new Date(row.originalMs).toISOString(),
    alert_id: episode.alertId,
    alert_type: facts.type,
    severity: episode.severity,
    driver: row.driver,
    driver_id: row.driver,
    state,
    started_at: seconds(episode.startedMs),
    ended_at: state === 'closed' ? seconds(row.sessionMs) : null,
    description: facts.describe(episode, episode.extreme),
    value: Math.round(episode.extreme * 10) / 10,
    threshold: episode.threshold,
    session_time: seconds(row.sessionMs),
    lap_number: row.lapNumber === 0 ? null : row.lapNumber,
    escalated_from: episode.escalatedFrom,
    quality: facts.quality,
    message_type: 'alert',
  };
}

function seconds(ms: number): number {
  return Math.round(ms) / 1000;
}
