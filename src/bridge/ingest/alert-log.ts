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
  /** Newest first (by opening). O(n). */
  list(filter: AlertFilter, limit: number): AlertMessage[];
  summary(): AlertSummary;
  clear(): void;
}

export const anyAlert: AlertFilter = { drivers: null, severities: null, types: null, states: null };

/** A log of at most `capacity` episodes; the oldest go first, counted. */
export function createAlertLog(capacity: number): AlertLog {
  const byId = new Map<string, AlertMessage>();
  let dropped = 0;
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
      byId.set(alert.alert_id, alert);
      if (byId.size <= capacity) return;
      for (const oldest of byId.keys()) {
        byId.delete(oldest);
        dropped++;
        return;
      }
    },
    list(filter, limit) {
      const found: AlertMessage[] = [];
      for (const alert of [...byId.values()].toReversed()) {
        if (found.length >= limit) break;
        if (matches(alert, filter)) found.push(alert);
      }
      return found;
    },
    summary() {
      const byType: Record<string, number> = {};
      const bySeverity: Record<string, number> = { high: 0, medium: 0, low: 0 };
      const byDriver: Record<string, number> = {};
      let open = 0;
      for (const { alert_type: type, severity, driver, state } of byId.values()) {
        byType[type] = (byType[type] ?? 0) + 1;
        bySeverity[severity] = (bySeverity[severity] ?? 0) + 1;
        byDriver[driver] = (byDriver[driver] ?? 0) + 1;
        if (state === 'open') open++;
      }
      return { total: byId.size, open, by_type: byType, by_severity: bySeverity, by_driver: byDriver };
    },
    clear() {
      byId.clear();
      dropped = 0;
    },
  };
}

function matches(alert: AlertMessage, { drivers, severities, types, states }: AlertFilter): boolean {
  return (
    (drivers === null || drivers.includes(alert.driver)) &&
    (severities === null || severities.includes(alert.severity)) &&
    (types === null || types.includes(alert.alert_type)) &&
    (states === null || states.includes(alert.state))
  );
}
