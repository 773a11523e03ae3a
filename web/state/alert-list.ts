import type { AlertMessage } from '../../src/domain/messages.ts';

/** Episodes the page keeps; older closed ones are forgotten and counted. */
const maxAlerts = 2_000;

/** Alert episodes of the current segment by id: a closing record replaces the opening one. */
export class AlertList {
  /** Closed episodes given up to keep the list bounded. */
  forgotten = 0;
  readonly #byId = new Map<string, AlertMessage>();

  get size(): number {
    return this.#byId.size;
  }

  clear(): void {
    this.#byId.clear();
    this.forgotten = 0;
  }

  /** Takes records in any order: an opening record never reopens a closed episode. */
  add(alerts: readonly AlertMessage[]): void {
    for (const alert of alerts) {
      const known = this.#byId.get(alert.alert_id);
      if (known?.state === 'closed' && alert.state === 'open') continue;
      this.#byId.set(alert.alert_id, alert);
    }
    for (const [id, alert] of this.#byId) {
      if (this.#byId.size <= maxAlerts) break;
      if (alert.state === 'open') continue;
      this.#byId.delete(id);
      this.forgotten++;
    }
  }

  /** Open episodes first, each group with the newest on top. */
  list(): AlertMessage[] {
    return [...this.#byId.values()].sort(
      (a, b) => Number(b.state === 'open') - Number(a.state === 'open') || b.started_at - a.started_at,
    );
  }
}
