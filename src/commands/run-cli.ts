import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { F1Error, messageOf } from '../domain/errors.ts';
import type { CliContext, CommandModule } from './cli.ts';
import { commandTable } from './command-table.ts';

const interruptedExitCode = 130;

interface GlobalOptions {
  readonly config?: string;
  readonly set?: readonly string[];
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly json?: boolean;
}

/** Runs one sub-command and resolves to the exit code: 0, 2 for what the user can correct, 1 for the rest, 130 after Ctrl-C. */
export async function runCli(args: readonly string[]): Promise<number> {
  const interrupt = watchSignals();
  process.stdout.on('error', endOnClosedPipe);
  process.stderr.on('error', ignoreClosedPipe);
  const program = new Command('slipstream')
    .description('Formula 1 telemetry on Apache Kafka: exact replay, alerts, a live page. Unofficial.')
    .version(packageVersion(), '-V, --version')
    .exitOverride()
    .showHelpAfterError('Run slipstream --help to see every command');
  const words = args.filter((argument) => !argument.startsWith('-'));
  const wanted = words[0] === 'help' ? words[1] : words[0];
  let close: (() => void) | null = null;
  for (const { name, summary, load } of commandTable) {
    const command = program.command(name).summary(summary).description(summary).exitOverride();
    if (name !== wanted) continue;
    const module = await load();
    configure(command, module, async (options) => {
      const made = await createContext(options, interrupt.signal);
      close = made.close;
      return made.context;
    });
  }
  try {
    await program.parseAsync(args, { from: 'user' });
    return interrupt.signal.aborted ? interruptedExitCode : Number(process.exitCode ?? 0);
  } catch (error) {
    return report(error, args, interrupt.signal);
  } finally {
    (close as (() => void) | null)?.();
    interrupt.close();
  }
}

function configure(
  command: Command,
  module: CommandModule,
  contextFor: (options: GlobalOptions) => Promise<CliContext>,
): void {
  let context: CliContext | null = null;
  module.configure(command, () => {
    if (context === null)
      throw new F1Error('F1_INTERNAL', 'Cannot use the context of a command before its action runs');
    return context;
  });
  const leaves = command.commands.length > 0 ? [command, ...command.commands] : [command];
  for (const leaf of leaves) {
    leaf.exitOverride();
    addGlobalOptions(leaf);
  }
  command.hook('preAction', async (_, action) => {
    context = await contextFor({ ...command.opts<GlobalOptions>(), ...action.opts<GlobalOptions>() });
  });
}

function addGlobalOptions(command: Command): void {
  const collect = (value: string, previous: readonly string[] | undefined): string[] => [
    ...(previous ?? []),
    value,
  ];
  const globals = [
    new Option('--config <file>', 'configuration file (default: config/config.yaml)'),
    new Option('--set <path=value>', 'set one configuration key, repeatable').argParser(collect),
    new Option('--json', 'machine-readable result on stdout, logs on stderr'),
    new Option('-q, --quiet', 'warnings and errors only'),
    new Option('-v, --verbose', 'details, and stacks of errors'),
  ];
  for (const option of globals) {
    if (!command.options.some((known) => known.long === option.long)) command.addOption(option);
  }
}

async function createContext(
  options: GlobalOptions,
  signal: AbortSignal,
): Promise<{ context: CliContext; close: () => void }> {
  const { createLog } = await import('../util/log.ts');
  const { readConfig } = await import('./read-config.ts');
  const { config } = await readConfig(options);
  const log = createLog({
    level: options.quiet === true ? 'quiet' : options.verbose === true ? 'verbose' : 'normal',
    dir: resolve(config.logs.dir),
    maxFileMb: config.logs.max_file_mb,
    maxFiles: config.logs.max_files,
    onFileError: (error) =>
      process.stderr.write(`warning: Cannot write logs to ${config.logs.dir} (logs.dir): ${error.message}\n`),
  });
  return {
    context: {
      config: () => Promise.resolve(config),
      log,
      signal,
      print: (line) => void process.stdout.write(`${line}\n`),
      json: options.json ?? false,
      quiet: options.quiet ?? false,
      verbose: options.verbose ?? false,
    },
    close: () => log.flush(),
  };
}

function report(error: unknown, args: readonly string[], signal: AbortSignal): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (signal.aborted && !(error instanceof F1Error && error.exitCode === 2)) {
    if (args.includes('--verbose')) process.stderr.write(`${String(error)}\n`);
    return interruptedExitCode;
  }
  const known = error instanceof F1Error ? error : null;
  process.stderr.write(`error: ${messageOf(error)}\n`);
  if (known !== null && known.hint !== '') process.stderr.write(`  ${known.hint}\n`);
  if (args.includes('--verbose') || args.includes('-v') || known === null) {
    process.stderr.write(`${error instanceof Error ? (error.stack ?? '') : ''}\n`);
  }
  if (args.includes('--json')) {
    const body = { error: messageOf(error), code: known?.code ?? 'F1_INTERNAL', hint: known?.hint ?? '' };
    process.stdout.write(`${JSON.stringify(body)}\n`);
  }
  return known?.exitCode ?? 1;
}

/** One Ctrl-C arrives more than once: the terminal sends it to npm, the launcher and this process, and they pass it on [ms]. */
const sameInterruptMs = 300;

/** Aborts on the first signal, or when the launcher is gone; the next one ends the process at once. */
function watchSignals(): { signal: AbortSignal; close: () => void } {
  const controller = new AbortController();
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  let firstMs = 0;
  const stop = (): void => {
    if (!controller.signal.aborted) {
      firstMs = performance.now();
      controller.abort(new F1Error('F1_INTERRUPTED', 'Interrupted'));
    } else if (performance.now() - firstMs > sameInterruptMs) {
      process.exit(interruptedExitCode);
    }
  };
  for (const name of signals) process.on(name, stop);
  // The launcher holds the other end of a channel: it closes even when the launcher is killed.
  process.on('disconnect', stop);
  process.channel?.unref();
  return {
    signal: controller.signal,
    close: () => {
      for (const name of signals) process.off(name, stop);
      process.off('disconnect', stop);
    },
  };
}

/** `slipstream … | head` closes the pipe: that ends the process, quietly. */
function endOnClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
}

/** Nobody reads the log any more: the work and its exit code stay what they are. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

function packageVersion(): string {
  const path = resolve(import.meta.dirname, '../../package.json');
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}
