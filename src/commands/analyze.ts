import { resolve } from 'node:path';
import type { Command } from 'commander';
import {
  cornerTable,
  miniSectorTable,
  orderTable,
  paceTable,
  phaseTable,
  pitStopTable,
  sectorTable,
  stintTable,
} from '../analysis/laps/analysis-tables.ts';
import { analysedLaps, hasTrackStatus } from '../analysis/laps/analysed-lap.ts';
import { apexSpeedKmh, corners } from '../analysis/laps/corners.ts';
import { miniSectors } from '../analysis/laps/mini-sectors.ts';
import { orderChanges } from '../analysis/laps/order-changes.ts';
import { driverPaces } from '../analysis/laps/pace.ts';
import { eventPitLossS, pitStops } from '../analysis/laps/pit-stops.ts';
import { sectorBests } from '../analysis/laps/sector-bests.ts';
import { stintDegradations } from '../analysis/laps/stint-degradation.ts';
import { trackLine } from '../analysis/laps/track-line.ts';
import { trackPhases } from '../analysis/laps/track-phases.ts';
import type { Config } from '../config/schema.ts';
import type { SmallTable } from '../domain/small-table.ts';
import { hasRaceDistance } from '../source/identity/session-name.ts';
import type { CliContext, CommandModule } from './cli.ts';
import { createLapTracer, fastestLaps } from './lap-traces.ts';
import { openRaw, type OpenedRaw } from './load-raw.ts';
import { tableLines } from './print-table.ts';
import {
  addReadOptions,
  addSessionArgument,
  askedSession,
  openWithProgress,
  parseDrivers,
  type ReadOptions,
} from './read-options.ts';

interface AnalyzeOptions extends ReadOptions {
  readonly drivers?: string;
  readonly out?: string;
}

/** `slipstream analyze`: pace, degradation, stops, sectors, corners and flags of a session. */
export const analyzeCommand: CommandModule = {
  configure(command: Command, context: () => CliContext): void {
    addSessionArgument(command)
      .option('--driver, --drivers <list>', 'codes or car numbers, e.g. VER,HAM,44 (default: all)')
      .option('--out <dir>', 'write the tables as CSV to this folder instead of printing them');
    addReadOptions(command)
      .addHelpText(
        'after',
        `
Units stand in the heads. "estimated" rests on a prior of the section analysis of the configuration or on the position feed
(± 10 m); degradation is lap time per lap of tyre age: wear and a track that gets faster are not told apart.

Examples:
  slipstream analyze 2023/Monaco/R
  slipstream analyze 2023/Monaco/R --drivers VER,ALO --out analysis
  slipstream analyze 2024/Spain/Q --json`,
      )
      .action(async (session: string | undefined, options: AnalyzeOptions) =>
        analyze(session, options, context()),
      );
  },
};

interface Part {
  readonly title: string;
  readonly table: SmallTable;
  /** One line below the table. */
  readonly note: string;
}

async function analyze(spec: string | undefined, options: AnalyzeOptions, cli: CliContext): Promise<void> {
  const config = await cli.config();
  const opened = await openWithProgress(
    openRaw,
    askedSession(spec, options, parseDrivers(options.drivers)),
    cli,
  );
  const parts = analysisOf(opened, config);
  if (options.out !== undefined) {
    const { writeSmallTables } = await import('../session/index.ts');
    const dir = resolve(options.out);
    const files = await writeSmallTables(
      parts.map(({ table }) => table),
      dir,
    );
    if (cli.json) cli.print(JSON.stringify({ files }));
    else for (const { path, rows } of files) cli.print(`${path}: ${rows} rows`);
    return;
  }
  if (cli.json) {
    cli.print(JSON.stringify(asJson(opened, parts)));
    return;
  }
  const { year, event, session, simulated } = opened.raw.identity;
  cli.print(`${[year, event, session].filter(Boolean).join(' ')}${simulated ? ' (SIMULATED)' : ''}`);
  for (const { title, table, note } of parts) {
    cli.print('');
    cli.print(title);
    if (table.rows.length > 0) for (const line of tableLines(table, hidden)) cli.print(line);
    if (note !== '') cli.print(note);
  }
}

/** Columns that only files have. */
const hidden = new Set(['DriverNumber', 'pitOut']);

