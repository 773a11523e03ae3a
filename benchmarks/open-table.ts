/**
 * Opens a session in this fresh process and prints what it took: `node benchmarks/open-table.ts FOLDER CACHE_DIR [--no-cache]`.
 * The clock starts with the process, so Node's own start and the loading of the program are part of it.
 */
import { defaultConfig } from '../src/config/defaults.ts';
import { noLog } from '../src/domain/log.ts';
import { countRows } from '../src/domain/table.ts';
import { openSession } from '../src/commands/load-session.ts';

export interface OpenTableReport {
  readonly title: string;
  readonly simulated: boolean;
  readonly rows: number;
  readonly drivers: readonly { number: string; code: string; rows: number; startS: number; endS: number }[];
  readonly lightsOutS: number | null;
  readonly fromCache: boolean;
  /** Start of the process → program loaded [s]. */
  readonly loadedS: number;
  /** Start of the process → table in memory [s]. */
  readonly seconds: number;
}

const [folder, cacheDir, flag] = process.argv.slice(2);
if (folder === undefined || cacheDir === undefined) throw new Error('Usage: open-table.ts FOLDER CACHE_DIR');
const loadedS = performance.now() / 1000;
const { table, fromCache } = await openSession({
  spec: folder,
  config: { ...defaultConfig, source: { ...defaultConfig.source, cache_dir: cacheDir } },
  log: noLog,
  signal: new AbortController().signal,
  noCache: flag === '--no-cache',
});
const seconds = performance.now() / 1000;
const { year, event, session } = table.identity;
const report: OpenTableReport = {
  title: [year, event, session].filter((part) => part !== null && part !== '').join(' '),
  simulated: table.identity.simulated,
  rows: countRows(table),
  drivers: table.tables
    .filter(({ rows }) => rows > 0)
    .map(({ driver, rows, sessionMs }) => ({
      number: driver.number,
      code: driver.code,
      rows,
      startS: sessionMs[0]! / 1000,
      endS: sessionMs[rows - 1]! / 1000,
    })),
  lightsOutS: table.timing.startMs === null ? null : table.timing.startMs / 1000,
  fromCache,
  loadedS,
  seconds,
};
process.stdout.write(`${JSON.stringify(report)}\n`);
