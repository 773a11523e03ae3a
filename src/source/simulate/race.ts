import { advance, stepMs, tyreModel } from './car.ts';
import type { DryCompound, SimCar } from './car.ts';
import { buildCircuit } from './circuit.ts';
import { createEntrants } from './entrants.ts';
import type { Entrant } from './entrants.ts';
import { createOfficials } from './officials.ts';
import { createRandom } from './random.ts';
import type { Random } from './random.ts';
import { createSafetyCar } from './safety-car.ts';
import { brakingProfile, cornerSpeeds } from './speed-profile.ts';
import { createTelemetryFeed } from './telemetry-feed.ts';
import { createTimingFeed } from './timing-feed.ts';
import { limitsOf } from './traffic.ts';
import { createTopicLog } from './topic-log.ts';
import type { TopicLog } from './topic-log.ts';

export interface RaceOptions {
  readonly seed: number;
  readonly laps: number;
  /** Called about every simulated ten seconds; awaits what it returns, so that others get a turn. */
  readonly onStep?: (share: number) => Promise<void>;
}

/** What a simulated race came to. */
export interface RaceOutcome {
  readonly log: TopicLog;
  readonly t0EpochMs: number;
  readonly durationMs: number;
  readonly lightsOutMs: number;
  readonly drivers: readonly string[];
  readonly winner: string | null;
  readonly carSamples: number;
  readonly posSamples: number;
  readonly pitStops: number;
  readonly hasSafetyCar: boolean;
  readonly topSpeedKmh: number;
}

/** UTC of session time 0; the odd part is what real recordings have, too. */
const t0EpochMs = Date.UTC(2025, 0, 1, 13, 1, 46, 317);
const t0Micros = '482';
const pitStopMinimum = 6;
const safetyCarMinimum = 5;
/** Under the safety car a stop costs less: most who have still to stop come in. */
const chanceOfStop = 0.6;

function utcText(sessionMs: number): string {
  return `${new Date(t0EpochMs + Math.round(sessionMs)).toISOString().slice(0, -1)}${t0Micros}Z`;
}

function createCar(entrant: Entrant, index: number, random: Random, laps: number): SimCar {
  const compounds: readonly DryCompound[] = ['SOFT', 'MEDIUM', 'MEDIUM', 'HARD'];
  const compound = compounds[random.below(compounds.length)]!;
  // The recording begins as the field comes round the last part of the formation lap.
  const distanceM = -(950 + 24 * index);
  return {
    entrant,
    gridPlace: index + 1,
    phase: 'formation',
    distanceM,
    previousM: distanceM,
    speed: 27,
    past: [27, 27, 27],
    throttlePct: 20,
    isBraking: false,
    gear: 3,
    rpm: 7_000,
    sinceShift: 9,
    grip: 1,
    fuelKg: 6 + 1.85 * laps,
    compound,
    tyreLaps: compound === 'SOFT' && random.next() < 0.5 ? 2 : 0,
    inPit: false,
    wantsPit: false,
    stopSteps: 0,
    stopM: 0,
    reactionSteps: 0,
    drsEligible: -1,
    drsOpen: 0,
    isPassing: false,
  };
}

/** Grip of the lap that begins: driver, tyre, fuel burnt, luck. */
function newLap(car: SimCar, random: Random): void {
  const { grip, wear } = tyreModel[car.compound];
  car.grip =
    1 +
    car.entrant.grip +
    grip -
    wear * car.tyreLaps -
    0.0003 * car.fuelKg +
    random.normal(car.entrant.spread);
}

/** Lap at whose end each car stops: spread over the middle of the race; 0 = never. */
function planStops(cars: readonly SimCar[], laps: number, random: Random): Map<SimCar, number> {
  const share = { SOFT: 0.35, MEDIUM: 0.5, HARD: 0.62 } as const;
  const plan = cars.map((car): [SimCar, number] => {
    const lap = Math.round(laps * share[car.compound] + random.normal(laps * 0.07));
    return [car, laps < pitStopMinimum ? 0 : Math.min(laps - 2, Math.max(2, lap))];
  });
  return new Map(plan);
}

