import type { Driver } from '../../domain/driver.ts';
import { feedObject, isFeedObject } from '../../domain/feed-shape.ts';
import type { SessionIdentity } from '../../domain/raw-session.ts';
import type { SessionTiming } from '../../domain/timing.ts';
import { alignLaps } from './align-laps.ts';
import { correctLaps } from './corrected/correct-laps.ts';
import { createDriverListReader } from './driver-list.ts';
import { createTimingDataReader } from './lap-events.ts';
import type { LapEvent } from './lap-events.ts';
import { assembleRows, hasLapEnd } from './lap-rows.ts';
import type { LapRow } from './lap-rows.ts';
import { toLaps } from './laps.ts';
import type { CarLaps } from './laps.ts';
import { toLapTable } from './lap-table.ts';
import { mergeState } from './merge-state.ts';
import { markPersonalBests, partStarts } from './personal-bests.ts';
import { toPositions } from './positions.ts';
import { createRaceControlReader, markForeign, sessionEndMs } from './race-control.ts';
import { identityOf, isRaceLike } from './session-info.ts';
import type { IdentityHint } from './session-info.ts';
import { hasCountJump } from './walk-events.ts';
import { stoppedLap, unfinishedFirstLap } from './stopped-laps.ts';
import { createStatusReader } from './status.ts';
import { createTyreReader, toSets, toStints } from './tyres.ts';

/** What the small topics of a session say. */
export interface TimingResult {
  /** Null when neither SessionInfo nor the hint names the session. */
  readonly identity: SessionIdentity | null;
  readonly drivers: Driver[];
  readonly timing: SessionTiming;
  readonly isRace: boolean;
  /** Cars that ended a lap, listed or not. */
  readonly lappers: ReadonlySet<string>;
  /** Sentences for the user. */
  readonly warnings: string[];
}

/** Turns the lines of the small topics into a session's timing. */
export interface TimingReader {
  /**
   * Takes one line of a topic (name without extension). Lines of a topic come in file order, topics one after another
   * in any order. Never throws on what the feed sends; unknown topics are ignored. Cost: the keys of the message.
   */
  accept(topic: string, stampMs: number, data: unknown, line: number): void;
  /** The result; call once, after the last line. `identityHint` fills what SessionInfo leaves open. */
  finish(options: { readonly identityHint: IdentityHint | null }): TimingResult;
}

const dayMs = 86_400_000;

type Accept = (stampMs: number, data: unknown) => void;

function hasLaps(events: readonly LapEvent[] | undefined): boolean {
  return events?.some((event) => (event.numberOfLaps ?? 0) > 0) ?? false;
}

function partsOf(identity: SessionIdentity | null): number {
  return /qualifying|shootout/i.test(identity?.session ?? '') ? 3 : 1;
}

