import { isDrsOpen } from '../domain/drs.ts';
import type { RuleFacts } from './alert.ts';
import { keepEpisode } from './episode-keeper.ts';
import type { Rule } from './rule.ts';

/** Codes of a closed flap; every other one (2, 3, 9 …) is unknown and changes nothing. */
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
      const episode = keepEpisode(facts);
      return {
        update(row, origin, out) {
          const isOpen = isDrsOpen(row.drs);
          episode.see(row, isOpen ? row.drs : Number.NaN);
          if (episode.current === null) {
            if (isOpen)
              episode.open(row, origin, { severity: 'medium', value: row.drs, threshold: null }, out);
          } else if (closedCodes.has(row.drs)) {
            episode.close(out);
          }
        },
        finish: episode.close,
      };
    },
  };
}
