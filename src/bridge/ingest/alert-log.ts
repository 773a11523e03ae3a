import type { AlertMessage } from '../../domain/messages.ts';

/** Filter of `GET /alerts`; null = any. */
export interface AlertFilter {
  readonly drivers: readonly string[] | null;
  readonly severities: readonly string[] | null;
  readonly types: readonly string[] | null;
  readonly states: readonly string[] | null;
}

export interface AlertSummary {
  readonly total: number;
  readonly open: number;
  readonly by_type: Readonly<Record<string, number>>;
  readonly by_severity: Readonly<Record<string, number>>;
  readonly by_driver: Readonly<Record<string, number>>;
}

/** Alert episodes of the current (run, segment): the newest record of each. */
export interface AlertLog {
  readonly size: number;
  /** Episodes given up because the log was full. */
  readonly dropped: number;
  put(alert: AlertMessage): void;
  /** Newest first by opening, in the same order for every reader, whatever partition it read first. O(n). */
  list(filter: AlertFilter, limit: number): AlertMessage[];
  summary(): AlertSummary;
  clear(): void;
}

/** Lets every alert through. */
export const anyAlert: AlertFilter = { drivers: null, severities: null, types: null, states: null };

/** A log of at most `capacity` episodes; the oldest go first, counted. */
export function createAlertLog(capacity: number): AlertLog {
  const byId = new Map<string, AlertMessage>();
  /** Episodes by opening, oldest first. */
  const ordered: AlertMessage[] = [];
  let dropped = 0;

  /** Index of the first episode that does not come before this one. */
  function placeOf(alert: AlertMessage): number {
    let from = 0;
    let to = ordered.length;
    while (from < to) {
      const middle = (from + to) >>> 1;
      if (isAfter(alert, ordered[middle]!)) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  return {
    get size() {
      return byId.size;
    },
    get dropped() {
      return dropped;
    },
    put(alert) {
      const before = byId.get(alert.alert_id);
      // A closing record read again must not be undone by the opening one.
      if (before?.state === 'closed' && alert.state === 'open') return;
      if (before !== undefined) ordered.splice(placeOf(before), 1);
      // Partitions arrive one after the other, so an opening may be older than the last one known.
      ordered.splice(placeOf(alert), 0, alert);
      byId.set(alert.alert_id, alert);
      if (byId.size <= capacity) return;
      byId.delete(ordered.shift()!.alert_id);
      dropped++;
    },
    list(filter, limit) {
      const found: AlertMessage[] = [];
      for (let at = ordered.length - 1; at >= 0 && found.length < limit; at--)
        if (matches(ordered[at]!, filter)) found.push(ordered[at]!);
      return found;
    },
    summary() {
      const byType: Record<string, number> = {};
      const bySeverity: Record<string, number> = { high: 0, medium: 0, low: 0 };
      const byDriver: Record<string, number> = {};
      let open = 0;
      for (const { alert_type: type, severity, driver, state } of ordered) {
        byType[type] = (byType[type] ?? 0) + 1;
        bySeverity[severity] = (bySeverity[severity] ?? 0) + 1;
        byDriver[driver] = (byDriver[driver] ?? 0) + 1;
        if (state === 'open') open++;
      }
      return { total: byId.size, open, by_type: byType, by_severity: bySeverity, by_driver: byDriver };
    },
    clear() {
      byId.clear();
      ordered.length = 0;
      dropped = 0;
    },
  };
}

function isAfter(a: AlertMessage, b: AlertMessage): boolean {
  return a.started_at === b.started_at ? a.alert_id > b.alert_id : a.started_at > b.started_at;
}

function matches(alert: AlertMessage, { drivers, severities, types, states }: AlertFilter): boolean {
  return (
    (drivers === null || drivers.includes(alert.driver)) &&
    (severities === null || severities.includes(alert.severity)) &&
    (types === null || types.includes(alert.alert_type)) &&
    (states === null || states.includes(alert.state))
  );
}
