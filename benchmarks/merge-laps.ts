/**
 * Recording → lap table → merged telemetry of every lap, in this fresh process: `node benchmarks/merge-laps.ts FOLDER [--ahead]`.
 * Prints what it took. The clock starts with the process, so Node's own start and the loading of the program are part of it.
 */
import { readRecording } from '../src/commands/session-cache.ts';
import { defaultConfig } from '../src/config/defaults.ts';
import { noLog } from '../src/domain/log.ts';
import { LapMerger } from '../src/session/lap-telemetry/lap-merger.ts';
import { mergeRequest, telemetrySource } from '../src/session/telemetry-tables.ts';
import { resolveSession } from '../src/source/lookup/resolve-session.ts';

export interface MergeLapsReport {
  readonly laps: number;
  readonly rows: number;
  /** Last distance of every lap added up [m]: equal with and without the car ahead. */
  readonly distanceM: number;
  /** Rows with a car ahead. */
  readonly ahead: number;
  /** Start of the process → session and lap table in memory [s]. */
  readonly loadedS: number;
  /** Start of the process → last lap merged [s]. */
  readonly seconds: number;
}

const [folder, flag] = process.argv.slice(2);
if (folder === undefined) throw new Error('Usage: merge-laps.ts FOLDER [--ahead]');
const request = {
  spec: folder,
  config: defaultConfig,
  log: noLog,
  signal: new AbortController().signal,
  noCache: true,
};
const raw = await readRecording(await resolveSession(folder, request), request);
const loadedS = performance.now() / 1000;
const source = telemetrySource(raw, raw.drivers, () => {});
if (source === null) throw new Error(`${folder} has no telemetry`);
const merger = flag === '--ahead' ? source.merger : new LapMerger(source.t0EpochMs, null);
let laps = 0;
let rows = 0;
let distanceM = 0;
let ahead = 0;
for (const { driverNumber: number, startMs, endMs } of raw.timing.lapTable) {
  if (startMs === null || endMs === null) continue;
  const request = mergeRequest(source, number, startMs, endMs);
  if (request.car === null && request.pos === null) continue;
  const lap = merger.merge(request);
  if (lap.rows === 0) continue;
  laps++;
  rows += lap.rows;
  distanceM += lap.distanceM[lap.from + lap.rows - 1]!;
  for (let row = lap.from; row < lap.from + lap.rows; row++) if (lap.driverAhead[row] !== 0) ahead++;
}
const seconds = performance.now() / 1000;
const report: MergeLapsReport = { laps, rows, distanceM, ahead, loadedS, seconds };
process.stdout.write(`${JSON.stringify(report)}\n`);
