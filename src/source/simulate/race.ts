import { advance, stepMs } from './car.ts';
import type { DryCompound, SimCar } from './car.ts';
import { buildCircuit } from './circuit.ts';
import { stepDrs } from './drs.ts';
import { createEntrants } from './entrants.ts';
import type { Entrant } from './entrants.ts';
import { createOfficials } from './officials.ts';
import { createRandom } from './random.ts';
import type { Random } from './random.ts';
import { createSafetyCar } from './safety-car.ts';
import { brakingProfile, cornerSpeeds } from './speed-profile.ts';
import { createStrategy, drawGrip, startFuelKg } from './strategy.ts';
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
export interface RaceFacts {
  /** Codes in grid order. */
  readonly drivers: readonly string[];
  readonly winner: string | null;
  readonly durationMs: number;
  readonly lightsOutMs: number;
  readonly pitStops: number;
  readonly hasSafetyCar: boolean;
  readonly topSpeedKmh: number;
  /** Samples of all cars. */
  readonly carSamples: number;
  readonly posSamples: number;
}

/** A simulated race: its topics and what it came to. */
export interface RaceOutcome {
  readonly log: TopicLog;
  readonly facts: RaceFacts;
}

/** UTC of session time 0; the odd part is what real recordings have, too. */
const t0EpochMs = Date.UTC(2025, 0, 1, 13, 1, 46, 317);
const t0Micros = '482';
const safetyCarMinimum = 5;

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
    fuelKg: startFuelKg(laps),
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
    finishPlace: 0,
  };
}

/** Sorts the running order in place: nearly sorted already, so an insertion is cheapest. */
function settle(order: SimCar[]): void {
  for (let index = 1; index < order.length; index += 1) {
    const car = order[index]!;
    const own = rankOf(car);
    let at = index;
    for (; at > 0 && rankOf(order[at - 1]!) < own; at -= 1) order[at] = order[at - 1]!;
    order[at] = car;
  }
}

/** Cars that have finished by their place, then by distance, parked ones last. */
function rankOf(car: SimCar): number {
  if (car.finishPlace > 0) return 1e9 - car.finishPlace;
  return car.phase === 'stopped' ? car.distanceM - 1e9 : car.distanceM;
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
  const strategy = createStrategy(cars, laps, circuit, random, timing);
  const lightsOutStep = Math.round(random.between(72_000, 80_000) / stepMs);
  const unlucky = laps >= safetyCarMinimum ? cars[10 + random.below(8)] : undefined;
  const failureM = (Math.max(2, Math.floor(laps * 0.4)) - 1 + random.between(0.42, 0.52)) * circuit.lengthM;

  officials.open(cars);
  timing.open(200);
  const order = [...cars];
  let topSpeed = 0;
  let lap = 0;
  let hasDrs = false;
  let endStep = Number.POSITIVE_INFINITY;

  /** A failing car rolls to a stop beside the track and brings out the safety car. */
  function fail(car: SimCar, stampMs: number): void {
    if (car.phase === 'racing' && car.distanceM > failureM && !car.inPit) car.phase = 'stopping';
    if (car.phase !== 'stopping' || car.speed > 0.3) return;
    car.phase = 'stopped';
    timing.retire(car, stampMs);
    safetyCar.carStopped(car, stampMs);
  }

  for (let step = 1; step <= endStep; step += 1) {
    const stampMs = step * stepMs;
    if (step === lightsOutStep) {
      officials.lightsOut(stampMs);
      timing.lightsOut(stampMs);
      for (const car of cars) {
        car.phase = 'racing';
        car.reactionSteps = Math.round(random.between(180, 420) / stepMs);
        drawGrip(car, random);
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
    const isGreen = safetyCar.phase === 'none' || safetyCar.phase === 'over';
    const leaderTrack = { circuit, corners, isGreen, pace: safetyCar.paceOf(true) };
    const track = { circuit, corners, isGreen, pace: safetyCar.paceOf(false) };
    for (let index = 0; index < order.length; index += 1) {
      const car = order[index]!;
      const ahead = order[index - 1];
      advance(car, circuit, corners, profile, limitsOf(car, ahead, index === 0 ? leaderTrack : track));
      if (step <= lightsOutStep) continue;
      if (car.speed > topSpeed) topSpeed = car.speed;
      strategy.follow(car, stampMs, safetyCar.phase);
      stepDrs(car, ahead, isAllowed, circuit);
      if (car === unlucky) fail(car, stampMs);
    }
    if (step > lightsOutStep) {
      for (const car of order) timing.follow(car, stampMs);
      settle(order);
      if (step % 10 === 0) timing.places(order, stampMs);
      const before = safetyCar.phase;
      safetyCar.update(stampMs, leader);
      if (before !== safetyCar.phase && safetyCar.phase === 'deployed') strategy.callIn();
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
  const facts: RaceFacts = {
    drivers: cars.map((car) => car.entrant.code),
    winner: cars.find((car) => car.finishPlace === 1)?.entrant.code ?? null,
    durationMs: endStep * stepMs,
    lightsOutMs: lightsOutStep * stepMs,
    pitStops: strategy.pitStops,
    hasSafetyCar: safetyCar.phase !== 'none',
    topSpeedKmh: Math.round(topSpeed * 3.6),
    carSamples: telemetry.carSamples,
    posSamples: telemetry.posSamples,
  };
  return { log, facts };
}
