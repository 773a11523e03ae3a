import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { placeArguments } from './harness/bench-session.ts';
import type { BenchSession } from './harness/bench-session.ts';
import type { BenchContext } from './harness/context.ts';
import { lastJson } from './harness/processes.ts';
import type { MergeLapsReport } from './merge-laps.ts';

/** Without `--whole-rival` FastF1 merges one lap of so many; its merge time is scaled to all laps. */
const sampledEvery = 10;

interface FastF1LapsReport {
  readonly fastf1: string;
  readonly laps: number;
  readonly ofLaps: number;
  readonly rows: number;
  readonly distanceM: number;
  readonly importSeconds: number;
  readonly loadSeconds: number;
  readonly mergeSeconds: number;
  readonly peakRssMb: number;
  readonly cpuSeconds: number;
}

/** Recording → lap table → telemetry of every lap, without and with the car ahead, beside FastF1's `get_telemetry()`. */
export async function measureLaps(
  context: BenchContext,
  session: BenchSession,
  python: string | null,
): Promise<void> {
  const every = context.options.wholeRival ? 1 : sampledEvery;
  for (const [ahead, limitS, factor] of [
    [false, 3, 40],
    [true, 5, 150],
  ] as const) {
    const runs = await mergeAllLaps(context, session, ahead);
    const { laps, rows, distanceM } = runs[0]!.report;
    const what = `all ${laps.toLocaleString('en')} laps, ${ahead ? 'with' : 'without'} DriverAhead`;
    const id = ahead ? 'laps-ahead' : 'laps';
    const theirs = python === null ? null : await runFastF1(context, session, python, every, ahead);
    if (theirs !== null) checkEqual(theirs, every, { laps, rows, distanceM });
    const theirSeconds = theirs === null ? null : secondsForAll(theirs, laps);
    const name =
      theirs === null ? '' : `FastF1 ${theirs.fastf1}${every === 1 ? '' : `, from ${theirs.laps} laps`}`;
    const seconds = runs.map(({ report }) => report.seconds);
    context.figure({
      id,
      label: `Recording to lap table and merged telemetry of ${what}`,
      unit: 's',
      values: seconds,
      bar: { is: 'at most', limit: limitS },
      ...(theirSeconds === null ? {} : { rival: { name, values: [theirSeconds], better: 'lower' as const } }),
    });
    if (theirSeconds !== null)
      context.figure({
        id: `${id}-ratio`,
        label: `FastF1's time over ours, ${what}`,
        unit: '×',
        values: seconds.map((own) => theirSeconds / own),
        bar: { is: 'at least', limit: factor },
      });
    context.figure({
      id: `${id}-cpu`,
      label: 'Processor time of that process, all threads',
      unit: 's',
      values: runs.map(({ cpuS }) => cpuS ?? Number.NaN),
      ...(theirs === null || every > 1
        ? {}
        : { rival: { name, values: [theirs.cpuSeconds], better: 'lower' as const } }),
    });
    context.figure({
      id: `${id}-rss`,
      label: 'Peak memory of that process',
      unit: 'MB',
      values: runs.map(({ peakRssMb }) => peakRssMb ?? Number.NaN),
      bar: { is: 'at most', limit: 500 },
      ...(theirs === null ? {} : { rival: { name, values: [theirs.peakRssMb], better: 'lower' as const } }),
    });
  }
  if (python === null) return;
  context.method(
    'Laps: FastF1 loads the session (laps, telemetry, weather, messages) from the same files and merges lap after lap as `Lap.get_telemetry()` does; without DriverAhead by the same steps less that one. Rows and distances are equal, checked in the run.',
  );
  if (every > 1)
    context.caveat(
      `FastF1 merged one lap of ${every} and its merge time is scaled to all; \`npm run bench -- extract --whole-rival\` lets it merge all (10 minutes more).`,
    );
}

