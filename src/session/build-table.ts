import type { Driver } from '../domain/driver.ts';
import type { CarSamples, PosSamples, RawSession } from '../domain/raw-session.ts';
import type { DriverTable, SessionTable } from '../domain/table.ts';
import { createDriverTable } from './driver-table.ts';
import { enteredDrivers } from './entered-drivers.ts';
import { lapWindows, type LapWindow } from './lap-windows.ts';
import { isNamed } from './select-drivers.ts';
import { SliceMerger } from './slice-merger.ts';
import { orderSamples } from './order-samples.ts';

export interface BuildTableOptions {
  /** Everything recorded instead of first lap start to last lap end. */
  readonly all?: boolean;
  /** Codes or car numbers to keep; empty or absent = all. Case does not matter. */
  readonly drivers?: readonly string[];
}

/**
 * Merges a session as read into its table: per driver one slice from the start of the first lap to the end of the last
 * (FastF1's `get_telemetry()` over all laps), or everything recorded with `all` and where the session has no laps.
 * A driver without data is left out and named in a warning; no telemetry at all gives `tables: []`. O(rows).
 */
export function buildSessionTable(raw: RawSession, options: BuildTableOptions = {}): SessionTable {
  const warnings: string[] = [];
  const wanted = options.drivers ?? [];
  const drivers = enteredDrivers(raw).filter(
    (driver) => wanted.length === 0 || wanted.some((name) => isNamed(driver, name)),
  );
  const tables: DriverTable[] = [];
  if (raw.t0EpochMs !== null) {
    const lapsByNumber = Map.groupBy(raw.timing.laps, (lap) => lap.driverNumber);
    const windowsByNumber = new Map(
      drivers.map(({ number }) => [number, lapWindows(lapsByNumber.get(number) ?? [])]),
    );
    const hasLaps = drivers.some(({ number }) => windowsByNumber.get(number)!.length > 0);
    if (!hasLaps && options.all !== true && raw.car.size + raw.pos.size > 0) {
      warnings.push('No laps are known: everything recorded is used and rows carry no lap number');
    }
    const job = {
      raw,
      t0EpochMs: raw.t0EpochMs,
      merger: new SliceMerger(),
      everything: options.all === true || !hasLaps,
      warnings,
      repeated: [],
    };
    for (const driver of drivers) {
      const table = buildDriver(job, driver, windowsByNumber.get(driver.number)!);
      if (table !== null) tables.push(table);
    }
    if (job.repeated.length > 0) {
      warnings.push(
        `Position samples that repeat one point for over 1 s while the car moves count as missing: ${job.repeated.join(', ')}`,
      );
    }
  }
  return {
    identity: raw.identity,
    t0EpochMs: raw.t0EpochMs,
    drivers,
    tables,
    timing: raw.timing,
    report: { ...raw.report, warnings: [...raw.report.warnings, ...warnings] },
  };
}

interface BuildJob {
  readonly raw: RawSession;
  readonly t0EpochMs: number;
  readonly merger: SliceMerger;
  readonly everything: boolean;
  readonly warnings: string[];
  /** 'HAM 16': code and number of position samples set aside. */
  readonly repeated: string[];
}

function buildDriver(job: BuildJob, driver: Driver, windows: readonly LapWindow[]): DriverTable | null {
  const { raw, t0EpochMs, merger, everything, warnings } = job;
  const car = orderSamples(raw.car.get(driver.number) ?? null, `car ${driver.number}`, 'CarData.z', warnings);
  const pos = orderSamples(
    raw.pos.get(driver.number) ?? null,
    `car ${driver.number}`,
    'Position.z',
    warnings,
  );
  if (car === null && pos === null) return null;
  const recorded = recordedBounds(car, pos, t0EpochMs);
  const bounds = everything ? recorded : boundsOf(windows, recorded);
  if (bounds === null) {
    warnings.push(
      `Driver ${driver.code} (car ${driver.number}) has telemetry but no lap: left out; --all includes it`,
    );
    return null;
  }
  const range = merger.merge(car, pos, bounds.startMs, bounds.endMs, t0EpochMs, false);
  if (range.rows === 0) {
    warnings.push(
      `Driver ${driver.code} (car ${driver.number}) has no telemetry between the start of the first and the end of the last lap`,
    );
    return null;
  }
  if (range.repeats > 0) job.repeated.push(`${driver.code} ${range.repeats}`);
  return createDriverTable(driver, merger, range, car, windows, t0EpochMs);
}

interface Bounds {
  readonly startMs: number;
  readonly endMs: number;
}

function boundsOf(windows: readonly LapWindow[], recorded: Bounds): Bounds | null {
  const first = windows[0];
  if (first === undefined) return null;
  let endMs = first.startMs;
  for (const window of windows) {
    const end = window.isEndKnown ? window.endMs : Math.min(window.endMs, recorded.endMs);
    endMs = Math.max(endMs, end);
  }
  return { startMs: first.startMs, endMs };
}

function recordedBounds(car: CarSamples | null, pos: PosSamples | null, t0EpochMs: number): Bounds {
  const first = Math.min(car?.epochMs[0] ?? Infinity, pos?.epochMs[0] ?? Infinity);
  const last = Math.max(car?.epochMs.at(-1) ?? -Infinity, pos?.epochMs.at(-1) ?? -Infinity);
  return { startMs: first - t0EpochMs, endMs: last - t0EpochMs };
}
