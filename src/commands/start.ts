import type { Command } from 'commander';
import { addBridgeOptions } from './bridge-options.ts';
import type { CliContext, CommandModule } from './cli.ts';
import { addReplayOptions } from './replay-options.ts';
import type { StartOptions } from './run-start.ts';

/** `slipstream start`: replay, processor, bridge and page in one process. */
export const startCommand: CommandModule = {
  configure(command: Command, context: () => CliContext): void {
    command.argument(
      '[session]',
      'folder, recording file, URL or YEAR/EVENT/SESSION (default: the configured race, else a simulated one)',
    );
    addReplayOptions(command);
    addBridgeOptions(command);
    command
      .addHelpText(
        'after',
        `
Examples:
  slipstream start
  slipstream start 2023/Monaco/R --speed 10 --drivers VER,HAM,LEC
  slipstream start path/to/session --speed 100 --once --broker managed --bridge-port 5001
  slipstream start --broker embedded --speed max --once --no-page --json`,
      )
      .action(async (session: string | undefined, options: StartOptions) => {
        const { runStart } = await import('./run-start.ts');
        await runStart(session, options, context());
      });
  },
};
