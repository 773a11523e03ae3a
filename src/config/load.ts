import { readFileSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import { F1Error, messageOf } from '../domain/errors.ts';
import { defaultConfig } from './defaults.ts';
import { describeIssues } from './explain.ts';
import { applyOverride, environmentOverrides, flattenKeys, parseSetOption } from './overrides.ts';
import { configSchema, type Config } from './schema.ts';

/** One effective value and where it came from: a file, `environment NAME` or `--set`. */
export interface ConfigEntry {
  readonly path: string;
  readonly value: unknown;
  readonly origin: string;
}

export interface LoadedConfig {
  readonly config: Config;
  /** Every leaf of the configuration in schema order. */
  readonly entries: readonly ConfigEntry[];
}

export interface LoadConfigOptions {
  /** The configuration file, overlaid on the built-in defaults; null = none. */
  readonly file: string | null;
  /** Optional overlay for the sections `grafana` and `bridge`; skipped when it does not exist. */
  readonly overlayFile: string | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** `--set` options in order, each `path=value`. */
  readonly sets: readonly string[];
}

const overlaySections = ['grafana', 'bridge'];

/**
 * Reads, overlays and validates the configuration: defaults, file, overlay, environment, `--set`, the later winning.
 *
 * Throws F1_CONFIG_UNREADABLE for a file that cannot be read or is not YAML, F1_CONFIG_INVALID with path, value, what
 * is allowed and the nearest known key for the rest.
 */
export function loadConfig(options: LoadConfigOptions): LoadedConfig {
  const tree: Record<string, unknown> = {};
  const origins = new Map<string, string>();
  const known: string[] = [];
  for (const [path, value] of flattenKeys(defaultConfig)) {
    applyOverride(tree, { path, value, name: 'default' }, null);
    known.push(path);
  }
  if (options.file !== null) overlayFile(tree, origins, options.file);
  if (options.overlayFile !== null && exists(options.overlayFile)) {
    overlayFile(tree, origins, options.overlayFile, overlaySections);
  }
  for (const override of environmentOverrides(options.environment)) {
    applyOverride(tree, override, known);
    origins.set(override.path, `environment ${override.name}`);
  }
  for (const text of options.sets) {
    const override = parseSetOption(text);
    applyOverride(tree, override, known);
    origins.set(override.path, '--set');
  }
  const result = configSchema.safeParse(tree);
  if (!result.success) throw describeIssues(result.error, tree, origins, known);
  const entries = flattenKeys(result.data).map(([path, value]) => ({
    path,
    value,
    origin: origins.get(path) ?? 'default',
  }));
  return { config: result.data, entries };
}

function exists(file: string): boolean {
  try {
    readFileSync(file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw unreadable(file, error);
  }
}

function overlayFile(
  tree: Record<string, unknown>,
  origins: Map<string, string>,
  file: string,
  sections?: readonly string[],
): void {
  const parsed = readYaml(file);
  if (parsed === null) return;
  if (typeof parsed !== 'object' || Array.isArray(parsed)) {
    throw new F1Error(
      'F1_CONFIG_UNREADABLE',
      `Cannot read ${file}: the top level must be a map of sections`,
      {
        exitCode: 2,
      },
    );
  }
  for (const section of Object.keys(parsed)) {
    if (sections !== undefined && !sections.includes(section)) {
      throw new F1Error(
        'F1_CONFIG_INVALID',
        `${section} cannot be set in ${file}: only the sections ${sections.join(' and ')} can`,
        { hint: 'Move it to config/config.yaml', exitCode: 2 },
      );
    }
  }
  for (const [path, value] of flattenKeys(parsed)) {
    applyOverride(tree, { path, value, name: file }, null);
    origins.set(path, file);
  }
}

function readYaml(file: string): object | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw unreadable(file, error);
  }
  const document = parseDocument(text);
  const fault = document.errors[0];
  if (fault !== undefined) {
    throw new F1Error('F1_CONFIG_UNREADABLE', `Cannot read ${file}: ${fault.message.split('\n')[0]}`, {
      hint: 'Correct the YAML at that line',
      exitCode: 2,
      cause: fault,
    });
  }
  try {
    const value = document.toJS() as object | null;
    JSON.stringify(value);
    return value;
  } catch (error) {
    throw new F1Error(
      'F1_CONFIG_UNREADABLE',
      `Cannot read ${file}: an alias refers to itself or is unknown`,
      {
        hint: 'Write the value out instead of an alias (*name)',
        exitCode: 2,
        cause: error,
      },
    );
  }
}

function unreadable(file: string, error: unknown): F1Error {
  return new F1Error('F1_CONFIG_UNREADABLE', `Cannot read ${file}: ${messageOf(error)}`, {
    hint: 'Name an existing file with --config, or leave the option out',
    exitCode: 2,
    cause: error,
  });
}

/** A path of the configuration against the working directory. */
export function configPath(path: string, workingDirectory = process.cwd()): string {
  return isAbsolute(path) ? path : resolve(workingDirectory, path);
}
