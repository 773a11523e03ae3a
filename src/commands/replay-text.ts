import type { ReplayState } from '../domain/messages.ts';
import type { ReplaySummary } from '../replay/index.ts';

const redrawMs = 250;

/** One line on stderr that follows a replay; silent in pipes and with `--quiet`. */
export function createStateLine(quiet: boolean): { show(state: ReplayState): void; close(): void } {
  const { stderr } = process;
  if (quiet || !stderr.isTTY) return { show: () => {}, close: () => {} };
  let drawnMs = 0;
  let isShown = false;
  return {
    show: (state) => {
      const nowMs = performance.now();
      if (state.status === 'loading' || nowMs - drawnMs < redrawMs) return;
      drawnMs = nowMs;
      isShown = true;
      stderr.write(`\r\u001B[K${stateText(state).slice(0, (stderr.columns || 80) - 1)}`);
    },
    close: () => {
      if (isShown) stderr.write('\r\u001B[K');
      isShown = false;
    },
  };
}

/** `playing 1:02:03, lap 12/78, 10×, 120,400 of 984,156 rows, lag 0.4 ms`. */
export function stateText(state: ReplayState): string {
  const { status, session_time: sessionTime, lap_number: lap, total_laps: totalLaps, reason } = state;
  const parts = [
    `${status} ${sessionTime === null ? '' : clockText(sessionTime)}`.trim(),
    lap === null ? null : `lap ${lap}${totalLaps === null ? '' : `/${totalLaps}`}`,
    state.speed === 0 ? 'max' : `${state.speed}×`,
    `${state.rows_sent.toLocaleString('en')} of ${state.rows_total.toLocaleString('en')} rows`,
    state.lag_ms === null ? null : `lag ${state.lag_ms.toFixed(1)} ms`,
    state.rows_dropped > 0 ? `${state.rows_dropped.toLocaleString('en')} dropped` : null,
    reason,
  ];
  return parts.filter((part) => part !== null).join(', ');
}

/** Session seconds as h:mm:ss. */
export function clockText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${Math.floor(whole / 3600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
}

/** What a replay did, a few lines. */
export function replaySummaryText(summary: ReplaySummary, wasInterrupted: boolean): string[] {
  const { title, run, status, rows, published, playSeconds, topics, scheduleErrorMs, lagMs } = summary;
  const number = (value: number): string => value.toLocaleString('en');
  const how = wasInterrupted ? 'stopped by Ctrl-C' : status;
  const rate = playSeconds > 0 ? ` (${number(Math.round(published / playSeconds))} a second)` : '';
  const what =
    rows === 0
      ? 'no telemetry, laps and messages alone'
      : `${number(published)} of ${number(rows)} rows published`;
  const lines = [
    `${title}: ${how}, ${what} in ${playSeconds.toFixed(1)} s${rows === 0 ? '' : rate}, run ${run}`,
  ];
  for (const [topic, counts] of Object.entries(topics)) {
    lines.push(`${topic}: ${counts.map(number).join(' + ')} records by partition`);
  }
  if (scheduleErrorMs !== null && lagMs !== null) {
    const text = (error: typeof lagMs): string =>
      `p50 ${error.p50.toFixed(2)}, p99 ${error.p99.toFixed(2)}, max ${error.max.toFixed(2)} ms`;
    lines.push(`Schedule error ${text(scheduleErrorMs)}; acknowledged after ${text(lagMs)}`);
  }
  if (summary.holds > 0)
    lines.push(`The clock was held ${summary.holds} times, ${(summary.heldMs / 1000).toFixed(1)} s together`);
  if (summary.dropped > 0) lines.push(`${number(summary.dropped)} rows were dropped to keep up (mode live)`);
  if (summary.refused > 0) lines.push(`${number(summary.refused)} records were refused by the broker`);
  if (summary.lost > 0)
    lines.push(`${number(summary.lost)} records were lost: ${summary.reason ?? 'delivery failed'}`);
  if (summary.unacknowledged > 0)
    lines.push(`${number(summary.unacknowledged)} records were not acknowledged when it stopped`);
  for (const { topic, reason } of summary.missing) lines.push(`Missing ${topic}: ${reason}`);
  return lines;
}
