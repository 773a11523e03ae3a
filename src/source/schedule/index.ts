export {
  isTesting,
  type EventSchedule,
  type ScheduleBackend,
  type ScheduledEvent,
  type ScheduledSession,
} from './event-schedule.ts';
export { findEvent, type EventMatching, type FoundEvent } from './find-event.ts';
export { readSchedule } from './read-schedule.ts';
export { scheduleTable } from './schedule-table.ts';
export { sessionOfEvent } from './session-identifier.ts';
