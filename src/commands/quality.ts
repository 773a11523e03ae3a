import { resolve } from 'node:path';
import type { Command } from 'commander';
import { sessionQuality, type SessionQuality } from '../analysis/quality/session-quality.ts';
import type { RawSession } from '../domain/raw-session.ts';
import type { CliContext, CommandModule } from './cli.ts';
import { openRaw } from './load-raw.ts';
import { htmlReport } from './quality/html-report.ts';
import {
  channelTable,
  driverTable,
  feedTable,
  gapTable,
  textLines,
  topicTable,
} from './quality/quality-tables.ts';
import {
  addReadOptions,
  addSessionArgument,
  askedSession,
  openWithProgress,
  parseDrivers,
  type ReadOptions,
} from './read-options.ts';

interface QualityOptions extends ReadOptions {
  readonly drivers?: string;
  readonly out?: string;
}

/** `slipstream quality`: how good a session's recording is. */
export const qualityCommand: CommandModule = {
  configure(command: Command, context: () => CliContext): void {
    addSessionArgument(command)
      .option('--drivers <list>', 'codes or car numbers, e.g. VER,HAM,44 (default: all)')
      .option('--out <file>', 'write an HTML page with pictures to this file');
    addReadOptions(command)
      .addHelpText(
        'after',
        `
Examples:
  slipstream quality 2023/Monaco/R
  slipstream quality 2023/Monaco/R --out monaco.html
  slipstream quality recordings/2023_monaco_race --drivers VER --json`,
      )
      .action(async (session: string | undefined, options: QualityOptions) =>
        report(session, options, context()),
      );
  },
};

async function report(spec: string | undefined, options: QualityOptions, cli: CliContext): Promise<void> {
  const { raw, drivers } = await openWithProgress(
    openRaw,
    askedSession(spec, options, parseDrivers(options.drivers)),
    cli,
  );
  const quality = sessionQuality({ ...raw, drivers });
  if (options.out !== undefined) {
    const { writeBeside } = await import('../session/write-beside.ts');
    const path = resolve(options.out);
    await writeBeside(path, (file) => file.writeFile(htmlReport(raw, quality)));
    cli.log.info(`${path}: ${quality.verdict.grade}`);
    if (!cli.json) return;
  }
  if (cli.json) {
    cli.print(JSON.stringify(asJson(raw, quality)));
    return;
  }
  const { year, event, session, simulated } = raw.identity;
  cli.print(
    `${[year, event, session].filter(Boolean).join(' ')}${simulated ? ' (SIMULATED)' : ''}: ${quality.verdict.grade}`,
  );
  for (const reason of quality.verdict.reasons) cli.print(`  ${reason}`);
  const tables = [
    feedTable(quality),
    driverTable(quality),
    channelTable(quality),
    gapTable(quality),
    topicTable(quality),
  ];
  for (const table of tables) {
    if (table.rows.length === 0) continue;
    cli.print('');
    for (const line of textLines(table)) cli.print(line);
  }
}

/** The report as JSON: seconds of session time, shares 0–1. */
function asJson({ identity, timing }: RawSession, quality: SessionQuality): object {
  const { year, event, session, simulated } = identity;
  const gaps = (list: readonly { startMs: number; endMs: number }[]): object[] =>
    list.map(({ startMs, endMs }) => ({ start_s: startMs / 1000, length_s: (endMs - startMs) / 1000 }));
  return {
    session: { year, event, session, simulated },
    grade: quality.verdict.grade,
    reasons: quality.verdict.reasons,
    rates_hz: {
      car: quality.carIntervalMs === null ? null : 1000 / quality.carIntervalMs,
      position: quality.posIntervalMs === null ? null : 1000 / quality.posIntervalMs,
    },
    foreign_messages: quality.foreignMessages,
    drivers: quality.drivers.map((one) => ({
      driver: one.driver,
      number: one.driverNumber,
      start_s: one.startMs / 1000,
      end_s: one.endMs / 1000,
      car: { ...one.car, gaps: gaps(one.car.gaps) },
      position: { ...one.pos, gaps: gaps(one.pos.gaps) },
      car_faults: one.carFaults,
      position_faults: one.posFaults,
      laps: one.lapQuality,
      by_lap: one.byLap,
      repaired: timing.correctedLaps
        .filter((lap) => lap.driverNumber === one.driverNumber && lap.repaired.length > 0)
        .map(({ lapNumber, repaired }) => ({ lap: lapNumber, columns: repaired })),
    })),
    topics: quality.report.topics,
    missing: quality.report.missing,
    malformed: quality.report.malformed,
    warnings: quality.report.warnings,
  };
}
