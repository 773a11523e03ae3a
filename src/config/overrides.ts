import { parse } from 'yaml';
import { F1Error } from '../domain/errors.ts';
import { nearest } from '../util/nearest.ts';

export interface Override {
  /** Dotted path: 'kafka.partitions.telemetry'. */
  readonly path: string;
  readonly value: unknown;
  /** What to name in messages: '--set', an environment variable or a file. */
  readonly name: string;
}

const prefix = 'SLIPSTREAM_';

/** `SLIPSTREAM_KAFKA__PARTITIONS__TELEMETRY=8` → path and value; variables without a `__` are not overrides. */
export function environmentOverrides(environment: Readonly<Record<string, string | undefined>>): Override[] {
  const overrides: Override[] = [];
  for (const [name, text] of Object.entries(environment)) {
    if (!name.startsWith(prefix) || text === undefined || !name.includes('__')) continue;
    overrides.push({
      path: name.slice(prefix.length).toLowerCase().replaceAll('__', '.'),
      value: readValue(text),
      name,
    });
  }
  return overrides.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** `kafka.partitions.telemetry=8` → path and value. */
export function parseSetOption(text: string): Override {
  const equals = text.indexOf('=');
  if (equals < 1) {
    throw new F1Error('F1_CONFIG_INVALID', `Cannot apply --set ${text}: it must be PATH=VALUE`, {
      hint: 'For example --set kafka.partitions.telemetry=8',
      exitCode: 2,
    });
  }
  return { path: text.slice(0, equals).trim(), value: readValue(text.slice(equals + 1)), name: '--set' };
}

/** Sets one path of the tree; with `known`, a path outside of it is refused with the nearest known one. */
export function applyOverride(
  tree: Record<string, unknown>,
  override: Override,
  known: readonly string[] | null,
): void {
  if (
    known !== null &&
    !known.some((path) => path === override.path || path.startsWith(`${override.path}.`))
  ) {
    const near = nearest(override.path, known);
    throw new F1Error(
      'F1_CONFIG_INVALID',
      `${override.path} is not a configuration key: current value is ${JSON.stringify(override.value)} from ${override.name}`,
      {
        hint: near === null ? 'Run slipstream config to see every key' : `Did you mean ${near}`,
        exitCode: 2,
      },
    );
  }
  const keys = override.path.split('.');
  let at = tree;
  for (const key of keys.slice(0, -1)) {
    const next = Object.hasOwn(at, key) ? at[key] : undefined;
    if (typeof next === 'object' && next !== null && !Array.isArray(next)) {
      at = next as Record<string, unknown>;
    } else {
      const made: Record<string, unknown> = {};
      define(at, key, made);
      at = made;
    }
  }
  define(at, keys.at(-1) ?? '', override.value);
}

/** Assigns without ever reaching a prototype. */
function define(target: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
}

/** Leaves of a tree as dotted paths; arrays are leaves, empty maps too. */
export function flattenKeys(tree: object, parent = ''): [string, unknown][] {
  const entries: [string, unknown][] = [];
  for (const [key, value] of Object.entries(tree)) {
    const path = parent === '' ? key : `${parent}.${key}`;
    const isMap =
      typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
    if (isMap) entries.push(...flattenKeys(value as object, path));
    else entries.push([path, value]);
  }
  return entries;
}

function readValue(text: string): unknown {
  try {
    return parse(text) as unknown;
  } catch {
    // Text that is not YAML (an unbalanced bracket in a password, say) is meant literally.
    return text;
  }
}
