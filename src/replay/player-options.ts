import type { Broker } from '../domain/broker.ts';
import { F1Error } from '../domain/errors.ts';
import type { Log } from '../domain/log.ts';
import type { ReplayStatus, TimingEvent } from '../domain/messages.ts';
import type { SessionTable } from '../domain/table.ts';
import type { TopicNames } from '../domain/topics.ts';
import type { ReplayClock } from './clock.ts';
import { createSchedule, type Schedule, type ScheduleOptions } from './schedule.ts';
import type { EncodeTimingEvent } from './timing-lane.ts';

/** What a player plays, where to, and how it begins. */
export interface PlayerOptions {
  readonly broker: Broker;
  readonly topics: TopicNames;
  readonly clock: ReplayClock;
  readonly log: Log;
  readonly run: string;
  readonly table: SessionTable;
  readonly events: readonly TimingEvent[];
  readonly encodeEvent: EncodeTimingEvent;
  /** 0.1–1000; 0 = `max`. */
  readonly speed: number;
  readonly loop: boolean;
  readonly mode: 'lossless' | 'live';
  /** Waiting rows before the mode acts. */
  readonly maxBacklogRows: number;
  readonly range: ScheduleOptions;
  /** Told when something that people see has changed. */
  readonly onChange: () => void;
}

/** What a player is doing, in session ms and wall ms. */
export interface PlayerSnapshot {
  readonly segment: number;
  readonly status: ReplayStatus;
  readonly reason: string | null;
  readonly sessionMs: number;
  readonly speed: number;
  readonly loop: boolean;
  readonly drivers: readonly string[];
  readonly rowsSent: number;
  readonly rowsDropped: number;
  readonly rowsLost: number;
  readonly rowsRefused: number;
  readonly holds: number;
  readonly heldMs: number;
  readonly lagMs: number | null;
  readonly backlogRows: number;
}

/** The schedule of a session's drivers and range; throws F1_REPLAY_EMPTY when nothing is left to send. */
export function scheduleFor(options: PlayerOptions, range: ScheduleOptions): Schedule {
  const schedule = createSchedule(options.table, options.events, range);
  const hasTelemetry = options.table.tables.length > 0;
  if (schedule.rows > 0 || (!hasTelemetry && schedule.events.length > 0)) return schedule;
  const { drivers = [], lapRange, startMs, endMs } = range;
  const isCut = drivers.length > 0 || lapRange !== undefined || startMs !== undefined || endMs !== undefined;
  throw isCut
    ? new F1Error('F1_REPLAY_EMPTY', 'The drivers and the range chosen leave no rows to replay', {
        hint: `Choose other drivers or a wider range. With telemetry: ${options.table.tables.map((entry) => entry.driver.code).join(', ')}`,
        exitCode: 2,
      })
    : new F1Error('F1_REPLAY_EMPTY', 'The session has neither telemetry nor timing to replay', {
        hint: 'Open another session: slipstream sessions lists what there is',
        exitCode: 2,
      });
}
