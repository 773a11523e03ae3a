import { advanceBrakes, createBrakeState } from '../analysis/brake-model.ts';
import type { AlertMessage } from '../domain/messages.ts';
import type { TelemetryRow } from '../domain/telemetry-row.ts';
import type { Severity } from '../domain/topics.ts';
import { alertMessage, openEpisode, type Episode, type RowOrigin, type RuleFacts } from './alert.ts';
import { copyRow } from './copy-row.ts';
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
  const last = copyRow();
  let open: Episode | null = null;
  let lastOpenedMs = Number.NEGATIVE_INFINITY;

  const close = (out: AlertMessage[]): void => {
    if (open === null) return;
    out.push(alertMessage(facts, open, last.row, 'closed'));
    open = null;
  };
  const start = (
    severity: Severity,
    threshold: number,
    row: TelemetryRow,
    origin: RowOrigin,
    out: AlertMessage[],
    escalatedFrom: string | null,
  ): void => {
    open = openEpisode(facts, row, origin, { severity, value: brakes.surfaceC, threshold, escalatedFrom });
    lastOpenedMs = row.sessionMs;
    out.push(alertMessage(facts, open, row, 'open'));
  };

  return {
    update(row, origin, out) {
      advanceBrakes(brakes, row.sessionMs, row.speedKmh, row.brake === 1);
      last.take(row);
      const surfaceC = brakes.surfaceC;
      const isCool = row.sessionMs - lastOpenedMs >= options.cooldownS * 1000;
      if (open === null) {
        if (!isCool) return;
        if (surfaceC > options.highC) start('high', options.highC, row, origin, out, null);
        else if (surfaceC > options.mediumC) start('medium', options.mediumC, row, origin, out, null);
        return;
      }
      open.extreme = Math.max(open.extreme, surfaceC);
      if (open.severity === 'medium' && surfaceC > options.highC && isCool) {
        const from = open.alertId;
        close(out);
        start('high', options.highC, row, origin, out, from);
      } else if (surfaceC < (open.threshold ?? 0) - options.hysteresisK) {
        close(out);
      }
    },
    finish: close,
  };
}
