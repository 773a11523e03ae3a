import type { Command } from 'commander';
import { secret } from '../config/index.ts';
import { F1Error } from '../domain/errors.ts';
import { nearest } from '../util/nearest.ts';
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
        if (shown.length === 0 && prefix !== undefined) throw unknownPrefix(prefix, entries);
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

function unknownPrefix(prefix: string, entries: readonly { readonly path: string }[]): F1Error {
  const prefixes = new Set(
    entries.flatMap(({ path }) => {
      const keys = path.split('.');
      return keys.map((_, index) => keys.slice(0, index + 1).join('.'));
    }),
  );
  const near = nearest(prefix, [...prefixes]);
  return new F1Error('F1_USAGE', `Cannot print ${prefix || "''"}: it is not a configuration key`, {
    hint: near === null ? 'Run slipstream config to see every key' : `Did you mean ${near}`,
    exitCode: 2,
  });
}

function shortOrigin(origin: string): string {
  const here = `${process.cwd()}/`;
  return origin.startsWith(here) ? origin.slice(here.length) : origin;
}
