import type { TimingBody, TimingType } from './messages.ts';

/** Kind of a field of an `f1-timing` value; `?` = may be null. */
export type TimingFieldKind = 'number' | 'number?' | 'text' | 'text?' | 'flag' | 'flag?';

/** Fields after the head, by message type, in wire order: writer and reader are derived from it. */
export const timingFields = {
  session: {
    session_key: 'number?',
    year: 'number?',
    event: 'text',
    session: 'text',
    circuit: 'text',
    country: 'text',
    gmt_offset_minutes: 'number?',
    simulated: 'flag',
    t0: 'text?',
    start: 'number?',
    end: 'number?',
    lights_out: 'number?',
    total_laps: 'number?',
    first_total_laps: 'number?',
    has_telemetry: 'flag',
  },
  driver: {
    code: 'text',
    name: 'text',
    team: 'text',
    team_colour: 'text',
    line: 'number',
    has_telemetry: 'flag',
  },
  coverage: { topic: 'text', reason: 'text' },
  lap: {
    lap_number: 'number',
    lap_start: 'number?',
    lap_end: 'number?',
    lap_time: 'number?',
    sector1: 'number?',
    sector2: 'number?',
    sector3: 'number?',
    pit_in: 'number?',
    pit_out: 'number?',
    compound: 'text?',
    tyre_age: 'number?',
    stint: 'number',
    position: 'number?',
    generated: 'flag',
  },
  stint: { stint: 'number', compound: 'text?', fresh: 'flag?', age_at_start: 'number?' },
  position: { position: 'number', gap: 'text?', derived: 'flag' },
  track_status: { status: 'text', message: 'text' },
  session_status: { status: 'text' },
  race_control: {
    lap_number: 'number?',
    category: 'text',
    message: 'text',
    flag: 'text?',
    scope: 'text?',
    sector: 'number?',
    status: 'text?',
    foreign: 'flag',
  },
  weather: {
    air_temp: 'number?',
    track_temp: 'number?',
    humidity: 'number?',
    pressure: 'number?',
    rainfall: 'flag?',
    wind_direction: 'number?',
    wind_speed: 'number?',
  },
  lap_count: { current_lap: 'number?', total_laps: 'number?' },
} as const satisfies { readonly [T in TimingType]: { readonly [F in keyof TimingBody[T]]: TimingFieldKind } };

/** Types whose messages are about one driver. */
export const driverTimingTypes: ReadonlySet<TimingType> = new Set(['driver', 'lap', 'stint', 'position']);

/** True for the name of an `f1-timing` message type. */
export function isTimingType(value: unknown): value is TimingType {
  return typeof value === 'string' && Object.hasOwn(timingFields, value);
}
