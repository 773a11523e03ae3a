/** Slipstream as a library: sessions as typed columnar tables. `docs/library.md` shows what people do with it. */
export { loadSession, type LapKey, type LoadOptions, type Session } from './library/load-session.ts';
export { loadSchedule, type LoadScheduleOptions } from './library/load-schedule.ts';
export { filterRows, rowAt, rowsOf, takeRows, toCsv, type Column, type Table } from './library/table.ts';
export {
  pickAccurate,
  pickBoxLaps,
  pickCompounds,
  pickDrivers,
  pickFastest,
  pickLapNumbers,
  pickNotDeleted,
  pickQuickLaps,
  pickTeams,
  pickTrackStatus,
  pickWithoutBox,
} from './library/pick-laps.ts';
export type * from './library/rows.ts';
export {
  findEvent,
  sessionOfEvent,
  type EventSchedule,
  type ScheduledEvent,
  type ScheduledSession,
} from './source/schedule/index.ts';
export { F1Error } from './domain/errors.ts';
export type { Driver } from './domain/driver.ts';
export type { Log, Progress } from './domain/log.ts';
