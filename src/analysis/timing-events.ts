import type { Driver } from '../domain/driver.ts';
import type { TimingBody, TimingEvent, TimingHead, TimingType } from '../domain/messages.ts';
import type { ReadReport, SessionIdentity } from '../domain/raw-session.ts';
import { timingFields } from '../domain/timing-fields.ts';
import type { PositionChange, SessionTiming } from '../domain/timing.ts';

/** What the events of a session are made from: a `SessionTable` and what is known of its telemetry. */
export interface TimingSource {
  readonly identity: SessionIdentity;
  readonly t0EpochMs: number | null;
  readonly drivers: readonly Driver[];
  readonly timing: SessionTiming;
  readonly report: Pick<ReadReport, 'missing'>;
  hasTelemetry(driverNumber: string): boolean;
  /** First and last moment of the session, session ms; taken from the timing itself when absent. */
  readonly startMs?: number | null;
  readonly endMs?: number | null;
}

/** Place changes always go out; a gap that only ticks at most once per driver in this time. */
const gapIntervalMs = 1_000;

/** Seconds of session ms, to the millisecond. */
function seconds(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms) / 1000;
}

/** UTC of a session time as ISO with ms and Z, or null when the session has no t0. */
export function originalIso(sessionMs: number | null, t0EpochMs: number | null): string | null {
  return sessionMs === null || t0EpochMs === null
    ? null
    : new Date(Math.round(t0EpochMs + sessionMs)).toISOString();
}

/** Changes with gaps thinned to one per driver and second; the newest value of a second is kept, at the second's end. */
export function thinPositions(changes: readonly PositionChange[]): PositionChange[] {
  const lastByDriver = new Map<string, PositionChange>();
  const waiting = new Map<string, PositionChange>();
  const kept: PositionChange[] = [];
  const keep = (change: PositionChange): void => {
    lastByDriver.set(change.driverNumber, change);
    waiting.delete(change.driverNumber);
    kept.push(change);
  };
  const release = (driverNumber: string, untilMs: number): void => {
    const held = waiting.get(driverNumber);
    const last = lastByDriver.get(driverNumber);
    if (held === undefined || last === undefined || last.sessionMs + gapIntervalMs > untilMs) return;
    keep({ ...held, sessionMs: last.sessionMs + gapIntervalMs });
  };
  for (const change of changes) {
    release(change.driverNumber, change.sessionMs);
    const last = lastByDriver.get(change.driverNumber);
    const isNewPlace =
      last === undefined || last.position !== change.position || last.derived !== change.derived;
    if (isNewPlace || change.sessionMs - last.sessionMs >= gapIntervalMs) keep(change);
    else waiting.set(change.driverNumber, change);
  }
  for (const driverNumber of waiting.keys()) release(driverNumber, Number.POSITIVE_INFINITY);
  return kept.sort((a, b) => a.sessionMs - b.sessionMs);
}

function spanOf(source: TimingSource): { startMs: number | null; endMs: number | null } {
  const { timing } = source;
  let startMs = Number.POSITIVE_INFINITY;
  let endMs = Number.NEGATIVE_INFINITY;
  const lists = [
    timing.positions,
    timing.trackStatus,
    timing.sessionStatus,
    timing.raceControl,
    timing.weather,
    timing.lapCount,
  ];
  const see = (ms: number | null): void => {
    if (ms === null) return;
    startMs = Math.min(startMs, ms);
    endMs = Math.max(endMs, ms);
  };
  for (const list of lists) for (const item of list) see(item.sessionMs);
  for (const lap of timing.laps) see(lap.endMs);
  const orNull = (ms: number): number | null => (Number.isFinite(ms) ? ms : null);
  return { startMs: source.startMs ?? orNull(startMs), endMs: source.endMs ?? orNull(endMs) };
}

function sessionBody(source: TimingSource): TimingBody['session'] {
  const { identity, timing } = source;
  const { startMs, endMs } = spanOf(source);
  return {
    session_key: identity.key,
    year: identity.year,
    event: identity.event,
    session: identity.session,
    circuit: identity.circuit,
    country: identity.country,
    gmt_offset_minutes: identity.gmtOffsetMinutes,
    simulated: identity.simulated,
    t0: originalIso(0, source.t0EpochMs),
    start: seconds(startMs),
    end: seconds(endMs),
    lights_out: seconds(timing.startMs),
    total_laps: timing.totalLaps,
    first_total_laps: timing.firstTotalLaps,
    has_telemetry: source.drivers.some((driver) => source.hasTelemetry(driver.number)),
  };
}

/**
 * All `f1-timing` events of a session, those without a time (session, drivers, coverage) first, the rest by time;
 * laps at their end, gap changes thinned. O(n log n) in the number of events.
 */
