import { resolve } from 'node:path';
import type { Command } from 'commander';
import { F1Error } from '../domain/errors.ts';
import type { LapSession } from '../domain/raw-session.ts';
import type { LapTelemetry } from '../domain/lap-telemetry.ts';
import type { FastF1Lap } from '../domain/lap-table.ts';
import { lapTelemetryTable } from '../session/tables/lap-telemetry-table.ts';
import { smallTableCsv } from '../session/tables/write-small-table.ts';
import type { CliContext, CommandModule } from './cli.ts';
import { openLaps, type OpenedRaw } from './load-raw.ts';
import {
  addReadOptions,
  addSessionArgument,
  askedSession,
  openWithProgress,
  type ReadOptions,
} from './read-options.ts';

interface TelemetryOptions extends ReadOptions {
  readonly driver: string;
  readonly lap: string;
  readonly frequency?: string;
  readonly out?: string;
}

/** `slipstream telemetry`: one lap's merged telemetry with FastF1's columns as CSV. */
export const telemetryCommand: CommandModule = {
  configure(command: Command, context: () => CliContext): void {
    addSessionArgument(command)
      .requiredOption('--driver <code>', 'code or car number, e.g. VER or 1')
      .requiredOption('--lap <n>', 'lap number of this driver')
      .option(
        '--frequency <hz>',
        'resampled as FastF1 does (values lag by up to one step); default: every sample',
      )
      .option('--out <file>', 'CSV file to write (default: standard output)');
    addReadOptions(command)
      .addHelpText(
        'after',
        `
Examples:
  slipstream telemetry 2023/Monaco/R --driver VER --lap 30 --out ver30.csv
  slipstream telemetry 2023/Monaco/R --driver VER --lap 30 --frequency 10
  slipstream telemetry recordings/2023_monaco_race --driver 16 --lap 10`,
      )
      .action(async (session: string | undefined, options: TelemetryOptions) =>
        writeTelemetry(session, options, context()),
      );
  },
};

async function writeTelemetry(
  spec: string | undefined,
  options: TelemetryOptions,
  cli: CliContext,
): Promise<void> {
  const lapNumber = Number(options.lap);
  if (!Number.isInteger(lapNumber) || lapNumber < 1) {
    throw new F1Error('F1_USAGE', `Cannot read lap "${options.lap}": it must be a whole number from 1 on`, {
      hint: 'Example: --lap 30',
      exitCode: 2,
    });
  }
  const hz = parseFrequency(options.frequency);
  const opened = await openWithProgress(openLaps, askedSession(spec, options, [options.driver]), cli);
  const lap = findLap(opened, lapNumber);
  const table = lapTelemetryTable(await mergeLap(opened, lap, hz), lap, opened.raw.t0EpochMs!);
  const text = smallTableCsv(table);
  if (options.out === undefined) {
    cli.print(text.trimEnd());
    return;
  }
  const { writeBeside } = await import('../session/write-beside.ts');
  const path = resolve(options.out);
  await writeBeside(path, (file) => file.writeFile(text));
  cli.log.info(`${path}: ${table.rows.length} rows of ${lap.driver} lap ${lap.lapNumber}`);
}

function findLap({ raw, drivers }: OpenedRaw<LapSession>, lapNumber: number): FastF1Lap {
  const { number, code } = drivers[0]!;
  if (raw.t0EpochMs === null || (!raw.car.has(number) && !raw.pos.has(number))) {
    throw new F1Error('F1_USAGE', `Driver ${code} has no telemetry in this session`, {
      hint: 'session.json of slipstream extract says which topics are missing',
      exitCode: 2,
    });
  }
  const own = raw.timing.lapTable.filter(({ driverNumber }) => driverNumber === number);
  const lap = own.find((candidate) => candidate.lapNumber === lapNumber);
  const known = own.length === 0 ? 'none are known' : `1 to ${own.at(-1)!.lapNumber} are known`;
  if (lap === undefined) {
    throw new F1Error('F1_USAGE', `Driver ${code} has no lap ${lapNumber} in this session: ${known}`, {
      hint: 'slipstream extract SESSION --laps writes the list of laps',
      exitCode: 2,
    });
  }
  if (lap.startMs === null || lap.endMs === null) {
    throw new F1Error('F1_USAGE', `Lap ${lapNumber} of ${code} has no known start or end`, {
      hint: 'Choose a lap with LapStartTime and Time in laps.csv',
      exitCode: 2,
    });
  }
  return lap;
}

const maxHz = 1000;

function parseFrequency(text: string | undefined): number | null {
  if (text === undefined || text === 'original') return null;
  const hz = Number(text);
  if (hz > 0 && hz <= maxHz) return hz;
  throw new F1Error('F1_USAGE', `Cannot resample at "${text}" Hz: it must be above 0 and at most ${maxHz}`, {
    hint: 'Example: --frequency 10; without it every sample is written',
    exitCode: 2,
  });
}

async function mergeLap(
  { raw }: OpenedRaw<LapSession>,
  lap: FastF1Lap,
  hz: number | null,
): Promise<LapTelemetry> {
  const { mergeRequest, telemetrySource } = await import('../session/telemetry-tables.ts');
  const number = lap.driverNumber;
  const own = raw.pos.get(number);
  // The cars ahead are told by their speeds: no other positions are needed.
  const pos: LapSession['pos'] = new Map(own === undefined ? [] : [[number, own]]);
  const source = telemetrySource({ ...raw, pos }, raw.drivers, () => {})!;
  const request = mergeRequest(source, number, lap.startMs!, lap.endMs!);
  if (hz === null) return source.merger.merge(request);
  const { resampleLap } = await import('../session/lap-telemetry/resample-lap.ts');
  const telemetry = resampleLap(request, hz, source.t0EpochMs, source.finder);
  if (telemetry !== null) return telemetry;
  throw new F1Error('F1_USAGE', `Lap ${lap.lapNumber} of ${lap.driver} has too few samples to resample`, {
    hint: 'Resampling needs car and position samples; leave --frequency out',
    exitCode: 2,
  });
}
