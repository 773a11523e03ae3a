import { join, resolve } from 'node:path';
import { sharedData } from '../../test/support/shared-data.ts';
import type { OpenTableReport } from '../open-table.ts';
import type { BenchContext } from './context.ts';
import { lastJson } from './processes.ts';

export interface BenchSession extends OpenTableReport {
  readonly folder: string;
  /** Where its table is kept by the time this is returned. */
  readonly cacheDir: string;
  /** Session seconds of the first and the last row of all. */
  readonly startS: number;
  readonly endS: number;
  /** Rows of all drivers per second at 1×, over the whole session. */
  readonly rowsPerS: number;
}

/**
 * The session that is measured: `--session`, else the shared recording of the 2023 Monaco race, else a simulated race of
 * `laps` laps. Its table is in the cache afterwards and its files are in the page cache.
 */
export async function prepareSession(context: BenchContext, laps = 40): Promise<BenchSession> {
  const { options, dir, processes } = context;
  const recorded =
    options.session === null ? sharedData('sessions', '2023_monaco_race', 'raw') : resolve(options.session);
  const folder = recorded ?? join(dir, 'simulated');
  if (recorded === null) {
    context.say('no recorded race on this machine: a simulated one is made');
    context.caveat('The session is a SIMULATED race: figures of a recorded one differ');
    await processes.runNode(['src/main.ts', 'simulate', '--laps', String(laps), '--out', folder, '--quiet']);
  }
  const cacheDir = join(dir, 'cache');
  const { stdout } = await processes.runNode(['benchmarks/open-table.ts', folder, cacheDir]);
  const report = lastJson<OpenTableReport>(stdout);
  const { title, simulated, rows, drivers } = report;
  context.session({ title, simulated, rows, drivers: drivers.length });
  const startS = Math.min(...drivers.map((driver) => driver.startS));
  const endS = Math.max(...drivers.map((driver) => driver.endS));
  return { ...report, folder, cacheDir, startS, endS, rowsPerS: rows / (endS - startS) };
}

/** `--set` arguments that keep a command inside the folder of the benchmark. */
export function placeArguments(
  { dir }: BenchContext,
  { cacheDir }: Pick<BenchSession, 'cacheDir'>,
): string[] {
  return ['--set', `source.cache_dir=${cacheDir}`, '--set', `logs.dir=${join(dir, 'logs')}`];
}
