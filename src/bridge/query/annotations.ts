import type { AlertMessage } from '../../domain/messages.ts';
import { anyAlert } from '../ingest/alert-log.ts';
import type { BridgeState } from '../ingest/bridge-state.ts';
import { checkReplaced, splitAlternatives } from './selection.ts';
import { refusing } from './select.ts';
import type { TimeRange } from './time-range.ts';

/** Something that happened, as Grafana draws it. */
export interface Annotation {
  /** Epoch ms. */
  readonly time: number;
  /** End of a region, epoch ms; null for a moment and for what still lasts. */
  readonly timeEnd: number | null;
  readonly title: string;
  readonly text: string;
  readonly tags: readonly string[];
  readonly id: string;
  readonly color: string;
  /** True for what still lasts. */
  readonly isOpen: boolean;
  /** The alert that it shows; null for events of the replay. */
  readonly alert: AlertMessage | null;
}

/** Annotations of one kind, oldest first. */
export type AnnotationSource = (state: BridgeState) => Annotation[];

const severityColors: Readonly<Record<string, string>> = {
  high: '#f2495c',
  medium: '#ff9830',
  low: '#5794f2',
};
const replayColor = '#8e8e8e';

/** Alert episodes held, oldest first. O(alerts). */
const alertAnnotations: AnnotationSource = (state) =>
  state.alerts
    .list(anyAlert, Number.MAX_SAFE_INTEGER)
    .toReversed()
    .map((alert) => annotationOf(alert, state));

/** Seeks, pauses, changes of speed and ends of the replay, oldest first. */
const replayAnnotations: AnnotationSource = ({ replayLog }) =>
  replayLog.events.map(({ kind, atMs, endMs, isOpen, text }) => ({
    time: atMs,
    timeEnd: endMs,
    title: `Replay: ${kind}`,
    text,
    tags: ['replay', kind],
    id: `replay-${kind}-${atMs}`,
    color: replayColor,
    isOpen,
    alert: null,
  }));

/** What can be asked for as a target whose answer is one table of annotations, by its name. */
export const annotationSources: ReadonlyMap<string, AnnotationSource> = new Map([
  ['alerts', alertAnnotations],
  ['replay_events', replayAnnotations],
]);

/** An alert where it was published; at speed `max` (all at once) an episode is a moment. */
function annotationOf(alert: AlertMessage, { clock }: BridgeState): Annotation {
  const { alert_type: type, severity, driver, state, started_at: startedAt, ended_at: endedAt } = alert;
  const at = (seconds: number): number =>
    Math.round(clock.publishedMs(seconds * 1000) ?? (Date.parse(alert.timestamp) || 0));
  const time = at(startedAt);
  const timeEnd = endedAt === null ? null : at(endedAt);
  return {
    time,
    timeEnd: timeEnd !== null && timeEnd > time ? timeEnd : null,
    title: `${driver} ${type.replaceAll('_', ' ')}`,
    text: alert.description,
    tags: [type, severity, driver, alert.quality],
    id: alert.alert_id,
    color: severityColors[severity] ?? replayColor,
    isOpen: state === 'open',
    alert,
  };
}

/** True when a range holds a part of an annotation; what still lasts ends now. */
export function overlaps({ time, timeEnd, isOpen }: Annotation, range: TimeRange, nowMs: number): boolean {
  const end = timeEnd ?? (isOpen ? Math.max(time, nowMs) : time);
  return time <= range.toMs && end >= range.fromMs;
}

/**
 * A test of annotations by the words of a query (`#drs`, `high {VER,HAM}`): each must be part of one of the tags, of
 * several in one word one is enough. Events of the replay are found by a word only.
 * @throws {HttpError} 400 for a variable that was not replaced
 */
export function readAnnotationQuery(query: string): (annotation: Annotation) => boolean {
  refusing(() => checkReplaced(query));
  const words = query
    .toLowerCase()
    .split(/[\s#]+/u)
    .map((word) => splitAlternatives(word).filter((part) => part !== '' && part !== '*'))
    .filter((parts) => parts.length > 0 && !parts.includes('$__all'));
  return ({ tags, alert }) => {
    if (words.length === 0) return alert !== null;
    const texts = tags.map((tag) => tag.toLowerCase());
    return words.every((parts) => parts.some((part) => texts.some((text) => text.includes(part))));
  };
}
