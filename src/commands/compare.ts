import { resolve } from 'node:path';
import type { Command } from 'commander';
import { rounded } from '../analysis/laps/analysis-tables.ts';
import { apexSpeedKmh, corners } from '../analysis/laps/corners.ts';
import { gForces } from '../analysis/laps/g-forces.ts';
import { lapDelta } from '../analysis/laps/lap-delta.ts';
import { valueAt, type LapTrace } from '../analysis/laps/lap-trace.ts';
import { miniSectors } from '../analysis/laps/mini-sectors.ts';
import { trackLine } from '../analysis/laps/track-line.ts';
import { F1Error } from '../domain/errors.ts';
import type { FastF1Lap } from '../domain/lap-table.ts';
import type { SmallTable } from '../domain/small-table.ts';
import { smallTableCsv } from '../session/tables/write-small-table.ts';
import type { CliContext, CommandModule } from './cli.ts';
import { createLapTracer, fastestLaps } from './lap-traces.ts';
import { openRaw, type OpenedRaw } from './load-raw.ts';
import { spanText, tableLines } from './print-table.ts';
import {
  addReadOptions,
  addSessionArgument,
  askedSession,
  openWithProgress,
  type ReadOptions,
} from './read-options.ts';

interface CompareOptions extends ReadOptions {
  readonly driver: string;
  readonly with: string;
  readonly lap: string;
  readonly withLap: string;
  readonly out?: string;
}

/** `slipstream compare`: where one lap gains and loses against another. */
export const compareCommand: CommandModule = {
  configure(command: Command, context: () => CliContext): void {
    addSessionArgument(command)
      .requiredOption('--driver <code>', 'code or car number, e.g. VER or 1')
      .requiredOption('--with <code>', 'whom to compare with; the same driver for two of his laps')
      .option('--lap <n>', 'lap of the driver, or fastest', 'fastest')
      .option('--with-lap <n>', 'lap of the other, or fastest', 'fastest')
      .option('--out <file>', 'write the delta every 10 m as CSV');
    addReadOptions(command)
      .addHelpText(
        'after',
        `
Places are distances by integrated speed, stretched to one length; laps of different drivers overlay to ± 10 m. The delta is
corrected so that it ends at the difference of the lap times. Accelerations are estimates.

Examples:
  slipstream compare 2023/Monaco/R --driver VER --with ALO
  slipstream compare 2023/Monaco/R --driver HAM --lap 20 --with HAM --with-lap 40 --out delta.csv`,
      )
      .action(async (session: string | undefined, options: CompareOptions) =>
        compare(session, options, context()),
      );
  },
};

interface ComparedLap {
  readonly lap: FastF1Lap;
  readonly trace: LapTrace;
}

async function compare(spec: string | undefined, options: CompareOptions, cli: CliContext): Promise<void> {
  const config = await cli.config();
  const opened = await openWithProgress(openRaw, askedSession(spec, options), cli);
  const { own, other } = findLaps(opened, options);
  const lengthM = other.trace.distanceM.at(-1)!;
  const difference = own.lap.lapTimeMs! - other.lap.lapTimeMs!;
  const delta = lapDelta(own.trace, other.trace, difference);
  const names = [nameOf(own.lap), nameOf(other.lap)] as const;
  const line = trackLine(other.trace) ?? trackLine(own.trace);
  const sectors = sectorTable(own, other, config.analysis.mini_sectors, names, delta);
  const bends = line === null ? [] : corners(line, lengthM);
  const forces = [own, other].map(({ trace }) => gForces(trace, line));
  if (options.out !== undefined) {
    const { writeBeside } = await import('../session/write-beside.ts');
    const path = resolve(options.out);
    const table = deltaTable(own, other, delta, names);
    await writeBeside(path, (file) => file.writeFile(smallTableCsv(table)));
    cli.log.info(`${path}: ${table.rows.length} places of ${names[0]} against ${names[1]}`);
  }
  const bendRows = bends.map((bend) => ({
    corner: bend.number,
    direction: bend.direction,
    apex_m: Math.round(bend.apexM),
    speeds_kmh: [own, other].map(({ trace }) => rounded(apexSpeedKmh(trace, bend), 0)),
  }));
  if (cli.json) {
    cli.print(
      JSON.stringify({
        laps: [own, other].map(({ lap }) => ({
          driver: lap.driver,
          lap: lap.lapNumber,
          lap_time_s: lap.lapTimeMs! / 1000,
        })),
        delta_s: difference / 1000,
        end_point_correction_s: rounded(delta.correctionMs / 1000, 4),
        mini_sectors: sectors.rows.map(([number, fromM, toM, first, second, fastest, behind]) => ({
          number,
          from_m: fromM,
          to_m: toM,
          times_s: [first, second].map((ms) => (typeof ms === 'number' ? ms / 1000 : null)),
          fastest,
          delta_s: typeof behind === 'number' ? behind / 1000 : null,
        })),
        corners: bendRows,
        g_estimated: forces.map(({ traction, braking, cornering, clippedShare }) => ({
          traction: rounded(traction, 2),
          braking: rounded(braking, 2),
          cornering: rounded(cornering, 2),
          clipped_share: rounded(clippedShare, 4),
        })),
      }),
    );
    return;
  }
  const sign = difference > 0 ? '+' : '';
  cli.print(
    `${names[0]} ${spanText(own.lap.lapTimeMs!)}, ${names[1]} ${spanText(other.lap.lapTimeMs!)}: ${sign}${(difference / 1000).toFixed(3)} s`,
  );
  cli.print(
    `Length ${lengthM.toFixed(0)} m by integrated speed; end-point correction ${(delta.correctionMs / 1000).toFixed(3)} s`,
  );
  cli.print('');
  for (const text of tableLines(sectors)) cli.print(text);
  cli.print('');
  cli.print('Slowest speed in each corner [km/h]; corner numbers are ours');
  for (const { corner, direction, apex_m: apexM, speeds_kmh: speeds } of bendRows)
    cli.print(
      `${String(corner).padStart(2)} ${direction.padEnd(5)} at ${String(apexM).padStart(5)} m  ${speeds.map((speed) => String(speed ?? '–').padStart(4)).join(' ')}`,
    );
  cli.print('');
  for (const [index, { traction, braking, cornering, clippedShare }] of forces.entries())
    cli.print(
      `${names[index]}: traction ${gText(traction)}, braking ${gText(braking)}, cornering ${gText(cornering)} (estimated; ${(clippedShare * 100).toFixed(1)} % of values cut to what is possible)`,
    );
}

