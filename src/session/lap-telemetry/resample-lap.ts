import type { LapTelemetry } from '../../domain/lap-telemetry.ts';
import { Origin } from '../../domain/table.ts';
import { lowerBound, paddedRange, upperBound } from '../../domain/bounds.ts';
import type { DriverAheadFinder } from './driver-ahead.ts';
import { fillFrame, joinFrames, resampleFrame, type Channel, type Filling, type Frame } from './frame.ts';
import type { LapMergeRequest } from './lap-merger.ts';

/**
 * `get_telemetry(frequency=…)` of a slice, as FastF1 resamples: the padded car samples with distance and car ahead first, then these
 * joined with the positions once more, then cut with interpolated edges. Bins are labelled by their left edge, so values lag by up to one
 * step; FastF1 advises against it, and so do we. Null without samples of either feed. Allocates; meant for single laps.
 */
export function resampleLap(
  { number, car, pos, startMs, endMs }: LapMergeRequest,
  hz: number,
  t0EpochMs: number,
  finder: DriverAheadFinder,
): LapTelemetry | null {
  if (car === null || pos === null) return null;
  const start = t0EpochMs + startMs;
  const end = t0EpochMs + endMs;
  const carRange = paddedRange(car.epochMs, start, end);
  const posRange = paddedRange(pos.epochMs, start, end);
  const { from } = carRange;
  const count = carRange.to - from;
  const posCount = posRange.to - posRange.from;
  if (count < 3 || posCount < 3) return null;
  const stepMs = Math.round(1e9 / hz) / 1e6;
  const times = car.epochMs.slice(from, from + count);
  const pick = (values: ArrayLike<number>): Float64Array =>
    Float64Array.from({ length: count }, (_, row) => values[from + row]!);
  const distance = distanceOf(times, pick(car.speedKmh), start);
  const ahead = new Float64Array(count).fill(Number.NaN);
  const lead = new Float64Array(count).fill(Number.NaN);
  const foundAhead = new Uint8Array(count);
  const foundLead = new Float64Array(count);
  finder.find(number, from + 1, from + count - 1, foundAhead, foundLead);
  for (let row = 1; row + 1 < count; row++) {
    ahead[row] = foundAhead[row - 1]!;
    lead[row] = foundLead[row - 1]!;
  }
  const channel = (filling: Filling, values: Float64Array): Channel => ({ filling, values });
  const carFrame: Frame = {
    times,
    origin: new Float64Array(count).fill(Origin.car),
    channels: {
      rpm: channel('linear', pick(car.rpm)),
      speed: channel('linear', pick(car.speedKmh)),
      throttle: channel('linear', pick(car.throttlePct)),
      gear: channel('held', pick(car.gear)),
      brake: channel(
        'held',
        pick(car.brakePct).map((value) => (value > 0 ? 1 : 0)),
      ),
      drs: channel(
        'held',
        pick(car.drs).map((code) => (code === 255 ? 0 : code)),
      ),
      distance: channel('quadratic', distance),
      relative: channel(
        'quadratic',
        distance.map((metres) => metres / distance.at(-1)!),
      ),
      ahead: channel('held', ahead),
      lead: channel('linear', lead),
    },
  };
  const posTimes = pos.epochMs.slice(posRange.from, posRange.to);
  const pickPos = (values: ArrayLike<number>): Float64Array =>
    Float64Array.from({ length: posCount }, (_, row) => values[posRange.from + row]!);
  const posFrame: Frame = {
    times: posTimes,
    origin: new Float64Array(posCount).fill(Origin.pos),
    channels: {
      x: channel('quadratic', pickPos(pos.x)),
      y: channel('quadratic', pickPos(pos.y)),
      z: channel('quadratic', pickPos(pos.z)),
      onTrack: channel('held', pickPos(pos.onTrack)),
    },
  };
  const carAnchor = times[firstOff(times, start)]!;
  const resampledCar = resampleFrame(carFrame, stepMs, carAnchor);
  const named = { ...resampledCar, origin: resampledCar.origin.map(namedOrigin) };
  const joined = joinFrames(posFrame, named);
  const merged = resampleFrame(joined, stepMs, joined.times[firstOff(posTimes, start)]!);
  const edges: Frame = {
    times: Float64Array.of(start, end),
    origin: Float64Array.of(Number.NaN, Number.NaN),
    channels: {},
  };
  return cut(fillFrame(joinFrames(merged, edges)), start, end, startMs, finder.numbers);
}

/** Row of the first sample that does not lie exactly on the start: the place FastF1 anchors its grid at. */
function firstOff(times: Float64Array, start: number): number {
  return times[0] === start ? 1 : 0;
}

function namedOrigin(origin: number): number {
  return Number.isNaN(origin) ? Origin.interpolation : origin;
}

function distanceOf(times: Float64Array, speedKmh: Float64Array, start: number): Float64Array {
  let previous = start;
  let metres = 0;
  return times.map((time, row) => {
    metres += (speedKmh[row]! / 3.6) * ((time - previous) / 1000);
    previous = time;
    return metres;
  });
}

function cut(
  { times, origin, channels }: Frame,
  start: number,
  end: number,
  startMs: number,
  aheadNumbers: readonly string[],
): LapTelemetry {
  const from = lowerBound(times, start);
  const to = upperBound(times, end);
  const of = (name: string): Float64Array => channels[name]!.values.slice(from, to);
  const bytes = (name: string): Uint8Array => Uint8Array.from(of(name));
  return {
    from: 0,
    rows: to - from,
    startMs,
    epochMs: times.slice(from, to),
    rpm: of('rpm'),
    speedKmh: of('speed'),
    gear: bytes('gear'),
    throttlePct: of('throttle'),
    brake: bytes('brake'),
    drs: bytes('drs'),
    origin: Uint8Array.from(origin.slice(from, to), namedOrigin),
    distanceM: of('distance'),
    relativeDistance: of('relative'),
    onTrack: bytes('onTrack'),
    x: of('x'),
    y: of('y'),
    z: of('z'),
    driverAhead: bytes('ahead'),
    distanceAheadM: of('lead'),
    invalid: new Uint8Array(to - from),
    aheadNumbers,
  };
}
