import { F1Error } from '../../domain/errors.ts';
import type { SimCar } from './car.ts';
import type { Circuit } from './circuit.ts';
import type { TopicLog } from './topic-log.ts';

/** Status of a mini-sector as the feed writes it. */
const segmentStatus = { none: 0, yellow: 2048, green: 2049, purple: 2051, pit: 2064 } as const;

/** Timing of one car between its messages. Times are whole session ms. */
interface CarTiming {
  readonly car: SimCar;
  /** Mini-sectors passed since the start. */
  points: number;
  laps: number;
  lapStartMs: number;
  sectorStartMs: number;
  segmentStartMs: number;
  bestLapMs: number;
  readonly bestSectorsMs: [number, number, number];
  readonly bestSegmentsMs: Map<number, number>;
  interval: string;
  intervalMs: number;
  pitStops: number;
  hasTrap: boolean;
}

/** Writes TimingData, TimingAppData laps and LapCount from what the cars do. */
export interface TimingFeed {
  /** Key frames: everything unknown, grid order. */
  open(stampMs: number): void;
  lightsOut(stampMs: number): void;
  /** Reads the crossings of one car in the step that ends at `stampMs`. Call in running order. */
  follow(car: SimCar, stampMs: number): void;
  /** Sends the places that changed. */
  places(order: readonly SimCar[], stampMs: number): void;
  pitIn(car: SimCar, stampMs: number): void;
  pitOut(car: SimCar, stampMs: number): void;
  retire(car: SimCar, stampMs: number): void;
  /** Lap the leader is on. */
  readonly leaderLap: number;
  /** When the winner finished, session ms; null before. */
  readonly finishMs: number | null;
}

/** `1:23.456`, or `23.456` under a minute. */
export function lapText(ms: number): string {
  const seconds = ((ms % 60_000) / 1000).toFixed(3);
  return ms < 60_000 ? seconds : `${Math.floor(ms / 60_000)}:${seconds.padStart(6, '0')}`;
}

function gapText(ms: number): string {
  return `+${(Math.max(0, ms) / 1000).toFixed(3)}`;
}

interface Bests {
  lapMs: number;
  readonly sectorsMs: [number, number, number];
  readonly segmentsMs: Map<number, number>;
}

