import { median } from '../statistics.ts';
import { isClean, type AnalysedLap } from './analysed-lap.ts';
import { isWetCompound } from './wet-track.ts';
import { overlapsPhase, type TrackPhase } from './track-phases.ts';

/** What flew while a car was in the pit lane. */
export type PitCondition = 'green' | 'safetyCar' | 'virtualSafetyCar' | 'redFlag';

/** One visit to the pit lane: it may begin on one lap and end on the next, or begin and end on one. */
export interface PitStop {
  readonly driverNumber: string;
  readonly driver: string;
  /** Lap on which the car came in. */
  readonly lap: number;
  readonly pitInMs: number;
  /** Null when the car did not come out again. */
  readonly pitOutMs: number | null;
  readonly condition: PitCondition;
  /** Tyres were changed; false for a drive-through, a retirement or a lane used by everybody. */
  readonly hasNewTyres: boolean;
  readonly compoundBefore: string;
  readonly compoundAfter: string;
  /** In-lap and out-lap beyond two clean laps of the driver within three laps [s]. */
  readonly lossS: number | null;
  /** Why there is no loss, or why it does not count for the event's. */
  readonly reason: string;
}

/** Laps to either side that a clean lap is taken from. */
const nearLaps = 3;

/** Visits to the pit lane by driver and lap, of laps in the order of the table. O(laps). */
export function pitStops(laps: readonly AnalysedLap[], phases: readonly TrackPhase[]): readonly PitStop[] {
  const stops: PitStop[] = [];
  for (const own of Map.groupBy(laps, ({ driverNumber }) => driverNumber).values())
    for (const [index, lap] of own.entries()) {
      if (lap.pitInMs === null) continue;
      const next = own[index + 1];
      const isSameLap = lap.pitOutMs !== null && lap.pitOutMs > lap.pitInMs;
      const outLap = isSameLap ? lap : next;
      const pitOutMs = isSameLap ? lap.pitOutMs : (next?.pitOutMs ?? null);
      const condition = conditionOf(lap.pitInMs, pitOutMs, phases);
      stops.push({
        driverNumber: lap.driverNumber,
        driver: lap.driver,
        lap: lap.lapNumber,
        pitInMs: lap.pitInMs,
        pitOutMs,
        condition,
        hasNewTyres: next !== undefined && next.stops > lap.stops,
        compoundBefore: lap.ownCompound,
        compoundAfter: next?.ownCompound ?? '',
        ...lossOf(own, index, pitOutMs === null ? undefined : outLap, condition),
      });
    }
  return stops;
}

function conditionOf(fromMs: number, toMs: number | null, phases: readonly TrackPhase[]): PitCondition {
  const untilMs = toMs ?? fromMs;
  for (const kind of ['redFlag', 'safetyCar', 'virtualSafetyCar'] as const)
    if (overlapsPhase(phases, fromMs, untilMs, kind)) return kind;
  return 'green';
}

function lossOf(
  own: readonly AnalysedLap[],
  index: number,
  outLap: AnalysedLap | undefined,
  condition: PitCondition,
): { lossS: number | null; reason: string } {
  const inLap = own[index]!;
  const none = (reason: string): { lossS: null; reason: string } => ({ lossS: null, reason });
  if (outLap === undefined) return none('did not come out again');
  if (condition === 'redFlag') return none('the race was stopped');
  if (inLap.startMs === null || outLap.endMs === null || outLap.isGenerated)
    return none('start or end of the laps is not known');
  const near = own.filter(
    (lap) =>
      isClean(lap) &&
      Math.abs(lap.lapNumber - inLap.lapNumber) <= nearLaps + (lap.lapNumber > inLap.lapNumber ? 1 : 0),
  );
  const cleanMs = median(near.map(({ lapTimeMs }) => lapTimeMs!));
  if (cleanMs === null) return none('no clean lap within three laps');
  const lapsTaken = outLap === inLap ? 1 : 2;
  const lossS = (outLap.endMs - inLap.startMs - lapsTaken * cleanMs) / 1000;
  const isWet = [inLap, outLap].some((lap) => lap.isWet || isWetCompound(lap.ownCompound));
  const reason = inLap.lapNumber === 1 ? 'start of the race' : isWet ? 'wet track' : '';
  return { lossS, reason };
}

/** Pit loss of the event [s]: median over stops for tyres under green on a dry track after the start; null without one. */
export function eventPitLossS(stops: readonly PitStop[]): number | null {
  return median(
    stops
      .filter(({ condition, hasNewTyres, reason }) => condition === 'green' && hasNewTyres && reason === '')
      .map(({ lossS }) => lossS!),
  );
}
