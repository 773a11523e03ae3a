import type { MissingTopic } from '../domain/raw-session.ts';
import type { ErrorSummary } from './error-histogram.ts';

/** What a replay did, for the last line of a command and for `--json`. */
export interface ReplaySummary {
  readonly run: string;
  readonly source: string;
  readonly title: string;
  readonly simulated: boolean;
  readonly status: 'ended' | 'stopped' | 'failed';
  /** Why it failed or stopped, one sentence; null otherwise. */
  readonly reason: string | null;
  readonly segments: number;
  /** Telemetry rows of the schedule: drivers and range as chosen. */
  readonly rows: number;
  /** Telemetry records stored in this run. */
  readonly published: number;
  /** Records stored in this run by topic, one number per partition. */
  readonly topics: Readonly<Record<string, readonly number[]>>;
  /** Hand-over − due; null at `max`. */
  readonly scheduleErrorMs: ErrorSummary | null;
  /** Acknowledgement − due; null at `max`. */
  readonly lagMs: ErrorSummary | null;
  /** From the start of the command, loading included. */
  readonly seconds: number;
  /** From the first row on. */
  readonly playSeconds: number;
  /** Rows given up in mode `live`, refused by the broker, lost in failed calls. */
  readonly dropped: number;
  readonly refused: number;
  readonly lost: number;
  /** Records that were with the broker when the replay stopped: stored or not, nobody knows. */
  readonly unacknowledged: number;
  readonly holds: number;
  readonly heldMs: number;
  /** Topics the session does not have, and what is not shown for it. */
  readonly missing: readonly MissingTopic[];
}
