import { advanceBrakes, createBrakeState } from '../analysis/brake-model.ts';
import type { RuleFacts } from './alert.ts';
import { keepEpisode } from './episode-keeper.ts';
import type { Rule, RuleState } from './rule.ts';

export interface BrakeTemperatureOptions {
  readonly mediumC: number;
  readonly highC: number;
  readonly hysteresisK: number;
  /** Shortest session time between two openings of one car, escalations included [s]. */
  readonly cooldownS: number;
}

/**
 * Front disc surface of the brake model above `mediumC` or `highC`. An episode keeps its severity; rising from medium
 * to high closes it and opens a new one. Always `estimated`: the feed has no brake temperature.
 */
export function createBrakeTemperatureRule(options: BrakeTemperatureOptions): Rule {
  const facts: RuleFacts = {
    type: 'brake_temperature',
    quality: 'estimated',
    describe: (episode, value) =>
      `Modelled front brake surface above ${episode.threshold} °C, highest ${Math.round(value ?? 0)} °C (estimate)`,
  };
  return { type: facts.type, createState: () => createState(facts, options) };
}

function createState(facts: RuleFacts, options: BrakeTemperatureOptions): RuleState {
  const brakes = createBrakeState();
  const episode = keepEpisode(facts);
  let lastOpenedMs = Number.NEGATIVE_INFINITY;

  return {
    update(row, origin, out) {
      advanceBrakes(brakes, row.sessionMs, row.speedKmh, row.brake === 1);
      const { surfaceC } = brakes;
      episode.see(row, surfaceC);
      const { current } = episode;
      const level = surfaceC > options.highC ? 'high' : surfaceC > options.mediumC ? 'medium' : null;
      const isHotter =
        level !== null && (current === null || (level === 'high' && current.severity === 'medium'));
      if (isHotter && row.sessionMs - lastOpenedMs >= options.cooldownS * 1000) {
        lastOpenedMs = row.sessionMs;
        episode.close(out);
        const threshold = level === 'high' ? options.highC : options.mediumC;
        const escalatedFrom = current?.alertId ?? null;
        episode.open(row, origin, { severity: level, value: surfaceC, threshold, escalatedFrom }, out);
      } else if (current !== null && surfaceC < (current.threshold ?? 0) - options.hysteresisK) {
        episode.close(out);
      }
    },
    finish: episode.close,
  };
}