/** Simulates a race in steps of 40 ms. Deterministic in (seed, laps); O(cars × steps). */
export async function simulateRace({ seed, laps, onStep }: RaceOptions): Promise<RaceOutcome> {
  const random = createRandom(seed);
  const circuit = buildCircuit();
  const corners = cornerSpeeds(circuit);
  const profile = brakingProfile(circuit, corners);
  const log = createTopicLog();
  const cars = createEntrants(random).map((entrant, index) => createCar(entrant, index, random, laps));
  const officials = createOfficials(
    { seed, laps, circuitName: circuit.name, t0EpochMs, utcText },
    random,
    log,
  );
  const timing = createTimingFeed(circuit, log, cars, laps);
  const safetyCar = createSafetyCar(officials, timing, laps, circuit.lengthM);
  const telemetry = createTelemetryFeed(circuit, random, log, utcText);
  const stops = planStops(cars, laps, random);
  const lightsOutStep = Math.round(random.between(72_000, 80_000) / stepMs);
  const unlucky = laps >= safetyCarMinimum ? cars[10 + random.below(8)] : undefined;
  const failureM = (Math.max(2, Math.floor(laps * 0.4)) - 1 + random.between(0.42, 0.52)) * circuit.lengthM;

  officials.open(cars);
  timing.open(200);
  const order = [...cars];
  let pitStops = 0;
  let topSpeed = 0;
  let lap = 0;
  let hasDrs = false;
  let endStep = Number.POSITIVE_INFINITY;

  function beginLaps(car: SimCar): void {
    const began = Math.floor(car.distanceM / circuit.lengthM);
    if (began <= Math.floor(car.previousM / circuit.lengthM) || car.phase === 'formation') return;
    car.fuelKg = Math.max(2, car.fuelKg - 1.85);
    car.tyreLaps += 1;
    newLap(car, random);
    const stop = stops.get(car) ?? 0;
    const isNeutral = safetyCar.phase === 'yellow' || safetyCar.phase === 'deployed';
    const isChance = stop > began && isNeutral && random.next() < chanceOfStop;
    if (stop > 0 && (stop === began + 1 || isChance)) {
      car.wantsPit = began + 1 < laps;
      if (car.wantsPit) stops.set(car, 0);
    }
  }

  /** Cars that can still reach the pit entry when the safety car comes out. */
  function callIn(): void {
    for (const car of cars) {
      const toEntryM = circuit.pit.entryM - (car.distanceM % circuit.lengthM);
      const isLate = Math.floor(car.distanceM / circuit.lengthM) + 1 >= laps;
      if ((stops.get(car) ?? 0) === 0 || car.phase !== 'racing' || toEntryM < 500 || isLate) continue;
      if (random.next() > chanceOfStop) continue;
      car.wantsPit = true;
      stops.set(car, 0);
    }
  }

  function fitTyres(car: SimCar): void {
    car.compound =
      car.compound === 'HARD'
        ? 'MEDIUM'
        : random.next() < 0.5
          ? 'HARD'
          : car.compound === 'SOFT'
            ? 'MEDIUM'
            : 'SOFT';
    car.tyreLaps = 0;
    car.stopSteps = Math.round((random.between(2.1, 3.1) * 1000) / stepMs);
  }

  function lanes(car: SimCar, stampMs: number): void {
    const { pit, lengthM } = circuit;
    const at = ((car.distanceM % lengthM) + lengthM) % lengthM;
    if (car.wantsPit && !car.inPit && car.phase === 'racing' && at >= pit.entryM) {
      car.inPit = true;
      car.wantsPit = false;
      car.stopSteps = -1;
      car.stopM =
        Math.floor(car.distanceM / lengthM) * lengthM + pit.firstBoxM + pit.boxSpacingM * car.entrant.box;
      timing.pitIn(car, stampMs);
    } else if (car.inPit && car.stopSteps === -1 && car.stopM - car.distanceM < 0.6) fitTyres(car);
    else if (car.inPit && car.stopSteps > 0) car.stopSteps -= 1;
    else if (car.inPit && car.stopSteps === 0 && at >= pit.exitM && at < lengthM / 2) {
      car.inPit = false;
      pitStops += 1;
      newLap(car, random);
      timing.pitOut(car, stampMs);
    }
  }

  function drs(car: SimCar, ahead: SimCar | undefined, isAllowed: boolean): void {
    const { lengthM } = circuit;
    const at = ((car.distanceM % lengthM) + lengthM) % lengthM;
    const before = at - (car.distanceM - car.previousM);
    for (const [index, zone] of circuit.drsZones.entries()) {
      if (before < zone.detectionM && at >= zone.detectionM) {
        const gapM = ahead === undefined || ahead.inPit ? Infinity : ahead.distanceM - car.distanceM;
        car.drsEligible = isAllowed && gapM > 0 && gapM / Math.max(car.speed, 10) < 1 ? index : -1;
      }
    }
    const zone = circuit.drsZones[car.drsEligible];
    if (zone === undefined) {
      car.drsOpen = 0;
      return;
    }
    const inZone = at >= zone.startM ? at - zone.startM : at + lengthM - zone.startM;
    const isIn = inZone < zone.endM - zone.startM;
    if (isIn && isAllowed && !car.isBraking && !car.inPit && (car.drsOpen > 0 || car.throttlePct > 90))
      car.drsOpen += 1;
    else if (car.drsOpen > 0) {
      car.drsOpen = 0;
      car.drsEligible = -1;
    }
  }

  /** A failing car rolls to a stop beside the track and brings out the safety car. */
  function fail(car: SimCar, stampMs: number): void {
    if (car.phase === 'racing' && car.distanceM > failureM && !car.inPit) car.phase = 'stopping';
    if (car.phase !== 'stopping' || car.speed > 0.3) return;
    car.phase = 'stopped';
    timing.retire(car, stampMs);
    safetyCar.carStopped(car, stampMs);
  }

  const rank = (car: SimCar): number => {
    const place = timing.finishPlaceOf(car);
    return place > 0 ? 1e9 - place : car.phase === 'stopped' ? -1e9 + car.distanceM : car.distanceM;
  };

  for (let step = 1; step <= endStep; step += 1) {
    const stampMs = step * stepMs;
    if (step === lightsOutStep) {
      officials.lightsOut(stampMs);
      timing.lightsOut(stampMs);
      for (const car of cars) {
        car.phase = 'racing';
        car.reactionSteps = Math.round(random.between(180, 420) / stepMs);
        newLap(car, random);
      }
    }
    const leader = order[0]!;
    const isAllowed =
      timing.leaderLap >= safetyCar.drsLap &&
      (safetyCar.phase === 'none' || safetyCar.phase === 'over') &&
      timing.finishMs === null;
    if (isAllowed !== hasDrs) {
      hasDrs = isAllowed;
      if (isAllowed)
        officials.message(stampMs, timing.leaderLap, {
          Category: 'Drs',
          Status: 'ENABLED',
          Message: 'DRS ENABLED',
        });
    }
    for (const [index, car] of order.entries()) {
      const ahead = order[index - 1];
      advance(
        car,
        circuit,
        corners,
        profile,
        limitsOf(car, ahead, {
          circuit,
          corners,
          pace: safetyCar.paceOf(car === leader),
          isGreen: safetyCar.phase === 'none' || safetyCar.phase === 'over',
        }),
      );
      if (step <= lightsOutStep) continue;
      topSpeed = Math.max(topSpeed, car.speed);
      beginLaps(car);
      lanes(car, stampMs);
      drs(car, ahead, isAllowed);
      if (car === unlucky) fail(car, stampMs);
    }
    if (step > lightsOutStep) {
      for (const car of order) timing.follow(car, stampMs);
      order.sort((a, b) => rank(b) - rank(a));
      if (step % 10 === 0) timing.places(order, stampMs);
      const before = safetyCar.phase;
      safetyCar.update(stampMs, leader);
      if (before !== safetyCar.phase && safetyCar.phase === 'deployed') callIn();
      if (timing.leaderLap > lap) {
        lap = timing.leaderLap;
        officials.lap(stampMs, lap);
      }
      if (timing.finishMs !== null && endStep === Number.POSITIVE_INFINITY) {
        officials.chequered(timing.finishMs, laps);
        endStep = step + Math.round(240_000 / stepMs);
      }
      const isRunning = cars.some((car) => car.phase === 'racing' || car.phase === 'stopping');
      if (!isRunning) endStep = Math.min(endStep, step + Math.round(30_000 / stepMs));
    }
    telemetry.step(step, cars, (car) => car.phase === 'stopped');
    if (onStep !== undefined && step % 250 === 0)
      await onStep(Math.min(1, Math.max(0, leader.distanceM) / (laps * circuit.lengthM)));
  }
  timing.places(order, endStep * stepMs);
  telemetry.close();
  officials.close(endStep * stepMs);
  return {
    log,
    t0EpochMs,
    durationMs: endStep * stepMs,
    lightsOutMs: lightsOutStep * stepMs,
    drivers: cars.map((car) => car.entrant.code),
    winner: cars.find((car) => timing.finishPlaceOf(car) === 1)?.entrant.code ?? null,
    carSamples: telemetry.carSamples,
    posSamples: telemetry.posSamples,
    pitStops,
    hasSafetyCar: safetyCar.phase !== 'none',
    topSpeedKmh: Math.round(topSpeed * 3.6),
  };
}
