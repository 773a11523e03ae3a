/**
 * Vehicle speed per 1,000 rpm in each gear [km/h], 1–8: medians over 20 cars of 2024. Only the product of ratios and
 * wheel radius can be seen from outside. Cars from 2026 on have other gearboxes.
 */
const priorKmhPerKrpm = [Number.NaN, 9.2, 11.4, 14, 16.1, 19.3, 21.9, 25.2, 28.6] as const;

/** Last season of the gearboxes that the prior ratios describe. */
const lastPriorYear = 2025;
/** The feed's speed lags its engine speed by 0.10–0.15 s. */
const speedLagMs = 120;
const maxGapMs = 1000;
/** The gear channel leads or lags the ratio around a change. */
const gearSettleMs = 400;
const calmKmhPerS = 15;
const minSamples = 30;
const maxStandardErrorRatio = 0.005;
const binWidth = 0.0025;
const bins = 280;

/** Slip of the driven wheels, SAE J670: κ = wheel speed ÷ car speed − 1. */
export function slipRatio(rpm: number, kmhPerKrpm: number, speedKmh: number): number {
  return (kmhPerKrpm * rpm) / 1000 / speedKmh - 1;
}

/** What is known about one gear of one car. */
export interface GearCalibration {
  readonly gear: number;
  /** Car speed per 1,000 rpm [km/h]; null when nothing is known. */
  readonly kmhPerKrpm: number | null;
  readonly samples: number;
  /** `own`: estimated from this car; `prior`: the field's median of another season. */
  readonly origin: 'own' | 'prior' | 'none';
  /** 0–1. */
  readonly confidence: number;
}

/** Apparent wheel spin of one car, an estimate: engine and car speed come from different sensors and filters. */
export interface WheelSpinEstimator {
  /**
   * Takes the next car sample and returns apparent slip [%] ≥ 0; NaN where none can be told: missing values, below
   * 60 km/h, within 0.4 s of a gear change, first gear, after a standing start until 80 km/h, no ratio known.
   * Learns the car's ratios from calm samples after its first lap. O(1) up to a scan of 280 bins, no allocation.
   */
  next(sample: WheelSpinSample): number;
  /**
   * Car speed [km/h] that engine speed and gear of the sample given last belong to without slip; NaN where none can be told
   * (as `next`, but also below 60 km/h).
   */
  readonly expectedKmh: number;
  calibration(year: number | null): GearCalibration[];
}

export interface WheelSpinSample {
  /** [ms] session time. */
  readonly sessionMs: number;
  readonly speedKmh: number;
  readonly rpm: number;
  readonly gear: number;
  readonly throttlePct: number;
  readonly brake: number;
  /** 0 = unknown. */
  readonly lapNumber: number;
  /** Season; null = unknown. */
  readonly year: number | null;
}

