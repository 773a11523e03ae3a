import { feedEntries, feedItem, feedObject, isFeedObject } from '../../domain/feed-shape.ts';
import type { FeedObject } from '../../domain/feed-shape.ts';
import type { GapSample } from './align-laps.ts';
import { spanToMs, toCount, toFlag, toNumber, toText } from './feed-values.ts';

/** What one TimingData message says about one car's laps. Times in ms. */
export interface LapEvent {
  readonly sessionMs: number;
  readonly numberOfLaps: number | null;
  readonly inPit: boolean | null;
  /** New sector times by index; null where the message has none. */
  readonly sectors: readonly [number | null, number | null, number | null];
  /** Undefined = not in the message, null = sent empty ("explicitly none"). */
  readonly lapTimeMs: number | null | undefined;
  /** A speed trap or a sector time came: the car moves. */
  readonly moves: boolean;
  /** Speeds [km/h] at the traps I1, I2, FL and ST; null where the message has none. */
  readonly speedsKmh: TrapSpeeds | null;
  /** A personal best was sent, or sent again after a lap was deleted. */
  readonly bestLapMs: number | null;
  /** 0-based part of a qualifying that a best lap time was sent for. */
  readonly part: number | null;
}

/** Speeds at I1, I2, FL and ST [km/h]. */
export type TrapSpeeds = readonly [number | null, number | null, number | null, number | null];

/** What one TimingData message says about one car's place. Null = not in the message. */
export interface PlaceEvent {
  readonly sessionMs: number;
  readonly driverNumber: string;
  readonly position: number | null;
  readonly line: number | null;
  readonly gap: string | null;
}

/** Collects TimingData (or TimingDataF1) lines by car. */
export interface TimingDataReader {
  accept(stampMs: number, data: unknown): void;
  readonly laps: ReadonlyMap<string, readonly LapEvent[]>;
  readonly places: readonly PlaceEvent[];
  /** Gap of each car at every message about its place, gap or interval. */
  readonly gaps: ReadonlyMap<string, readonly GapSample[]>;
  /** Stamp of the first message about any car, session ms; null without one. */
  readonly firstMs: number | null;
  /** True when a gap string counts laps: only race-like sessions have those. */
  hasLapGaps(): boolean;
}

const noSectors: LapEvent['sectors'] = [null, null, null];

function sectorsOf(patch: FeedObject): LapEvent['sectors'] {
  const sectors = patch['Sectors'];
  // A list is the key frame: its values belong to laps before the stream began.
  if (!isFeedObject(sectors)) return noSectors;
  const value = (index: number): number | null => spanToMs(feedObject(feedItem(sectors, index))['Value']);
  return [value(0), value(1), value(2)];
}

function lapTimeOf(patch: FeedObject): number | null | undefined {
  const last = patch['LastLapTime'];
  if (!isFeedObject(last) || !('Value' in last)) return undefined;
  const ms = spanToMs(last['Value']);
  if (ms !== null) return ms;
  return toText(last['Value']) === '' ? null : undefined;
}

function speedsOf(patch: FeedObject): TrapSpeeds | null {
  const traps = feedObject(patch['Speeds']);
  const speed = (trap: string): number | null => toNumber(feedObject(traps[trap])['Value']);
  const speeds: TrapSpeeds = [speed('I1'), speed('I2'), speed('FL'), speed('ST')];
  return speeds.every((value) => value === null) ? null : speeds;
}

/** Part of a qualifying in `BestLapTimes`: the first key counts; a list is the key frame. */
function partOf(patch: FeedObject): number | null {
  const best = patch['BestLapTimes'];
  return isFeedObject(best) ? toCount(Object.keys(best)[0]) : null;
}

function gapOf(patch: FeedObject): string | null {
  const own = patch['GapToLeader'] ?? patch['TimeDiffToFastest'];
  if (typeof own === 'string') return own.trim();
  let gap: string | null = null;
  for (const [, part] of feedEntries(patch['Stats'])) {
    const value = feedObject(part)['TimeDiffToFastest'];
    if (typeof value === 'string') gap = value.trim();
  }
  return gap;
}

function placeOf(value: unknown): number | null {
  const place = toCount(value);
  return place !== null && place > 0 && place <= 1000 ? place : null;
}

/** Creates a collector. Cost per line: the keys of the message; keeps small records, not the messages. */
export function createTimingDataReader(): TimingDataReader {
  const laps = new Map<string, LapEvent[]>();
  const places: PlaceEvent[] = [];
  const gaps = new Map<string, GapSample[]>();
  let lapGaps = false;
  let firstMs: number | null = null;

  function acceptCar(sessionMs: number, driverNumber: string, patch: FeedObject): void {
    const position = placeOf(patch['Position']);
    const line = placeOf(patch['Line']);
    const gap = gapOf(patch);
    if (position !== null || line !== null || gap !== null) {
      places.push({ sessionMs, driverNumber, position, line, gap });
      lapGaps ||= gap !== null && /\d\s*L|LAP/i.test(gap);
    }
    const interval = feedObject(patch['IntervalToPositionAhead'])['Value'];
    if (position !== null || toText(patch['GapToLeader']) !== '' || toText(interval) !== '') {
      let own = gaps.get(driverNumber);
      if (own === undefined) gaps.set(driverNumber, (own = []));
      own.push({ sessionMs, gap: toText(patch['GapToLeader']) || (own.at(-1)?.gap ?? null) });
    }
    const numberOfLaps = toCount(patch['NumberOfLaps']);
    const inPit = toFlag(patch['InPit']);
    const sectors = sectorsOf(patch);
    const lapTimeMs = lapTimeOf(patch);
    const hasSector = sectors.some((sector) => sector !== null);
    const speedsKmh = speedsOf(patch);
    const moves = hasSector || speedsKmh !== null;
    const bestLapMs = spanToMs(feedObject(patch['BestLapTime'])['Value']);
    const part = partOf(patch);
    const saysBest = bestLapMs !== null || part !== null;
    if (numberOfLaps === null && inPit === null && lapTimeMs === undefined && !moves && !saysBest) return;
    let own = laps.get(driverNumber);
    if (own === undefined) laps.set(driverNumber, (own = []));
    own.push({ sessionMs, numberOfLaps, inPit, sectors, lapTimeMs, moves, speedsKmh, bestLapMs, part });
  }

  return {
    accept(stampMs, data) {
      for (const [driverNumber, patch] of feedEntries(feedObject(data)['Lines'])) {
        if (!isFeedObject(patch)) continue;
        firstMs ??= stampMs;
        acceptCar(stampMs, driverNumber, patch);
      }
    },
    laps,
    places,
    gaps,
    get firstMs() {
      return firstMs;
    },
    hasLapGaps: () => lapGaps,
  };
}
