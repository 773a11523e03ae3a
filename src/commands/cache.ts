import type { Command } from 'commander';
import { F1Error } from '../domain/errors.ts';
import { clearCache, listCache, type CacheEntry, type CacheKind } from '../source/index.ts';
import type { CliContext, CommandModule } from './cli.ts';
import { formatBytes } from './progress-line.ts';

interface ClearOptions {
  readonly downloads?: boolean;
  readonly tables?: boolean;
  readonly simulated?: boolean;
}

/** `slipstream cache list|clear`: downloads, session tables and simulated races under `source.cache_dir`. */
export const cacheCommand: CommandModule = {
  configure(command: Command, context: () => CliContext): void {
    command.addHelpText(
      'after',
      `
The cache is the folder source.cache_dir of the configuration. Everything in it can be made again.

Examples:
  slipstream cache list
  slipstream cache list --json
  slipstream cache clear --tables
  slipstream cache clear Monaco
  slipstream cache clear`,
    );
    command
      .command('list')
      .summary('list what is in the cache, with sizes')
      .description('List what is in the cache, with sizes')
      .action(async () => {
        const cli = context();
        const config = await cli.config();
        printEntries(await listCache({ config }), config.source.cache_dir, cli);
      });
    command
      .command('clear')
      .summary('remove all of it, some kinds, or what a name matches')
      .description('Remove everything, some kinds, or entries whose name holds a text')
      .argument('[text]', 'only entries whose name holds this, e.g. Monaco or 2023')
      .option('--downloads', 'sessions fetched from the archive')
      .option('--tables', 'merged session tables')
      .option('--simulated', 'simulated races')
      .action(async (text: string | undefined, options: ClearOptions) => clear(text, options, context()));
  },
};

function wantedKinds({ downloads, tables, simulated }: ClearOptions): ReadonlySet<CacheKind> {
  const kinds = new Set<CacheKind>();
  if (downloads === true) kinds.add('download');
  if (tables === true) kinds.add('table');
  if (simulated === true) kinds.add('simulated');
  return kinds.size > 0 ? kinds : new Set(['download', 'table', 'simulated']);
}

async function clear(text: string | undefined, options: ClearOptions, cli: CliContext): Promise<void> {
  const config = await cli.config();
  const kinds = wantedKinds(options);
  const all = await listCache({ config });
  const wanted = text?.toLowerCase();
  const entries = all.filter(
    ({ kind, name }) => kinds.has(kind) && (wanted === undefined || name.toLowerCase().includes(wanted)),
  );
  if (entries.length === 0 && text !== undefined) {
    throw new F1Error(
      'F1_SOURCE_NOT_FOUND',
      `Cannot find "${text}" in the cache ${config.source.cache_dir}`,
      {
        hint: 'slipstream cache list shows what is there',
        exitCode: 2,
      },
    );
  }
  await clearCache(entries, cli.signal);
  const bytes = totalBytes(entries);
  if (cli.json)
    cli.print(JSON.stringify({ removed: entries.map(({ kind, name }) => ({ kind, name })), bytes }));
  else cli.print(`Removed ${countOf(entries.length)}, ${formatBytes(bytes)}`);
}

function totalBytes(entries: readonly CacheEntry[]): number {
  return entries.reduce((sum, entry) => sum + entry.bytes, 0);
}

function countOf(entries: number): string {
  return entries === 1 ? '1 entry' : `${entries} entries`;
}

function printEntries(entries: readonly CacheEntry[], folder: string, cli: CliContext): void {
  if (cli.json) {
    const rows = entries.map(({ kind, name, path, files, bytes, modifiedMs }) => ({
      kind,
      name,
      path,
      files,
      bytes,
      modified: new Date(modifiedMs).toISOString(),
    }));
    cli.print(JSON.stringify({ cache_dir: folder, bytes: totalBytes(entries), entries: rows }));
    return;
  }
  const width = Math.max(0, ...entries.map(({ name }) => name.length));
  for (const { kind, name, bytes } of entries)
    cli.print(`${kind.padEnd(9)}  ${name.padEnd(width)}  ${formatBytes(bytes).padStart(9)}`);
  cli.print(`${countOf(entries.length)}, ${formatBytes(totalBytes(entries))} in ${folder}`);
}
