import type { AlertMessage } from '../domain/messages.ts';
import { alertMessage, openEpisode, type Episode, type RuleFacts } from './alert.ts';
import { copyRow } from './copy-row.ts';
import type { Rule } from './rule.ts';

/** DRS codes by meaning; every other code (2, 3, 9 …) is unknown and changes nothing. */
const openCodes: ReadonlySet<number> = new Set([10, 12, 14]);
const closedCodes: ReadonlySet<number> = new Set([0, 1, 8]);

/** DRS open (code 10, 12 or 14) until a code that means closed: one episode an activation. */
export function createDrsRule(): Rule {
  const facts: RuleFacts = {
    type: 'drs_status_change',
    quality: 'measured',
    describe: () => 'DRS open',
  };
  return {
    type: facts.type,
    createState() {
      let open: Episode | null = null;
      const last = copyRow();
      const close = (out: AlertMessage[]): void => {
        if (open === null) return;
        out.push(alertMessage(facts, open, last.row, 'closed'));
        open = null;
      };
      return {
        update(row, origin, out) {
          last.take(row);
          if (open === null && openCodes.has(row.drs)) {
            open = openEpisode(facts, row, origin, { severity: 'medium', value: row.drs, threshold: null });
            out.push(alertMessage(facts, open, row, 'open'));
          } else if (open !== null && closedCodes.has(row.drs)) {
            close(out);
          } else if (open !== null && openCodes.has(row.drs)) {
            open.extreme = Math.max(open.extreme, row.drs);
          }
        },
        finish: close,
      };
    },
  };
}
