import type { Command } from 'commander';
import type { Config } from '../config/schema.ts';
import type { Log } from '../domain/log.ts';

/** What every sub-command gets from the command line around it. */
export interface CliContext {
  /** Effective configuration: files, environment, `--set`. Read once, on first use. */
  config(): Promise<Config>;
  /** Console (stderr, human) and log file. */
  readonly log: Log;
  /** Aborted on SIGINT or SIGTERM; a second signal ends the process at once. */
  readonly signal: AbortSignal;
  /** Writes one line to stdout. */
  print(line: string): void;
  /** True with `--json`: logs go to stderr, stdout carries JSON only. */
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

/** A file of `commands/`: declares arguments, options, examples and the action of one sub-command. */
export interface CommandModule {
  /** Adds arguments, options, help and action; the action gets its context from `context()`. */
  configure(command: Command, context: () => CliContext): void;
}
