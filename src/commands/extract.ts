import { randomBytes } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Config } from '../config/schema.ts';
import { F1Error } from '../domain/errors.ts';
import { makeFolder } from '../util/make-folder.ts';
import { userName } from '../util/user-name.ts';
import type { CliContext, CommandModule } from './cli.ts';
import { writeExtract, type WrittenFile } from './extract-files.ts';
import { largeKinds, parseFormats } from './extract-plan.ts';
import { openRaw, type OpenedRaw } from './load-raw.ts';
import { createProgressLine, formatBytes } from './progress-line.ts';
import {
  addReadOptions,
  addSessionArgument,
  askedSession,
  parseDrivers,
  type ReadOptions,
} from './read-options.ts';

interface ExtractOptions extends ReadOptions {
  readonly out: string;
  readonly format: string;
  readonly laps?: boolean;
  readonly telemetry?: string;
  readonly drivers?: string;
  readonly resultsApi?: boolean;
  readonly all?: boolean;
}

/** `slipstream extract`: telemetry and samples as CSV and Parquet, all other tables as CSV. */
export const extractCommand: CommandModule = {
  configure(command: Command, context: () => CliContext): void {
    addSessionArgument(command)
      .option('--out <dir>', 'folder for the files, made when missing', 'data')
      .option('--format <list>', 'formats of the large files: csv, parquet', 'csv,parquet')
      .option('--laps', 'the small tables only (laps, results, weather …), and what --telemetry names')
      .option('--telemetry <kind>', 'exactly this telemetry: lap, driver or raw (several with commas)')
      .option('--drivers <list>', 'codes or car numbers, e.g. VER,HAM,44 (default: all)')
      .option('--results-api', 'ask the results API too: grid, status, points, times of the first lap')
      .option('--all', 'everything recorded, not only from the first lap to the last');
    addReadOptions(command)
      .addHelpText(
        'after',
        `
Examples:
  slipstream extract 2023/Monaco/R
  slipstream extract recordings/2023_monaco_race --out data --format parquet --drivers VER,HAM
  slipstream extract 2023/Monaco/R --laps --telemetry lap --format parquet
  slipstream extract 2024/Spain/Q --laps --results-api --json`,
      )
      .action((session: string | undefined, options: ExtractOptions) => extract(session, options, context()));
  },
};

async function extract(spec: string | undefined, options: ExtractOptions, cli: CliContext): Promise<void> {
  const startedMs = performance.now();
  const formats = parseFormats(options.format);
  const kinds = largeKinds(options);
  const drivers = parseDrivers(options.drivers);
  const asked = askedSession(spec, options, drivers);
  const dir = resolve(options.out);
  await probeFolder(dir);
  const progress = createProgressLine(cli.quiet || cli.json);
  const files: WrittenFile[] = [];
  try {
    const config = await cli.config();
    const read = await openRaw({
      ...asked,
      config,
      log: cli.log,
      signal: cli.signal,
      onProgress: progress.onProgress,
    });
    progress.close();
    const opened = options.resultsApi === true ? await withResults(read, config, cli) : read;
    if (!cli.json) announce(opened, cli);
    const job = {
      opened,
      dir,
      kinds,
      formats,
      hasAllDrivers: drivers.length === 0,
      all: options.all ?? false,
      signal: cli.signal,
      onProgress: progress.onProgress,
      onWarning: (warning: string) => cli.log.warn(warning),
    };
    await writeExtract(job, files);
    progress.close();
    const seconds = (performance.now() - startedMs) / 1000;
    if (cli.json) cli.print(JSON.stringify(summary(opened, files, seconds)));
    else report(files, seconds, cli);
  } catch (error) {
    progress.close();
    if (cli.signal.aborted)
      cli.log.info(`Interrupted: ${files.length} files are complete, nothing half-written is left`);
    throw error;
  }
}

/** The session with what the results API knows; without it, and a warning, when that does not answer. */
async function withResults(opened: OpenedRaw, config: Config, cli: CliContext): Promise<OpenedRaw> {
  const { applyResults, readResults } = await import('../source/results-api/index.ts');
  const results = await readResults(opened.raw.identity, { config, log: cli.log, signal: cli.signal });
  for (const warning of results.warnings) cli.log.warn(warning);
  return { ...opened, raw: applyResults(opened.raw, results) };
}

/** Finds out before a long read whether the folder can be written. */
async function probeFolder(dir: string): Promise<void> {
  const probe = join(dir, `.probe-${randomBytes(4).toString('hex')}`);
  try {
    makeFolder(dir);
    await writeFile(probe, '');
    await rm(probe);
  } catch (error) {
    throw new F1Error('F1_SESSION_EXPORT', `Cannot write to the folder ${dir} as user ${userName()}`, {
      hint: 'Choose a folder that this user may write to with --out',
      exitCode: 2,
      cause: error,
    });
  }
}

function announce({ raw, fromCache, seconds }: OpenedRaw, cli: CliContext): void {
  const { identity, report, timing } = raw;
  const title = [identity.year, identity.event, identity.session]
    .filter((part) => part !== null && part !== '')
    .join(' ');
  const mark = identity.simulated ? ' (SIMULATED)' : '';
  const origin = fromCache ? 'kept as read' : 'from the recording';
  const laps = timing.lapTable.length.toLocaleString('en');
  const samples = [...raw.car.values(), ...raw.pos.values()].reduce(
    (sum, { epochMs }) => sum + epochMs.length,
    0,
  );
  cli.log.info(
    `${title}${mark}: ${laps} laps and ${samples.toLocaleString('en')} samples of ${raw.drivers.length} drivers ${origin} in ${seconds.toFixed(1)} s`,
  );
  for (const { reason } of report.missing) cli.log.info(`  ${reason}`);
  if (raw.t0EpochMs === null) cli.log.warn('The session has no telemetry: only the small tables are written');
}

function report(files: readonly WrittenFile[], seconds: number, cli: CliContext): void {
  for (const { path, rows, bytes, seconds } of files) {
    const size = `${rows.toLocaleString('en')} rows, ${formatBytes(bytes)}`;
    cli.print(`${relative('.', path) || path}: ${size}, ${seconds.toFixed(1)} s`);
  }
  cli.log.info(`${files.length} files in ${seconds.toFixed(1)} s`);
}

function summary(
  { raw, ref, drivers, fromCache }: OpenedRaw,
  files: readonly WrittenFile[],
  seconds: number,
): object {
  const { identity, report } = raw;
  return {
    session: {
      key: identity.key,
      year: identity.year,
      event: identity.event,
      session: identity.session,
      location: ref.location,
    },
    simulated: identity.simulated,
    rows: Math.max(0, ...files.filter(({ path }) => path.includes('_telemetry')).map(({ rows }) => rows)),
    drivers: drivers.map(({ code }) => code),
    files,
    missing: report.missing,
    warnings: report.warnings,
    fromCache,
    seconds: Math.round(seconds * 1000) / 1000,
  };
}
