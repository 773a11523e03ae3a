import { defaultConfig } from '../config/defaults.ts';
import type { Config } from '../config/schema.ts';
import { noLog, type Log } from '../domain/log.ts';
import { readSchedule, type EventSchedule, type ScheduleBackend } from '../source/schedule/index.ts';

export interface LoadScheduleOptions {
  readonly backend?: ScheduleBackend;
  /** Folder of the cache (default: `.cache/slipstream`). */
  readonly cache?: string;
  /** Other settings of the section `source` of the configuration. */
  readonly source?: Partial<Config['source']>;
  readonly signal?: AbortSignal;
  readonly log?: Log;
}

/** The events of a season, as FastF1's `get_event_schedule()`. Rejects with F1_SOURCE_UNREACHABLE or F1_SOURCE_NOT_FOUND. */
export function loadSchedule(year: number, options: LoadScheduleOptions = {}): Promise<EventSchedule> {
  const source = {
    ...defaultConfig.source,
    ...(options.cache === undefined ? {} : { cache_dir: options.cache }),
    ...options.source,
  };
  return readSchedule(year, {
    config: { ...defaultConfig, source },
    log: options.log ?? noLog,
    signal: options.signal ?? new AbortController().signal,
    ...(options.backend === undefined ? {} : { backend: options.backend }),
  });
}
