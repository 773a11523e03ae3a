import { sectorsAgree, type CorrectedLap, type FastF1Lap } from '../../domain/lap-table.ts';
import type { WeatherSample } from '../../domain/timing.ts';
import { createWetTest } from './wet-track.ts';

/** A lap as the analyses take it: FastF1's row with our own reading of tyres beside. */
export interface AnalysedLap extends FastF1Lap {
  readonly ownCompound: string;
  readonly tyreAge: number | null;
  /** Changes of set before this lap. */
  readonly stops: number;
  readonly isRacing: boolean;
  /** Time to the car that crossed the line just before [ms]; null for the first ever. */
  readonly gapAtLineMs: number | null;
  /** Rain fell in it, or three cars or more were on wet tyres when it ended. */
  readonly isWet: boolean;
  /** Its own times agree and no flag is known against it: FastF1's `IsAccurate`, or without any track status the same but for flags. */
  readonly isConsistent: boolean;
}

/** Puts both lap tables together and looks up who crossed the line before and whether it was wet. O(laps log laps). */
export function analysedLaps(
  laps: readonly FastF1Lap[],
  corrected: readonly CorrectedLap[],
  weather: readonly WeatherSample[],
): readonly AnalysedLap[] {
  const own = new Map(corrected.map((lap) => [`${lap.driverNumber} ${lap.lapNumber}`, lap]));
  const crossings = laps
    .filter(({ endMs, isGenerated }) => endMs !== null && !isGenerated)
    .sort((a, b) => a.endMs! - b.endMs!);
  const gaps = new Map<FastF1Lap, number>();
  for (let at = 1; at < crossings.length; at++)
    gaps.set(crossings[at]!, crossings[at]!.endMs! - crossings[at - 1]!.endMs!);
  const isWet = createWetTest(
    laps,
    (lap) => own.get(`${lap.driverNumber} ${lap.lapNumber}`)?.compound ?? '',
    weather,
  );
  const hasFlags = hasTrackStatus(laps);
  return laps.map((lap) => {
    const found = own.get(`${lap.driverNumber} ${lap.lapNumber}`);
    return {
      ...lap,
      ownCompound: found?.compound ?? '',
      tyreAge: found?.tyreAge ?? null,
      stops: found?.stops ?? 0,
      isRacing: found?.racing ?? false,
      gapAtLineMs: gaps.get(lap) ?? null,
      isWet: isWet(lap),
      isConsistent: lap.isAccurate || (!hasFlags && timesAgree(lap)),
    };
  });
}

/** True when any lap has a track status; a recording without that topic has none, and FastF1 then calls no lap accurate. */
export function hasTrackStatus(laps: readonly FastF1Lap[]): boolean {
  return laps.some(({ trackStatus }) => (trackStatus ?? '') !== '');
}

/** A lap without a pit visit whose own times add up. */
function timesAgree(lap: FastF1Lap): boolean {
  return lap.pitInMs === null && lap.pitOutMs === null && !lap.isGenerated && sectorsAgree(lap);
}

/** True for laps that measure pace: all times agree, no flag, no stop, not deleted. */
export function isClean(lap: AnalysedLap): boolean {
  return lap.isConsistent && lap.isRacing && lap.lapTimeMs !== null && lap.deleted !== true;
}