async function mergeAllLaps(
  { processes, runs }: BenchContext,
  session: BenchSession,
  ahead: boolean,
): Promise<{ report: MergeLapsReport; cpuS: number | null; peakRssMb: number | null }[]> {
  const results = [];
  for (let n = 0; n < runs(5); n++) {
    const flags = ahead ? ['--ahead'] : [];
    const ran = await processes.runNode(['benchmarks/merge-laps.ts', session.folder, ...flags]);
    results.push({ ...ran, report: lastJson<MergeLapsReport>(ran.stdout) });
  }
  return results;
}

async function runFastF1(
  { processes }: BenchContext,
  session: BenchSession,
  python: string,
  every: number,
  ahead: boolean,
): Promise<FastF1LapsReport> {
  const args = ['benchmarks/fastf1_laps.py', session.folder, String(every), ahead ? '1' : '0'];
  const ran = await processes.run(python, args, { timeoutMs: 1_500_000 });
  return lastJson<FastF1LapsReport>(ran.stdout);
}

function secondsForAll(
  { importSeconds, loadSeconds, mergeSeconds, laps }: FastF1LapsReport,
  all: number,
): number {
  return importSeconds + loadSeconds + (mergeSeconds * all) / laps;
}

function checkEqual(
  theirs: FastF1LapsReport,
  every: number,
  ours: { laps: number; rows: number; distanceM: number },
): void {
  if (every > 1) return;
  const isEqual =
    theirs.laps === ours.laps &&
    theirs.rows === ours.rows &&
    Math.abs(theirs.distanceM - ours.distanceM) <= 1e-6 * ours.distanceM;
  if (!isEqual)
    throw new Error(
      `FastF1 has ${theirs.laps} laps, ${theirs.rows} rows, ${theirs.distanceM} m; ours ${ours.laps}, ${ours.rows}, ${ours.distanceM}`,
    );
}

/** One lap of one driver to a file by `slipstream telemetry`, from what the cache keeps. */
export async function measureOneLap(context: BenchContext, session: BenchSession): Promise<void> {
  const { dir, processes, runs } = context;
  const [driver] = session.drivers;
  if (driver === undefined) return;
  const out = join(dir, 'lap.csv');
  const write = (): ReturnType<typeof processes.runNode> =>
    processes.runNode([
      'src/main.ts',
      'telemetry',
      session.folder,
      '--driver',
      driver.code,
      '--lap',
      '10',
      '--out',
      out,
      ...placeArguments(context, session),
    ]);
  await write();
  const seconds: number[] = [];
  for (let n = 0; n < runs(10); n++) {
    rmSync(out);
    seconds.push((await write()).seconds);
  }
  const rows = readFileSync(out, 'utf8').trim().split('\n').length - 1;
  context.figure({
    id: 'one-lap',
    label: `slipstream telemetry, one lap of one driver (${rows} rows) to a CSV file, from what is kept as read, start of the process to its exit`,
    unit: 's',
    values: seconds,
    bar: { is: 'at most', limit: 0.25 },
  });
}

/** Everything of a session written: all tables, CSV and Parquet of all rows and both feeds' samples, and laps with checksums. */
export async function measureWhole(context: BenchContext, session: BenchSession): Promise<void> {
  const { dir, processes, runs } = context;
  const written = [];
  for (let n = 0; n < runs(3); n++) {
    const out = join(dir, `whole-${n}`);
    const args = ['src/main.ts', 'extract', session.folder, '--out', out, '--no-cache', '--quiet'];
    written.push(await processes.runNode([...args, ...placeArguments(context, session)]));
    rmSync(out, { recursive: true, force: true });
  }
  context.figure({
    id: 'whole',
    label:
      'slipstream extract from the recording: every table, CSV and Parquet of all rows and of both feeds',
    unit: 's',
    values: written.map(({ seconds }) => seconds),
    bar: { is: 'at most', limit: 8 },
  });
  context.figure({
    id: 'whole-cpu',
    label: 'Processor time of that process, all threads',
    unit: 's',
    values: written.map(({ cpuS }) => cpuS ?? Number.NaN),
  });
  context.figure({
    id: 'whole-rss',
    label: 'Peak memory of that process',
    unit: 'MB',
    values: written.map(({ peakRssMb }) => peakRssMb ?? Number.NaN),
    bar: { is: 'at most', limit: 500 },
  });
}
