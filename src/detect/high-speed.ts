import type { AlertMessage } from '../domain/messages.ts';
import { alertMessage, openEpisode, type Episode, type RuleFacts } from './alert.ts';
import { copyRow } from './copy-row.ts';
import type { Rule } from './rule.ts';

export interface HighSpeedOptions {
  readonly thresholdKmh: number;
  readonly hysteresisKmh: number;
}

/** Speed above the threshold; one episode until it falls to threshold − hysteresis, so one a straight. */
export function createHighSpeedRule({ thresholdKmh, hysteresisKmh }: HighSpeedOptions): Rule {
  const facts: RuleFacts = {
    type: 'high_speed',
    quality: 'measured',
    describe: (_, value) => `Speed above ${thresholdKmh} km/h, highest ${value} km/h`,
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
          const speed = row.speedKmh;
          if (Number.isNaN(speed)) return;
          last.take(row);
          if (open !== null) {
            open.extreme = Math.max(open.extreme, speed);
            if (speed <= thresholdKmh - hysteresisKmh) close(out);
          } else if (speed > thresholdKmh) {
            open = openEpisode(facts, row, origin, {
              severity: 'high',
              value: speed,
              threshold: thresholdKmh,
            });
            out.push(alertMessage(facts, open, row, 'open'));
          }
        },
        finish: close,
      };
    },
  };
}
