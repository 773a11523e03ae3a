import type { AlertMessage } from '../domain/messages.ts';
import type { TelemetryRow } from '../domain/telemetry-row.ts';
import { alertMessage, openEpisode, type Episode, type RowOrigin, type RuleFacts } from './alert.ts';
import { copyRow } from './copy-row.ts';

export type OpenOptions = Parameters<typeof openEpisode>[3];

/** The one episode that a rule may have open for a driver, and the last row seen, at which it can be closed. */
export interface EpisodeKeeper {
  /** The open episode; null when there is none. */
  readonly current: Episode | null;
  /** Remembers a row as the last one seen; raises the extreme of an open episode. */
  see(row: TelemetryRow, value: number): void;
  open(row: TelemetryRow, origin: RowOrigin, options: OpenOptions, out: AlertMessage[]): void;
  /** Closes the open episode, if any, at the last row seen. */
  close(out: AlertMessage[]): void;
}

/** A keeper without an open episode, for a rule with these facts. */
export function keepEpisode(facts: RuleFacts): EpisodeKeeper {
  const last = copyRow();
  let current: Episode | null = null;
  return {
    get current() {
      return current;
    },
    see(row, value) {
      last.take(row);
      if (current !== null && value > current.extreme) current.extreme = value;
    },
    open(row, origin, options, out) {
      current = openEpisode(facts, row, origin, options);
      out.push(alertMessage(facts, current, row, 'open'));
    },
    close(out) {
      if (current === null) return;
      out.push(alertMessage(facts, current, last.row, 'closed'));
      current = null;
    },
  };
}
