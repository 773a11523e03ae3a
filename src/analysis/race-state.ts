import type { TimingBody, TimingType } from '../domain/messages.ts';
import { isFeedObject } from '../domain/feed-shape.ts';
import type { FeedObject } from '../domain/feed-shape.ts';
import { driverTimingTypes, isTimingType, timingFields } from '../domain/timing-fields.ts';
import type { TimingFieldKind } from '../domain/timing-fields.ts';

/** An `f1-timing` value after normalisation: its body with the parts of the head that views need. Times in seconds. */
export type RaceEntry<T extends TimingType> = {
  readonly session_time: number | null;
  /** Driver code; null for messages that are about no driver. */
  readonly driver: string | null;
  readonly driver_number: number | null;
} & Readonly<TimingBody[T]>;

/**
 * Race-level state of one (run, segment): plain data in wire spelling, so that it is its own JSON document
 * (`GET /timing`, WebSocket snapshot). Lists are in order of arrival. Records are keyed by driver code.
 */
export interface RaceState {
  session: RaceEntry<'session'> | null;
  /** In driver-list order. */
  drivers: RaceEntry<'driver'>[];
  coverage: RaceEntry<'coverage'>[];
  /** By driver code; ordered by lap number. */
  laps: Record<string, RaceEntry<'lap'>[]>;
  /** By driver code; ordered by stint number. */
  stints: Record<string, RaceEntry<'stint'>[]>;
  /** Latest place and gap by driver code. */
  positions: Record<string, RaceEntry<'position'>>;
  /** History; the last one holds. */
  track_status: RaceEntry<'track_status'>[];
  session_status: RaceEntry<'session_status'>[];
  race_control: RaceEntry<'race_control'>[];
  /** History; the last one is the latest. */
  weather: RaceEntry<'weather'>[];
  lap_count: RaceEntry<'lap_count'> | null;
  /** Messages applied since the state was created: changes whenever the state does. */
  applied: number;
  /** Messages that were not usable and were set aside. */
  ignored: number;
  /** Oldest list items given up because a list was full. */
  dropped: number;
}

/** Longest lists kept; far above what a session holds. */
export const raceStateLimits = {
  drivers: 200,
  coverage: 200,
  laps: 1_000,
  stints: 200,
  history: 5_000,
} as const;

/** Creates an empty state. */
export function createRaceState(): RaceState {
  return {
    session: null,
    drivers: [],
    coverage: [],
    laps: {},
    stints: {},
    positions: {},
    track_status: [],
    session_status: [],
    race_control: [],
    weather: [],
    lap_count: null,
    applied: 0,
    ignored: 0,
    dropped: 0,
  };
}

const unusable = Symbol('unusable');
const codePattern = /^[\p{L}\p{N}]{1,8}$/u;

function numberOf(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || value.trim() === '') return null;
  const number = Number(value);
  return Number.isFinite(number) ? number : null;
}

function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : null;
}

function valueOf(kind: TimingFieldKind, value: unknown): unknown {
  const isOptional = kind.endsWith('?');
  const normalised = kind.startsWith('number')
    ? numberOf(value)
    : kind.startsWith('text')
      ? textOf(value)
      : typeof value === 'boolean'
        ? value
        : null;
  return normalised === null && !isOptional ? unusable : normalised;
}

/** Fields a message may lack: what is shown then. */
const defaults: FeedObject = {
  name: '',
  team: '',
  team_colour: '',
  circuit: '',
  country: '',
  event: '',
  session: '',
  line: 0,
  category: '',
  simulated: false,
  has_telemetry: false,
  derived: false,
  foreign: false,
  generated: false,
  stint: 1,
  reason: '',
};

function normalise(type: TimingType, message: FeedObject): FeedObject | null {
  const driver = textOf(message['driver'] ?? message['driver_id']);
  if (driver !== null && !codePattern.test(driver)) return null;
  if (driver === null && driverTimingTypes.has(type)) return null;
  const entry: Record<string, unknown> = {
    session_time: numberOf(message['session_time']),
    driver,
    driver_number: numberOf(message['driver_number']),
  };
  for (const [field, kind] of Object.entries(timingFields[type])) {
    let value = valueOf(kind, message[field]);
    if (value === unusable && type === 'driver' && field === 'code') value = driver;
    if (value === unusable && type === 'track_status' && field === 'message') value = '';
    if (value === unusable && Object.hasOwn(defaults, field)) value = defaults[field];
    if (value === unusable) return null;
    entry[field] = value;
  }
  return entry;
}

/** Puts an item in order of its number, in the place of one with the same number. O(1) when it is the newest. */
function place<T>(list: T[], item: T, numberOf: (item: T) => number): void {
  let at = list.length;
  while (at > 0 && numberOf(list[at - 1]!) > numberOf(item)) at -= 1;
  if (at > 0 && numberOf(list[at - 1]!) === numberOf(item)) list[at - 1] = item;
  else if (at === list.length) list.push(item);
  else list.splice(at, 0, item);
}

