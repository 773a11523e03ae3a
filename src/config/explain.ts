import type { z } from 'zod';
import { F1Error } from '../domain/errors.ts';
import { nearest } from '../util/nearest.ts';

/** One F1_CONFIG_INVALID for all faults: each names path, current value, what is allowed and where it was set. */
export function describeIssues(
  error: z.ZodError,
  tree: Record<string, unknown>,
  origins: ReadonlyMap<string, string>,
  known: readonly string[],
): F1Error {
  const lines: string[] = [];
  const hints: string[] = [];
  for (const issue of error.issues) {
    const path = issue.path.join('.');
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys) {
        const full = path === '' ? key : `${path}.${key}`;
        lines.push(
          `${full} is not a configuration key: current value is ${show(at(tree, full.split('.')))}${from(full, origins)}`,
        );
        const near = nearest(full, [...known, ...parents(known)]);
        if (near !== null) hints.push(`Did you mean ${near}`);
      }
      continue;
    }
    const value = at(tree, issue.path.map(String));
    lines.push(
      `${path} ${lowerFirst(issue.message)}: current value is ${secret(path) ? '(hidden)' : show(value)}${from(path, origins)}`,
    );
  }
  return new F1Error('F1_CONFIG_INVALID', `Cannot use the configuration: ${lines.join('; ')}`, {
    hint: hints.length > 0 ? [...new Set(hints)].join('; ') : 'Every key is explained in config/config.yaml',
    exitCode: 2,
    cause: undefined,
  });
}

function from(path: string, origins: ReadonlyMap<string, string>): string {
  const exact = origins.get(path);
  if (exact !== undefined) return ` (${exact})`;
  for (const [key, origin] of origins) if (key.startsWith(`${path}.`)) return ` (${origin})`;
  return '';
}

function parents(paths: readonly string[]): string[] {
  const all = new Set<string>();
  for (const path of paths) {
    const keys = path.split('.');
    for (let n = 1; n < keys.length; n++) all.add(keys.slice(0, n).join('.'));
  }
  return [...all];
}

/** True for a key whose value must never be printed. */
export function secret(path: string): boolean {
  return /password|token|secret/.test(path);
}

function at(tree: unknown, keys: readonly string[]): unknown {
  let value = tree;
  for (const key of keys) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}

function show(value: unknown): string {
  return value === undefined ? 'missing' : JSON.stringify(value);
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
