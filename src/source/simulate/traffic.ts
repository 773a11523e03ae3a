import { stationAt } from './car.ts';
import type { SimCar, StepLimits } from './car.ts';
import type { Circuit } from './circuit.ts';
import { carModel } from './speed-profile.ts';

export interface TrackState {
  readonly circuit: Circuit;
  readonly corners: Float64Array;
  /** Share of the profile's speed that this car may use. */
  readonly pace: number;
  /** False under yellow and behind the safety car: no passing. */
  readonly isGreen: boolean;
}

/** Greatest speed from which a car stops at a distance with gentle braking. */
function stoppingSpeed(distanceM: number, deceleration: number): number {
  return distanceM <= 0.05 ? 0 : Math.sqrt(2 * deceleration * distanceM);
}

/** Place of a grid slot before the line [m]. */
function gridSlotM(place: number): number {
  return -(8 + 8 * (place - 1));
}

function speedLimit(car: SimCar, { circuit }: TrackState): number {
  if (car.phase === 'formation' || car.phase === 'grid') {
    return Math.min(28, stoppingSpeed(gridSlotM(car.gridPlace) - car.distanceM, 2.5));
  }
  if (car.phase === 'racing' && car.reactionSteps > 0) {
    car.reactionSteps -= 1;
    return 0;
  }
  if (car.phase === 'stopped') return 0;
  // Out of power: rolls out.
  if (car.phase === 'stopping') return Math.max(0, car.speed - 0.16);
  const { pit, lengthM } = circuit;
  if (car.inPit) {
    if (car.stopSteps > 0) return 0;
    if (car.stopSteps === -1)
      return Math.min(pit.limitMs, Math.max(1, stoppingSpeed(car.stopM - car.distanceM - 0.4, 9)));
    return pit.limitMs;
  }
  if (!car.wantsPit) return carModel.topSpeed;
  const toEntryM = pit.entryM - (((car.distanceM % lengthM) + lengthM) % lengthM);
  return toEntryM < 0 || toEntryM > 400 ? carModel.topSpeed : Math.sqrt(pit.limitMs ** 2 + 2 * 18 * toEntryM);
}

/** Speed that keeps the distance to the car ahead, and whether its wake is felt. */
function following(
  car: SimCar,
  ahead: SimCar | undefined,
  state: TrackState,
): { follow: number; gapS: number } {
  const free = { follow: Number.POSITIVE_INFINITY, gapS: Number.POSITIVE_INFINITY };
  if (
    ahead === undefined ||
    ahead.inPit ||
    car.inPit ||
    ahead.phase === 'stopped' ||
    ahead.phase === 'stopping'
  )
    return free;
  if (car.phase === 'formation' || car.phase === 'grid') return free;
  const gapM = ahead.distanceM - car.distanceM;
  const gapS = gapM / Math.max(car.speed, 5);
  const wantedM = state.isGreen ? 6 + 0.16 * car.speed : 10 + 0.3 * car.speed;
  if (gapM > 2.5 * wantedM + 20) return { follow: free.follow, gapS };
  const isStraight = state.corners[stationAt(state.circuit, car.distanceM)]! >= 80 && car.speed > 50;
  const isFaster = car.speed > ahead.speed + 0.6 || car.drsOpen > 0;
  car.isPassing = state.isGreen && isStraight && (car.isPassing || (isFaster && gapM < wantedM + 8));
  if (car.isPassing) return { follow: free.follow, gapS };
  return {
    follow: Math.max(0.5 * ahead.speed, ahead.speed + (gapM - wantedM) * (state.isGreen ? 0.5 : 0.25)),
    gapS,
  };
}

/** What a car may do in the next step, given the car ahead in running order. O(1). */
export function limitsOf(car: SimCar, ahead: SimCar | undefined, state: TrackState): StepLimits {
  const { follow, gapS } = following(car, ahead, state);
  const pace = car.phase === 'finished' ? 0.5 : car.inPit ? 1 : state.pace;
  const isClose = gapS > 0 && gapS < 0.9;
  const slipstream = isClose ? 1 - 0.2 * (1 - gapS / 0.9) : 1;
  return {
    pace,
    speed: speedLimit(car, state),
    follow,
    drag: slipstream * (car.drsOpen > 0 ? carModel.drsDragShare : 1),
    wake: isClose ? 0.994 : 1,
  };
}