function listOf<T>(record: Record<string, T[]>, code: string): T[] {
  if (!Object.hasOwn(record, code)) record[code] = [];
  return record[code]!;
}

function trim(state: RaceState, list: unknown[], limit: number): void {
  if (list.length <= limit) return;
  // A tenth at once, so that a full list does not shift on every message.
  const surplus = list.length - limit + Math.floor(limit / 10);
  list.splice(0, surplus);
  state.dropped += surplus;
}

type Apply<T extends TimingType> = (state: RaceState, entry: RaceEntry<T>, code: string) => void;

const reducers: { readonly [T in TimingType]: Apply<T> } = {
  session: (state, entry) => {
    state.session = entry;
  },
  driver: (state, entry) => {
    const known = state.drivers.findIndex((driver) => driver.driver === entry.driver);
    if (known >= 0) state.drivers.splice(known, 1);
    const rank = (driver: RaceEntry<'driver'>): number => driver.line || 1_000;
    let at = state.drivers.length;
    while (at > 0 && rank(state.drivers[at - 1]!) > rank(entry)) at -= 1;
    state.drivers.splice(at, 0, entry);
    trim(state, state.drivers, raceStateLimits.drivers);
  },
  coverage: (state, entry) => {
    const known = state.coverage.findIndex((item) => item.topic === entry.topic);
    if (known >= 0) state.coverage[known] = entry;
    else state.coverage.push(entry);
    trim(state, state.coverage, raceStateLimits.coverage);
  },
  lap: (state, entry, code) => {
    const list = listOf(state.laps, code);
    place(list, entry, (lap) => lap.lap_number);
    trim(state, list, raceStateLimits.laps);
  },
  stint: (state, entry, code) => {
    const list = listOf(state.stints, code);
    place(list, entry, (stint) => stint.stint);
    trim(state, list, raceStateLimits.stints);
  },
  position: (state, entry, code) => {
    state.positions[code] = entry;
  },
  track_status: (state, entry) => pushHistory(state, state.track_status, entry),
  session_status: (state, entry) => pushHistory(state, state.session_status, entry),
  race_control: (state, entry) => pushHistory(state, state.race_control, entry),
  weather: (state, entry) => pushHistory(state, state.weather, entry),
  lap_count: (state, entry) => {
    state.lap_count = entry;
  },
};

function pushHistory<T>(state: RaceState, list: T[], entry: T): void {
  list.push(entry);
  trim(state, list, raceStateLimits.history);
}

/** True while the state has room for another driver code. */
function hasRoom(state: RaceState, type: TimingType, code: string): boolean {
  if (!driverTimingTypes.has(type) || Object.hasOwn(state.positions, code)) return true;
  return (
    Object.keys(type === 'lap' ? state.laps : type === 'stint' ? state.stints : state.positions).length <
    raceStateLimits.drivers
  );
}

function applyTo<T extends TimingType>(state: RaceState, type: T, entry: RaceEntry<T>, code: string): void {
  const reduce: Apply<T> = reducers[type];
  reduce(state, entry, code);
}

/**
 * Applies one `f1-timing` value (parsed JSON) to the state in place. O(1) per message. Numbers sent as text are read,
 * absent optional fields become null; what is not such a message is counted in `ignored`, never thrown. Returns
 * whether the state changed.
 */
export function applyTiming(state: RaceState, message: unknown): boolean {
  const type = isFeedObject(message) ? message['message_type'] : null;
  const entry = isFeedObject(message) && isTimingType(type) ? normalise(type, message) : null;
  const code = typeof entry?.['driver'] === 'string' ? entry['driver'] : '';
  if (entry === null || !isTimingType(type) || !hasRoom(state, type, code)) {
    state.ignored += 1;
    return false;
  }
  // `normalise` has checked every field of `type` against the table that the type's body is held to.
  applyTo(state, type, entry as RaceEntry<typeof type>, code);
  state.applied += 1;
  return true;
}

/** A state from its JSON document, every entry checked as `applyTiming` does; anything else gives an empty state. */
export function raceStateFrom(value: unknown): RaceState {
  const state = createRaceState();
  if (!isFeedObject(value)) return state;
  const apply = (type: TimingType, items: unknown): void => {
    if (!Array.isArray(items)) return;
    for (const item of items) applyTiming(state, isFeedObject(item) ? { ...item, message_type: type } : item);
  };
  const all = (record: unknown): unknown[] => (isFeedObject(record) ? Object.values(record).flat() : []);
  if (isFeedObject(value['session'])) apply('session', [value['session']]);
  apply('driver', value['drivers']);
  apply('coverage', value['coverage']);
  apply('lap', all(value['laps']));
  apply('stint', all(value['stints']));
  apply('position', all(value['positions']));
  apply('track_status', value['track_status']);
  apply('session_status', value['session_status']);
  apply('race_control', value['race_control']);
  apply('weather', value['weather']);
  if (isFeedObject(value['lap_count'])) apply('lap_count', [value['lap_count']]);
  return state;
}