/** Creates the feed of one race. */
export function createTimingFeed(
  circuit: Circuit,
  log: TopicLog,
  cars: readonly SimCar[],
  laps: number,
): TimingFeed {
  const points = circuit.miniSectors;
  const best: Bests = { lapMs: Infinity, sectorsMs: [Infinity, Infinity, Infinity], segmentsMs: new Map() };
  const timings = new Map<SimCar, CarTiming>();
  const sentPlaces = new Map<SimCar, number>();
  const firstAt: number[] = [];
  const lastAt: number[] = [];
  let leaderLap = 1;
  let finishMs: number | null = null;
  let finished = 0;
  let leader: SimCar | undefined = cars[0];
  for (const car of cars) {
    timings.set(car, {
      car,
      points: 0,
      laps: 0,
      lapStartMs: 0,
      sectorStartMs: 0,
      segmentStartMs: 0,
      bestLapMs: Infinity,
      bestSectorsMs: [Infinity, Infinity, Infinity],
      bestSegmentsMs: new Map(),
      interval: '',
      intervalMs: Infinity,
      pitStops: 0,
      hasTrap: false,
    });
  }

  function timingOf(car: SimCar): CarTiming {
    const timing = timings.get(car);
    if (timing === undefined)
      throw new F1Error('F1_INTERNAL', `Cannot time car ${car.entrant.number}: it is not in this race`);
    return timing;
  }

  function send(car: SimCar, stampMs: number, patch: object): void {
    log.add('TimingData', stampMs, { Lines: { [car.entrant.number]: patch } });
  }

  /** Gap to the leader and interval to the car before, at one point of the track. */
  function gaps(timing: CarTiming, point: number, atMs: number): Record<string, unknown> {
    const patch: Record<string, unknown> = {};
    const first = firstAt[point];
    if (first === undefined) {
      firstAt[point] = atMs;
      if (leader !== timing.car || point % points.length === points.length - 1) {
        leader = timing.car;
        const lap = `LAP ${Math.min(laps, Math.floor((point + 1) / points.length) + 1)}`;
        patch['GapToLeader'] = lap;
        patch['IntervalToPositionAhead'] = { Value: lap, Catching: false };
      }
    } else {
      const lapsDown = Math.floor((firstAt.length - 1 - point) / points.length);
      const intervalMs = atMs - (lastAt[point] ?? first);
      patch['GapToLeader'] = lapsDown > 0 ? `${lapsDown} L` : gapText(atMs - first);
      patch['IntervalToPositionAhead'] = {
        Value: gapText(intervalMs),
        Catching: intervalMs < timing.intervalMs,
      };
      timing.intervalMs = intervalMs;
    }
    lastAt[point] = atMs;
    return patch;
  }

  function segmentOf(timing: CarTiming, index: number, atMs: number): number {
    const took = atMs - timing.segmentStartMs;
    timing.segmentStartMs = atMs;
    if (timing.car.inPit) return segmentStatus.pit;
    // The first lap starts standing: nothing to compare.
    if (timing.laps === 0) return segmentStatus.yellow;
    const own = timing.bestSegmentsMs.get(index) ?? Infinity;
    const overall = best.segmentsMs.get(index) ?? Infinity;
    if (took < own) timing.bestSegmentsMs.set(index, took);
    if (took < overall) best.segmentsMs.set(index, took);
    return took < overall ? segmentStatus.purple : took < own ? segmentStatus.green : segmentStatus.yellow;
  }

  function sectorOf(timing: CarTiming, sector: 0 | 1 | 2, atMs: number): Record<string, unknown> {
    const took = atMs - timing.sectorStartMs;
    timing.sectorStartMs = atMs;
    const isOwn = took < timing.bestSectorsMs[sector];
    const isOverall = took < best.sectorsMs[sector];
    if (isOwn) timing.bestSectorsMs[sector] = took;
    if (isOverall) best.sectorsMs[sector] = took;
    return { Value: lapText(took), Status: 0, OverallFastest: isOverall, PersonalFastest: isOwn };
  }

  function lapEnd(timing: CarTiming, atMs: number): Record<string, unknown> {
    timing.laps += 1;
    const took = atMs - timing.lapStartMs;
    timing.lapStartMs = atMs;
    const patch: Record<string, unknown> = { NumberOfLaps: timing.laps };
    // The feed times laps from line to line: the first has no time of its own.
    if (timing.laps > 1) {
      const isOwn = took < timing.bestLapMs;
      const isOverall = took < best.lapMs;
      patch['LastLapTime'] = { Value: lapText(took), OverallFastest: isOverall, PersonalFastest: isOwn };
      if (isOwn) patch['BestLapTime'] = { Value: lapText(took), Lap: timing.laps };
      timing.bestLapMs = Math.min(timing.bestLapMs, took);
      best.lapMs = Math.min(best.lapMs, took);
    }
    return patch;
  }

  function cross(timing: CarTiming, atMs: number): void {
    const { car } = timing;
    const point = timing.points;
    const index = point % points.length;
    const { sector, segment, isSectorEnd } = points[index]!;
    timing.points += 1;
    const patch = gaps(timing, point, atMs);
    const status = segmentOf(timing, index, atMs);
    const sectorPatch: Record<string, unknown> = { Segments: { [segment]: { Status: status } } };
    const which = sector === 0 ? 0 : sector === 1 ? 1 : 2;
    if (isSectorEnd) {
      const value = sectorOf(timing, which, atMs);
      if (timing.laps > 0 || which > 0) Object.assign(sectorPatch, value);
      patch['Speeds'] = {
        [which === 0 ? 'I1' : which === 1 ? 'I2' : 'FL']: { Value: String(Math.round(car.speed * 3.6)) },
      };
    }
    patch['Sectors'] = { [sector]: sectorPatch };
    if (index === points.length - 1) {
      Object.assign(patch, lapEnd(timing, atMs));
      timing.hasTrap = false;
      endOfLap(timing, atMs);
    }
    send(car, atMs, patch);
  }

  function endOfLap(timing: CarTiming, atMs: number): void {
    const { car } = timing;
    const isLeader = timing.laps >= leaderLap;
    const stint = { [timing.pitStops]: { TotalLaps: car.tyreLaps + 1 } };
    log.add('TimingAppData', atMs + 1_000, { Lines: { [car.entrant.number]: { Stints: stint } } });
    if (isLeader && timing.laps < laps) {
      leaderLap = timing.laps + 1;
      log.add('LapCount', atMs, { CurrentLap: leaderLap });
    }
    if (timing.laps === laps && finishMs === null) finishMs = atMs;
    if (finishMs === null) return;
    finished += 1;
    car.finishPlace = finished;
    car.phase = 'finished';
  }

  return {
    open(stampMs) {
      const trap = { Value: '', Status: 0, OverallFastest: false, PersonalFastest: false };
      const sectors = [0, 1, 2].map((sector) => ({
        Stopped: false,
        Value: '',
        Status: 0,
        OverallFastest: false,
        PersonalFastest: false,
        Segments: points
          .filter((point) => point.sector === sector)
          .map(() => ({ Status: segmentStatus.none })),
      }));
      const lines = cars.map((car, index) => {
        sentPlaces.set(car, index + 1);
        return [
          car.entrant.number,
          {
            GapToLeader: index === 0 ? 'LAP 1' : '',
            IntervalToPositionAhead: { Value: index === 0 ? 'LAP 1' : '', Catching: false },
            Line: index + 1,
            Position: String(index + 1),
            ShowPosition: true,
            RacingNumber: car.entrant.number,
            Retired: false,
            InPit: false,
            PitOut: false,
            Stopped: false,
            Status: 64,
            NumberOfLaps: 0,
            NumberOfPitStops: 0,
            Sectors: sectors,
            Speeds: { I1: trap, I2: trap, FL: trap, ST: trap },
            BestLapTime: { Value: '' },
            LastLapTime: { ...trap },
          },
        ];
      });
      log.add('TimingData', stampMs, { Lines: Object.fromEntries(lines), Withheld: false });
      log.add('LapCount', stampMs, { CurrentLap: 1, TotalLaps: laps });
    },
    lightsOut(stampMs) {
      for (const timing of timings.values()) {
        timing.lapStartMs = stampMs;
        timing.sectorStartMs = stampMs;
        timing.segmentStartMs = stampMs;
      }
    },
    follow(car, stampMs) {
      const timing = timingOf(car);
      if (car.finishPlace > 0) return;
      const moved = car.distanceM - car.previousM;
      const timeAt = (distanceM: number): number =>
        Math.round(stampMs - (40 * (car.distanceM - distanceM)) / moved);
      for (;;) {
        const lap = Math.floor(timing.points / points.length);
        const trapM = lap * circuit.lengthM + circuit.speedTrapM;
        if (!timing.hasTrap && car.previousM < trapM && car.distanceM >= trapM) {
          timing.hasTrap = true;
          if (!car.inPit)
            send(car, timeAt(trapM), { Speeds: { ST: { Value: String(Math.round(car.speed * 3.6)) } } });
        }
        const pointM = lap * circuit.lengthM + points[timing.points % points.length]!.endM;
        if (moved <= 0 || car.distanceM < pointM || car.finishPlace > 0) return;
        cross(timing, timeAt(pointM));
      }
    },
    places(order, stampMs) {
      const lines: Record<string, unknown> = {};
      for (const [index, car] of order.entries()) {
        if (sentPlaces.get(car) === index + 1) continue;
        sentPlaces.set(car, index + 1);
        lines[car.entrant.number] = { Line: index + 1, Position: String(index + 1) };
      }
      if (Object.keys(lines).length === 0) return;
      log.add('TimingData', stampMs, { Lines: lines });
      const byLine = Object.entries(lines).map(([number, line]) => [
        number,
        { Line: Number(Reflect.get(Object(line), 'Line')) },
      ]);
      log.add('DriverList', stampMs, Object.fromEntries(byLine));
    },
    pitIn(car, stampMs) {
      send(car, stampMs, { InPit: true, PitOut: false, Status: 80 });
    },
    pitOut(car, stampMs) {
      const timing = timingOf(car);
      timing.pitStops += 1;
      send(car, stampMs, { InPit: false, PitOut: true, NumberOfPitStops: timing.pitStops, Status: 96 });
      send(car, stampMs + 8_000, { PitOut: false, Status: 64 });
      const stint = {
        LapFlags: 0,
        Compound: car.compound,
        New: 'true',
        TyresNotChanged: '0',
        TotalLaps: 0,
        StartLaps: 0,
      };
      log.add('TimingAppData', stampMs + 3_000, {
        Lines: { [car.entrant.number]: { Stints: { [timing.pitStops]: stint } } },
      });
    },
    retire(car, stampMs) {
      send(car, stampMs, { Retired: true, Stopped: true, Status: 68 });
    },
    get leaderLap() {
      return leaderLap;
    },
    get finishMs() {
      return finishMs;
    },
  };
}
