import type { Command } from 'commander';
import { secret } from '../config/index.ts';
import type { CliContext, CommandModule } from './cli.ts';
import { readConfig } from './read-config.ts';

/** `slipstream config`: every key with its effective value and origin; secrets are hidden. */
export const configCommand: CommandModule = {
  configure(command: Command, context: () => CliContext): void {
    command
      .argument('[prefix]', 'only keys that start with this, e.g. kafka.topics')
      .addHelpText(
        'after',
        `
Examples:
  slipstream config
  slipstream config kafka.partitions --set kafka.partitions.telemetry=8
  slipstream config --json`,
      )
      .action(async (prefix: string | undefined, options: { config?: string; set?: string[] }) => {
        const { entries } = await readConfig(options);
        const shown = entries.filter(
          ({ path }) => prefix === undefined || path === prefix || path.startsWith(`${prefix}.`),
        );
        const rows = shown.map(({ path, value, origin }) => ({
          path,
          value: secret(path) && value !== null ? '(hidden)' : value,
          origin: shortOrigin(origin),
        }));
        if (context().json) {
          context().print(JSON.stringify(rows));
          return;
        }
        const texts = rows.map((row) => JSON.stringify(row.value));
        const pathWidth = Math.max(0, ...rows.map((row) => row.path.length));
        const valueWidth = Math.min(48, Math.max(0, ...texts.map((text) => text.length)));
        rows.forEach((row, index) => {
          context().print(
            `${row.path.padEnd(pathWidth)}  ${(texts[index] ?? '').padEnd(valueWidth)}  ${row.origin}`,
          );
        });
      });
  },
};

function shortOrigin(origin: string): string {
  const here = `${process.cwd()}/`;
  return origin.startsWith(here) ? origin.slice(here.length) : origin;
}
