import { upperBound } from '../../domain/bounds.ts';
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
  const starts = Float64Array.from(wet, ({ startMs }) => startMs!).sort();
  const ends = Float64Array.from(wet, ({ endMs }) => endMs!).sort();
  const rain = Float64Array.from(
    weather.filter(({ rainfall }) => rainfall === true),
    ({ sessionMs }) => sessionMs,
  );
  return ({ startMs, endMs }) => {
    if (endMs === null) return false;
    const onWetTyres = upperBound(starts, endMs) - upperBound(ends, endMs - 1);
    return onWetTyres >= minCars || upperBound(rain, endMs) > upperBound(rain, (startMs ?? endMs) - 1);
  };
}
