/**
 * Front brake disc temperature, a MODEL: the feed has no brake temperature. Two nodes (surface and bulk) heated by the
 * braking power that speed and mass imply, cooled by air and radiation. Labelled `estimated` wherever shown.
 *
 * Heat capacity of carbon: Butland and Maddison (NIST coefficients). Braking and cooling parameters: published brake
 * maker figures and car regulations of 2022–2025; ranges in the comments.
 */
export interface BrakeModelParameters {
  /** Car, driver and fuel [kg]: 798 kg minimum (2022–24) and a mean 60 kg of fuel. */
  readonly massKg: number;
  readonly airDensity: number;
  /** Drag and lift area with wings [m²]: 1.1–1.6, 3.5–5.5. */
  readonly dragAreaM2: number;
  readonly liftAreaM2: number;
  readonly rollResistance: number;
  /** Share of the front axle, 0.54–0.62. */
  readonly frontBias: number;
  /** Most power that the rear motor recovers while braking [W]. */
  readonly recoveryW: number;
  /** One front disc [kg]. */
  readonly discKg: number;
  readonly convection0: number;
  readonly convection1: number;
  /** Cooled area of one front disc [m²]. */
  readonly areaM2: number;
  readonly emissivity: number;
  readonly radiatingM2: number;
  /** Conduction between surface and bulk [W/K]. */
  readonly conduction: number;
  readonly ambientC: number;
  readonly startC: number;
}

/** Parameters of a car of 2022–2025. */
export const brakeModel2023: BrakeModelParameters = {
  massKg: 858,
  airDensity: 1.18,
  dragAreaM2: 1.55,
  liftAreaM2: 4.8,
  rollResistance: 0.015,
  frontBias: 0.57,
  recoveryW: 120_000,
  discKg: 2.1,
  convection0: 20,
  convection1: 9,
  areaM2: 0.25,
  emissivity: 0.8,
  radiatingM2: 0.12,
  conduction: 500,
  ambientC: 25,
  startC: 300,
};

/** State of one car's front discs between samples. */
export interface BrakeState {
  surfaceC: number;
  bulkC: number;
  /** Session time of the newest sample; NaN before the first. */
  sessionMs: number;
  speedMs: number;
  /** Slope of the segment before the newest sample [m/s²]; NaN when there is none. */
  slope: number;
}

const gravity = 9.81;
const kelvin = 273.15;
const stefanBoltzmann = 5.670374419e-8;
const stepS = 0.02;
/** Beyond this the speed between two samples is unknown: no braking is assumed, only cooling. */
const longestBridgedS = 1;
const longestCooledS = 600;
const surfaceShare = 0.25;
const heatIntoDiscs = 0.95;
const rotatingMass = 1.04;
const brakingGate = -2;

/** A car whose brakes are at their starting temperature. */
export function createBrakeState(parameters: BrakeModelParameters = brakeModel2023): BrakeState {
  return {
    surfaceC: parameters.startC,
    bulkC: parameters.startC,
    sessionMs: Number.NaN,
    speedMs: 0,
    slope: Number.NaN,
  };
}

/** Specific heat of carbon [J/(kg·K)] at a temperature [°C]: 707 at 25 °C, 1797 at 800 °C. */
export function carbonHeatCapacity(celsius: number): number {
  const t = celsius + kelvin;
  const t2 = t * t;
  return (
    4184 *
    (0.54212 - 2.42667e-6 * t - 90.2725 / t - 43449.3 / t2 + 1.59309e7 / (t2 * t) - 1.43688e9 / (t2 * t2))
  );
}

/** Braking power at the wheels before recovery [W]: what inertia asks for less drag and rolling resistance. */
function brakingPower(speedMs: number, acceleration: number, parameters: BrakeModelParameters): number {
  const { massKg, airDensity, dragAreaM2, liftAreaM2, rollResistance } = parameters;
  const v2 = speedMs * speedMs;
  const drag = 0.5 * airDensity * dragAreaM2 * v2;
  const roll = rollResistance * (massKg * gravity + 0.5 * airDensity * liftAreaM2 * v2);
  return Math.max(0, -(rotatingMass * massKg * acceleration) - drag - roll) * speedMs;
}

/** Power that goes into the friction brakes of both axles [W] at a speed [m/s] and acceleration [m/s²]. */
export function frictionPower(
  speedMs: number,
  acceleration: number,
  parameters: BrakeModelParameters = brakeModel2023,
): number {
  const braking = brakingPower(speedMs, acceleration, parameters);
  return braking - Math.min(parameters.recoveryW, braking);
}

