import { deflateRawSync } from 'node:zlib';
import { stationAt, stepMs } from './car.ts';
import type { SimCar } from './car.ts';
import { stationM } from './circuit.ts';
import type { Circuit } from './circuit.ts';
import type { Random } from './random.ts';
import type { TopicLog } from './topic-log.ts';

/** Distances between samples as measured on the feed: steps of 40 ms and how often each comes. */
const spacings: readonly (readonly [steps: number, share: number])[] = [
  [4, 0.17],
  [5, 0.19],
  [6, 0.18],
  [7, 0.15],
  [8, 0.12],
  [9, 0.08],
  [10, 0.06],
  [11, 0.03],
  [12, 0.02],
];

/** A message closes when it holds about this much. */
const messageMs = 1_000;

/** Writes one `.z` topic: collects samples and closes a message about once a second. */
interface SampleStream {
  isDue(step: number): boolean;
  add(step: number, sampleMs: number, sample: string): void;
  close(): void;
}

function createStream(
  topic: string,
  wrap: (samples: readonly string[]) => string,
  random: Random,
  log: TopicLog,
): SampleStream {
  let dueStep = random.below(8);
  let samples: string[] = [];
  let firstMs = 0;
  let lastMs = 0;

  function nextGap(): number {
    let left = random.next() * spacings.reduce((sum, [, share]) => sum + share, 0);
    for (const [steps, share] of spacings) {
      left -= share;
      if (left < 0) return steps;
    }
    return 13;
  }

  function close(): void {
    if (samples.length === 0) return;
    const packed = deflateRawSync(wrap(samples), { level: 3 }).toString('base64');
    // The stamp of a message is the time of its last sample.
    log.addText(topic, lastMs, `"${packed}"`);
    samples = [];
  }

  return {
    isDue: (step) => step >= dueStep,
    add(step, sampleMs, sample) {
      dueStep = step + nextGap();
      if (samples.length > 0 && sampleMs - firstMs >= messageMs) close();
      if (samples.length === 0) firstMs = sampleMs;
      samples.push(sample);
      lastMs = sampleMs;
    },
    close,
  };
}

/** Telemetry of all cars in the archive's two `.z` topics. */
export interface TelemetryFeed {
  /** Samples the cars when one of the streams is due at this step. */
  step(step: number, cars: readonly SimCar[], isIdle: (car: SimCar) => boolean): void;
  close(): void;
  readonly carSamples: number;
  readonly posSamples: number;
}

/** Code of the rear wing: 0 standing, 1 closed, 8 allowed, 10 and 12 opening, 14 open. */
function drsCode(car: SimCar, isIdle: boolean): number {
  if (isIdle) return 0;
  if (car.drsOpen > 0) return car.drsOpen <= 4 ? 10 : car.drsOpen <= 8 ? 12 : 14;
  return car.drsEligible >= 0 ? 8 : 1;
}

/** How far to the right of the middle a car is [m]: the pit lane, its ways in and out, a car parked beside the track. */
function sidewaysM(car: SimCar, circuit: Circuit): number {
  if (car.phase === 'stopped') return 9;
  if (car.phase === 'formation' || car.phase === 'grid') return car.gridPlace % 2 === 0 ? 3 : -3;
  if (!car.inPit) return 0;
  const { pit, lengthM } = circuit;
  const at = ((car.distanceM % lengthM) + lengthM) % lengthM;
  const inside = at > lengthM / 2 ? at - pit.entryM : lengthM - pit.entryM + at;
  const whole = lengthM - pit.entryM + pit.exitM;
  return pit.offsetM * Math.min(1, Math.max(0, inside) / 60, Math.max(0, whole - inside) / 60);
}

/** Creates the feed; `utcText` gives the UTC text of a session time in ms. */
export function createTelemetryFeed(
  circuit: Circuit,
  random: Random,
  log: TopicLog,
  utcText: (sessionMs: number) => string,
): TelemetryFeed {
  const carStream = createStream('CarData.z', (samples) => `{"Entries":[${samples.join(',')}]}`, random, log);
  const posStream = createStream(
    'Position.z',
    (samples) => `{"Position":[${samples.join(',')}]}`,
    random,
    log,
  );
  let carSamples = 0;
  let posSamples = 0;

  function carEntry(car: SimCar, idle: boolean): string {
    const rpm = idle ? 0 : Math.round(car.rpm * (1 + random.normal(0.004)));
    const speed = Math.round(car.past[2] * 3.6);
    return `"${car.entrant.number}":{"Channels":{"0":${rpm},"2":${speed},"3":${car.gear},"4":${car.throttlePct},"5":${car.isBraking ? 100 : 0},"45":${drsCode(car, idle)}}}`;
  }

  function posEntry(car: SimCar): string {
    const distanceM = car.distanceM + (car.speed * stepMs) / 2000;
    const at = stationAt(circuit, distanceM);
    const next = (at + 1) % circuit.stations;
    const share = distanceM / stationM - Math.floor(distanceM / stationM);
    const side = sidewaysM(car, circuit) + (car.speed > 5 ? random.normal(0.25) : 0);
    const mix = (values: Float64Array): number => values[at]! + (values[next]! - values[at]!) * share;
    const x = Math.round((mix(circuit.x) + side * circuit.rightX[at]!) * 10);
    const y = Math.round((mix(circuit.y) + side * circuit.rightY[at]!) * 10);
    const z = Math.round(mix(circuit.z) * 10);
    const status = car.phase === 'stopped' ? 'OffTrack' : 'OnTrack';
    return `"${car.entrant.number}":{"Status":"${status}","X":${x},"Y":${y},"Z":${z}}`;
  }

  return {
    step(step, cars, isIdle) {
      const sessionMs = step * stepMs;
      if (carStream.isDue(step)) {
        const entries = cars.map((car) => carEntry(car, isIdle(car)));
        carStream.add(step, sessionMs, `{"Utc":"${utcText(sessionMs)}","Cars":{${entries.join(',')}}}`);
        carSamples += cars.length;
      }
      if (posStream.isDue(step)) {
        // Positions are never taken at the moment of a car sample.
        const posMs = sessionMs + stepMs / 2;
        posStream.add(
          step,
          posMs,
          `{"Timestamp":"${utcText(posMs)}","Entries":{${cars.map(posEntry).join(',')}}}`,
        );
        posSamples += cars.length;
      }
    },
    close() {
      carStream.close();
      posStream.close();
    },
    get carSamples() {
      return carSamples;
    },
    get posSamples() {
      return posSamples;
    },
  };
}