export function timingEvents(source: TimingSource): TimingEvent[] {
  const { timing } = source;
  const codes = new Map(source.drivers.map((driver) => [driver.number, driver.code]));
  const events: TimingEvent[] = [];
  function add<T extends TimingType>(
    type: T,
    sessionMs: number | null,
    driverNumber: string | null,
    body: TimingBody[T],
  ): void {
    const driver = driverNumber === null ? null : (codes.get(driverNumber) ?? null);
    const event: TimingEvent<T> = { sessionMs, type, driverNumber, driver, body };
    events.push(event);
  }

  add('session', null, null, sessionBody(source));
  for (const { number, code, name, team, teamColour, line } of source.drivers) {
    const has_telemetry = source.hasTelemetry(number);
    add('driver', null, number, { code, name, team, team_colour: teamColour, line, has_telemetry });
  }
  for (const { topic, reason } of source.report.missing) add('coverage', null, null, { topic, reason });

  const heads = events.length;
  for (const lap of timing.laps) {
    const dueMs = lap.endMs ?? lap.startMs;
    if (dueMs === null || !codes.has(lap.driverNumber)) continue;
    add('lap', dueMs, lap.driverNumber, {
      lap_number: lap.lap,
      lap_start: seconds(lap.startMs),
      lap_end: seconds(lap.endMs),
      lap_time: seconds(lap.lapTimeMs),
      sector1: seconds(lap.sector1Ms),
      sector2: seconds(lap.sector2Ms),
      sector3: seconds(lap.sector3Ms),
      pit_in: seconds(lap.pitInMs),
      pit_out: seconds(lap.pitOutMs),
      compound: lap.compound || null,
      tyre_age: lap.tyreAge,
      stint: lap.stint,
      position: lap.position,
      generated: lap.generated ?? false,
    });
  }
  for (const { sessionMs, driverNumber, stint, compound, fresh, ageAtStart } of timing.stints) {
    if (codes.has(driverNumber))
      add('stint', sessionMs, driverNumber, {
        stint,
        compound: compound || null,
        fresh,
        age_at_start: ageAtStart,
      });
  }
  for (const { sessionMs, driverNumber, position, gap, derived } of thinPositions(timing.positions)) {
    if (codes.has(driverNumber)) add('position', sessionMs, driverNumber, { position, gap, derived });
  }
  for (const { sessionMs, status, message } of timing.trackStatus)
    add('track_status', sessionMs, null, { status, message });
  for (const { sessionMs, status } of timing.sessionStatus)
    add('session_status', sessionMs, null, { status });
  for (const {
    sessionMs,
    driverNumber,
    lap,
    category,
    message,
    flag,
    scope,
    sector,
    status,
    foreign,
  } of timing.raceControl) {
    add('race_control', sessionMs, driverNumber, {
      lap_number: lap,
      category,
      message,
      flag,
      scope,
      sector,
      status,
      foreign,
    });
  }
  for (const sample of timing.weather) {
    add('weather', sample.sessionMs, null, {
      air_temp: sample.airTempC,
      track_temp: sample.trackTempC,
      humidity: sample.humidityPct,
      pressure: sample.pressureMbar,
      rainfall: sample.rainfall,
      wind_direction: sample.windDirectionDeg,
      wind_speed: sample.windSpeedMs,
    });
  }
  for (const { sessionMs, currentLap, totalLaps } of timing.lapCount) {
    add('lap_count', sessionMs, null, { current_lap: currentLap, total_laps: totalLaps });
  }
  const timed = events.splice(heads).sort((a, b) => (a.sessionMs ?? 0) - (b.sessionMs ?? 0));
  events.push(...timed);
  return events;
}

/**
 * Value of the `f1-timing` record of an event: flat JSON with the head first and the body in wire order. Times are ISO
 * with ms and Z; `original` null when the session has no t0 or the event no time.
 */
export function encodeTimingEvent(event: TimingEvent, timestamp: string, original: string | null): string {
  const driverNumber = event.driverNumber === null ? null : Number(event.driverNumber);
  const record: TimingHead & Record<string, unknown> = {
    timestamp,
    original_timestamp: original,
    session_time: seconds(event.sessionMs),
    message_type: event.type,
    driver: event.driver,
    driver_id: event.driver,
    driver_number: driverNumber !== null && Number.isFinite(driverNumber) ? driverNumber : null,
  };
  const body: Readonly<Record<string, unknown>> = { ...event.body };
  for (const field of Object.keys(timingFields[event.type])) record[field] = body[field] ?? null;
  return JSON.stringify(record);
}
