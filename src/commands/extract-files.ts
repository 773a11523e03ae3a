import { join } from 'node:path';
import type { Progress } from '../domain/log.ts';
import type { SmallTable } from '../domain/small-table.ts';
import {
  carDataTable,
  checksumsTable,
  correctedLapsTable,
  exportBaseName,
  exportCsv,
  exportParquet,
  lapsTable,
  posDataTable,
  telemetryByDriver,
  telemetryByLap,
  telemetrySource,
  writeBeside,
  writeSmallTables,
  type ExportedFile,
  type LapSums,
  type LargeTable,
} from '../session/index.ts';
import type { Format, LargeKind } from './extract-plan.ts';
import type { OpenedRaw } from './load-raw.ts';

export interface WrittenFile extends ExportedFile {
  readonly seconds: number;
}

export interface ExtractJob {
  readonly opened: OpenedRaw;
  readonly dir: string;
  readonly kinds: readonly LargeKind[];
  readonly formats: readonly Format[];
  readonly all: boolean;
  /** False when drivers were chosen: tables by driver have only those. */
  readonly hasAllDrivers: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  readonly onWarning: (warning: string) => void;
}

const writers = { csv: exportCsv, parquet: exportParquet } as const;

/** Writes the files of a job and adds each to `files` once it is complete. Rejects with F1_SESSION_EXPORT. */
export async function writeExtract(job: ExtractJob, files: WrittenFile[]): Promise<void> {
  const { opened, dir } = job;
  const { raw, drivers } = opened;
  const sums: LapSums[] = [];
  const rowsOf: Record<string, number> = {};
  for (const table of largeTables(job, sums)) {
    for (const format of job.formats) {
      const startedMs = performance.now();
      sums.length = 0;
      const file = `${exportBaseName(raw.identity)}_${table.name}.${format}`;
      const onRows = (done: number): void =>
        job.onProgress({ stage: 'write', file, done, total: null, unit: 'rows', etaSeconds: null });
      const written = await writers[format](table, join(dir, file), { signal: job.signal, onRows });
      files.push({ ...written, seconds: (performance.now() - startedMs) / 1000 });
      rowsOf[table.name] = written.rows;
    }
  }
  job.signal.throwIfAborted();
  const startedMs = performance.now();
  const chosen = job.hasAllDrivers ? null : new Set(drivers.map(({ number }) => number));
  const small: SmallTable[] = [lapsTable(raw), correctedLapsTable(raw), ...raw.smallTables].map((table) =>
    chosen === null ? table : ofDrivers(table, chosen),
  );
  if (job.kinds.includes('lap')) small.push(checksumsTable(sums));
  const written = await writeSmallTables(small, dir);
  for (const [at, table] of small.entries()) rowsOf[table.name] = written[at]!.rows;
  written.push(await writeSummary(job, rowsOf));
  const seconds = (performance.now() - startedMs) / 1000 / written.length;
  files.push(...written.map((file) => ({ ...file, seconds })));
}

function largeTables(job: ExtractJob, sums: LapSums[]): LargeTable[] {
  const { raw, drivers } = job.opened;
  const source = telemetrySource(raw, drivers, job.onWarning);
  if (source === null) return [];
  return job.kinds.flatMap((kind): LargeTable[] => {
    switch (kind) {
      case 'telemetry':
        return [telemetryByDriver(source, { all: job.all, name: 'telemetry' })];
      case 'driver':
        return [telemetryByDriver(source, { all: job.all, name: 'telemetry_driver' })];
      case 'lap':
        return [telemetryByLap(source, (lap) => void sums.push(lap))];
      case 'raw':
        return [carDataTable(source), posDataTable(source)];
    }
  });
}

/** Rows of the chosen drivers where a table has rows by driver. */
function ofDrivers(table: SmallTable, numbers: ReadonlySet<string>): SmallTable {
  const at = table.columns.findIndex(({ name }) => name === 'DriverNumber');
  if (at < 0) return table;
  return { ...table, rows: table.rows.filter((row) => numbers.has(String(row[at]))) };
}

/** `session.json`: who, when, what was written and what is to be known about it. */
async function writeSummary(job: ExtractJob, rows: Readonly<Record<string, number>>): Promise<ExportedFile> {
  const { raw, ref, drivers } = job.opened;
  const { identity, t0EpochMs, report, timing } = raw;
  const summary = {
    year: identity.year,
    event: identity.event,
    session: identity.session,
    session_key: identity.key,
    path: identity.path,
    circuit: identity.circuit,
    country: identity.country,
    gmt_offset_minutes: identity.gmtOffsetMinutes,
    simulated: identity.simulated,
    source: ref.location,
    t0: t0EpochMs === null ? null : new Date(t0EpochMs).toISOString(),
    session_start_s: timing.startMs === null ? null : timing.startMs / 1000,
    total_laps: timing.totalLaps,
    drivers: drivers.map(({ number, code, name, team, teamColour }) => ({
      number,
      code,
      name,
      team,
      team_colour: teamColour,
      laps: timing.lapTable.filter(({ driverNumber }) => driverNumber === number).length,
      car_samples: raw.car.get(number)?.epochMs.length ?? 0,
      position_samples: raw.pos.get(number)?.epochMs.length ?? 0,
    })),
    rows,
    topics: report.topics,
    missing: report.missing,
    warnings: report.warnings,
  };
  const path = join(job.dir, 'session.json');
  const bytes = await writeBeside(path, (file) => file.writeFile(`${JSON.stringify(summary, null, 2)}\n`));
  return { path, rows: drivers.length, bytes };
}
