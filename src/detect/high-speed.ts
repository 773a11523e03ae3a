import type { RuleFacts } from './alert.ts';
import { keepEpisode } from './episode-keeper.ts';
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
      const episode = keepEpisode(facts);
      return {
        update(row, origin, out) {
          const speed = row.speedKmh;
          if (Number.isNaN(speed)) return;
          episode.see(row, speed);
          if (episode.current !== null) {
            if (speed <= thresholdKmh - hysteresisKmh) episode.close(out);
          } else if (speed > thresholdKmh) {
            episode.open(row, origin, { severity: 'high', value: speed, threshold: thresholdKmh }, out);
          }
        },
        finish: episode.close,
      };
    },
  };
}
