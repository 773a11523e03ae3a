import type { Driver } from '../domain/driver.ts';
import type { CarSamples } from '../domain/raw-session.ts';
import type { DriverTable } from '../domain/table.ts';
import type { LapWindow } from './lap-windows.ts';
import type { MergedRange, SliceMerger } from './slice-merger.ts';

/** Copies a merged range into columns of its own and labels every row with lap, compound and distance in the lap. */
export function createDriverTable(
  driver: Driver,
  merger: SliceMerger,
  range: MergedRange,
  car: CarSamples | null,
  windows: readonly LapWindow[],
  t0EpochMs: number,
): DriverTable {
  const { from, rows } = range;
  const to = from + rows;
  const sessionMs = merger.epochMs.slice(from, to);
  for (let row = 0; row < rows; row++) sessionMs[row]! -= t0EpochMs;
  const lap = new Uint16Array(rows);
  const compound = new Uint8Array(rows);
  labelLaps(sessionMs, windows, lap, compound);
  return {
    driver,
    rows,
    sessionMs,
    speedKmh: new Float32Array(merger.speedKmh.subarray(from, to)),
    rpm: new Float32Array(merger.rpm.subarray(from, to)),
    throttlePct: new Float32Array(merger.throttlePct.subarray(from, to)),
    brake: merger.brake.slice(from, to),
    gear: merger.gear.slice(from, to),
    drs: merger.drs.slice(from, to),
    x: new Float32Array(merger.x.subarray(from, to)),
    y: new Float32Array(merger.y.subarray(from, to)),
    z: new Float32Array(merger.z.subarray(from, to)),
    distanceM: integrateByLap(sessionMs, lap, windows, car, t0EpochMs),
    origin: merger.origin.slice(from, to),
    onTrack: merger.onTrack.slice(from, to),
    invalid: merger.invalid.slice(from, to),
    lap,
    compound,
  };
}

/** A row belongs to the last lap that started at or before it and has not ended; the very last lap includes its end. */
function labelLaps(
  sessionMs: Float64Array,
  windows: readonly LapWindow[],
  lap: Uint16Array,
  compound: Uint8Array,
): void {
  let at = 0;
  const last = windows.length - 1;
  for (let row = 0; row < sessionMs.length; row++) {
    const time = sessionMs[row]!;
    while (at < last && windows[at + 1]!.startMs <= time) at++;
    const window = windows[at];
    if (window === undefined || time < window.startMs) continue;
    if (time > window.endMs || (time === window.endMs && at !== last)) continue;
    lap[row] = window.lap;
    compound[row] = window.compound;
  }
}

/**
 * Metres since the start of the row's lap: right-rectangle sum over car samples, linear between them (so each stretch
 * counts with the speed of the next car sample). NaN where no lap is known or no car was measured.
 */
function integrateByLap(
  sessionMs: Float64Array,
  lap: Uint16Array,
  windows: readonly LapWindow[],
  car: CarSamples | null,
  t0EpochMs: number,
): Float32Array {
  const rows = sessionMs.length;
  const distanceM = new Float32Array(rows);
  if (car === null || car.epochMs.length === 0) return distanceM.fill(Number.NaN);
  const starts = new Map(windows.map((window) => [window.lap, window.startMs]));
  const { epochMs, speedKmh } = car;
  const last = epochMs.length - 1;
  let next = 0;
  let running = 0;
  let current = 0;
  let previous = 0;
  for (let row = 0; row < rows; row++) {
    const time = sessionMs[row]!;
    const label = lap[row]!;
    if (label === 0) {
      distanceM[row] = Number.NaN;
      current = 0;
      continue;
    }
    if (label !== current) {
      current = label;
      running = 0;
      previous = starts.get(label) ?? time;
      while (next < last && epochMs[next]! - t0EpochMs < previous) next++;
    }
    // The stretch since the row before can end at this row only: every car sample of the slice is a row.
    while (next < last && epochMs[next]! - t0EpochMs < time) next++;
    running += (speedKmh[next]! / 3.6) * ((time - previous) / 1000);
    previous = time;
    distanceM[row] = running;
  }
  return distanceM;
}
