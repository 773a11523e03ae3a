import type { AlertMessage } from '../domain/messages.ts';
import type { TelemetryRow } from '../domain/telemetry-row.ts';
import type { RowOrigin } from './alert.ts';

/**
 * A rule's memory of one driver. `update` gets every car row of that driver in order and appends what opens or closes;
 * it is deterministic in session time and reads no clock. O(1) a row, no allocation unless an alert is made.
 */
export interface RuleState {
  update(row: TelemetryRow, origin: RowOrigin, out: AlertMessage[]): void;
  /** Closes an open episode at the last row seen: nothing more will come. */
  finish(out: AlertMessage[]): void;
}

/** A rule makes one state per driver. */
export interface Rule {
  readonly type: string;
  createState(): RuleState;
}
