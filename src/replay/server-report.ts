import type { Progress } from '../domain/log.ts';
import type { ReplayState } from '../domain/messages.ts';
import type { SessionTable } from '../domain/table.ts';
import type { TopicNames } from '../domain/topics.ts';
import type { ErrorHistogram } from './error-histogram.ts';
import type { Player } from './player.ts';
import { countsOf } from './player-report.ts';
import type { ReplaySummary } from './replay-summary.ts';
import type { Run } from './run.ts';
import { lapAt } from './seek.ts';

/** Title for people: '2023 Monaco Grand Prix · Race'. */
export function titleOf(table: SessionTable): string {
  const { year, event, session, simulated } = table.identity;
  const title = `${year === null ? '' : `${year} `}${event} · ${session}`;
  return simulated ? `${title} (SIMULATED)` : title;
}

export interface StateInput {
  readonly nowEpochMs: number;
  readonly run: Run;
  readonly player: Player | null;
  readonly loading: Progress | null;
  readonly isClosing: boolean;
  /** What to say once it is closing. */
  readonly closedBecause: string;
  readonly notice: string | null;
  readonly speed: number;
  readonly loop: boolean;
  readonly mode: 'lossless' | 'live';
  readonly drivers: readonly string[];
  readonly changedBy: string | null;
  readonly lastCommand: string | null;
  readonly lastCommandId: string | null;
}

const secondsOf = (ms: number | null | undefined): number | null =>
  ms === null || ms === undefined ? null : Math.round(ms) / 1000;
const roundMs = (ms: number): number => Math.round(ms * 1000) / 1000;

/** The state record of a moment (PROTOCOL §6). */
export function stateOf(input: StateInput): ReplayState {
  const { run, player, loading, isClosing } = input;
  const now = player?.snapshot() ?? null;
  const timing = run.table?.timing;
  const isTold = now?.status === 'holding' || now?.status === 'failed';
  const status = loading !== null ? 'loading' : (now?.status ?? 'failed');
  const isOver = status === 'ended' || status === 'failed';
  return {
    timestamp: new Date(Math.round(input.nowEpochMs)).toISOString(),
    run: run.id,
    run_started_at: run.startedAtMs,
    segment: now?.segment ?? 0,
    status: isClosing && !isOver ? 'stopped' : status,
    reason:
      isClosing && !isOver
        ? input.closedBecause
        : isTold
          ? now.reason
          : (input.notice ?? now?.reason ?? null),
    source: run.source,
    title: run.table === null ? run.source : titleOf(run.table),
    simulated: run.table?.identity.simulated ?? false,
    session_time: secondsOf(now?.sessionMs),
    start: secondsOf(player?.schedule.startMs),
    end: secondsOf(player?.schedule.endMs),
    lights_out: secondsOf(timing?.startMs),
    lap_number: timing === undefined || now === null ? null : lapAt(timing, now.sessionMs),
    total_laps: timing?.totalLaps ?? null,
    speed: now?.speed ?? input.speed,
    loop: now?.loop ?? input.loop,
    mode: input.mode,
    drivers: now?.drivers ?? input.drivers,
    rows_total: player?.schedule.rows ?? 0,
    rows_sent: now?.rowsSent ?? 0,
    rows_dropped: now?.rowsDropped ?? 0,
    holds: now?.holds ?? 0,
    held_ms: Math.round(now?.heldMs ?? 0),
    lag_ms: now === null || now.lagMs === null ? null : roundMs(now.lagMs),
    backlog_rows: now?.backlogRows ?? 0,
    schedule_error_ms: now === null || now.speed === 0 ? null : scheduleErrorOf(player!.scheduleError),
    loading:
      loading === null
        ? null
        : {
            stage: loading.stage,
            file: loading.file,
            bytes: loading.done,
            total_bytes: loading.total,
            eta_s: loading.etaSeconds,
          },
    changed_by: input.changedBy,
    last_command: input.lastCommand,
    last_command_id: input.lastCommandId,
    message_type: 'state',
  };
}

function scheduleErrorOf(histogram: ErrorHistogram): ReplayState['schedule_error_ms'] {
  const summary = histogram.summary();
  if (summary === null) return null;
  return {
    ...summary,
    count: histogram.count,
    sum: roundMs(histogram.sumMs),
    buckets: histogram.cumulative(),
  };
}

export interface SummaryInput {
  readonly run: Run;
  readonly player: Player | null;
  readonly topics: TopicNames;
  readonly telemetryPartitions: number;
  readonly seconds: number;
  readonly playSeconds: number;
}

/** What the run did, after it was closed. */
export function summaryOf({
  run,
  player,
  topics,
  telemetryPartitions,
  seconds,
  playSeconds,
}: SummaryInput): ReplaySummary {
  const senders = player?.senders ?? [];
  const now = player?.snapshot() ?? null;
  const perPartition = (topic: string, partitions: number): number[] => {
    const counts = Array.from({ length: partitions }, () => 0);
    for (const sender of senders)
      if (sender.topic === topic) counts[sender.partition] = sender.counts.published;
    return counts;
  };
  const telemetry = countsOf(senders, topics.telemetry);
  const timing = countsOf(senders, topics.timing);
  return {
    run: run.id,
    source: run.source,
    title: run.table === null ? run.source : titleOf(run.table),
    simulated: run.table?.identity.simulated ?? false,
    status: now?.status === 'ended' || now?.status === 'failed' ? now.status : 'stopped',
    reason: now?.reason ?? null,
    segments: now === null ? 0 : now.segment + 1,
    rows: player?.schedule.rows ?? 0,
    published: telemetry.published,
    topics: {
      [topics.telemetry]: perPartition(topics.telemetry, telemetryPartitions),
      [topics.timing]: perPartition(topics.timing, 1),
    },
    scheduleErrorMs: player?.scheduleError.summary() ?? null,
    lagMs: player?.lag.summary() ?? null,
    seconds: Math.round(seconds * 1000) / 1000,
    playSeconds: Math.round(playSeconds * 1000) / 1000,
    dropped: now?.rowsDropped ?? 0,
    refused: telemetry.refused + timing.refused,
    lost: telemetry.lost + timing.lost,
    unacknowledged: senders.reduce((sum, sender) => sum + sender.inFlight, 0),
    holds: now?.holds ?? 0,
    heldMs: Math.round(now?.heldMs ?? 0),
    missing: run.table?.report.missing ?? [],
  };
}