/** Creates a reader for one session. */
export function createTimingReader(): TimingReader {
  const driverList = createDriverListReader();
  const timingData = createTimingDataReader();
  const timingDataF1 = createTimingDataReader();
  const tyres = createTyreReader();
  const raceControl = createRaceControlReader();
  const status = createStatusReader();
  let sessionInfo: unknown = {};

  const topics: Readonly<Record<string, Accept>> = {
    // The first state stands and patches of the same session fill its gaps: a stream may go on into another session.
    SessionInfo: (_, data) => {
      const known = feedObject(sessionInfo)['Key'];
      const key = feedObject(data)['Key'];
      if (!isFeedObject(data) || (known !== undefined && key !== undefined && key !== known)) return;
      sessionInfo = mergeState(mergeState(undefined, data), sessionInfo);
    },
    DriverList: driverList.accept,
    TimingData: timingData.accept,
    TimingDataF1: timingDataF1.accept,
    TimingAppData: tyres.accept,
    TrackStatus: status.acceptTrackStatus,
    SessionStatus: status.acceptSessionStatus,
    SessionData: status.acceptSessionData,
    RaceControlMessages: raceControl.accept,
    LapCount: status.acceptLapCount,
    WeatherData: status.acceptWeather,
  };

  function finish(options: { readonly identityHint: IdentityHint | null }): TimingResult {
    const feed = timingData.laps.size > 0 || timingData.places.length > 0 ? timingData : timingDataF1;
    const statuses = status.finish();
    const identity = identityOf(sessionInfo, options.identityHint);
    const raceLike = isRaceLike(identity) ?? (feed.hasLapGaps() || statuses.totalLaps !== null);
    const startedMs = statuses.sessionStatus.find((change) => change.status === 'Started')?.sessionMs ?? null;
    const late = startedMs === null ? lateStart(feed.laps, statuses) : null;
    const startMs = startedMs ?? late?.startMs ?? null;
    const list = driverList.finish((driverNumber) => hasLaps(feed.laps.get(driverNumber)));
    const warnings = [...list.warnings];
    if (late !== null)
      warnings.push(`The recording does not tell the start of the session: ${late.reason} stands in for it`);
    for (const topic of statuses.standIns) warnings.push(`${topic} is missing: SessionData stands in for it`);

    const drivers = list.drivers.length > 0 ? list.drivers : driversWithoutList(feed.laps, tyres.rows);
    if (list.drivers.length === 0 && drivers.length > 0)
      warnings.push('Driver list is missing: cars are shown by number');
    const entered = new Set(drivers.map((driver) => driver.number));
    const strangers = [...feed.laps].filter(([number, events]) => !entered.has(number) && hasLaps(events));
    if (strangers.length > 0) {
      const idle = drivers
        .filter(({ number }) => !hasLaps(feed.laps.get(number)))
        .map(({ number }) => number);
      const without = idle.length > 0 ? `, car ${idle.join(', ')} is entered but has none` : '';
      warnings.push(
        `Car ${strangers.map(([number]) => number).join(', ')} has laps but is not entered${without}`,
      );
    }
    const driven = new Map(drivers.map(({ number }) => [number, assembleRows(feed.laps.get(number) ?? [])]));
    const before = new Map([...driven].map(([number, rows]) => [number, rows[0]?.endMs ?? 0]));
    const hasGaps = [...feed.gaps.values()].some((samples) => samples.some(({ gap }) => gap !== null));
    if (hasGaps || raceLike) {
      const aligned = alignLaps(
        [...driven].map(([driverNumber, rows]) => ({
          driverNumber,
          rows,
          gaps: feed.gaps.get(driverNumber) ?? [],
        })),
      );
      if (!aligned && feed.laps.size > 0)
        warnings.push('Lap ends are not aligned between cars: the feed never names a leader');
    }
    const own = ownRows(driven, before, feed.laps);
    for (const [number, rows] of driven) markPersonalBests(feed.laps.get(number) ?? [], rows);
    const firstEnds = [...driven.values()].flatMap((rows) => rows[0]?.endMs ?? []);
    const firstEndMs = firstEnds.length > 0 ? Math.min(...firstEnds) : null;
    const cars: CarLaps[] = drivers.map(({ number }) => {
      const rows = driven.get(number) ?? [];
      const extra =
        rows.length > 0 || !raceLike
          ? stoppedLap({
              rows,
              startMs,
              totalLaps: statuses.totalLaps,
              sessionStatus: statuses.allSessionStatus,
            })
          : unfinishedFirstLap(feed.laps.get(number) ?? [], startMs, firstEndMs);
      const carRows = own.get(number) ?? [...rows];
      if (extra !== null) carRows.push(extra);
      // FastF1 makes up a lap 1 only with tyre data, and a last lap of a race only when it knows the distance.
      const isInTable = rows.length > 0 ? !raceLike || statuses.totalLaps !== null : tyres.rows.has(number);
      if (extra !== null && isInTable) rows.push(extra);
      const inLapEndsMs = carRows.flatMap((row) =>
        row.pitInMs !== null && row.endMs !== null ? [row.endMs] : [],
      );
      return {
        driverNumber: number,
        rows: carRows,
        sets: toSets(tyres.rows.get(number) ?? [], {
          raceLike,
          startMs,
          inLapEndsMs,
          lastEndMs: carRows.at(-1)?.endMs ?? null,
        }),
      };
    });
    const said = raceControl.messages;
    const lapTable = toLapTable(
      drivers.map((driver) => ({
        driver,
        rows: driven.get(driver.number) ?? [],
        tyreRows: tyres.rows.get(driver.number) ?? [],
      })),
      {
        raceLike,
        startMs,
        sessionStatus: statuses.allSessionStatus,
        trackStatus: statuses.allTrackStatus,
        raceControl: said.length > 0 ? said : null,
      },
    );
    const laps = toLaps(cars, { raceLike, startMs, sessionStatus: statuses.sessionStatus });
    const lapOrder = laps.filter((lap) => lap.lap === 1).map((lap) => lap.driverNumber);
    const positions = toPositions({
      driverNumbers: drivers.map((driver) => driver.number),
      places: feed.places,
      firstMs: feed.firstMs,
      lines: tyres.lines,
      listLines: driverList.lines,
      gridPlaces: tyres.gridPlaces,
      lapOrder,
    });
    const endMs = sessionEndMs({ messages: said, parts: partsOf(identity), laps });
    const stints = cars
      .flatMap((car) => toStints(car.driverNumber, car.sets))
      .sort((a, b) => a.sessionMs - b.sessionMs);
    const messages = markForeign(said, list.drivers, endMs);
    const foreign = messages.filter((message) => message.foreign).length;
    if (foreign > 0)
      warnings.push(
        `${foreign} race control messages are from after the session or another series: shown apart`,
      );
    const correctedLaps = correctLaps({
      drivers,
      cars,
      laps,
      raceLike,
      messages,
      sessionStatus: statuses.allSessionStatus,
    });
    const starts = drivers.flatMap(({ number }) =>
      (driven.get(number)?.length ?? 0) > 0 ? [partStarts(feed.laps.get(number) ?? [])] : [],
    );
    const partStartsMs = [0, 1, 2].map((part) => Math.min(dayMs, ...starts.map((own) => own[part] ?? dayMs)));
    const lastStatusMs = statuses.allSessionStatus.at(-1)?.sessionMs ?? null;
    const timing: SessionTiming = {
      startMs,
      totalLaps: statuses.totalLaps,
      firstTotalLaps: statuses.firstTotalLaps,
      laps,
      lapTable,
      correctedLaps,
      stints,
      positions,
      trackStatus: statuses.trackStatus,
      sessionStatus: statuses.sessionStatus,
      raceControl: messages,
      weather: statuses.weather,
      lapCount: statuses.lapCount,
      partStartsMs,
      lastStatusMs,
    };
    const lappers = new Set(
      [...feed.laps].flatMap(([number, events]) => (hasLapEnd(events) ? [number] : [])),
    );
    return { identity, drivers, timing, isRace: raceLike, lappers, warnings };
  }

  return {
    accept(topic, stampMs, data) {
      if (Object.hasOwn(topics, topic)) topics[topic]?.(stampMs, data);
    },
    finish,
  };
}

