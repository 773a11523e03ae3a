import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { F1Error } from '../domain/errors.ts';
import type { Progress } from '../domain/log.ts';
import { countRows, type SessionTable } from '../domain/table.ts';
import {
  exportBaseName,
  exportCsv,
  exportParquet,
  exportTiming,
  type ExportedFile,
} from '../session/index.ts';
import { userName } from '../util/user-name.ts';
import type { CliContext, CommandModule } from './cli.ts';
import { openSession, parseCarAlias } from './load-session.ts';
import { createProgressLine, formatBytes } from './progress-line.ts';

interface ExtractOptions {
  readonly out: string;
  readonly format: string;
  readonly drivers?: string;
  readonly all?: boolean;
  readonly name?: string;
  readonly carAlias?: string;
  /** False with `--no-cache`. */
  readonly cache: boolean;
}

interface WrittenFile extends ExportedFile {
  readonly seconds: number;
}

const writers = { csv: exportCsv, parquet: exportParquet } as const;
type Format = keyof typeof writers;

/** `slipstream extract`: telemetry as CSV and Parquet, timing tables as CSV. */
export const extractCommand: CommandModule = {
  configure(command: Command, context: () => CliContext): void {
    command
      .argument('[session]', 'folder, URL or YEAR/EVENT/SESSION; the configured race when left out')
      .option('--out <dir>', 'folder for the files, made when missing', 'data')
      .option('--format <list>', 'telemetry formats: csv, parquet', 'csv,parquet')
      .option('--drivers <list>', 'codes or car numbers, e.g. VER,HAM,44 (default: all)')
      .option('--all', 'everything recorded, not only from the first lap to the last')
      .option('--name <name>', 'identity of a session that has none, e.g. "2023 Qatar Race"')
      .option(
        '--car-alias <old=new>',
        'car number in the telemetry = car number in the entry list, e.g. 9=20',
      )
      .option('--no-cache', 'read the recording anew and keep no table')
      .addHelpText(
        'after',
        `
Examples:
  slipstream extract 2023/Monaco/R
  slipstream extract recordings/2023_monaco_race --out data --format parquet --drivers VER,HAM
  slipstream extract 2024/Spain/Q --json`,
      )
      .action((session: string | undefined, options: ExtractOptions) => extract(session, options, context()));
  },
};

async function extract(spec: string | undefined, options: ExtractOptions, cli: CliContext): Promise<void> {
  const startedMs = performance.now();
  const formats = parseFormats(options.format);
  const drivers = options.drivers?.split(',').filter((name) => name.trim() !== '') ?? [];
  const carAlias = options.carAlias === undefined ? undefined : parseCarAlias(options.carAlias);
  const dir = resolve(options.out);
  await probeFolder(dir);
  const progress = createProgressLine(cli.quiet || cli.json);
  const files: WrittenFile[] = [];
  try {
    const opened = await openSession({
      spec,
      config: await cli.config(),
      log: cli.log,
      signal: cli.signal,
      onProgress: progress.onProgress,
      all: options.all,
      drivers,
      name: options.name,
      carAlias,
      noCache: !options.cache,
    });
    progress.close();
    const { table } = opened;
    if (!cli.json) announce(table, opened.fromCache, opened.seconds, cli);
    await writeFiles(table, dir, formats, cli.signal, progress.onProgress, files);
    progress.close();
    const seconds = (performance.now() - startedMs) / 1000;
    if (cli.json)
      cli.print(JSON.stringify(summary(table, opened.ref.location, files, opened.fromCache, seconds)));
    else report(files, seconds, cli);
  } catch (error) {
    progress.close();
    if (cli.signal.aborted)
      cli.log.info(`Interrupted: ${files.length} files are complete, nothing half-written is left`);
    throw error;
  }
}

function parseFormats(text: string): Format[] {
  const names = text.split(',').map((name) => name.trim().toLowerCase());
  for (const name of names) {
    if (name in writers) continue;
    throw new F1Error('F1_USAGE', `Cannot write format "${name}": it must be csv or parquet`, {
      hint: 'Example: --format csv,parquet',
      exitCode: 2,
    });
  }
  return [...new Set(names as Format[])];
}

/** Finds out before a long read whether the folder can be written. */
async function probeFolder(dir: string): Promise<void> {
  const probe = join(dir, `.probe-${randomBytes(4).toString('hex')}`);
  try {
    await mkdir(dir, { recursive: true });
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

/** Writes the files and adds each to `files` once it is complete. */
async function writeFiles(
  table: SessionTable,
  dir: string,
  formats: readonly Format[],
  signal: AbortSignal,
  onProgress: (progress: Progress) => void,
  files: WrittenFile[],
): Promise<void> {
  const baseName = exportBaseName(table.identity);
  const total = countRows(table);
  if (total > 0) {
    for (const format of formats) {
      const startedMs = performance.now();
      const file = `${baseName}_telemetry.${format}`;
      const onRows = (done: number): void =>
        onProgress({
          stage: 'write',
          file,
          done,
          total,
          unit: 'rows',
          etaSeconds: secondsLeft(startedMs, done, total),
        });
      const written = await writers[format](table, join(dir, file), { signal, onRows });
      files.push({ ...written, seconds: (performance.now() - startedMs) / 1000 });
    }
  }
  const startedMs = performance.now();
  const timing = await exportTiming(table, dir, baseName);
  const seconds = (performance.now() - startedMs) / 1000 / Math.max(1, timing.length);
  files.push(...timing.map((file) => ({ ...file, seconds })));
}

function secondsLeft(startedMs: number, done: number, total: number): number | null {
  return done === 0 ? null : ((performance.now() - startedMs) / 1000) * ((total - done) / done);
}

function announce(table: SessionTable, fromCache: boolean, seconds: number, cli: CliContext): void {
  const { identity, report } = table;
  const title = [identity.year, identity.event, identity.session]
    .filter((part) => part !== null && part !== '')
    .join(' ');
  const mark = identity.simulated ? ' (SIMULATED)' : '';
  const origin = fromCache ? 'from the cached table' : 'from the recording';
  cli.log.info(
    `${title}${mark}: ${countRows(table).toLocaleString('en')} rows of ${table.tables.length} drivers ${origin} in ${seconds.toFixed(1)} s`,
  );
  for (const { reason } of report.missing) cli.log.info(`  ${reason}`);
  if (table.tables.length === 0)
    cli.log.warn('The session has no telemetry: only the timing tables are written');
}

function report(files: readonly WrittenFile[], seconds: number, cli: CliContext): void {
  for (const { path, rows, bytes, seconds } of files) {
    const size = `${rows.toLocaleString('en')} rows, ${formatBytes(bytes)}`;
    cli.print(`${relative('.', path) || path}: ${size}, ${seconds.toFixed(1)} s`);
  }
  if (files.length === 0) cli.log.warn('Nothing was written: the session has no rows of any kind');
  cli.log.info(`${files.length} files in ${seconds.toFixed(1)} s`);
}

function summary(
  table: SessionTable,
  location: string,
  files: readonly WrittenFile[],
  fromCache: boolean,
  seconds: number,
): object {
  const { identity, report } = table;
  return {
    session: {
      key: identity.key,
      year: identity.year,
      event: identity.event,
      session: identity.session,
      location,
    },
    simulated: identity.simulated,
    rows: countRows(table),
    drivers: table.tables.map(({ driver, rows }) => ({ driver: driver.code, rows })),
    files,
    missing: report.missing,
    warnings: report.warnings,
    fromCache,
    seconds: Math.round(seconds * 1000) / 1000,
  };
}
