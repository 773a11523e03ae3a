import type { AlertMessage } from '../../domain/messages.ts';
import type { BridgeState } from '../ingest/bridge-state.ts';
import type { TimeRange } from './time-range.ts';

/** An alert as Grafana draws it. */
export interface Annotation {
  readonly time: number;
  readonly timeEnd?: number;
  readonly isRegion: boolean;
  readonly title: string;
  readonly text: string;
  readonly tags: readonly string[];
}

const maxAnnotations = 1000;

/** Alerts that overlap a range, oldest first; words of `query` (`#drs`, `high`, `VER`) must each match one of type, severity, driver. */
export function inRange(state: BridgeState, range: TimeRange, query: string): AlertMessage[] {
  const words = query
    .toLowerCase()
    .split(/[\s,#]+/u)
    .filter((word) => word !== '');
  return state.alerts
    .list({ drivers: null, severities: null, types: null, states: null }, Number.MAX_SAFE_INTEGER)
    .filter((alert) => {
      const { time, timeEnd } = annotationOf(alert, state.replay?.speed ?? 1);
      if (time > range.toMs || (timeEnd ?? time) < range.fromMs) return false;
      const texts = [alert.alert_type, alert.severity, alert.driver].map((text) => text.toLowerCase());
      return words.every((word) => texts.some((text) => text.includes(word)));
    })
    .slice(0, maxAnnotations)
    .toReversed();
}

/**
 * Annotation of an alert. `timestamp` is the wall-clock time of the record's row: the opening of an open episode, the
 * end of a closed one, whose start lies its duration (session time ÷ speed) before; at speed `max` (0) it is a point.
 */
export function annotationOf(alert: AlertMessage, speed: number): Annotation {
  const atMs = Date.parse(alert.timestamp) || 0;
  const durationMs =
    alert.ended_at === null || speed === 0
      ? 0
      : Math.max(0, ((alert.ended_at - alert.started_at) * 1000) / speed);
  const isRegion = durationMs > 0;
  return {
    time: Math.round(atMs - durationMs),
    ...(isRegion ? { timeEnd: atMs } : {}),
    isRegion,
    title: `${alert.driver} ${alert.alert_type}`,
    text: alert.description,
    tags: [alert.alert_type, alert.severity, alert.driver, alert.quality],
  };
}
