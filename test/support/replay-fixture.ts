import type { Wake } from '../../src/replay/clock.ts';
import type { ReplayClock } from '../../src/replay/clock.ts';
import type { TimingEvent } from '../../src/domain/messages.ts';
import type { DriverTable, SessionTable } from '../../src/domain/table.ts';
import { emptyTiming, type Lap } from '../../src/domain/timing.ts';
import type { TopicNames, TopicSpec } from '../../src/domain/topics.ts';

export const topics: TopicNames = {
  telemetry: 'f1-telemetry',
  alerts: 'f1-alerts',
  predictions: 'f1-predictions',
  timing: 'f1-timing',
  control: 'f1-control',
};

export const specs: TopicSpec[] = [
  { role: 'telemetry', name: topics.telemetry, partitions: 4, replicationFactor: 1, config: {} },
  { role: 'timing', name: topics.timing, partitions: 1, replicationFactor: 1, config: {} },
  { role: 'control', name: topics.control, partitions: 1, replicationFactor: 1, config: {} },
];

/** Rows of one driver: due times and laps as given, speed = row number so that rows can be told apart. */
export function driverTable(
  code: string,
  number: number,
  sessionMs: readonly number[],
  lapOf: (row: number) => number,
): DriverTable {
  const rows = sessionMs.length;
  const floats = (value: (row: number) => number): Float32Array =>
    Float32Array.from({ length: rows }, (_, row) => value(row));
  const bytes = (): Uint8Array => new Uint8Array(rows);
  return {
    driver: { number: String(number), code, name: code, team: 'Team', teamColour: 'ffffff', line: number },
    rows,
    sessionMs: Float64Array.from(sessionMs),
    speedKmh: floats((row) => row % 400),
    rpm: floats((row) => row % 20_000),
    throttlePct: floats(() => 50),
    brake: bytes(),
    gear: bytes(),
    drs: bytes(),
    x: floats(() => 1),
    y: floats(() => 2),
    z: floats(() => 3),
    distanceM: floats(() => 0),
    origin: bytes(),
    onTrack: bytes(),
    invalid: bytes(),
    lap: Uint16Array.from({ length: rows }, (_, row) => lapOf(row)),
    compound: bytes(),
  };
}

/** A session of these tables; laps as given, t0 fixed. */
export function sessionTable(
  tables: readonly DriverTable[],
  laps: readonly Lap[] = [],
  startMs: number | null = null,
): SessionTable {
  return {
    identity: {
      key: 1,
      year: 2031,
      event: 'Test Grand Prix',
      session: 'Race',
      circuit: 'Test',
      country: 'Nowhere',
      gmtOffsetMinutes: 0,
      startEpochMs: null,
      path: null,
      origin: 'name',
      simulated: true,
    },
    t0EpochMs: 1_900_000_000_000,
    drivers: tables.map((table) => table.driver),
    tables,
    timing: { ...emptyTiming, startMs, laps },
    report: { topics: [], missing: [], malformed: [], warnings: [] },
  };
}

/** A timing event at a session time, told apart by `status`. */
export function statusEvent(sessionMs: number | null, status: string): TimingEvent<'session_status'> {
  return { sessionMs, type: 'session_status', driverNumber: null, driver: null, body: { status } };
}

export function encodeEvent(event: TimingEvent, timestamp: string, original: string | null): Uint8Array {
  return Buffer.from(
    JSON.stringify({ timestamp, original_timestamp: original, session_time: event.sessionMs, ...event.body }),
  );
}

/** A clock that only moves when told; wakes run in time order and promises settle in between. */
export interface FakeClock extends ReplayClock {
  advance(ms: number): Promise<void>;
}

export function createFakeClock(epochMs: number = 1_950_000_000_000): FakeClock {
  let nowMs = 1000;
  const wakes = new Set<{ atMs: number; run: () => void }>();
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
  };
  const add = (atMs: number, run: () => void): Wake => {
    const wake = { atMs, run };
    wakes.add(wake);
    return { cancel: () => void wakes.delete(wake) };
  };
  return {
    nowMs: () => nowMs,
    epochMs: () => epochMs + nowMs - 1000,
    wakeAt: (atMs, _, run) => add(atMs, run),
    defer: (run) => {
      const immediate = setImmediate(run);
      return { cancel: () => clearImmediate(immediate) };
    },
    async advance(ms) {
      const untilMs = nowMs + ms;
      await settle();
      for (;;) {
        let next: { atMs: number; run: () => void } | null = null;
        for (const wake of wakes)
          if (wake.atMs <= untilMs && (next === null || wake.atMs < next.atMs)) next = wake;
        if (next === null) break;
        wakes.delete(next);
        nowMs = Math.max(nowMs, next.atMs);
        next.run();
        await settle();
      }
      nowMs = untilMs;
      await settle();
    },
  };
}
