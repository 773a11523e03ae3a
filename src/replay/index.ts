export { type ReplayClock, systemClock, type Wake } from './clock.ts';
export { type OpenedSession, type ReplayServerOptions, runReplay } from './replay-server.ts';
export type { ReplaySummary } from './replay-summary.ts';
export { createSchedule, type LaneOrder, type Schedule, type ScheduleOptions } from './schedule.ts';
export { lapAt, lapStarts, resolveSeek } from './seek.ts';
export { titleOf } from './server-report.ts';
export type { EncodeTimingEvent } from './timing-lane.ts';
