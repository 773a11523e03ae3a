/** What the channel `gear_anomaly` says of a car sample. */
export const GearAnomaly = { none: 0, lugging: 1, overRevving: 2, neutralAtSpeed: 3 } as const;

const luggingRpm = 6000;
const luggingThrottlePct = 50;
const luggingGear = 3;
const overRevvingRpm = 12_800;
const minSpeedKmh = 60;
const minSamples = 2;
const maxGapMs = 1000;

export interface GearSample {
  /** [ms] session time. */
  readonly sessionMs: number;
  readonly speedKmh: number;
  readonly rpm: number;
  readonly gear: number;
  readonly throttlePct: number;
  readonly brake: number;
  /** True under yellow, safety car, virtual safety car or red: slow driving in a high gear is then normal. */
  readonly caution: boolean;
}

/** Gear anomalies of one car from its car samples. */
export interface GearAnomalyDetector {
  /**
   * Takes the next car sample and returns a code of `GearAnomaly`; NaN where speed, engine speed or gear is missing.
   * Lugging (gear ≥ 3, below 6,000 rpm, throttle ≥ 50 %, not braking) and neutral at speed need two samples in a row
   * without a gap over 1 s; over-revving is above 12,800 rpm. O(1), no allocation.
   */
  next(sample: GearSample): number;
}

/** A detector that has seen nothing. */
export function createGearAnomalyDetector(): GearAnomalyDetector {
  let lastMs = Number.NEGATIVE_INFINITY;
  let luggingSamples = 0;
  let neutralSamples = 0;
  return {
    next({ sessionMs, speedKmh, rpm, gear, throttlePct, brake, caution }) {
      const gapMs = sessionMs - lastMs;
      lastMs = sessionMs;
      if (
        Number.isNaN(speedKmh) ||
        Number.isNaN(rpm) ||
        Number.isNaN(gear) ||
        !(gapMs > 0 && gapMs <= maxGapMs)
      ) {
        luggingSamples = 0;
        neutralSamples = 0;
      }
      if (Number.isNaN(speedKmh) || Number.isNaN(rpm) || Number.isNaN(gear)) return Number.NaN;
      const isFast = speedKmh >= minSpeedKmh;
      const isLugging =
        isFast &&
        gear >= luggingGear &&
        rpm > 0 &&
        rpm < luggingRpm &&
        throttlePct >= luggingThrottlePct &&
        brake === 0 &&
        !caution;
      luggingSamples = isLugging ? luggingSamples + 1 : 0;
      neutralSamples = gear === 0 && speedKmh > minSpeedKmh ? neutralSamples + 1 : 0;
      if (neutralSamples >= minSamples) return GearAnomaly.neutralAtSpeed;
      if (rpm > overRevvingRpm) return GearAnomaly.overRevving;
      return luggingSamples >= minSamples ? GearAnomaly.lugging : GearAnomaly.none;
    },
  };
}