/** Rows of cars whose lap count jumps, read as one lap for each jump, shifted like FastF1's rows of the same car. */
function ownRows(
  aligned: ReadonlyMap<string, readonly LapRow[]>,
  firstEndsMs: ReadonlyMap<string, number>,
  events: ReadonlyMap<string, readonly LapEvent[]>,
): Map<string, LapRow[]> {
  const own = new Map<string, LapRow[]>();
  for (const [number, rows] of aligned) {
    const said = events.get(number) ?? [];
    if (!hasCountJump(said)) continue;
    const shiftMs = (rows[0]?.endMs ?? 0) - (firstEndsMs.get(number) ?? 0);
    const assembled = assembleRows(said, 'once');
    for (const row of assembled) if (row.endMs !== null) row.endMs += shiftMs;
    own.set(number, assembled);
  }
  return own;
}

/** Drivers of a session without a driver list: the numbers that have laps or tyres, in numeric order. */
function driversWithoutList(
  laps: ReadonlyMap<string, unknown>,
  sets: ReadonlyMap<string, unknown>,
): Driver[] {
  const numbers = [...new Set([...laps.keys(), ...sets.keys()])].filter((number) => /^\d{1,3}$/.test(number));
  numbers.sort((a, b) => Number(a) - Number(b));
  return numbers.map((number) => ({ number, code: number, name: number, team: '', teamColour: '', line: 0 }));
}

/** When a recording begins after the start: the first sign of a running session, if there are laps at all. */
function lateStart(
  laps: ReadonlyMap<string, readonly LapEvent[]>,
  statuses: {
    readonly allSessionStatus: readonly { readonly sessionMs: number }[];
    readonly allTrackStatus: readonly { readonly sessionMs: number; readonly status: string }[];
  },
): { readonly startMs: number; readonly reason: string } | null {
  if (![...laps.values()].some(hasLaps)) return null;
  const first = statuses.allSessionStatus[0];
  if (first !== undefined) return { startMs: first.sessionMs, reason: 'its first session status' };
  const green = statuses.allTrackStatus.find(({ status }) => status === '1');
  if (green !== undefined) return { startMs: green.sessionMs, reason: 'the first green flag' };
  const events = [...laps.values()].flatMap(([event]) => (event === undefined ? [] : [event.sessionMs]));
  return { startMs: Math.min(...events), reason: 'the first lap data' };
}
