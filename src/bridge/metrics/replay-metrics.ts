import { scheduleErrorBucketsMs } from '../../domain/messages.ts';
import type { ReplayState } from '../../domain/messages.ts';
import type { TopicNames } from '../../domain/topics.ts';
import type { BridgeState } from '../ingest/bridge-state.ts';
import { single } from './metric-page.ts';
import type { Distribution, MetricPage } from './metric-page.ts';

const statuses = ['loading', 'playing', 'paused', 'holding', 'ended', 'stopped', 'failed'] as const;

/** What the replay says of itself in its last state record; nothing before the first. */
export function addReplayMetrics(page: MetricPage, state: BridgeState, topics: TopicNames): void {
  const figure = (name: string, help: string, valueOf: (replay: ReplayState) => number): void =>
    page.gauge(name, help, () => single(state.replay === null ? Number.NaN : valueOf(state.replay)));

  page.gauge('f1_replay_status', '1 for the status that the replay is in', () =>
    statuses.map((status) => [{ status }, state.replay?.status === status ? 1 : 0]),
  );
  figure(
    'f1_replay_speed_ratio',
    'Replay speed, session time to real time; 0 is as fast as possible',
    ({ speed }) => speed,
  );
  figure('f1_replay_lag_seconds', 'How far the replay is behind its schedule', ({ lag_ms: ms }) =>
    ms === null ? Number.NaN : ms / 1000,
  );
  figure('f1_replay_rows_sent', 'Rows sent in this run', (replay) => replay.rows_sent);
  page.counter(
    'f1_replay_messages_total',
    'Records that the replay handed over and the broker stored, of the current run',
    () => [[{ topic: topics.telemetry }, state.replay?.rows_sent ?? Number.NaN]],
  );
  figure(
    'f1_replay_rows_dropped',
    'Oldest rows given up in this run, mode live',
    (replay) => replay.rows_dropped,
  );
  figure(
    'f1_replay_held_seconds',
    'How long this run held its clock, mode lossless',
    (replay) => replay.held_ms / 1000,
  );
  page.histogram(
    'f1_replay_schedule_error_seconds',
    'Hand-over to the broker client minus due time, since the run began; absent at speed max',
    () => scheduleError(state.replay),
  );
}

function scheduleError(replay: ReplayState | null): Distribution[] {
  const error = replay?.schedule_error_ms ?? null;
  if (error === null) return [];
  const boundsS = scheduleErrorBucketsMs.map((bound) => bound / 1000);
  return [
    {
      labels: {},
      boundsS,
      cumulative: [...error.buckets.slice(0, boundsS.length), error.count],
      sumS: error.sum / 1000,
    },
  ];
}
