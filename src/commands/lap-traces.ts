import { lapTrace, type LapTrace } from '../analysis/laps/lap-trace.ts';
import type { FastF1Lap } from '../domain/lap-table.ts';
import type { LapTelemetry } from '../domain/lap-telemetry.ts';
import type { RawSession } from '../domain/raw-session.ts';
import { LapMerger } from '../session/lap-telemetry/lap-merger.ts';
import { mergeRequest, orderFeeds } from '../session/telemetry-tables.ts';

/** Reads laps of a session as traces for the analyses. */
export interface LapTracer {
  /** Distance driven in a lap by integrated speed [m]; null without telemetry. */
  lengthM(lap: FastF1Lap): number | null;
  /** The lap stretched to a length; null without telemetry. */
  trace(lap: FastF1Lap, lengthM: number): LapTrace | null;
}

/** Null for a session without telemetry. */
export function createLapTracer({ t0EpochMs, car, pos }: RawSession): LapTracer | null {
  if (t0EpochMs === null || car.size === 0) return null;
  const merger = new LapMerger(t0EpochMs, null);
  const feeds = orderFeeds({ car, pos }, () => {});
  const merge = ({ driverNumber, startMs, endMs }: FastF1Lap): LapTelemetry | null => {
    if (startMs === null || endMs === null || !feeds.car.has(driverNumber)) return null;
    const telemetry = merger.merge(mergeRequest(feeds, driverNumber, startMs, endMs));
    return telemetry.rows < 2 ? null : telemetry;
  };
  return {
    lengthM(lap) {
      const telemetry = merge(lap);
      if (telemetry === null) return null;
      const { from, rows, distanceM } = telemetry;
      return distanceM[from + rows - 1]! - distanceM[from]!;
    },
    trace(lap, lengthM) {
      const telemetry = merge(lap);
      return telemetry === null ? null : lapTrace(telemetry, lengthM);
    },
  };
}

/** Fastest laps whose times all agree, one a driver, fastest first. */
export function fastestLaps(laps: readonly FastF1Lap[]): readonly FastF1Lap[] {
  const valid = laps.filter(
    ({ lapTimeMs, isAccurate, deleted }) => lapTimeMs !== null && isAccurate && deleted !== true,
  );
  return [...Map.groupBy(valid, ({ driverNumber }) => driverNumber).values()]
    .map((own) => own.reduce((a, b) => (b.lapTimeMs! < a.lapTimeMs! ? b : a)))
    .sort((a, b) => a.lapTimeMs! - b.lapTimeMs!);
}
