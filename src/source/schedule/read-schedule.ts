import { join, resolve } from 'node:path';
import { F1Error } from '../../domain/errors.ts';
import { ArchiveClient } from '../archive/archive-client.ts';
import { archiveCache, cacheRoot } from '../archive/cache-folder.ts';
import { keptJson, readKeptJson, type KeptJson } from '../archive/kept-json.ts';
import { localRoot } from '../archive/local-copy.ts';
import { seasonIndexFile } from '../archive/season-index.ts';
import { createArchiveClient, type ResolveOptions } from '../lookup/resolve-options.ts';
import { parseErgastSchedule } from './ergast-schedule.ts';
import type { EventSchedule, ScheduleBackend, ScheduledEvent } from './event-schedule.ts';
import { parseFastF1Schedule } from './fastf1-schedule.ts';
import { parseF1TimingSchedule } from './f1timing-schedule.ts';

/** First season of the timing archive and of FastF1's schedules; older ones only the results API has. */
const firstTimedYear = 2018;

interface Backend {
  readonly parse: (value: unknown, year: number) => ScheduledEvent[] | null;
  readonly read: (year: number, options: ResolveOptions) => Promise<KeptJson>;
  /** Files with earlier answers, the first that can be read counts. */
  readonly kept: (year: number, options: ResolveOptions) => Promise<readonly string[]>;
}

const backends: Readonly<Record<ScheduleBackend, Backend>> = {
  fastf1: {
    parse: parseFastF1Schedule,
    read: (year, options) =>
      readFrom(
        options.config.source.schedule_url,
        `/schedule_${year}.json`,
        scheduleFile(options, year),
        options,
      ),
    kept: (year, options) => Promise.resolve([scheduleFile(options, year)]),
  },
  f1timing: {
    parse: parseF1TimingSchedule,
    read: (year, options) =>
      readKeptJson({
        client: createArchiveClient(options),
        urlPath: `/static/${year}/Index.json`,
        file: seasonIndexFile(archiveCache(options.config), year),
        ...boundOf(options),
      }),
    async kept(year, { config }) {
      const files = [seasonIndexFile(archiveCache(config), year)];
      const { archive_dir: dir } = config.source;
      if (dir !== null) files.push(seasonIndexFile(await localRoot(resolve(dir)), year));
      return files;
    },
  },
  ergast: {
    parse: parseErgastSchedule,
    read: (year, options) =>
      readFrom(options.config.source.results_url, `/${year}.json`, resultsFile(options, year), options),
    kept: (year, options) => Promise.resolve([resultsFile(options, year)]),
  },
};

function scheduleFile({ config }: ResolveOptions, year: number): string {
  return join(cacheRoot(config), 'schedule', `fastf1_${year}.json`);
}

function resultsFile({ config }: ResolveOptions, year: number): string {
  return join(cacheRoot(config), 'schedule', `ergast_${year}.json`);
}

function boundOf({ log, timeoutMs }: ResolveOptions): { log: ResolveOptions['log']; timeoutMs?: number } {
  return timeoutMs === undefined ? { log } : { log, timeoutMs };
}

function readFrom(base: string, urlPath: string, file: string, options: ResolveOptions): Promise<KeptJson> {
  const { log, signal, config, retry } = options;
  const client = new ArchiveClient({
    bases: [base.replace(/\/+$/, '')],
    log,
    signal,
    mirrorTimeoutMs: config.source.probe_timeout_ms,
    ...(retry === undefined ? {} : { retry }),
  });
  return readKeptJson({ client, urlPath, file, ...boundOf(options) });
}

/**
 * The events of a season from FastF1's schedule, else the timing archive's index, else the results API (the only one before
 * 2018); `backend` asks one alone. Each falls back to what it answered earlier when it cannot be reached. Throws
 * `F1_SOURCE_UNREACHABLE` when none can be, `F1_SOURCE_NOT_FOUND` when none has the season.
 */
export async function readSchedule(
  year: number,
  options: ResolveOptions & { readonly backend?: ScheduleBackend },
): Promise<EventSchedule> {
  const order: readonly ScheduleBackend[] =
    options.backend !== undefined
      ? [options.backend]
      : year < firstTimedYear
        ? ['ergast']
        : ['fastf1', 'f1timing', 'ergast'];
  const reasons: string[] = [];
  let isReached = false;
  for (const name of order) {
    const { parse, read, kept } = backends[name];
    const answer = await read(year, options);
    options.signal.throwIfAborted();
    if (answer.outcome === 'json') {
      const events = parse(answer.value, year);
      if (events !== null && events.length > 0) return { year, backend: name, events };
    }
    isReached ||= answer.outcome !== 'unreachable';
    const reason = answer.outcome === 'json' ? 'it sent no schedule of that season' : answer.reason;
    reasons.push(`${name}: ${reason}`);
    if (answer.outcome !== 'unreachable') continue;
    for (const file of await kept(year, options)) {
      const events = parse(await keptJson(file), year);
      if (events === null || events.length === 0) continue;
      options.log.info(
        `Back end ${name} cannot be reached: its schedule of ${year} is an earlier one, or a copy`,
      );
      return { year, backend: name, events };
    }
  }
  const code = isReached ? 'F1_SOURCE_NOT_FOUND' : 'F1_SOURCE_UNREACHABLE';
  throw new F1Error(code, `Cannot get the schedule of ${year}: ${reasons.join('; ')}`, {
    hint: isReached
      ? 'Seasons are 1950 to the present; timing data starts in 2018'
      : 'Try again with a connection; what was read once is kept and works without one',
    exitCode: 2,
    canRetry: !isReached,
  });
}