/** Share of `frictionPower` that the front axle takes [W]; recovery acts on the rear axle first. */
export function frontFrictionPower(
  speedMs: number,
  acceleration: number,
  parameters: BrakeModelParameters = brakeModel2023,
): number {
  const braking = brakingPower(speedMs, acceleration, parameters);
  return Math.min(parameters.frontBias * braking, braking - Math.min(parameters.recoveryW, braking));
}

/**
 * Advances the discs to a new car sample. `speedKmh` NaN or a time that does not rise leaves the state as it is.
 * Speed between samples is a monotone cubic; 20 ms explicit Euler steps. O(dt), no allocation.
 */
export function advanceBrakes(
  state: BrakeState,
  sessionMs: number,
  speedKmh: number,
  brake: boolean,
  parameters: BrakeModelParameters = brakeModel2023,
): void {
  if (Number.isNaN(speedKmh)) return;
  const v1 = speedKmh / 3.6;
  const dt = (sessionMs - state.sessionMs) / 1000;
  if (!(dt > 0)) {
    if (Number.isNaN(state.sessionMs)) {
      state.sessionMs = sessionMs;
      state.speedMs = v1;
    }
    return;
  }
  const v0 = state.speedMs;
  if (dt > longestBridgedS) {
    cool(state, Math.min(dt, longestCooledS), (v0 + v1) / 2, parameters);
    state.slope = Number.NaN;
  } else {
    const slope = (v1 - v0) / dt;
    const d0 = innerSlope(state.slope, slope);
    integrate(state, dt, v0, v1, d0, slope, brake, parameters);
    state.slope = slope;
  }
  state.sessionMs = sessionMs;
  state.speedMs = v1;
}

/** Slope of a monotone cubic at a node between two segments: harmonic mean, 0 at a turning point. */
function innerSlope(before: number, after: number): number {
  if (Number.isNaN(before)) return after;
  return before * after <= 0 ? 0 : (2 * before * after) / (before + after);
}

function integrate(
  state: BrakeState,
  dt: number,
  v0: number,
  v1: number,
  d0: number,
  d1: number,
  brake: boolean,
  parameters: BrakeModelParameters,
): void {
  const steps = Math.max(1, Math.round(dt / stepS));
  const h = dt / steps;
  for (let i = 0; i < steps; i++) {
    const u = (i + 0.5) / steps;
    const u2 = u * u;
    const v =
      v0 * (2 * u2 * u - 3 * u2 + 1) +
      d0 * dt * (u2 * u - 2 * u2 + u) +
      v1 * (-2 * u2 * u + 3 * u2) +
      d1 * dt * (u2 * u - u2);
    const a =
      (v0 * (6 * u2 - 6 * u) + v1 * (-6 * u2 + 6 * u)) / dt +
      d0 * (3 * u2 - 4 * u + 1) +
      d1 * (3 * u2 - 2 * u);
    const braking = brake || a < brakingGate;
    const heat = braking ? (heatIntoDiscs * frontFrictionPower(Math.max(0, v), a, parameters)) / 2 : 0;
    step(state, h, Math.max(0, v), heat, parameters);
  }
}

function cool(state: BrakeState, seconds: number, speedMs: number, parameters: BrakeModelParameters): void {
  const steps = Math.ceil(seconds / stepS);
  for (let i = 0; i < steps; i++) step(state, seconds / steps, speedMs, 0, parameters);
}

function step(
  state: BrakeState,
  h: number,
  speedMs: number,
  heatW: number,
  parameters: BrakeModelParameters,
): void {
  const { discKg, convection0, convection1, areaM2, emissivity, radiatingM2, conduction, ambientC } =
    parameters;
  const { surfaceC, bulkC } = state;
  const flow = conduction * (surfaceC - bulkC);
  const radiate = 0.5 * emissivity * stefanBoltzmann * radiatingM2;
  const ambient4 = (ambientC + kelvin) ** 4;
  const surfaceLoss = radiate * ((surfaceC + kelvin) ** 4 - ambient4);
  const bulkLoss =
    (convection0 + convection1 * speedMs ** 0.8) * areaM2 * (bulkC - ambientC) +
    radiate * ((bulkC + kelvin) ** 4 - ambient4);
  state.surfaceC +=
    (h * (heatW - flow - surfaceLoss)) / (surfaceShare * discKg * carbonHeatCapacity(surfaceC));
  state.bulkC += (h * (flow - bulkLoss)) / ((1 - surfaceShare) * discKg * carbonHeatCapacity(bulkC));
}
