/** Where a schedule comes from, by FastF1's names of its back ends. */
export type ScheduleBackend = 'fastf1' | 'f1timing' | 'ergast';

/** One session of an event as a schedule plans it. */
export interface ScheduledSession {
  /** 1–5, its place in the weekend: Imola 2020 has 1, 4 and 5. */
  readonly number: number;
  /** 'Practice 1', 'Sprint Qualifying', 'Race' … */
  readonly name: string;
  /** Start at the track with its offset, '2023-05-26T13:30:00+02:00'; null when unknown. */
  readonly localStart: string | null;
  /** Start, UTC epoch ms; null when unknown. */
  readonly startEpochMs: number | null;
  /** True when only the day is known and the time of `startEpochMs` says nothing. */
  readonly isDayOnly: boolean;
}

/** FastF1's words for the order of sessions in an event. */
export type EventFormat = 'conventional' | 'sprint' | 'sprint_shootout' | 'sprint_qualifying' | 'testing';

/** One event of a season: a race weekend or a test. */
export interface ScheduledEvent {
  /** For display: rounds move when events are cancelled. 0 for tests. */
  readonly round: number;
  readonly country: string;
  readonly location: string;
  readonly name: string;
  readonly officialName: string;
  /** Day of the event's last session, 'YYYY-MM-DD'; '' when unknown. */
  readonly date: string;
  /** An `EventFormat`, or what a schedule calls it otherwise. */
  readonly format: string;
  /** At most five, in FastF1's order. */
  readonly sessions: readonly ScheduledSession[];
  /** True where the timing archive has, or will have, the event. */
  readonly hasTiming: boolean;
}

/** The events of a season in their order, with the back end that answered. */
export interface EventSchedule {
  readonly year: number;
  readonly backend: ScheduleBackend;
  readonly events: readonly ScheduledEvent[];
}

export function isTesting(event: ScheduledEvent): boolean {
  return event.format === 'testing';
}
