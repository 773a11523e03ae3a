import { QuadraticSpline } from '../quadratic-spline.ts';
import { fillGaps } from './fill-gaps.ts';

/** How a channel is filled: on the line between neighbours, by one quadratic spline, or held. */
export type Filling = 'linear' | 'quadratic' | 'held';

export interface Channel {
  readonly filling: Filling;
  /** NaN = missing. */
  readonly values: Float64Array;
}

/** A few channels over one time base: the small, general shape that resampling needs (a lap at a time, never a whole race). */
export interface Frame {
  /** Epoch ms, strictly rising. */
  readonly times: Float64Array;
  /** Index into `originNames`, NaN = none yet. */
  readonly origin: Float64Array;
  readonly channels: Readonly<Record<string, Channel>>;
}

/** Outer join on time: values of `first` where both have one. Nothing is filled. */
export function joinFrames(first: Frame, second: Frame): Frame {
  const times = Float64Array.from(new Set([...first.times, ...second.times])).sort();
  const placeOf = new Map([...times].map((time, index) => [time, index]));
  const channels: Record<string, Channel> = {};
  const origin = new Float64Array(times.length).fill(Number.NaN);
  for (const frame of [second, first]) {
    const places = [...frame.times].map((time) => placeOf.get(time)!);
    for (const [name, { filling, values }] of Object.entries(frame.channels)) {
      channels[name] ??= { filling, values: new Float64Array(times.length).fill(Number.NaN) };
      for (const [row, place] of places.entries())
        if (!Number.isNaN(values[row]!)) channels[name].values[place] = values[row]!;
    }
    for (const [row, place] of places.entries())
      if (!Number.isNaN(frame.origin[row]!)) origin[place] = frame.origin[row]!;
  }
  return { times, origin, channels };
}

/** Fills what is missing in every channel by its own rule. */
export function fillFrame({ times, origin, channels }: Frame): Frame {
  const filled = Object.entries(channels).map(([name, { filling, values }]): [string, Channel] => [
    name,
    { filling, values: fillValues(times, values, filling) },
  ]);
  return { times, origin, channels: Object.fromEntries(filled) };
}

/**
 * FastF1's resampling: a grid of `stepMs` through `anchorMs`; continuous channels are the mean of each bin, labelled by its left edge, and
 * empty bins are filled by the channel's rule; held ones take the last value at or before the label.
 */
export function resampleFrame(frame: Frame, stepMs: number, anchorMs: number): Frame {
  const { times } = frame;
  const first = Math.floor((times[0]! - anchorMs) / stepMs);
  const last = Math.floor((times.at(-1)! - anchorMs) / stepMs);
  const labels = Float64Array.from(
    { length: last - first + 1 },
    (_, index) => anchorMs + (first + index) * stepMs,
  );
  const binOf = times.map((time) => Math.floor((time - anchorMs) / stepMs) - first);
  const channels: Record<string, Channel> = {};
  for (const [name, { filling, values }] of Object.entries(frame.channels)) {
    const sampled =
      filling === 'held' ? sampleHeld(times, values, labels) : meanOfBins(values, binOf, labels.length);
    channels[name] = { filling, values: fillValues(labels, sampled, filling) };
  }
  const exact = new Map([...times].map((time, row) => [time, frame.origin[row]!]));
  const origin = labels.map((label) => exact.get(label) ?? Number.NaN);
  return { times: labels, origin, channels };
}

function meanOfBins(values: Float64Array, binOf: Float64Array, bins: number): Float64Array {
  const sums = new Float64Array(bins);
  const counts = new Float64Array(bins);
  for (const [row, value] of values.entries()) {
    if (Number.isNaN(value)) continue;
    sums[binOf[row]!]! += value;
    counts[binOf[row]!]! += 1;
  }
  return sums.map((sum, bin) => (counts[bin] === 0 ? Number.NaN : sum / counts[bin]!));
}

function sampleHeld(times: Float64Array, values: Float64Array, labels: Float64Array): Float64Array {
  let row = -1;
  return labels.map((label) => {
    while (row + 1 < times.length && times[row + 1]! <= label) row++;
    return row < 0 ? Number.NaN : values[row]!;
  });
}

function fillValues(times: Float64Array, values: Float64Array, filling: Filling): Float64Array {
  if (filling === 'held') return fillHeld(values);
  if (filling === 'quadratic') return fillQuadratic(times, values);
  const out = values.slice();
  fillGaps(out, times, 0, out.length);
  return out;
}

function fillHeld(values: Float64Array): Float64Array {
  const out = values.slice();
  for (let i = 1; i < out.length; i++) if (Number.isNaN(out[i]!)) out[i] = out[i - 1]!;
  for (let i = out.length - 2; i >= 0; i--) if (Number.isNaN(out[i]!)) out[i] = out[i + 1]!;
  return out;
}

/** What lies before the first known value stays missing, what lies after the last is extrapolated. */
function fillQuadratic(times: Float64Array, values: Float64Array): Float64Array {
  const known = [...values.keys()].filter((row) => !Number.isNaN(values[row]!));
  const spline = new QuadraticSpline();
  // Abscissae as pandas has them: ns as float64.
  const x = times.map((ms) => ms * 1e6);
  if (
    !spline.fit(
      Float64Array.from(known, (row) => x[row]!),
      0,
      known.length,
    )
  )
    return values;
  const coefficients = new Float64Array(known.length);
  spline.solve(
    Float64Array.from(known, (row) => values[row]!),
    0,
    coefficients,
  );
  return values.map((value, row) => {
    if (!Number.isNaN(value) || row < known[0]!) return value;
    spline.seek(x[row]!);
    return spline.value(coefficients);
  });
}
