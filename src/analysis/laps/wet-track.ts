import type { FastF1Lap } from '../../domain/lap-table.ts';
import type { WeatherSample } from '../../domain/timing.ts';

/** A single intermediate is often an operator's slip or a gamble: so many cars make a wet track. */
const minCars = 3;

/** True for the compounds of a wet track. */
export function isWetCompound(compound: string): boolean {
  return compound === 'INTERMEDIATE' || compound === 'WET';
}

/** A test of laps: rain was measured during the lap, or at least three cars were on wet tyres at its end. O(log laps) a lap. */
export function createWetTest(
  laps: readonly FastF1Lap[],
  compoundOf: (lap: FastF1Lap) => string,
  weather: readonly WeatherSample[],
): (lap: FastF1Lap) => boolean {
  const wet = laps.filter(
    (lap) => lap.startMs !== null && lap.endMs !== null && isWetCompound(compoundOf(lap)),
  );
  const starts = wet.map(({ startMs }) => startMs!).sort((a, b) => a - b);
  const ends = wet.map(({ endMs }) => endMs!).sort((a, b) => a - b);
  const rain = weather.filter(({ rainfall }) => rainfall === true).map(({ sessionMs }) => sessionMs);
  return ({ startMs, endMs }) => {
    if (endMs === null) return false;
    const onWetTyres = countUpTo(starts, endMs) - countUpTo(ends, endMs - 1);
    return onWetTyres >= minCars || countUpTo(rain, endMs) > countUpTo(rain, (startMs ?? endMs) - 1);
  };
}

/** How many of sorted numbers are at most a limit. */
function countUpTo(sorted: readonly number[], limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
