import { stepMs, tyreModel } from './car.ts';
import type { SimCar } from './car.ts';
import type { Circuit } from './circuit.ts';
import type { Random } from './random.ts';
import type { SafetyCarPhase } from './safety-car.ts';
import type { TimingFeed } from './timing-feed.ts';

/** Shorter races are driven on one set. */
const pitStopMinimum = 6;
/** Under the safety car a stop costs less: most who have still to stop come in. */
const chanceOfStop = 0.6;
const fuelPerLapKg = 1.85;
/** Share of the distance that a compound is planned to last. */
const planShare = { SOFT: 0.35, MEDIUM: 0.5, HARD: 0.62 } as const;

/** Fuel a car starts with [kg]. */
export function startFuelKg(laps: number): number {
  return 6 + fuelPerLapKg * laps;
}

/** Grip of the lap that begins: driver, tyre, fuel burnt, luck. */
export function drawGrip(car: SimCar, random: Random): void {
  const { grip, wear } = tyreModel[car.compound];
  const luck = random.normal(car.entrant.spread);
  car.grip = 1 + car.entrant.grip + grip - wear * car.tyreLaps - 0.0003 * car.fuelKg + luck;
}

/** Tyres, fuel and pit stops of the field. */
export interface Strategy {
  /** Called after every step of a car: a new lap, the way into, through and out of the pits. */
  follow(car: SimCar, stampMs: number, phase: SafetyCarPhase): void;
  /** Calls in cars that can still reach the pit entry when the safety car comes out. */
  callIn(): void;
  readonly pitStops: number;
}

/** Plans the stops: spread over the middle of the race. */
export function createStrategy(
  cars: readonly SimCar[],
  laps: number,
  circuit: Circuit,
  random: Random,
  timing: TimingFeed,
): Strategy {
  const { pit, lengthM } = circuit;
  /** Lap at whose end a car stops; 0 = never, or not again. */
  const stops = new Map<SimCar, number>();
  let pitStops = 0;
  for (const car of cars) {
    const lap = Math.round(laps * planShare[car.compound] + random.normal(laps * 0.07));
    stops.set(car, laps < pitStopMinimum ? 0 : Math.min(laps - 2, Math.max(2, lap)));
  }

  function beginLap(car: SimCar, phase: SafetyCarPhase): void {
    const began = Math.floor(car.distanceM / lengthM);
    if (began <= Math.floor(car.previousM / lengthM)) return;
    car.fuelKg = Math.max(2, car.fuelKg - fuelPerLapKg);
    car.tyreLaps += 1;
    drawGrip(car, random);
    const stop = stops.get(car) ?? 0;
    const isNeutral = phase === 'yellow' || phase === 'deployed';
    const isChance = stop > began && isNeutral && random.next() < chanceOfStop;
    if (stop === 0 || (stop !== began + 1 && !isChance) || began + 1 >= laps) return;
    car.wantsPit = true;
    stops.set(car, 0);
  }

  function fitTyres(car: SimCar): void {
    const other = car.compound === 'SOFT' ? 'MEDIUM' : 'SOFT';
    car.compound = car.compound === 'HARD' ? 'MEDIUM' : random.next() < 0.5 ? 'HARD' : other;
    car.tyreLaps = 0;
    car.stopSteps = Math.round((random.between(2.1, 3.1) * 1000) / stepMs);
  }

  return {
    follow(car, stampMs, phase) {
      beginLap(car, phase);
      if (!car.inPit && !car.wantsPit) return;
      const at = ((car.distanceM % lengthM) + lengthM) % lengthM;
      if (!car.inPit) {
        if (car.phase !== 'racing' || at < pit.entryM) return;
        car.inPit = true;
        car.wantsPit = false;
        car.stopSteps = -1;
        const lapStartM = Math.floor(car.distanceM / lengthM) * lengthM;
        car.stopM = lapStartM + pit.firstBoxM + pit.boxSpacingM * car.entrant.box;
        timing.pitIn(car, stampMs);
      } else if (car.stopSteps === -1) {
        if (car.stopM - car.distanceM < 0.6) fitTyres(car);
      } else if (car.stopSteps > 0) car.stopSteps -= 1;
      else if (at >= pit.exitM && at < lengthM / 2) {
        car.inPit = false;
        pitStops += 1;
        drawGrip(car, random);
        timing.pitOut(car, stampMs);
      }
    },
    callIn() {
      for (const car of cars) {
        const toEntryM = pit.entryM - (car.distanceM % lengthM);
        const isLast = Math.floor(car.distanceM / lengthM) + 1 >= laps;
        const canCome = (stops.get(car) ?? 0) > 0 && car.phase === 'racing' && toEntryM >= 500 && !isLast;
        if (!canCome || random.next() > chanceOfStop) continue;
        car.wantsPit = true;
        stops.set(car, 0);
      }
    },
    get pitStops() {
      return pitStops;
    },
  };
}