function analysisOf({ raw, drivers }: OpenedRaw, config: Config): readonly Part[] {
  const { timing, identity } = raw;
  const isRace = hasRaceDistance(identity.year, identity.session);
  const { analysis: settings } = config;
  const fuel = { loadKg: settings.fuel_load_kg, secondsPerKg: settings.fuel_s_per_kg };
  const lastLap = timing.lapTable.reduce((most, { lapNumber }) => Math.max(most, lapNumber), 0);
  const raceLaps = isRace ? (timing.totalLaps ?? lastLap) : null;
  const chosen = new Set(drivers.map(({ number }) => number));
  const all = analysedLaps(timing.lapTable, timing.correctedLaps, timing.weather);
  const laps = all.filter(({ driverNumber }) => chosen.has(driverNumber));
  const phases = trackPhases(timing.trackStatus, timing.sessionStatus);
  const stops = pitStops(laps, phases);
  const lossS = eventPitLossS(pitStops(all, phases));
  const changes = isRace ? orderChanges(timing.lapTable) : [];
  const pairs = changes.reduce((sum, one) => sum + one.pairs, 0);
  const stintOptions = {
    fuel,
    raceLaps,
    trafficGapS: settings.traffic_gap_s,
    minLaps: settings.min_stint_laps,
  };
  const noLaps = laps.length === 0 ? 'The session has no laps' : '';
  const noFlags = hasTrackStatus(all)
    ? ''
    : 'TrackStatus is not in the recording: laps and stops under a flag are not known and count with the others';
  return [
    {
      title: 'Pace',
      table: paceTable(driverPaces(laps, fuel, raceLaps)),
      note: noLaps || noFlags || 'Medians are of dry laps where there are any',
    },
    { title: 'Stints', table: stintTable(stintDegradations(laps, stintOptions)), note: noLaps },
    {
      title: 'Pit lane',
      table: pitStopTable(isRace ? stops : []),
      note: !isRace
        ? 'Only a race has stops that cost time'
        : lossS === null
          ? 'No stop for tyres under green on a dry track: the pit loss is not known'
          : `Pit loss under green on a dry track, median of all drivers: ${lossS.toFixed(2)} s (derived)`,
    },
    { title: 'Sectors and ideal lap', table: sectorTable(sectorBests(laps)), note: noLaps },
    miniSectorPart({ raw, drivers }, settings.mini_sectors),
    cornerPart({ raw, drivers }),
    { title: 'Flags', table: phaseTable(phases), note: noFlags || (phases.length === 0 ? 'None' : '') },
    ...(isRace
      ? [
          {
            title: 'Changes of order between lap ends, pairs of cars',
            table: orderTable(changes),
            note: `${pairs} in all; most are pit stops of others`,
          },
        ]
      : []),
  ];
}

function miniSectorPart({ raw, drivers }: Pick<OpenedRaw, 'raw' | 'drivers'>, parts: number): Part {
  const title = "Mini-sectors, best of each driver's fastest lap";
  const nothing = (note: string): Part => ({ title, table: miniSectorTable([], []), note });
  const tracer = createLapTracer(raw);
  if (tracer === null) return nothing('The session has no telemetry');
  const chosen = new Set(drivers.map(({ number }) => number));
  const laps = fastestLaps(raw.timing.lapTable).filter(({ driverNumber }) => chosen.has(driverNumber));
  const lengthM = laps.map((lap) => tracer.lengthM(lap)).find((length) => length !== null);
  if (lengthM == null) return nothing('No lap has telemetry and agreeing times');
  const traced = laps.flatMap((lap) => {
    const trace = tracer.trace(lap, lengthM);
    return trace === null ? [] : [{ name: `${lap.driver} lap ${lap.lapNumber}`, trace }];
  });
  const sectors = miniSectors(
    traced.map(({ trace }) => trace),
    parts,
  );
  const table = miniSectorTable(
    sectors,
    traced.map(({ name }) => name),
  );
  return {
    title,
    table,
    note: 'A part needs two car samples of a lap; laps of different drivers overlay to ± 10 m',
  };
}

/** Drivers whose apex speeds are shown beside each other. */
const shownDrivers = 3;

function cornerPart({ raw, drivers }: Pick<OpenedRaw, 'raw' | 'drivers'>): Part {
  const title = 'Corners of the fastest laps, found from the position feed';
  const nothing = (note: string): Part => ({ title, table: cornerTable([], []), note });
  const tracer = createLapTracer(raw);
  if (tracer === null) return nothing('The session has no telemetry');
  const chosen = new Set(drivers.map(({ number }) => number));
  const fastest = fastestLaps(raw.timing.lapTable);
  for (const lap of fastest) {
    const lengthM = tracer.lengthM(lap);
    const trace = lengthM === null ? null : tracer.trace(lap, lengthM);
    const line = trace === null ? null : trackLine(trace);
    if (lengthM === null || line === null) continue;
    const found = corners(line, lengthM);
    const shown = fastest.filter(({ driverNumber }) => chosen.has(driverNumber)).slice(0, shownDrivers);
    const laps = shown.map((own) => {
      const ownTrace = tracer.trace(own, lengthM);
      return {
        name: `${own.driver} lap ${own.lapNumber}`,
        apexKmh: found.map((corner) => (ownTrace === null ? null : apexSpeedKmh(ownTrace, corner))),
      };
    });
    const note = `From lap ${lap.lapNumber} of ${lap.driver}, ${lengthM.toFixed(0)} m by integrated speed; numbers are ours, not the official ones`;
    return { title, table: cornerTable(found, laps), note };
  }
  return nothing('No lap has 200 distinct positions and agreeing times');
}

function asJson({ raw, ref }: OpenedRaw, parts: readonly Part[]): object {
  const { year, event, session, simulated } = raw.identity;
  return {
    session: { year, event, session, simulated, location: ref.location },
    tables: Object.fromEntries(
      parts.map(({ table, note }) => [
        table.name,
        {
          note,
          rows: table.rows.map((row) =>
            Object.fromEntries(
              table.columns.map(({ name, kind }, at) => {
                const cell = row[at] ?? null;
                const isTime = kind === 'durationMs' || kind === 'sessionMs';
                return [name, isTime && typeof cell === 'number' ? cell / 1000 : cell];
              }),
            ),
          ),
        },
      ]),
    ),
  };
}
