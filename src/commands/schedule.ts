import { resolve } from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { smallTableCsv } from '../session/tables/write-small-table.ts';
import {
  findEvent,
  isTesting,
  readSchedule,
  scheduleTable,
  sessionOfEvent,
  type EventSchedule,
  type ScheduleBackend,
  type ScheduledEvent,
  type ScheduledSession,
} from '../source/schedule/index.ts';
import type { CliContext, CommandModule } from './cli.ts';

interface ScheduleOptions {
  readonly backend: 'auto' | ScheduleBackend;
  readonly compat: boolean;
  readonly testing: boolean;
  readonly out?: string;
}

function parseYear(text: string): number {
  if (!/^(19[5-9]\d|20\d\d)$/.test(text))
    throw new InvalidArgumentError('must be a year from 1950 on, e.g. 2023');
  return Number(text);
}

/** `slipstream schedule`: the events of a season, one event with its sessions, or one session's start. */
export const scheduleCommand: CommandModule = {
  configure(command: Command, context: () => CliContext): void {
    command
      .argument('[year]', 'season (default: this year)', parseYear)
      .argument('[event]', 'round number, or name, country, place')
      .argument('[session]', 'R, Q, S, SQ, SS, FP1 … or a name, or 1–5')
      .addOption(
        new Option('--backend <name>', 'where the schedule comes from; auto asks them in this order')
          .choices(['auto', 'fastf1', 'f1timing', 'ergast'])
          .default('auto'),
      )
      .option('--compat', 'guess event names as FastF1 does (default: source.event_matching)')
      .option('--no-testing', 'leave tests out')
      .option('--out <file>', "write the season as CSV with FastF1's columns")
      .addHelpText(
        'after',
        `
Times are the track's, with UTC beside; the next session is marked. Rounds move when events are cancelled: name sessions
by event, not by round, in what is to last.

Examples:
  slipstream schedule 2023
  slipstream schedule 2023 Monaco
  slipstream schedule 2024 "sao paulo" SQ --json
  slipstream schedule 1988 --out 1988.csv`,
      )
      .action(
        async (
          year: number | undefined,
          event: string | undefined,
          session: string | undefined,
          options: ScheduleOptions,
        ) => printSchedule(year ?? new Date().getUTCFullYear(), event, session, options, context()),
      );
  },
};

async function printSchedule(
  year: number,
  query: string | undefined,
  sessionName: string | undefined,
  options: ScheduleOptions,
  cli: CliContext,
): Promise<void> {
  const config = await cli.config();
  const read = await readSchedule(year, {
    config,
    log: cli.log,
    signal: cli.signal,
    ...(options.backend === 'auto' ? {} : { backend: options.backend }),
  });
  const schedule = options.testing ? read : { ...read, events: read.events.filter((one) => !isTesting(one)) };
  if (options.out !== undefined) {
    const { writeBeside } = await import('../session/write-beside.ts');
    const path = resolve(options.out);
    const table = scheduleTable(schedule);
    await writeBeside(path, (file) => file.writeFile(smallTableCsv(table)));
    cli.log.info(`${path}: ${table.rows.length} events of ${year} from ${schedule.backend}`);
  }
  if (query === undefined) {
    if (cli.json) cli.print(JSON.stringify({ ...schedule, events: schedule.events.map(asJson) }));
    else if (options.out === undefined) printSeason(schedule, cli);
    return;
  }
  const matching = options.compat ? 'fastf1' : config.source.event_matching;
  const { event, note } = findEvent(query, read, matching);
  if (note !== null) cli.log.info(note);
  const chosen = sessionName === undefined ? event.sessions : [sessionOfEvent(sessionName, event, year)];
  if (cli.json) {
    cli.print(
      JSON.stringify({ year, backend: read.backend, note, ...asJson({ ...event, sessions: chosen }) }),
    );
    return;
  }
  cli.print(`${year} ${event.name}${event.round === 0 ? '' : `, round ${event.round}`} (${place(event)})`);
  if (event.officialName !== '') cli.print(event.officialName);
  const next = nextSession([event]);
  for (const session of chosen)
    cli.print(`  ${session.name.padEnd(18)} ${startText(session)}${session === next ? '  next' : ''}`);
}

function printSeason({ events, year, backend }: EventSchedule, cli: CliContext): void {
  const next = nextSession(events);
  const nameWidth = Math.max(0, ...events.map(({ name }) => name.length));
  const placeWidth = Math.max(0, ...events.map((event) => place(event).length));
  for (const event of events) {
    const round = event.round === 0 ? '  ' : String(event.round).padStart(2);
    const format = event.format.replaceAll('_', ' ');
    const mark =
      next !== null && event.sessions.includes(next) ? `  next: ${next.name} ${startText(next)}` : '';
    cli.print(
      `${round}  ${event.date.padEnd(10)}  ${event.name.padEnd(nameWidth)}  ${place(event).padEnd(placeWidth)}  ${format}${mark}`,
    );
  }
  cli.log.info(`${events.length} events of ${year} from ${backend}`);
}

function place({ location, country }: ScheduledEvent): string {
  return [...new Set([location, country])].filter((text) => text !== '').join(', ');
}

function startText({ localStart, startEpochMs, isDayOnly }: ScheduledSession): string {
  if (startEpochMs === null) return 'time unknown';
  const utc = new Date(startEpochMs).toISOString();
  if (isDayOnly) return `${utc.slice(0, 10)} (day only)`;
  const utcText = `${utc.slice(0, 16).replace('T', ' ')} UTC`;
  return localStart === null
    ? utcText
    : `${localStart.slice(0, 16).replace('T', ' ')} at the track, ${utcText}`;
}

function nextSession(events: readonly ScheduledEvent[]): ScheduledSession | null {
  const now = Date.now();
  return (
    events
      .flatMap(({ sessions }) => sessions)
      .filter(({ startEpochMs }) => startEpochMs !== null && startEpochMs > now)
      .sort((a, b) => a.startEpochMs! - b.startEpochMs!)[0] ?? null
  );
}

function asJson({ sessions, hasTiming, officialName, ...event }: ScheduledEvent): object {
  return {
    ...event,
    official_name: officialName,
    has_timing: hasTiming,
    sessions: sessions.map(({ number, name, localStart, startEpochMs, isDayOnly }) => ({
      number,
      name,
      local_start: localStart,
      start: startEpochMs === null ? null : new Date(startEpochMs).toISOString(),
      is_day_only: isDayOnly,
    })),
  };
}