function gText(value: number | null): string {
  return value === null ? 'n/a' : `${value.toFixed(1)} g`;
}

function nameOf({ driver, lapNumber }: FastF1Lap): string {
  return `${driver} lap ${lapNumber}`;
}

function findLaps(opened: OpenedRaw, options: CompareOptions): { own: ComparedLap; other: ComparedLap } {
  const tracer = createLapTracer(opened.raw);
  if (tracer === null)
    throw new F1Error('F1_USAGE', 'The session has no telemetry: laps cannot be compared', {
      hint: 'slipstream analyze compares lap and sector times',
      exitCode: 2,
    });
  const ownLap = findLap(opened, options.driver, options.lap);
  const otherLap = findLap(opened, options.with, options.withLap);
  const lengthM = tracer.lengthM(otherLap);
  const own = lengthM === null ? null : tracer.trace(ownLap, lengthM);
  const other = lengthM === null ? null : tracer.trace(otherLap, lengthM);
  if (own === null || other === null)
    throw new F1Error('F1_USAGE', `${nameOf(own === null ? ownLap : otherLap)} has no telemetry to compare`, {
      hint: 'slipstream quality SESSION says what is missing',
      exitCode: 2,
    });
  return { own: { lap: ownLap, trace: own }, other: { lap: otherLap, trace: other } };
}

function findLap({ raw }: OpenedRaw, name: string, text: string): FastF1Lap {
  const wanted = name.trim().toLowerCase();
  const own = raw.timing.lapTable.filter(
    ({ driver, driverNumber }) => driver.toLowerCase() === wanted || driverNumber === wanted,
  );
  const refuse = (message: string, hint: string): F1Error =>
    new F1Error('F1_USAGE', message, { hint, exitCode: 2 });
  const codes = [...new Set(raw.timing.lapTable.map(({ driver }) => driver))].join(', ');
  if (own.length === 0) throw refuse(`Driver ${name} has no laps in this session`, `Drivers: ${codes}`);
  if (text.toLowerCase() === 'fastest') {
    const [fastest] = fastestLaps(own);
    if (fastest !== undefined) return fastest;
    throw refuse(`Driver ${name} has no lap whose times agree`, 'Name a lap with --lap and --with-lap');
  }
  const lap = own.find(({ lapNumber }) => String(lapNumber) === text.trim());
  if (lap === undefined)
    throw refuse(`Driver ${name} has no lap "${text}"`, `Laps: 1 to ${own.at(-1)!.lapNumber}, or fastest`);
  if (lap.lapTimeMs === null || lap.startMs === null || lap.endMs === null)
    throw refuse(`${nameOf(lap)} has no lap time, start or end`, 'Choose a lap with LapTime in laps.csv');
  return lap;
}

function sectorTable(
  own: ComparedLap,
  other: ComparedLap,
  parts: number,
  names: readonly [string, string],
  { distanceM, deltaMs }: { readonly distanceM: Float64Array; readonly deltaMs: Float64Array },
): SmallTable {
  const sectors = miniSectors([own.trace, other.trace], parts);
  const stepM = distanceM[1]!;
  return {
    name: 'mini_sectors',
    columns: [
      { name: 'part', kind: 'integer', unit: '' },
      { name: 'from', kind: 'integer', unit: 'm' },
      { name: 'to', kind: 'integer', unit: 'm' },
      { name: names[0], kind: 'durationMs', unit: 's' },
      { name: names[1], kind: 'durationMs', unit: 's' },
      { name: 'fastest', kind: 'text', unit: '' },
      { name: 'delta at its end', kind: 'durationMs', unit: 's' },
    ],
    rows: sectors.map(({ number, fromM, toM, timesMs, fastest }) => [
      number,
      Math.round(fromM),
      Math.round(toM),
      rounded(timesMs[0]!, 0),
      rounded(timesMs[1]!, 0),
      fastest === null ? 'n/a' : names[fastest]!,
      rounded(deltaMs[Math.min(deltaMs.length - 1, Math.round(toM / stepM))]!, 0),
    ]),
  };
}

function deltaTable(
  own: ComparedLap,
  other: ComparedLap,
  { distanceM, deltaMs }: { readonly distanceM: Float64Array; readonly deltaMs: Float64Array },
  names: readonly [string, string],
): SmallTable {
  return {
    name: 'delta',
    columns: [
      { name: 'Distance', kind: 'number', unit: 'm' },
      { name: 'Delta', kind: 'number', unit: 's' },
      { name: `Speed ${names[0]}`, kind: 'number', unit: 'km/h' },
      { name: `Speed ${names[1]}`, kind: 'number', unit: 'km/h' },
    ],
    rows: [...distanceM].map((atM, index) => [
      rounded(atM, 2),
      rounded(deltaMs[index]! / 1000, 4),
      rounded(valueAt(own.trace, own.trace.speedKmh, atM), 1),
      rounded(valueAt(other.trace, other.trace.speedKmh, atM), 1),
    ]),
  };
}
