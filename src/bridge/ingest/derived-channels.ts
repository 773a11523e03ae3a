import { advanceBrakes, createBrakeState } from '../../analysis/brake-model.ts';
import { createGearAnomalyDetector } from '../../analysis/gear-anomaly.ts';
import { createWheelSpinEstimator } from '../../analysis/wheel-spin.ts';
import type { GearCalibration } from '../../analysis/wheel-spin.ts';
import { Origin } from '../../domain/table.ts';
import type { TelemetryRow } from '../../domain/telemetry-row.ts';
import type { DerivedValues } from './point-buffer.ts';

/** Derived channels of one car, computed row by row as they arrive. */
export interface Derivation {
  /** Values for a row: numbers on car rows, NaN on all others. The object is reused by the next call. No allocation. */
  next(row: TelemetryRow, caution: boolean, year: number | null): DerivedValues;
  calibration(year: number | null): GearCalibration[];
}

/** The estimators of one driver, without history. */
export function createDerivation(): Derivation {
  const wheelSpin = createWheelSpinEstimator();
  const gearAnomaly = createGearAnomalyDetector();
  const brakes = createBrakeState();
  const none: DerivedValues = {
    expectedSpeedKmh: Number.NaN,
    wheelSpinPct: Number.NaN,
    gearAnomaly: Number.NaN,
    brakeTempModelC: Number.NaN,
  };
  const values: DerivedValues = { ...none };
  const sample = {
    sessionMs: 0,
    speedKmh: 0,
    rpm: 0,
    gear: 0,
    throttlePct: 0,
    brake: 0,
    lapNumber: 0,
    year: null as number | null,
    caution: false,
  };
  return {
    next(row, caution, year) {
      if (row.origin !== Origin.car) return none;
      sample.sessionMs = row.sessionMs;
      sample.speedKmh = row.speedKmh;
      sample.rpm = row.rpm;
      sample.gear = row.gear;
      sample.throttlePct = row.throttlePct;
      sample.brake = row.brake;
      sample.lapNumber = row.lapNumber;
      sample.year = year;
      sample.caution = caution;
      values.wheelSpinPct = wheelSpin.next(sample);
      values.expectedSpeedKmh = wheelSpin.expectedKmh;
      values.gearAnomaly = gearAnomaly.next(sample);
      advanceBrakes(brakes, row.sessionMs, row.speedKmh, row.brake === 1);
      values.brakeTempModelC = Number.isNaN(row.speedKmh) ? Number.NaN : Math.max(0, brakes.surfaceC);
      return values;
    },
    calibration: (year) => wheelSpin.calibration(year),
  };
}
