import type { Config } from '../config/schema.ts';
import type { AlertMessage } from '../domain/messages.ts';
import { Origin } from '../domain/table.ts';
import type { TelemetryRow } from '../domain/telemetry-row.ts';
import type { RowOrigin } from './alert.ts';
import { createBrakeTemperatureRule } from './brake-temperature.ts';
import { createDrsRule } from './drs-episode.ts';
import { createHighSpeedRule } from './high-speed.ts';
import type { Rule, RuleState } from './rule.ts';

/** All rules over the drivers of one partition and one (run, segment). */
export interface Detector {
  /** Feeds one row in log order; rows that are not car samples are passed over. O(rules). */
  update(row: TelemetryRow, origin: RowOrigin, out: AlertMessage[]): void;
  /** Closes what is open: no more rows will come. */
  finish(out: AlertMessage[]): void;
}

/** The first rules with the thresholds of the configuration. */
export function createRules(alerts: Config['alerts']): Rule[] {
  return [
    createHighSpeedRule({
      thresholdKmh: alerts.high_speed_kmh,
      hysteresisKmh: alerts.high_speed_hysteresis_kmh,
    }),
    createDrsRule(),
    createBrakeTemperatureRule({
      mediumC: alerts.brake_temperature_medium_c,
      highC: alerts.brake_temperature_high_c,
      hysteresisK: alerts.brake_temperature_hysteresis_k,
      cooldownS: alerts.brake_temperature_cooldown_s,
    }),
  ];
}

/** A detector whose drivers start without history; every rule has a state per driver. */
export function createDetector(rules: readonly Rule[]): Detector {
  const states = new Map<string, RuleState[]>();
  return {
    update(row, origin, out) {
      if (row.origin !== Origin.car) return;
      let own = states.get(row.driver);
      if (own === undefined) {
        own = rules.map((rule) => rule.createState());
        states.set(row.driver, own);
      }
      for (const state of own) state.update(row, origin, out);
    },
    finish(out) {
      for (const own of states.values()) for (const state of own) state.finish(out);
    },
  };
}
