import type { CarSamples, PosSamples } from '../../domain/raw-session.ts';

const minRepeatMs = 1000;
const minSpeedKmh = 50;

/**
 * Stretches longer than 1 s in which the position feed repeats one point (0,0,0 excepted) while the car runs above
 * 50 km/h the whole time. O(rows) of both.
 */
export function countPositionRepeats(pos: PosSamples, car: CarSamples): number {
  let repeats = 0;
  let carAt = 0;
  let start = 0;
  for (let at = 1; at <= pos.epochMs.length; at++) {
    const isSame =
      at < pos.epochMs.length &&
      pos.x[at] === pos.x[start] &&
      pos.y[at] === pos.y[start] &&
      pos.z[at] === pos.z[start];
    if (isSame) continue;
    const fromMs = pos.epochMs[start]!;
    const toMs = pos.epochMs[at - 1]!;
    const hasFix = pos.x[start] !== 0 || pos.y[start] !== 0 || pos.z[start] !== 0;
    if (hasFix && toMs - fromMs > minRepeatMs) {
      while (carAt < car.epochMs.length && car.epochMs[carAt]! < fromMs) carAt++;
      let samples = 0;
      let fast = 0;
      for (let sample = carAt; sample < car.epochMs.length && car.epochMs[sample]! <= toMs; sample++) {
        samples++;
        if (car.speedKmh[sample]! > minSpeedKmh) fast++;
      }
      if (samples > 0 && fast === samples) repeats++;
    }
    start = at;
  }
  return repeats;
}

/** Sentence about frozen position points over all cars; null when there are none. */
export function positionRepeatWarning(
  pos: ReadonlyMap<string, PosSamples>,
  car: ReadonlyMap<string, CarSamples>,
): string | null {
  let repeats = 0;
  const numbers: string[] = [];
  for (const [number, samples] of pos) {
    const speeds = car.get(number);
    const count = speeds === undefined ? 0 : countPositionRepeats(samples, speeds);
    if (count > 0) numbers.push(number);
    repeats += count;
  }
  if (repeats === 0) return null;
  return `Position.z repeats one point for more than 1 s above 50 km/h ${repeats} times (cars ${numbers.join(', ')})`;
}
