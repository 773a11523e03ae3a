import { stationM } from './circuit.ts';
import type { Circuit } from './circuit.ts';
import type { Entrant } from './entrants.ts';
import { carModel, drive } from './speed-profile.ts';

/** Step of the simulation; every sample time is a multiple of it. */
export const stepMs = 40;
const stepS = stepMs / 1000;

/** Speed per 1000 rpm by gear [km/h]: index 0 is neutral. In the range measured on 2024–25 cars. */
export const gearKmh = [0, 9.2, 11.5, 13.9, 16.1, 19, 21.7, 24.8, 28.5] as const;
const shiftUpRpm = 11_900;
const shiftDownRpm = 9_250;
/** First gear is for hairpins and the start only. */
const firstGearRpm = 6_100;
const idleRpm = 4_100;

/** Grip and life of the dry compounds: share at the first lap and loss a lap. */
export const tyreModel = {
  SOFT: { grip: 0.012, wear: 0.0022 },
  MEDIUM: { grip: 0.004, wear: 0.0013 },
  HARD: { grip: -0.004, wear: 0.0008 },
} as const;
export type DryCompound = keyof typeof tyreModel;

export type CarPhase = 'formation' | 'grid' | 'racing' | 'finished' | 'stopping' | 'stopped';

/** Moving state of one car. Distances in m from the finish line at the first start, speeds in m/s. */
export interface SimCar {
  readonly entrant: Entrant;
  /** Place on the grid, 1-based. */
  readonly gridPlace: number;
  phase: CarPhase;
  distanceM: number;
  /** Before the last step. */
  previousM: number;
  speed: number;
  /** Speed three steps ago: what the feed shows lags behind the engine. */
  readonly past: [number, number, number];
  throttlePct: number;
  isBraking: boolean;
  gear: number;
  rpm: number;
  sinceShift: number;
  /** Grip of this lap: driver, tyre, fuel and luck together, 1 = the model's. */
  grip: number;
  fuelKg: number;
  compound: DryCompound;
  tyreLaps: number;
  inPit: boolean;
  /** Will turn in at the next pit entry. */
  wantsPit: boolean;
  /** Steps left at the garage; −1 = still to stop, 0 = done or none due. */
  stopSteps: number;
  stopM: number;
  reactionSteps: number;
  /** Zone whose detection point found a car close ahead; −1 = none. */
  drsEligible: number;
  /** Steps since the wing opened; 0 = closed. */
  drsOpen: number;
  isPassing: boolean;
  /** Place at the flag; 0 before it. */
  finishPlace: number;
}

/** What the rest of the race allows a car in one step. */
export interface StepLimits {
  /** Share of the profile's speed that is allowed (safety car, cool-down lap). */
  readonly pace: number;
  /** Never faster than this: pit lane, grid slot, a stop. */
  readonly speed: number;
  /** Speed that keeps the distance to the car ahead; held softly. */
  readonly follow: number;
  /** Share of the drag left: slipstream, open wing. */
  readonly drag: number;
  /** Share of grip left in another car's wake. */
  readonly wake: number;
}

/** Index of the station at or before a distance. */
export function stationAt(circuit: Circuit, distanceM: number): number {
  const index = Math.floor(distanceM / stationM) % circuit.stations;
  return index < 0 ? index + circuit.stations : index;
}

function chooseGear(car: SimCar): void {
  const kmh = car.speed * 3.6;
  car.sinceShift += 1;
  if (kmh < 1 && car.throttlePct === 0) {
    car.gear = 0;
    car.rpm = idleRpm;
    return;
  }
  if (car.gear === 0) car.gear = 1;
  const rpmIn = (gear: number): number => (kmh / gearKmh[gear]!) * 1000;
  if (car.sinceShift >= 2) {
    if (car.gear < 8 && rpmIn(car.gear) > shiftUpRpm) {
      car.gear += 1;
      car.sinceShift = 0;
    } else if (
      car.gear > 1 &&
      rpmIn(car.gear) < (car.gear === 2 ? firstGearRpm : shiftDownRpm) &&
      rpmIn(car.gear - 1) < shiftUpRpm
    ) {
      car.gear -= 1;
      car.sinceShift = 0;
    }
  }
  // Below the biting point of first gear the clutch slips.
  const slip = car.gear === 1 && car.throttlePct > 0 ? 5_200 + 30 * car.throttlePct : idleRpm;
  car.rpm = Math.min(13_200, Math.max(slip, rpmIn(car.gear)));
}

/** Moves a car by one step along the profile, within the limits. O(1). */
export function advance(
  car: SimCar,
  circuit: Circuit,
  corners: Float64Array,
  profile: Float64Array,
  limits: StepLimits,
): void {
  car.previousM = car.distanceM;
  car.past[2] = car.past[1];
  car.past[1] = car.past[0];
  car.past[0] = car.speed;
  const ahead = stationAt(circuit, car.distanceM + car.speed * stepS + stationM);
  const scale = Math.sqrt(car.grip * limits.wake);
  const allowed = Math.min(profile[ahead]! * scale * limits.pace, limits.speed);
  const massKg = carModel.massKg + car.fuelKg;
  const drag = carModel.dragKgM * limits.drag;
  const use = Math.min(1, car.speed / (corners[stationAt(circuit, car.distanceM)]! * scale));
  const most = drive(car.speed, massKg, drag / car.entrant.power, use);
  const coast = -(drag * car.speed * car.speed) / massKg - 1.5;
  const hard = (allowed - car.speed) / stepS;
  // A car ahead is answered by lifting and gentle braking, never by an emergency stop.
  const soft = Math.max((limits.follow - car.speed) / 0.4, -7);
  const wanted = Math.min(hard, soft);
  const floor = -1.15 * carModel.braking(car.speed) * car.grip;
  const acceleration = Math.max(floor, Math.min(most, wanted));
  const isStanding = limits.speed === 0 && car.speed < 0.3;
  car.isBraking = !isStanding && acceleration < coast - 1;
  car.throttlePct =
    isStanding || acceleration <= coast
      ? 0
      : Math.round(Math.min(1, (acceleration - coast) / Math.max(0.5, most - coast)) * 100);
  car.speed = isStanding ? 0 : Math.min(carModel.topSpeed, Math.max(0, car.speed + acceleration * stepS));
  car.distanceM += car.speed * stepS;
  chooseGear(car);
}
