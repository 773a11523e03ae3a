import { isAbsolute, relative } from 'node:path';
import type { Command } from 'commander';
import { F1Error } from '../domain/errors.ts';
import { simulatedLaps, writeSimulatedRace } from '../source/simulate/index.ts';
import type { CliContext, CommandModule } from './cli.ts';
import { createProgressLine, formatBytes } from './progress-line.ts';

interface SimulateCommandOptions {
  readonly seed: string;
  readonly laps: string;
  readonly out: string;
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(value)) return value;
  throw new F1Error('F1_USAGE', `Option ${option} is "${text}", a whole number is required`, {
    hint: `For example ${option} 12`,
    exitCode: 2,
  });
}

/** `slipstream simulate`: writes a simulated race that every other command opens like a recorded one. */
export const simulateCommand: CommandModule = {
  configure(command: Command, context: () => CliContext): void {
    command
      .option('--seed <number>', 'same seed and laps, same bytes', '1')
      .option(
        '--laps <number>',
        `race distance, ${simulatedLaps.min} to ${simulatedLaps.max}`,
        String(simulatedLaps.default),
      )
      .option(
        '--out <folder>',
        'folder of the session; replaced when it holds a simulated race',
        'data/simulated',
      )
      .addHelpText(
        'after',
        `
Drivers, teams, circuit and everything measured are invented; the session is marked SIMULATED wherever it is shown.

Examples:
  slipstream simulate
  slipstream simulate --seed 7 --laps 20 --out data/simulated-7
  slipstream start data/simulated --broker embedded`,
      )
      .action(async (options: SimulateCommandOptions) => {
        const cli = context();
        const seed = wholeNumber('--seed', options.seed);
        const laps = wholeNumber('--laps', options.laps);
        const startedMs = performance.now();
        const line = createProgressLine(cli.quiet || cli.json);
        try {
          const info = await writeSimulatedRace({
            seed,
            laps,
            dir: options.out,
            signal: cli.signal,
            onProgress: line.onProgress,
          });
          line.close();
          const seconds = Math.round(performance.now() - startedMs) / 1000;
          if (cli.json) {
            cli.print(JSON.stringify({ ...info, simulated: true, seconds }));
            return;
          }
          const bytes = info.files.reduce((sum, file) => sum + file.bytes, 0);
          const near = relative('.', info.dir);
          const place = near === '' || near.startsWith('..') || isAbsolute(near) ? info.dir : near;
          const events = `${info.pitStops} pit stops${info.hasSafetyCar ? ', a safety car' : ''}, winner ${info.winner ?? 'none'}`;
          cli.print(
            `${place}: SIMULATED race of ${laps} laps with seed ${seed}, ${info.drivers.length} cars, ${events}`,
          );
          cli.print(
            `${info.files.length} topics, ${formatBytes(bytes)} in ${seconds.toFixed(1)} s; replay it with: slipstream start ${place}`,
          );
        } finally {
          line.close();
          if (cli.signal.aborted) cli.log.info('Interrupted: nothing was written');
        }
      });
  },
};
