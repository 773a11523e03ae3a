import type { BridgeState } from '../ingest/bridge-state.ts';
import { placeOf } from '../ingest/replay-log.ts';

/** Something a reader of an answer should know: Grafana shows it at the panel (`meta.notices`). */
export interface Notice {
  readonly severity: 'info' | 'warning';
  readonly text: string;
}

/** A notice that keeps its answer from being what was asked. */
export function warning(text: string): Notice {
  return { severity: 'warning', text };
}

export function info(text: string): Notice {
  return { severity: 'info', text };
}

/** Why nothing moves, in one sentence; null while the replay plays. */
export function replayNotice(state: BridgeState, nowMs: number): Notice | null {
  const { replay } = state;
  if (replay === null) return warning('No replay is running');
  if (replay.status === 'playing') return null;
  const since = timeOfDay(standingSinceMs(state, nowMs));
  const place = replay.status === 'paused' ? ` at ${placeOf(replay)}` : '';
  const reason = replay.reason === null ? '' : `: ${replay.reason}`;
  return info(`Replay ${replay.status}${place} since ${since}${reason}`);
}

/** Since when the replay has its status; the newest row's time where the bridge came too late to see the change. */
function standingSinceMs({ replayLog, points }: BridgeState, nowMs: number): number {
  const { sinceMs, events } = replayLog;
  const firstSeenMs = Number.isNaN(sinceMs) ? nowMs : sinceMs;
  if (events.some(({ atMs }) => atMs === sinceMs)) return sinceMs;
  const newestMs = points.drivers.reduce(
    (newest, { buffer }) =>
      buffer.appended === 0
        ? newest
        : Math.max(newest, buffer.timeAt((buffer.appended - 1) % buffer.capacity)),
    Number.NEGATIVE_INFINITY,
  );
  return Number.isFinite(newestMs) ? Math.min(newestMs, firstSeenMs) : firstSeenMs;
}

/** `replayNotice` as a list; with rows at hand a replay that is gone is no news. */
export function standsStill(state: BridgeState, nowMs: number, hasRows: boolean): Notice[] {
  const notice = state.replay === null && hasRows ? null : replayNotice(state, nowMs);
  return notice === null ? [] : [notice];
}

/** `No driver XXX, YYY and 3 more in this session` */
export function unknownNotice(what: string, names: readonly string[]): Notice {
  const shown = names.slice(0, 5).map((name) => name.slice(0, 20));
  const more = names.length > 5 ? ` and ${names.length - 5} more` : '';
  return warning(`${what} ${shown.join(', ')}${more}`);
}

/** `14:02:11 UTC` */
function timeOfDay(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(11, 19)} UTC`;
}