/** An estimator that knows only the prior ratios. */
export function createWheelSpinEstimator(): WheelSpinEstimator {
  const counts = new Uint16Array(9 * bins);
  const samples = new Float64Array(9);
  const own = new Float64Array(9).fill(Number.NaN);
  // The last two car samples in one unbroken stretch; `depth` says how many are valid.
  let depth = 0;
  let ms1 = 0;
  let speed1 = 0;
  let rpm1 = 0;
  let ms2 = 0;
  let speed2 = 0;
  let gear1 = 0;
  let gear2 = 0;
  let lastChangeMs = Number.NEGATIVE_INFINITY;
  let isLaunching = false;
  let expectedKmh = Number.NaN;

  const learn = (gear: number, logRatio: number): void => {
    const bin = Math.floor(logRatio / binWidth) + bins / 2;
    if (bin < 0 || bin >= bins) return;
    const at = gear * bins + bin;
    if (counts[at] === 0xffff) return; // thousands of samples: the median stands
    counts[at] = counts[at]! + 1;
    samples[gear] = samples[gear]! + 1;
    const median = quantileBin(counts, gear, samples[gear]);
    const isEnough =
      samples[gear] >= minSamples ||
      standardError(counts, gear, samples[gear], median) <= maxStandardErrorRatio;
    if (isEnough) own[gear] = priorKmhPerKrpm[gear]! * Math.exp((median + 0.5 - bins / 2) * binWidth);
  };

  const ratioOf = (gear: number, year: number | null): number => {
    if (!Number.isNaN(own[gear]!)) return own[gear]!;
    return gear > 2 && (year === null || year <= lastPriorYear) ? priorKmhPerKrpm[gear]! : Number.NaN;
  };

  return {
    get expectedKmh() {
      return expectedKmh;
    },
    next({ sessionMs, speedKmh, rpm, gear, throttlePct, brake, lapNumber, year }) {
      expectedKmh = Number.NaN;
      const isUsable = speedKmh >= 0 && rpm > 0 && gear >= 0 && throttlePct >= 0 && brake >= 0;
      if (!isUsable) {
        depth = 0;
        return Number.NaN;
      }
      const gapMs = sessionMs - ms1;
      if (depth > 0 && !(gapMs > 0 && gapMs <= maxGapMs)) depth = 0;
      if (depth === 0 || gear !== gear1) lastChangeMs = sessionMs;
      if (speedKmh < 20) isLaunching = true;
      else if (speedKmh > 80) isLaunching = false;

      let spinPct = Number.NaN;
      if (depth >= 1 && gear === gear1 && gear >= 1 && gear <= 8) {
        if (depth >= 2 && gear2 === gear && lapNumber > 1 && ms1 - lastChangeMs >= gearSettleMs) {
          const slope = Math.abs((speedKmh - speed2) / (sessionMs - ms2)) * 1000;
          const isFast = speed1 >= (gear === 1 ? 35 : 50);
          if (slope <= calmKmhPerS && isFast && rpm1 >= 5000) {
            const speedThen = speed1 + (speedKmh - speed1) * Math.min(1, speedLagMs / gapMs);
            learn(gear, Math.log((speedThen * 1000) / rpm1 / priorKmhPerKrpm[gear]!));
          }
        }
        const isSettled = sessionMs - lastChangeMs >= gearSettleMs;
        if (isSettled && !isLaunching && gear > 1) {
          const rpmThen = rpm + (rpm1 - rpm) * Math.min(1, speedLagMs / gapMs);
          const ratio = ratioOf(gear, year);
          expectedKmh = Math.min(450, (ratio * rpmThen) / 1000);
          const slip = speedKmh >= 60 ? slipRatio(rpmThen, ratio, speedKmh) : Number.NaN;
          spinPct = Number.isNaN(slip) ? Number.NaN : Math.min(1000, Math.max(0, slip * 100));
        }
      }
      ms2 = ms1;
      speed2 = speed1;
      gear2 = gear1;
      ms1 = sessionMs;
      speed1 = speedKmh;
      rpm1 = rpm;
      gear1 = gear;
      depth = Math.min(2, depth + 1);
      return spinPct;
    },
    calibration(year) {
      return [1, 2, 3, 4, 5, 6, 7, 8].map((gear) => {
        const isOwn = !Number.isNaN(own[gear]!);
        const ratio = ratioOf(gear, year);
        const origin = isOwn ? 'own' : Number.isNaN(ratio) ? 'none' : 'prior';
        const confidence = isOwn ? Math.min(0.9, 0.5 + samples[gear]! / 500) : origin === 'prior' ? 0.3 : 0;
        return {
          gear,
          kmhPerKrpm: Number.isNaN(ratio) ? null : ratio,
          samples: samples[gear]!,
          origin,
          confidence,
        };
      });
    },
  };
}

/** Bin that holds the median of a gear's samples. */
function quantileBin(counts: Uint16Array, gear: number, total: number): number {
  let below = 0;
  for (let bin = 0; bin < bins; bin++) {
    below += counts[gear * bins + bin]!;
    if (below * 2 >= total) return bin;
  }
  return bins - 1;
}

/** Standard error of the median, 1.25 · 1.4826 · MAD ÷ √n; infinite below 5 samples. */
function standardError(counts: Uint16Array, gear: number, total: number, median: number): number {
  if (total < 5) return Number.POSITIVE_INFINITY;
  let within = counts[gear * bins + median]!;
  let distance = 0;
  while (within * 2 < total && distance < bins) {
    distance++;
    within += (counts[gear * bins + median - distance] ?? 0) * (median >= distance ? 1 : 0);
    within += (counts[gear * bins + median + distance] ?? 0) * (median + distance < bins ? 1 : 0);
  }
  return (1.25 * 1.4826 * (distance + 0.5) * binWidth) / Math.sqrt(total);
}
