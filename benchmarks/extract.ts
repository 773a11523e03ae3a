import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { placeArguments, prepareSession } from './harness/bench-session.ts';
import type { BenchSession } from './harness/bench-session.ts';
import type { Benchmark, BenchContext } from './harness/context.ts';
import { measureLaps, measureOneLap, measureWhole } from './extract-laps.ts';
import { fastf1For } from './harness/fastf1.ts';
import { lastJson } from './harness/processes.ts';
import type { Finished } from './harness/processes.ts';
import type { OpenTableReport } from './open-table.ts';

/** Recording → merged table → files, each in a fresh process, beside FastF1 on the same files. */
export const extract: Benchmark = {
  name: 'extract',
  title: 'Recording to table and files',
  limitS: 1500,
  async run(context) {
    const { dir, processes, runs } = context;
    context.method(
      'Every run is a fresh process; times go from its start to the table in memory (or from before its start to its exit, for files), so the start of Node and the loading of the program are in them, unless a line says otherwise. All files are read once before: the page cache is warm.',
    );
    const session = await prepareSession(context);
    for (const name of readdirSync(session.folder)) readFileSync(join(session.folder, name));
    const open = async (cacheDir: string, ...flags: string[]): Promise<Opened> => {
      const ran = await processes.runNode(['benchmarks/open-table.ts', session.folder, cacheDir, ...flags]);
      return { ...ran, report: lastJson<OpenTableReport>(ran.stdout) };
    };

    const cold = await times(runs(5), () => open(join(dir, 'unused'), '--no-cache'));
    const python = await fastf1For(context, session);
    const theirs = python === null ? null : await runFastF1(context, session, python);
    const coldSeconds = cold.map(({ report }) => report.seconds);
    context.figure({
      id: 'cold',
      label: 'Recording to table, no cached table',
      unit: 's',
      values: coldSeconds,
      bar: { is: 'at most', limit: 3 },
      ...(theirs === null
        ? {}
        : { rival: { name: theirs.name, values: theirs.seconds, better: 'lower' as const } }),
    });
    context.figure({
      id: 'cold-rss',
      label: 'Peak memory of that process',
      unit: 'MB',
      values: cold.map(({ peakRssMb }) => peakRssMb ?? Number.NaN),
      bar: { is: 'at most', limit: 500 },
      ...(theirs === null
        ? {}
        : { rival: { name: theirs.name, values: theirs.peakRssMb, better: 'lower' as const } }),
    });
    const first = await times(runs(3), (n) => open(join(dir, `first-${n}`)));
    context.figure({
      id: 'first-use',
      label: 'The same with the table kept in the cache',
      unit: 's',
      values: first.map(({ report }) => report.seconds),
    });
    const cached = await times(runs(10), () => open(session.cacheDir));
    if (cached.some(({ report }) => !report.fromCache))
      throw new Error('The table did not come from its cache');
    context.figure({
      id: 'from-cache',
      label: 'Cached table to memory in a fresh process, after its program is loaded',
      unit: 's',
      values: cached.map(({ report }) => report.seconds - report.loadedS),
      bar: { is: 'at most', limit: 0.3 },
    });
    context.figure({
      id: 'from-cache-process',
      label: 'The same from the start of the process',
      unit: 's',
      values: cached.map(({ report }) => report.seconds),
    });
    for (const [format, limit] of [
      ['csv', 5],
      ['parquet', 4],
    ] as const) {
      const written = await times(runs(3), async (n) => {
        const out = join(dir, `${format}-${n}`);
        const ran = await processes.runNode([
          'src/main.ts',
          'extract',
          session.folder,
          '--format',
          format,
          '--out',
          out,
          '--json',
          '--quiet',
          ...placeArguments(context, session),
        ]);
        rmSync(out, { recursive: true, force: true });
        return { ...ran, summary: lastJson<ExtractSummary>(ran.stdout) };
      });
      const file = written[0]?.summary.files.find(({ path }) => path.endsWith(`telemetry.${format}`));
      if (file?.rows !== session.rows)
        throw new Error(`The ${format} file has ${file?.rows} rows, not ${session.rows}`);
      context.figure({
        id: format,
        label: `slipstream extract --format ${format}, all ${session.rows.toLocaleString('en')} rows and both feeds' raw samples, from what is kept as read (${(file.bytes / 1e6).toFixed(0)} MB)`,
        unit: 's',
        values: written.map(({ seconds }) => seconds),
        bar: { is: 'at most', limit },
      });
    }
    await measureWhole(context, session);
    await measureOneLap(context, session);
    await measureLaps(context, session, python);
    if (session.simulated) context.caveat('The bars are meant for the recorded 2023 Monaco race');
  },
};

interface Opened extends Finished {
  readonly report: OpenTableReport;
}

interface ExtractSummary {
  readonly files: readonly { path: string; rows: number; bytes: number }[];
}

interface FastF1Report {
  readonly fastf1: string;
  readonly python: string;
  readonly pandas: string;
  readonly importSeconds: number;
  readonly parseSeconds: number;
  readonly mergeSeconds: number;
  readonly rows: Record<string, number>;
  readonly peakRssMb: number;
}

async function times<T>(count: number, action: (n: number) => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let n = 0; n < count; n++) results.push(await action(n));
  return results;
}

/** Whole-process times of FastF1 for the same rows. */
async function runFastF1(
  context: BenchContext,
  session: BenchSession,
  python: string,
): Promise<{ name: string; seconds: number[]; peakRssMb: number[] }> {
  const { dir, processes } = context;
  const slices = join(dir, 'slices.json');
  writeFileSync(
    slices,
    JSON.stringify(
      Object.fromEntries(session.drivers.map(({ number, startS, endS }) => [number, [startS, endS]])),
    ),
  );
  const reports: (FastF1Report & { seconds: number })[] = [];
  for (let n = 0; n < (context.options.quick ? 1 : (context.options.runs ?? 2)); n++) {
    const ran = await processes.run(python, ['benchmarks/fastf1_table.py', session.folder, slices]);
    reports.push({ ...lastJson<FastF1Report>(ran.stdout), seconds: ran.seconds });
  }
  const report = reports[0]!;
  const rows = Object.values(report.rows).reduce((sum, count) => sum + count, 0);
  const differing = session.drivers.filter((driver) => report.rows[driver.number] !== driver.rows);
  context.table({
    title: `FastF1 ${report.fastf1} (Python ${report.python}, pandas ${report.pandas}), parts of one run`,
    columns: ['part', 's'],
    rows: [
      ['import', round(report.importSeconds)],
      ['parse car and position files', round(report.parseSeconds)],
      ['merge, one slice per driver', round(report.mergeSeconds)],
    ],
  });
  context.method(
    `FastF1 parses the same two files with its own functions and merges one slice per driver over the same times: ${rows.toLocaleString('en')} rows, ours ${session.rows.toLocaleString('en')}${differing.length === 0 ? ', equal for every driver' : `; they differ for ${differing.map(({ code }) => code).join(', ')}`}.`,
  );
  context.caveat(
    'FastF1 does less in this comparison: it reads no timing, tyre, weather and message files, derives no laps and labels no rows with lap and tyre. It is a library for analysis in notebooks, not made for start-up time; its imports are part of its time, as ours are.',
  );
  return {
    name: `FastF1 ${report.fastf1}`,
    seconds: reports.map(({ seconds }) => seconds),
    peakRssMb: reports.map(({ peakRssMb }) => peakRssMb),
  };
}

function round(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}
