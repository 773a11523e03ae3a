import type { FastF1Lap } from '../../domain/lap-table.ts';
import type { RawSession, ReadReport } from '../../domain/raw-session.ts';
import { carFaults, posFaults, type CarFaults, type PosFaults } from './channel-quality.ts';
import { feedQuality, usualIntervalMs, type FeedQuality } from './feed-quality.ts';
import { verdictOf, type Verdict } from './verdict.ts';

/** Laps of one driver and what is missing or made up in them. */
export interface LapQuality {
  readonly laps: number;
  /** With a lap time. */
  readonly timed: number;
  /** FastF1's `IsAccurate`: all times there and agreeing. */
  readonly accurate: number;
  /** Last laps of cars that stopped: their end is an estimate. */
  readonly generated: number;
  readonly deleted: number;
  /** Laps that lack a sector time. */
  readonly withoutSector: number;
}

/** Completeness of both feeds in one lap. */
export interface LapCompleteness {
  readonly lap: number;
  readonly car: number;
  readonly pos: number;
}

export interface DriverQuality {
  readonly driverNumber: string;
  readonly driver: string;
  /** From its first lap's start to its last lap's end, session ms; the whole recording without laps. */
  readonly startMs: number;
  readonly endMs: number;
  readonly car: FeedQuality;
  readonly pos: FeedQuality;
  /** Null without a car sample. */
  readonly carFaults: CarFaults | null;
  readonly posFaults: PosFaults | null;
  readonly lapQuality: LapQuality;
  /** In the order of the laps. */
  readonly byLap: readonly LapCompleteness[];
  /** Share of expected car samples in each of `timelineBins` equal parts of the session; null where the driver did not drive. */
  readonly timeline: readonly (number | null)[];
}

/** What is known about how good a session's recording is. */
export interface SessionQuality {
  readonly verdict: Verdict;
  /** Usual interval between samples [ms]; null without the feed. */
  readonly carIntervalMs: number | null;
  readonly posIntervalMs: number | null;
  /** Session ms. */
  readonly startMs: number;
  readonly endMs: number;
  readonly drivers: readonly DriverQuality[];
  readonly report: ReadReport;
  /** Race control messages of another series or of the time after the session. */
  readonly foreignMessages: number;
}

const minBinShare = 0.2;

/** Parts that the timeline of a session is cut into. */
export const timelineBins = 120;

/** Looks through a session as read. O(samples log samples), no copies. */
export function sessionQuality(raw: RawSession): SessionQuality {
  const { car, pos, timing, report } = raw;
  const t0 = raw.t0EpochMs ?? 0;
  const carIntervalMs = usualIntervalMs(car.values());
  const posIntervalMs = usualIntervalMs(pos.values());
  const byDriver = Map.groupBy(timing.lapTable, ({ driverNumber }) => driverNumber);
  const span = recordedSpan(raw, t0);
  const windows = raw.drivers.map(({ number }) => windowOf(byDriver.get(number) ?? [], span));
  const startMs = Math.min(...windows.map((window) => window.startMs), span.endMs);
  const endMs = Math.max(...windows.map((window) => window.endMs), span.startMs);
  const drivers = raw.drivers.map(({ number, code }, index): DriverQuality => {
    const ownCar = car.get(number) ?? null;
    const ownPos = pos.get(number) ?? null;
    const laps = byDriver.get(number) ?? [];
    const window = windows[index]!;
    const [from, to] = [window.startMs + t0, window.endMs + t0];
    const ofCar = (a: number, b: number): FeedQuality =>
      carIntervalMs === null ? nothing : feedQuality(ownCar, a, b, carIntervalMs, t0);
    const ofPos = (a: number, b: number): FeedQuality =>
      posIntervalMs === null ? nothing : feedQuality(ownPos, a, b, posIntervalMs, t0);
    const binMs = Math.max(1, (endMs - startMs) / timelineBins);
    return {
      driverNumber: number,
      driver: code,
      ...window,
      car: ofCar(from, to),
      pos: ofPos(from, to),
      carFaults: ownCar === null ? null : carFaults(ownCar, from, to),
      posFaults: ownPos === null ? null : posFaults(ownPos, ownCar, from, to),
      lapQuality: lapQuality(laps),
      byLap: laps.flatMap((lap): LapCompleteness[] => {
        if (lap.startMs === null || lap.endMs === null) return [];
        const [a, b] = [lap.startMs + t0, lap.endMs + t0];
        return [{ lap: lap.lapNumber, car: ofCar(a, b).completeness, pos: ofPos(a, b).completeness }];
      }),
      timeline: Array.from({ length: timelineBins }, (_, bin) => {
        const a = Math.max(window.startMs, startMs + bin * binMs);
        const b = Math.min(window.endMs, startMs + (bin + 1) * binMs);
        // A sliver at the end of a run holds too few samples to say anything.
        return b - a < minBinShare * binMs || carIntervalMs === null
          ? null
          : ofCar(a + t0, b + t0).completeness;
      }),
    };
  });
  const foreignMessages = timing.raceControl.filter(({ foreign }) => foreign).length;
  const facts = { carIntervalMs, posIntervalMs, startMs, endMs, drivers, report, foreignMessages };
  return { ...facts, verdict: verdictOf(facts) };
}

const nothing: FeedQuality = {
  samples: 0,
  expected: 0,
  completeness: 0,
  filled: 0,
  gaps: [],
  longestGapMs: 0,
};

function windowOf(
  laps: readonly FastF1Lap[],
  span: { readonly startMs: number; readonly endMs: number },
): { startMs: number; endMs: number } {
  const startMs = laps.find((lap) => lap.startMs !== null)?.startMs;
  const endMs = laps.findLast((lap) => lap.endMs !== null)?.endMs;
  return startMs == null || endMs == null || endMs <= startMs ? span : { startMs, endMs };
}

function recordedSpan({ car, pos, timing }: RawSession, t0: number): { startMs: number; endMs: number } {
  let startMs = Infinity;
  let endMs = -Infinity;
  for (const { epochMs } of [...car.values(), ...pos.values()]) {
    if (epochMs.length === 0) continue;
    startMs = Math.min(startMs, epochMs[0]! - t0);
    endMs = Math.max(endMs, epochMs.at(-1)! - t0);
  }
  if (startMs <= endMs) return { startMs, endMs };
  const ends = timing.lapTable.flatMap((lap) => (lap.endMs === null ? [] : [lap.endMs]));
  return { startMs: timing.startMs ?? 0, endMs: ends.reduce((most, ms) => Math.max(most, ms), 0) };
}

function lapQuality(laps: readonly FastF1Lap[]): LapQuality {
  const count = (test: (lap: FastF1Lap) => boolean): number => laps.filter(test).length;
  return {
    laps: laps.length,
    timed: count(({ lapTimeMs }) => lapTimeMs !== null),
    accurate: count(({ isAccurate }) => isAccurate),
    generated: count(({ isGenerated }) => isGenerated),
    deleted: count(({ deleted }) => deleted === true),
    withoutSector: count(
      ({ sector1Ms, sector2Ms, sector3Ms }) => sector1Ms === null || sector2Ms === null || sector3Ms === null,
    ),
  };
}
