import { InvalidArgumentError, type Command } from 'commander';
import { listSeason, listSessions, type SeasonListing, type SessionListing } from '../source/index.ts';
import type { CliContext, CommandModule } from './cli.ts';

function parseYear(text: string): number {
  if (!/^(20[12]\d|2100)$/.test(text))
    throw new InvalidArgumentError('must be a year from 2018 on, e.g. 2023');
  return Number(text);
}

/** `slipstream sessions`: what can be opened, or with a year what the archive's season index lists. */
export const sessionsCommand: CommandModule = {
  configure(command: Command, context: () => CliContext): void {
    command
      .argument('[year]', "a season: list what the archive's index has of it", parseYear)
      .addHelpText(
        'after',
        `
Without a year: cached, local (source.archive_dir), configured (race, source.sessions) and simulated sessions, without
asking the network. The first column is what start, extract and replay take as SESSION.

Examples:
  slipstream sessions
  slipstream sessions 2023
  slipstream sessions --json --set source.archive_dir=recordings/archive`,
      )
      .action(async (year: number | undefined) => {
        const cli = context();
        const options = { config: await cli.config(), log: cli.log, signal: cli.signal };
        if (year === undefined) printSessions(await listSessions(options), cli);
        else printSeason(await listSeason(year, options), cli);
      });
  },
};

function printSessions(sessions: readonly SessionListing[], cli: CliContext): void {
  if (cli.json) {
    cli.print(JSON.stringify(sessions));
    return;
  }
  const specWidth = Math.max(0, ...sessions.map(({ spec }) => spec.length));
  const titleWidth = Math.max(0, ...sessions.map(({ title }) => title.length));
  for (const { spec, title, origin, note } of sessions)
    cli.print(
      `${spec.padEnd(specWidth)}  ${title.padEnd(titleWidth)}  ${origin.padEnd(10)}  ${note}`.trimEnd(),
    );
}

function printSeason(sessions: readonly SeasonListing[], cli: CliContext): void {
  if (cli.json) {
    const rows = sessions.map(({ startEpochMs, isInArchive, ...rest }) => ({
      ...rest,
      start: startEpochMs === null ? null : new Date(startEpochMs).toISOString(),
      in_archive: isInArchive,
    }));
    cli.print(JSON.stringify(rows));
    return;
  }
  const specWidth = Math.max(0, ...sessions.map(({ spec }) => spec.length));
  for (const { spec, startEpochMs, isInArchive } of sessions) {
    const start =
      startEpochMs === null
        ? ''
        : `${new Date(startEpochMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
    cli.print(
      `${spec.padEnd(specWidth)}  ${start.padEnd(20)}  ${isInArchive ? '' : 'not in the archive'}`.trimEnd(),
    );
  }
}
